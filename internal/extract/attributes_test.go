package extract

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"demarche/internal/event"
	"demarche/internal/gazetteer"

	"pgregory.net/rapid"
)

// anyDay draws a day that news may be of.
func anyDay(t *rapid.T, label string) event.Day {
	first, last := event.DayOf(1950, 1, 1), event.DayOf(2090, 12, 31)
	return event.Day(rapid.Int32Range(int32(first), int32(last)).Draw(t, label))
}

// only gives the one time expression of a text.
func only(t *rapid.T, text string, anchor event.Day) timex {
	found := timexes(tokens(text), &anchor)
	if len(found) != 1 {
		t.Fatalf("%q: %d expressions", text, len(found))
	}
	return found[0]
}

// A weekday is the nearest on the side of the tense, and the day of the report
// if that is one.
func TestWeekdayIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		anchor, w := anyDay(t, "anchor"), time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
		part := rapid.SampledFrom([]string{"", " night", " morning"}).Draw(t, "part")
		x := only(t, "on "+w.String()+part, anchor)
		for side, within := range map[tense][2]event.Day{past: {anchor - 6, anchor}, future: {anchor, anchor + 6}} {
			s := x.resolve(side, anchor)
			if s.Start != s.End || s.Start.Weekday() != w || s.Start < within[0] || s.Start > within[1] {
				t.Fatalf("%s from %v (%v), tense %d: %v", w, anchor, anchor.Weekday(), side, s)
			}
		}
	})
}

// However a day is written, it is the same day.
func TestDayInAnyForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day, anchor := anyDay(t, "day"), anyDay(t, "anchor")
		form := rapid.SampledFrom([]string{
			"2 January 2006", "January 2, 2006", "Jan. 2, 2006", "2 Jan 2006", "2006-01-02", "Monday, January 2, 2006", "Monday 2 January 2006",
		}).Draw(t, "form")
		text := "on " + day.Time().Format(form)
		x := only(t, text, anchor)
		for _, side := range []tense{past, present, future} {
			if s := x.resolve(side, anchor); s != oneDay(day) || x.precision != event.DayPrecision {
				t.Fatalf("%q: %v, %s", text, s, x.precision)
			}
		}
	})
}

// A day without a year is the nearest on the side of the tense, but for those a
// month ahead that the past tense tells of a plan.
func TestDayWithoutYear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		anchor := anyDay(t, "anchor")
		day := anchor - event.Day(rapid.IntRange(0, 330).Draw(t, "before"))
		if d := day.Time(); d.Month() == time.February && d.Day() == 29 {
			return
		}
		if s := only(t, "on "+day.Time().Format("January 2"), anchor).resolve(past, anchor); s != oneDay(day) {
			t.Fatalf("%v from %v: %v", day, anchor, s)
		}
	})
}

// The two ends of a range stand in order and are those that are written.
func TestRangeInAnyForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, anchor := anyDay(t, "start"), anyDay(t, "anchor")
		end := start + event.Day(rapid.IntRange(1, 20).Draw(t, "days"))
		a, b := start.Time(), end.Time()
		var text string
		switch sameMonth := a.Month() == b.Month(); {
		case sameMonth:
			text = rapid.SampledFrom([]string{
				fmt.Sprintf("from %d to %d %s %d", a.Day(), b.Day(), a.Month(), a.Year()),
				fmt.Sprintf("on %s %d-%d, %d", a.Month(), a.Day(), b.Day(), a.Year()),
				fmt.Sprintf("on %s %d - %d, %d", a.Month(), a.Day(), b.Day(), a.Year()),
			}).Draw(t, "form")
		default:
			text = rapid.SampledFrom([]string{
				fmt.Sprintf("from %d %s to %d %s %d", a.Day(), a.Month(), b.Day(), b.Month(), b.Year()),
				fmt.Sprintf("from %s %d to %s %d, %d", a.Month(), a.Day(), b.Month(), b.Day(), b.Year()),
			}).Draw(t, "form")
		}
		if s := only(t, text, anchor).resolve(past, anchor); s.Start != start || s.End != end {
			t.Fatalf("%q: %v to %v", text, s.Start, s.End)
		}
	})
}

