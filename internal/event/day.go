package event

import (
	"fmt"
	"time"
)

// Day is a civil date, counted in days since 1970-01-01; it has no time zone.
// As text it is an RFC 3339 full-date, "2017-01-26".
type Day int32

// Earliest and latest day that the product accepts from outside. News older
// than the telegraph or later than the next turn of the century is a typing
// error, and both ends are far inside what Postgres and time.Time can hold.
var (
	minDay = DayOf(1800, time.January, 1)
	maxDay = DayOf(2199, time.December, 31)
)

// DayOf gives the day of a calendar date; out-of-range months and days are
// normalised as time.Date does.
func DayOf(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// DayOfTime gives the civil date that t shows in its own zone.
func DayOfTime(t time.Time) Day { return DayOf(t.Date()) }

// ParseDay reads "2006-01-02". It refuses anything else, impossible dates and
// years outside 1800 to 2199.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date: expected YYYY-MM-DD", clip(s))
	}
	d := DayOfTime(t)
	if !d.Plausible() {
		return 0, fmt.Errorf("%q is out of range: expected a year from %d to %d", s, minDay.Year(), maxDay.Year())
	}
	return d, nil
}

// Plausible tells whether the day lies in the years that are accepted.
func (d Day) Plausible() bool { return d >= minDay && d <= maxDay }

// Time gives midnight UTC of the day.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Year gives the calendar year.
func (d Day) Year() int { return d.Time().Year() }

// Weekday gives the day of the week.
func (d Day) Weekday() time.Weekday { return d.Time().Weekday() }

// String gives "2006-01-02".
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText implements encoding.TextMarshaler.
func (d Day) MarshalText() ([]byte, error) { return d.Time().AppendFormat(nil, time.DateOnly), nil }

// UnmarshalText implements encoding.TextUnmarshaler with the rules of ParseDay.
func (d *Day) UnmarshalText(b []byte) error {
	v, err := ParseDay(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Span is a run of days, both ends included.
type Span struct{ Start, End Day }

// ParseSpan reads a day "2017-01-26", a month "2017-01" or a year "2017" and
// gives the days that it covers.
func ParseSpan(s string) (Span, error) {
	switch len(s) {
	case len("2006"):
		if t, err := time.Parse("2006", s); err == nil {
			return plausible(s, yearSpan(t.Year()))
		}
	case len("2006-01"):
		if t, err := time.Parse("2006-01", s); err == nil {
			return plausible(s, MonthSpan(t.Year(), t.Month()))
		}
	case len(time.DateOnly):
		d, err := ParseDay(s)
		return Span{d, d}, err
	}
	return Span{}, fmt.Errorf("%q is not a date: expected YYYY-MM-DD, YYYY-MM or YYYY", clip(s))
}

// MonthSpan gives the first and last day of a month.
func MonthSpan(year int, month time.Month) Span {
	return Span{DayOf(year, month, 1), DayOf(year, month+1, 0)}
}

func yearSpan(year int) Span {
	return Span{DayOf(year, time.January, 1), DayOf(year, time.December, 31)}
}

func plausible(s string, p Span) (Span, error) {
	if !p.Start.Plausible() || !p.End.Plausible() {
		return Span{}, fmt.Errorf("%q is out of range: expected a year from %d to %d", s, minDay.Year(), maxDay.Year())
	}
	return p, nil
}

// clip shortens outside text for an error message.
func clip(s string) string {
	const most = 40
	r := []rune(s)
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
