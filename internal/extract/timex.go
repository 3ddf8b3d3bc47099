package extract

import (
	"strconv"
	"strings"
	"time"

	"demarche/internal/event"
	"demarche/internal/nlp"
)

// tense is the side of the article's day on which something happens.
type tense int8

const (
	past tense = iota
	present
	future
)

// timex is a time expression in a sentence: the tokens that make it and the
// days that it names once the article's own day and the tense are known.
type timex struct {
	first, last int // token indices, both included
	precision   event.Precision
	resolve     func(tense) event.Span
}

// timexes finds the time expressions of a sentence, from left to right, none
// overlapping. anchor is the day of publication; without it only expressions
// that name their year are found.
func timexes(tokens []nlp.Token, anchor *event.Day) []timex {
	p := timexParser{tokens: tokens, anchor: anchor}
	var out []timex
	for p.at = 0; p.at < len(tokens); {
		if x, ok := p.parse(); ok {
			out = append(out, x)
			p.at = x.last + 1
		} else {
			p.at++
		}
	}
	return out
}

type timexParser struct {
	tokens []nlp.Token
	anchor *event.Day
	at     int
}

// word gives the lower-case form of the i-th token from the current one, or "".
func (p *timexParser) word(i int) string {
	if j := p.at + i; j >= 0 && j < len(p.tokens) {
		return strings.ToLower(p.tokens[j].Form)
	}
	return ""
}

// parse reads one expression at the current token.
func (p *timexParser) parse() (timex, bool) {
	for _, read := range []func() (timex, bool){
		p.isoDate, p.dayOfMonth, p.monthFirst, p.weekday, p.ago, p.deictic, p.period, p.yearAlone,
	} {
		if x, ok := read(); ok {
			return x, true
		}
	}
	return timex{}, false
}

// span builds an expression of n tokens from the current one.
func (p *timexParser) span(n int, precision event.Precision, resolve func(tense) event.Span) (timex, bool) {
	return timex{first: p.at, last: p.at + n - 1, precision: precision, resolve: resolve}, true
}

func fixed(s event.Span) func(tense) event.Span { return func(tense) event.Span { return s } }

func oneDay(d event.Day) event.Span { return event.Span{Start: d, End: d} }

// isoDate reads 2017-01-26, as one token or as its parts.
func (p *timexParser) isoDate() (timex, bool) {
	if !startsWithDigit(p.word(0)) {
		return timex{}, false
	}
	if d, err := event.ParseDay(p.word(0)); err == nil {
		return p.span(1, event.DayPrecision, fixed(oneDay(d)))
	}
	if p.word(1) == "-" && p.word(3) == "-" {
		if d, err := event.ParseDay(strings.Join([]string{p.word(0), p.word(2), p.word(4)}, "-")); err == nil {
			return p.span(5, event.DayPrecision, fixed(oneDay(d)))
		}
	}
	return timex{}, false
}

// dayOfMonth reads "26 January 2017", "26th of January", "23-24 January".
func (p *timexParser) dayOfMonth() (timex, bool) {
	first, ok := dayNumber(p.word(0))
	if !ok {
		return timex{}, false
	}
	n, last := 1, first
	if m, until, ok := p.rangeEnd(1); ok {
		n, last = 1+m, until
	} else if a, b, ok := joinedDays(p.word(0)); ok {
		first, last = a, b
	}
	if p.word(n) == "of" {
		n++
	}
	month, ok := p.month(n)
	if !ok {
		return timex{}, false
	}
	return p.days(n+1, month, first, last)
}

// monthFirst reads "January 26, 2017", "January 23-24", "January 2017", "January".
func (p *timexParser) monthFirst() (timex, bool) {
	month, ok := p.month(0)
	if !ok {
		return timex{}, false
	}
	if first, ok := dayNumber(p.word(1)); ok {
		if m, last, ok := p.rangeEnd(2); ok {
			return p.days(2+m, month, first, last)
		}
		return p.days(2, month, first, first)
	}
	if a, b, ok := joinedDays(p.word(1)); ok {
		return p.days(2, month, a, b)
	}
	n := 1
	if p.word(n) == "," || p.word(n) == "of" {
		n++
	}
	if y, ok := year(p.word(n)); ok {
		return p.span(n+1, event.MonthPrecision, fixed(event.MonthSpan(y, month)))
	}
	if p.anchor == nil || !p.monthStandsAlone(month) {
		return timex{}, false
	}
	anchor, before := *p.anchor, p.word(-1)
	return p.span(1, event.MonthPrecision, func(t tense) event.Span {
		y := anchor.Year()
		switch s := event.MonthSpan(y, month); {
		case before == "last" && s.End >= anchor, t != future && s.Start > anchor:
			return event.MonthSpan(y-1, month)
		case t == future && s.End < anchor:
			return event.MonthSpan(y+1, month)
		default:
			return s
		}
	})
}

