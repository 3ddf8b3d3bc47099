package encode

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"demarche/internal/event"
)

// calendarEncoder writes a calendar (RFC 5545) of whole-day events. What has no
// date has no place in it.
type calendarEncoder struct {
	b *bytes.Buffer
	s *Shape
}

func openCalendar(b *bytes.Buffer, s *Shape) Encoder {
	e := &calendarEncoder{b, s}
	e.line("BEGIN", "VCALENDAR")
	e.line("VERSION", "2.0")
	e.line("PRODID", "-//Demarche//Diplomatic events//EN")
	e.line("CALSCALE", "GREGORIAN")
	e.line("X-WR-CALNAME", "Diplomatic events")
	e.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H") // RFC 7986
	e.line("X-PUBLISHED-TTL", "PT1H")
	return e
}

// standing says what a status is to a calendar.
var standing = map[event.Status]string{event.Planned: "TENTATIVE", event.Cancelled: "CANCELLED"}

func (e *calendarEncoder) Event(document []byte) error {
	ev, err := decode(document)
	if err != nil || ev.Date == nil {
		return err
	}
	const stamp, date = "20060102T150405Z", "20060102"
	e.line("BEGIN", "VEVENT")
	e.line("UID", ev.ID.String())
	e.line("DTSTAMP", ev.UpdatedAt.UTC().Format(stamp))
	e.line("CREATED", ev.CreatedAt.UTC().Format(stamp))
	e.line("LAST-MODIFIED", ev.UpdatedAt.UTC().Format(stamp))
	e.line("SEQUENCE", fmt.Sprint(max(ev.Revision-1, 0)))
	e.line("DTSTART;VALUE=DATE", ev.Date.Start.Time().Format(date))
	e.line("DTEND;VALUE=DATE", (ev.Date.End + 1).Time().Format(date)) // exclusive
	e.line("SUMMARY", calendarText(ev.Summary))
	e.line("DESCRIPTION", calendarText(describe(ev)))
	if l := ev.Location; l != nil {
		if name := placeName(l); name != "" {
			e.line("LOCATION", calendarText(name))
		}
		if l.Lat != nil && l.Lon != nil {
			e.line("GEO", fmt.Sprintf("%.6f;%.6f", *l.Lat, *l.Lon))
		}
	}
	e.line("CATEGORIES", calendarText(string(ev.Type)))
	status := standing[ev.Status]
	if status == "" {
		status = "CONFIRMED"
	}
	e.line("STATUS", status)
	e.line("TRANSP", "TRANSPARENT") // it takes nobody's time
	e.line("URL", e.s.address(ev))
	e.line("END", "VEVENT")
	return nil
}

func (e *calendarEncoder) End() error {
	e.line("END", "VCALENDAR")
	return nil
}

// line writes a content line, folded such that none is longer than 75 bytes and
// no character is cut.
func (e *calendarEncoder) line(name, value string) {
	const longest = 75
	s := name + ":" + value
	room := longest
	for len(s) > room {
		n := room
		for !utf8.RuneStart(s[n]) {
			n--
		}
		e.b.WriteString(s[:n])
		e.b.WriteString("\r\n ")
		s, room = s[n:], longest-1
	}
	e.b.WriteString(s)
	e.b.WriteString("\r\n")
}

var calendarEscapes = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\n`, `\`, `\\`, ";", `\;`, ",", `\,`)

// calendarText escapes a text; control characters have no place in one.
func calendarText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, calendarEscapes.Replace(s))
}

// placeName names a place with its country.
func placeName(l *event.Location) string {
	if l.Place == "" || l.Country == "" {
		return l.Place + l.Country
	}
	return l.Place + ", " + l.Country
}

// describe says of an event what its summary does not, a line each.
func describe(e *event.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s", strings.ReplaceAll(string(e.Type), "_", " "), e.Status)
	if e.Date != nil && e.Date.Precision != event.DayPrecision {
		fmt.Fprintf(&b, "; dated to the %s", e.Date.Precision)
	}
	fmt.Fprintf(&b, "; confidence %.2f; articles %d, sources %d\n", e.Confidence, e.ArticleCount, e.SourceCount)
	for _, p := range e.Participants {
		fmt.Fprintf(&b, "%s (%s", p.Name, p.Code)
		if p.Sector != "" {
			fmt.Fprintf(&b, " %s", p.Sector)
		}
		fmt.Fprintf(&b, ", %s)\n", p.Role)
	}
	for _, v := range e.Evidence {
		fmt.Fprintf(&b, "“%s”\n", v.Text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