// Easter is a Sunday from 22 March to 25 April; some years are checked by name.
func TestEasterSunday(t *testing.T) {
	for y := 1900; y <= 2100; y++ {
		d := easterSunday(y)
		if d.Weekday() != time.Sunday || d < event.DayOf(y, time.March, 22) || d > event.DayOf(y, time.April, 25) {
			t.Errorf("%d: %v, a %v", y, d, d.Weekday())
		}
	}
	for day, y := range map[string]int{"1961-04-02": 1961, "2000-04-23": 2000, "2008-03-23": 2008, "2019-04-21": 2019, "2038-04-25": 2038} {
		if got := easterSunday(y).String(); got != day {
			t.Errorf("%d: %s, want %s", y, got, day)
		}
	}
}

// Two ministers who meet in a town on a weekday meet in that town and its state
// on that day, whatever the words around it.
func TestMeetingAnywhere(t *testing.T) {
	t.Parallel()
	towns := map[string]string{
		"Ankara": "TUR", "Nairobi": "KEN", "Geneva": "CHE", "Vienna": "AUT", "Lima": "PER", "Jakarta": "IDN", "Rabat": "MAR", "Aleppo": "SYR",
		"Bogota": "COL", "Kathmandu": "NPL", "Istanbul": "TUR", "Mumbai": "IND", "Johannesburg": "ZAF", "Warsaw": "POL", "Busan": "KOR",
	}
	names := make([]string, 0, len(towns))
	for n := range towns {
		names = append(names, n)
	}
	slices.Sort(names)
	frames := []string{
		"Norwegian and Chilean officials met in %s on %s.",
		"On %[2]s, Norwegian and Chilean officials met in %[1]s.",
		"In %[1]s, Norwegian and Chilean officials held talks on %[2]s.",
		"Norwegian and Chilean officials met at a hotel in %s on %s.",
		"Norwegian and Chilean officials met in central %s %s.",
		"Norwegian and Chilean officials held talks in the city of %s on %s.",
	}
	rapid.Check(t, func(r *rapid.T) {
		town, frame := rapid.SampledFrom(names).Draw(r, "town"), rapid.SampledFrom(frames).Draw(r, "frame")
		published := anyDay(r, "published")
		w := time.Weekday(rapid.IntRange(0, 6).Draw(r, "weekday"))
		text := fmt.Sprintf(frame, town, w)
		events := shared().Events(article(t, published.String(), text))
		checkEvents(t, text, events)
		if len(events) != 1 {
			r.Fatalf("%q: %d events", text, len(events))
		}
		e := &events[0]
		if e.Location == nil || e.Location.Place != town || e.Location.Country != towns[town] || e.Location.Precision != "city" {
			r.Fatalf("%q: %+v", text, e.Location)
		}
		if e.Date == nil || e.Date.Start.Weekday() != w || e.Date.Start > published || e.Date.Start < published-6 {
			r.Fatalf("%q of %v: %+v", text, published, e.Date)
		}
	})
}

// checkPlace holds for the place of any event.
func checkPlace(t testing.TB, text string, e *event.Event) {
	t.Helper()
	l := e.Location
	if l == nil {
		return
	}
	country, known := shared().country(l.Country)
	if l.Place == "" || l.Country != "" && !known {
		t.Fatalf("place %+v", l)
	}
	if !strings.Contains(strings.Join(strings.Fields(text), " "), l.Place) && l.Place != country.Name {
		t.Fatalf("the text does not name %q", l.Place)
	}
	if l.Lat == nil || l.Lon == nil || *l.Lat < -90 || *l.Lat > 90 || *l.Lon < -180 || *l.Lon > 180 {
		t.Fatalf("coordinates of %+v", l)
	}
	if l.Precision == "country" && (*l.Lat != country.Lat || *l.Lon != country.Lon) {
		t.Fatalf("%s is not where %s is: %v, %v", l.Place, country.Name, *l.Lat, *l.Lon)
	}
	if l.GeoNamesID != 0 {
		e, ok := shared().gazetteer.Entry(fmt.Sprint("place:", l.GeoNamesID))
		if ok && e.Kind == gazetteer.KindPlace && e.Code != l.Country {
			t.Fatalf("GeoNames %d is in %s, not in %s", l.GeoNamesID, e.Code, l.Country)
		}
	}
}
