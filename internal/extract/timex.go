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
// days that it names once the article's own day, the tense and the day that was
// spoken of last are known.
type timex struct {
	first, last int // token indices, both included
	precision   event.Precision
	ahead       bool // it names what is to come: "later this week", "tomorrow"
	dated       bool // its days can be told; not so for "Thursday" in an article without a date
	resolve     func(t tense, told event.Day) event.Span
}

// timexes finds the time expressions of a sentence, from left to right, none
// overlapping. anchor is the day of publication; without it only expressions
// that name their year can be dated.
func timexes(tokens []nlp.Token, anchor *event.Day) []timex {
	p := timexParser{tokens: tokens, anchor: anchor, words: make([]string, len(tokens))}
	for i := range tokens {
		p.words[i] = strings.ToLower(tokens[i].Form)
	}
	var out []timex
	for p.at = 0; p.at < len(tokens); {
		if x, ok := p.parse(); ok {
			switch p.word(-1) + " " + p.word(0) {
			case "later this":
				x.ahead = true
			default:
				x.ahead = (p.word(0) == "next" || p.word(0) == "coming") && p.word(1) != "day" || p.word(0) == "tomorrow"
			}
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
	words  []string // the forms in lower case
	anchor *event.Day
	at     int
}

// word gives the lower-case form of the i-th token from the current one, or "".
func (p *timexParser) word(i int) string {
	if j := p.at + i; j >= 0 && j < len(p.words) {
		return p.words[j]
	}
	return ""
}

// parse reads one expression at the current token.
func (p *timexParser) parse() (timex, bool) {
	for _, read := range []func() (timex, bool){
		p.isoDate, p.dayOfMonth, p.monthFirst, p.partOf, p.weekday, p.ago, p.relativeDay, p.deictic, p.period, p.feast, p.yearAlone,
	} {
		if x, ok := read(); ok {
			return x, true
		}
	}
	return timex{}, false
}

// span builds an expression of n tokens from the current one that names its year.
func (p *timexParser) span(n int, precision event.Precision, s event.Span) (timex, bool) {
	return timex{first: p.at, last: p.at + n - 1, precision: precision, dated: true, resolve: func(tense, event.Day) event.Span { return s }}, true
}

// counted builds an expression of n tokens whose days are counted from the day of
// publication, by the tense if need be.
func (p *timexParser) counted(n int, precision event.Precision, resolve func(anchor event.Day, t tense) event.Span) (timex, bool) {
	return p.toldFrom(n, precision, func(anchor event.Day, t tense, _ event.Day) event.Span { return resolve(anchor, t) })
}

// toldFrom is counted for what also depends on the day that was spoken of last.
func (p *timexParser) toldFrom(n int, precision event.Precision, resolve func(anchor event.Day, t tense, told event.Day) event.Span) (timex, bool) {
	x := timex{first: p.at, last: p.at + n - 1, precision: precision}
	if p.anchor != nil {
		anchor := *p.anchor
		x.dated, x.resolve = true, func(t tense, told event.Day) event.Span { return resolve(anchor, t, told) }
	}
	return x, true
}

func oneDay(d event.Day) event.Span { return event.Span{Start: d, End: d} }

// isoDate reads 2017-01-26, as one token or as its parts.
func (p *timexParser) isoDate() (timex, bool) {
	if !startsWithDigit(p.word(0)) {
		return timex{}, false
	}
	if d, err := event.ParseDay(p.word(0)); err == nil {
		return p.span(1, event.DayPrecision, oneDay(d))
	}
	if p.word(1) == "-" && p.word(3) == "-" {
		if d, err := event.ParseDay(strings.Join([]string{p.word(0), p.word(2), p.word(4)}, "-")); err == nil {
			return p.span(5, event.DayPrecision, oneDay(d))
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
	// "30 June to 2 July"
	if n == 1 && dashes[p.word(2)] {
		if until, ok := dayNumber(p.word(3)); ok {
			if m, ok := p.month(4); ok && m != month {
				return p.days(5, month, first, m, until)
			}
		}
	}
	return p.days(n+1, month, first, month, last)
}

// dashes join the two ends of a range.
var dashes = map[string]bool{"-": true, "–": true, "—": true, "to": true, "and": true, "through": true, "until": true}

// monthFirst reads "January 26, 2017", "January 23-24", "January 2017", "January".
func (p *timexParser) monthFirst() (timex, bool) {
	month, ok := p.month(0)
	if !ok {
		return timex{}, false
	}
	if first, ok := dayNumber(p.word(1)); ok {
		if m, last, ok := p.rangeEnd(2); ok {
			return p.days(2+m, month, first, month, last)
		}
		if dashes[p.word(2)] { // "June 30 to July 2"
			if m, ok := p.month(3); ok && m != month {
				if until, ok := dayNumber(p.word(4)); ok {
					return p.days(5, month, first, m, until)
				}
			}
		}
		return p.days(2, month, first, month, first)
	}
	if a, b, ok := joinedDays(p.word(1)); ok {
		return p.days(2, month, a, month, b)
	}
	n := 1
	if p.word(n) == "," || p.word(n) == "of" {
		n++
	}
	if y, ok := year(p.word(n)); ok {
		return p.span(n+1, event.MonthPrecision, event.MonthSpan(y, month))
	}
	if !p.monthStandsAlone(month) {
		return timex{}, false
	}
	before := p.word(-1)
	return p.counted(1, event.MonthPrecision, func(anchor event.Day, t tense) event.Span {
		if s := event.MonthSpan(anchor.Year(), month); before == "last" && s.End >= anchor {
			return event.MonthSpan(anchor.Year()-1, month)
		}
		return monthBeside(anchor, month, t)
	})
}

// monthBeside gives the month nearest to a day on the side of the tense.
func monthBeside(anchor event.Day, month time.Month, t tense) event.Span {
	y := anchor.Year()
	switch s := event.MonthSpan(y, month); {
	case t != future && s.Start > anchor:
		return event.MonthSpan(y-1, month)
	case t == future && s.End < anchor:
		return event.MonthSpan(y+1, month)
	default:
		return s
	}
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

// days ends an expression whose first n tokens named days in a month, or from one
// month to another: it takes the year along if one follows.
func (p *timexParser) days(n int, month time.Month, first int, until time.Month, last int) (timex, bool) {
	of := func(y int) event.Span { // y is the year of the last day
		began := y
		if until < month { // "30 December to 2 January"
			began--
		}
		return event.Span{Start: event.DayOf(began, month, first), End: event.DayOf(y, until, last)}
	}
	m := n
	if p.word(m) == "," {
		m++
	}
	if y, ok := year(p.word(m)); ok {
		return p.span(m+1, event.DayPrecision, of(y))
	}
	if p.word(n+1) == "year" { // "March 20 last year"
		shift, ok := map[string]int{"last": -1, "this": 0, "next": 1}[p.word(n)]
		if ok {
			return p.counted(n+2, event.DayPrecision, func(anchor event.Day, _ tense) event.Span { return of(anchor.Year() + shift) })
		}
	}
	return p.counted(n, event.DayPrecision, func(anchor event.Day, t tense) event.Span {
		s := of(anchor.Year())
		if next := of(anchor.Year() + 1); until < month && next.Start <= anchor+31 && t != future {
			s = next // "from 30 December to 2 January", on the 31st
		}
		switch {
		case t == future && s.End < anchor:
			return of(anchor.Year() + 1)
		case t != future && s.Start > anchor+31: // a near day ahead is a plan told in the past tense
			return of(anchor.Year() - 1)
		}
		return s
	})
}

// partOf reads "early March", "mid-March 2021", "late 2001": a part of a month, or
// the first, middle or last months of a year.
func (p *timexParser) partOf() (timex, bool) {
	part, n := p.word(0), 1
	if m, ok := strings.CutPrefix(part, "mid-"); ok && m != "" { // one token
		if month, ok := monthOf(m); ok {
			return p.counted(1, event.MonthPrecision, func(anchor event.Day, t tense) event.Span {
				s := monthBeside(anchor, month, t)
				return event.Span{Start: s.Start + 10, End: s.Start + 19}
			})
		}
	}
	if part != "early" && part != "mid" && part != "late" {
		return timex{}, false
	}
	if p.word(n) == "-" {
		n++
	}
	if y, ok := year(p.word(n)); ok && p.word(n+1) != "-" {
		first, last := time.January, time.March
		switch part {
		case "mid":
			first, last = time.May, time.August
		case "late":
			first, last = time.October, time.December
		}
		return p.span(n+1, event.MonthPrecision, event.Span{Start: event.DayOf(y, first, 1), End: event.DayOf(y, last+1, 0)})
	}
	if _, ok := p.month(n); !ok {
		return timex{}, false
	}
	p.at += n
	x, ok := p.monthFirst()
	p.at -= n
	if !ok || x.precision != event.MonthPrecision {
		return timex{}, false
	}
	x.first = p.at
	if !x.dated {
		return x, true
	}
	whole := x.resolve
	x.resolve = func(t tense, told event.Day) event.Span {
		s := whole(t, told)
		switch part {
		case "early":
			s.End = s.Start + 9
		case "mid":
			s.Start, s.End = s.Start+10, s.Start+19
		case "late":
			s.Start += 20
		}
		return s
	}
	return x, true
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

// weekday reads "Thursday", "last Thursday", "next Monday", "Monday and Tuesday",
// "Friday to Sunday".
func (p *timexParser) weekday() (timex, bool) {
	w, ok := weekdayOf(p.word(0))
	if !ok {
		return timex{}, false
	}
	// "Monday, 3 August 2020", "Thursday (January 26)": the date tells more.
	for _, skip := range []int{1, 2} {
		if skip == 2 && p.word(1) != "," && p.word(1) != "(" {
			break
		}
		p.at += skip
		x, ok := p.dayOfMonth()
		if !ok {
			x, ok = p.monthFirst()
		}
		p.at -= skip
		if ok && x.precision == event.DayPrecision {
			x.first = p.at
			return x, true
		}
	}
	n, days := 1, 0
	if dashes[p.word(1)] {
		if until, ok := weekdayOf(p.word(2)); ok {
			if days = (int(until) - int(w) + 7) % 7; days == 1 || p.word(1) != "and" {
				n = 3
			} else {
				days = 0
			}
		}
	}
	switch p.word(n) {
	case "night", "morning", "afternoon", "evening":
		n++
	}
	before := p.word(-1)
	return p.counted(n, event.DayPrecision, func(anchor event.Day, t tense) event.Span {
		start := anchor - event.Day((int(anchor.Weekday())-int(w)+7)%7)
		switch {
		case before == "next" || t == future && before != "last" && before != "past":
			if start < anchor || before == "next" {
				start += 7
			}
		case before == "last" && start == anchor:
			start -= 7
		}
		return event.Span{Start: start, End: start + event.Day(days)}
	})
}

// ago reads "three days ago", "two weeks ago", "six years ago today" and "marks
// six years since".
func (p *timexParser) ago() (timex, bool) {
	n, ok := quantity(p.word(0))
	if !ok {
		return timex{}, false
	}
	unit := strings.TrimSuffix(p.word(1), "s")
	jubilee := p.word(2) == "since" && (p.word(-1) == "marks" || p.word(-1) == "marked") || p.word(2) == "ago" && p.word(3) == "today"
	if p.word(2) != "ago" && !jubilee {
		return timex{}, false
	}
	tokens, precision := 3, event.DayPrecision
	switch {
	case jubilee:
		if p.word(2) == "ago" {
			tokens = 4
		}
	case unit == "week":
		precision = event.WeekPrecision
	case unit == "month":
		precision = event.MonthPrecision
	case unit == "year" || unit == "decade":
		precision = event.YearPrecision
	}
	var back func(anchor event.Day) event.Day
	switch unit {
	case "hour":
		back = func(anchor event.Day) event.Day { return anchor - event.Day(n/24) }
	case "day":
		back = func(anchor event.Day) event.Day { return anchor - event.Day(n) }
	case "week":
		back = func(anchor event.Day) event.Day { return anchor - event.Day(7*n) }
	case "month":
		back = func(anchor event.Day) event.Day { return monthsBefore(anchor, n) }
	case "year":
		back = func(anchor event.Day) event.Day { return monthsBefore(anchor, 12*n) }
	case "decade":
		back = func(anchor event.Day) event.Day { return monthsBefore(anchor, 120*n) }
	default:
		return timex{}, false
	}
	return p.counted(tokens, precision, func(anchor event.Day, _ tense) event.Span { return around(back(anchor), precision) })
}

// monthsBefore gives the same day n months earlier, or the last of that month.
func monthsBefore(d event.Day, n int) event.Day {
	t := d.Time()
	s := event.MonthSpan(t.Year(), t.Month()-time.Month(n))
	return min(s.Start+event.Day(t.Day()-1), s.End)
}

// around gives the day, week, month or year that a day lies in.
func around(d event.Day, p event.Precision) event.Span {
	switch p {
	case event.WeekPrecision:
		return weekOf(d)
	case event.MonthPrecision:
		return event.MonthSpan(d.Year(), d.Time().Month())
	case event.YearPrecision:
		return yearSpan(d.Year())
	}
	return oneDay(d)
}

// relativeDay reads days that are counted from the one that was spoken of last:
// "a day earlier", "two days later", "the previous day", "the same day".
func (p *timexParser) relativeDay() (timex, bool) {
	shift := func(n, days int) (timex, bool) {
		return p.toldFrom(n, event.DayPrecision, func(_ event.Day, _ tense, told event.Day) event.Span { return oneDay(told + event.Day(days)) })
	}
	if p.word(1) == "day" && p.word(2) != "'s" {
		switch p.word(0) {
		case "previous", "preceding":
			return shift(2, -1)
		case "next", "following":
			return shift(2, 1)
		case "same":
			return shift(2, 0)
		}
	}
	n, ok := quantity(p.word(0))
	if !ok || n > 30 || strings.TrimSuffix(p.word(1), "s") != "day" {
		return timex{}, false
	}
	switch p.word(2) {
	case "earlier":
		return shift(3, -n)
	case "later":
		return shift(3, n)
	}
	return timex{}, false
}

// deictic reads "today", "yesterday", "tomorrow", "tonight", "the day before
// yesterday".
func (p *timexParser) deictic() (timex, bool) {
	n, offset := 1, event.Day(0)
	switch p.word(0) {
	case "today", "tonight":
	case "yesterday":
		offset = -1
	case "tomorrow":
		offset = 1
	case "day":
		n = 3
		switch p.word(1) + " " + p.word(2) {
		case "before yesterday":
			offset = -2
		case "after tomorrow":
			offset = 2
		default:
			return timex{}, false
		}
	default:
		return timex{}, false
	}
	return p.counted(n, event.DayPrecision, func(anchor event.Day, _ tense) event.Span { return oneDay(anchor + offset) })
}

// period reads "this week", "last month", "next year", "last weekend", "this
// morning".
func (p *timexParser) period() (timex, bool) {
	shift := 0
	switch p.word(0) {
	case "this", "current":
	case "the": // "over the weekend"
		if p.word(1) != "weekend" {
			return timex{}, false
		}
	case "last", "past", "previous":
		shift = -1
	case "next", "coming", "following":
		shift = 1
	default:
		return timex{}, false
	}
	switch p.word(1) {
	case "week":
		return p.counted(2, event.WeekPrecision, func(anchor event.Day, _ tense) event.Span { return weekOf(anchor + event.Day(7*shift)) })
	case "weekend":
		return p.counted(2, event.DayPrecision, func(anchor event.Day, t tense) event.Span {
			saturday := weekOf(anchor).Start + 5
			switch {
			case shift > 0:
				saturday += 7
			case t != future && saturday > anchor || shift < 0 && saturday <= anchor && anchor <= saturday+1:
				saturday -= 7
			}
			return event.Span{Start: saturday, End: saturday + 1}
		})
	case "month":
		return p.counted(2, event.MonthPrecision, func(anchor event.Day, _ tense) event.Span {
			t := anchor.Time()
			return event.MonthSpan(t.Year(), t.Month()+time.Month(shift))
		})
	case "year":
		return p.counted(2, event.YearPrecision, func(anchor event.Day, _ tense) event.Span { return yearSpan(anchor.Year() + shift) })
	case "night", "evening":
		return p.counted(2, event.DayPrecision, func(anchor event.Day, _ tense) event.Span { return oneDay(anchor + event.Day(min(shift, 0))) })
	case "morning", "afternoon":
		return p.counted(2, event.DayPrecision, func(anchor event.Day, _ tense) event.Span { return oneDay(anchor + event.Day(shift)) })
	}
	return timex{}, false
}

// feast reads the feasts that news dates events by: "on Christmas Day", "New
// Year's Eve 2016", "Good Friday". They are the nearest on the side of the tense.
func (p *timexParser) feast() (timex, bool) {
	if form := p.tokens[p.at].Form; form == "" || form[0] < 'A' || form[0] > 'Z' {
		return timex{}, false
	}
	var day func(y int) event.Day
	n := 2
	easter := func(shift event.Day) func(int) event.Day {
		return func(y int) event.Day { return easterSunday(y) + shift }
	}
	fixed := func(m time.Month, d int) func(int) event.Day {
		return func(y int) event.Day { return event.DayOf(y, m, d) }
	}
	switch w := p.word(1); p.word(0) {
	case "christmas":
		switch w {
		case "eve":
			day = fixed(time.December, 24)
		case "day":
			day = fixed(time.December, 25)
		default:
			if p.word(-1) != "on" && p.word(-1) != "at" {
				return timex{}, false
			}
			n, day = 1, fixed(time.December, 25)
		}
	case "new":
		if w != "year" || p.word(2) != "'s" && p.word(2) != "’s" {
			return timex{}, false
		}
		switch n = 4; p.word(3) {
		case "eve":
			day = fixed(time.December, 31)
		case "day":
			day = fixed(time.January, 1)
		}
	case "good":
		if w == "friday" {
			day = easter(-2)
		}
	case "easter":
		switch w {
		case "sunday":
			day = easter(0)
		case "monday":
			day = easter(1)
		}
	}
	if day == nil {
		return timex{}, false
	}
	if y, ok := year(p.word(n)); ok {
		return p.span(n+1, event.DayPrecision, oneDay(day(y)))
	}
	return p.counted(n, event.DayPrecision, func(anchor event.Day, t tense) event.Span {
		y := anchor.Year()
		switch {
		case t == future && day(y) < anchor:
			y++
		case t != future && day(y) > anchor:
			y--
		}
		return oneDay(day(y))
	})
}

// easterSunday gives the day of the Gregorian Easter by the anonymous algorithm
// (Nature, 20 April 1876).
func easterSunday(y int) event.Day {
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return event.DayOf(y, time.Month(n/31), n%31+1)
}

// yearAlone reads a year behind a preposition or in front of a noun: "in 2015",
// "the 2015 agreement".
func (p *timexParser) yearAlone() (timex, bool) {
	y, ok := year(p.word(0))
	if !ok {
		return timex{}, false
	}
	switch p.word(-1) {
	case "in", "since", "of", "during", "from", "until", "by", "the", "early", "late", "mid", "a", ",", "year", "fiscal":
		return p.span(1, event.YearPrecision, yearSpan(y))
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
	return monthOf(s)
}

// monthOf gives the month of a name in lower case or its abbreviation.
func monthOf(s string) (time.Month, bool) {
	if len(s) < 3 {
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