// monthStandsAlone guards against "may" and "march" as verbs and "May" as a name.
func (p *timexParser) monthStandsAlone(m time.Month) bool {
	if m != time.May && m != time.March {
		return true
	}
	switch p.word(-1) {
	case "in", "since", "until", "by", "last", "next", "early", "late", "mid", "of", "this", "from":
		return p.tokens[p.at].UPOS == nlp.PROPN || p.tokens[p.at].UPOS == nlp.NOUN
	}
	return false
}

// days ends an expression whose first n tokens named a month and days in it:
// it takes the year along if one follows.
func (p *timexParser) days(n int, month time.Month, first, last int) (timex, bool) {
	m := n
	if p.word(m) == "," {
		m++
	}
	if y, ok := year(p.word(m)); ok {
		s := event.Span{Start: event.DayOf(y, month, first), End: event.DayOf(y, month, last)}
		return p.span(m+1, event.DayPrecision, fixed(s))
	}
	if p.anchor == nil {
		return timex{}, false
	}
	anchor := *p.anchor
	return p.span(n, event.DayPrecision, func(t tense) event.Span {
		of := func(y int) event.Span {
			return event.Span{Start: event.DayOf(y, month, first), End: event.DayOf(y, month, last)}
		}
		s := of(anchor.Year())
		switch {
		case t == future && s.End < anchor:
			return of(anchor.Year() + 1)
		case t != future && s.Start > anchor+31: // a near day ahead is a plan told in the past tense
			return of(anchor.Year() - 1)
		}
		return s
	})
}

// rangeEnd reads "- 24" or "to 24" at the i-th token from the current one and
// gives how many tokens it takes.
func (p *timexParser) rangeEnd(i int) (n, last int, ok bool) {
	switch p.word(i) {
	case "-", "–", "—", "to", "and", "through":
		if d, ok := dayNumber(p.word(i + 1)); ok {
			if first, ok := dayNumber(p.word(i - 1)); ok && first < d {
				return 2, d, true
			}
		}
	}
	return 0, 0, false
}

// weekday reads "Thursday", "last Thursday", "next Monday", "Thursday night".
func (p *timexParser) weekday() (timex, bool) {
	if p.anchor == nil {
		return timex{}, false
	}
	w, ok := weekdayOf(p.word(0))
	if !ok {
		return timex{}, false
	}
	anchor, before := *p.anchor, p.word(-1)
	return p.span(1, event.DayPrecision, func(t tense) event.Span {
		back := event.Day((int(anchor.Weekday()) - int(w) + 7) % 7)
		switch {
		case before == "next" || (t == future && before != "last"):
			if back == 0 && before != "next" {
				return oneDay(anchor)
			}
			return oneDay(anchor - back + 7)
		case before == "last" && back == 0:
			return oneDay(anchor - 7)
		}
		return oneDay(anchor - back)
	})
}

// ago reads "three days ago", "two weeks ago".
func (p *timexParser) ago() (timex, bool) {
	n, ok := quantity(p.word(0))
	if !ok || p.anchor == nil || p.word(2) != "ago" {
		return timex{}, false
	}
	anchor := *p.anchor
	switch strings.TrimSuffix(p.word(1), "s") {
	case "day":
		return p.span(3, event.DayPrecision, fixed(oneDay(anchor-event.Day(n))))
	case "week":
		return p.span(3, event.WeekPrecision, fixed(weekOf(anchor-event.Day(7*n))))
	case "month":
		t := anchor.Time().AddDate(0, -n, 1-anchor.Time().Day())
		return p.span(3, event.MonthPrecision, fixed(event.MonthSpan(t.Year(), t.Month())))
	case "year", "decade":
		if p.word(1)[0] == 'd' {
			n *= 10
		}
		return p.span(3, event.YearPrecision, fixed(yearSpan(anchor.Year()-n)))
	}
	return timex{}, false
}

// deictic reads "today", "yesterday", "tomorrow", "tonight".
func (p *timexParser) deictic() (timex, bool) {
	if p.anchor == nil {
		return timex{}, false
	}
	offset := event.Day(0)
	switch p.word(0) {
	case "today", "tonight":
	case "yesterday":
		offset = -1
	case "tomorrow":
		offset = 1
	default:
		return timex{}, false
	}
	return p.span(1, event.DayPrecision, fixed(oneDay(*p.anchor+offset)))
}

// period reads "this week", "last month", "next year", "late last year",
// "the same day".
func (p *timexParser) period() (timex, bool) {
	if p.anchor == nil {
		return timex{}, false
	}
	anchor, shift := *p.anchor, 0
	switch p.word(0) {
	case "this", "current":
	case "last", "past", "previous":
		shift = -1
	case "next", "coming", "following":
		shift = 1
	default:
		return timex{}, false
	}
	switch p.word(1) {
	case "week":
		return p.span(2, event.WeekPrecision, fixed(weekOf(anchor+event.Day(7*shift))))
	case "month":
		t := anchor.Time()
		return p.span(2, event.MonthPrecision, fixed(event.MonthSpan(t.Year(), t.Month()+time.Month(shift))))
	case "year":
		return p.span(2, event.YearPrecision, fixed(yearSpan(anchor.Year()+shift)))
	case "night", "evening":
		return p.span(2, event.DayPrecision, fixed(oneDay(anchor+event.Day(min(shift, 0)))))
	case "morning", "afternoon":
		return p.span(2, event.DayPrecision, fixed(oneDay(anchor+event.Day(shift))))
	}
	return timex{}, false
}

// yearAlone reads a year behind a preposition or in front of a noun: "in 2015",
// "the 2015 agreement".
func (p *timexParser) yearAlone() (timex, bool) {
	y, ok := year(p.word(0))
	if !ok {
		return timex{}, false
	}
	switch p.word(-1) {
	case "in", "since", "of", "during", "from", "until", "by", "the", "early", "late", "mid", "a", ",", "(":
		return p.span(1, event.YearPrecision, fixed(yearSpan(y)))
	}
	return timex{}, false
}

func yearSpan(y int) event.Span {
	return event.Span{Start: event.DayOf(y, time.January, 1), End: event.DayOf(y, time.December, 31)}
}

// weekOf gives the week from Monday to Sunday that holds a day.
func weekOf(d event.Day) event.Span {
	monday := d - event.Day((int(d.Weekday())+6)%7)
	return event.Span{Start: monday, End: monday + 6}
}

func weekdayOf(s string) (time.Weekday, bool) {
	for w := time.Sunday; w <= time.Saturday; w++ {
		name := w.String()
		if strings.EqualFold(s, name) || len(s) >= 4 && s[len(s)-1] == '.' && strings.EqualFold(s[:3], name[:3]) {
			return w, true
		}
	}
	return 0, false
}

// month reads a month's name or its abbreviation, capitalised, at the i-th
// token from the current one.
func (p *timexParser) month(i int) (time.Month, bool) {
	s := p.word(i)
	if len(s) < 3 || p.tokens[p.at+i].Form[0] > 'Z' {
		return 0, false
	}
	abbreviated := strings.TrimSuffix(s, ".")
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if strings.EqualFold(s, name) || strings.EqualFold(abbreviated, name[:3]) || abbreviated == "sept" && m == time.September {
			return m, true
		}
	}
	return 0, false
}

func startsWithDigit(s string) bool {
	return s != "" && s[0] >= '0' && s[0] <= '9'
}

// number reads a number in figures. Most words are none: they cost no error.
func number(s string) (int, bool) {
	if !startsWithDigit(s) {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// dayNumber reads 1 to 31, also "1st", "22nd".
func dayNumber(s string) (int, bool) {
	if !startsWithDigit(s) {
		return 0, false
	}
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		s = strings.TrimSuffix(s, suffix)
	}
	n, ok := number(s)
	return n, ok && n >= 1 && n <= 31 && len(s) <= 2
}

// joinedDays reads "23-24" that stayed one token.
func joinedDays(s string) (first, last int, ok bool) {
	if !startsWithDigit(s) {
		return 0, 0, false
	}
	a, b, found := strings.Cut(strings.NewReplacer("–", "-", "—", "-").Replace(s), "-")
	if !found {
		return 0, 0, false
	}
	first, okA := dayNumber(a)
	last, okB := dayNumber(b)
	return first, last, okA && okB && first < last
}

// year reads a year of four digits that news may speak of.
func year(s string) (int, bool) {
	n, ok := number(s)
	return n, ok && len(s) == 4 && n >= 1900 && n <= 2100
}

// quantity reads a small number in figures or words.
func quantity(s string) (int, bool) {
	for i, w := range []string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"} {
		if s == w && i > 0 {
			return i, true
		}
	}
	switch s {
	case "a", "an":
		return 1, true
	}
	n, ok := number(s)
	return n, ok && n > 0 && n < 200
}
