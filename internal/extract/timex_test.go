package extract

import (
	"strings"
	"testing"

	"demarche/internal/event"
	"demarche/internal/nlp"
)

// tokens gives the words of a text as tokens, names of months and days tagged
// as such.
func tokens(text string) []nlp.Token {
	var out []nlp.Token
	for _, w := range strings.Fields(strings.ReplaceAll(text, ",", " ,")) {
		t := nlp.Token{Form: w, UPOS: nlp.NOUN}
		if w[0] >= 'A' && w[0] <= 'Z' {
			t.UPOS = nlp.PROPN
		}
		out = append(out, t)
	}
	return out
}

func TestTimexes(t *testing.T) {
	anchor, err := event.ParseDay("2017-01-27") // a Friday
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		text  string
		tense tense
		want  string // "" if there is none
	}{
		{"on Thursday", past, "2017-01-26"},
		{"on Friday", past, "2017-01-27"},
		{"last Friday", past, "2017-01-20"},
		{"on Thursday", future, "2017-02-02"},
		{"next Friday", future, "2017-02-03"},
		{"on Saturday", past, "2017-01-21"},
		{"today", past, "2017-01-27"},
		{"yesterday", past, "2017-01-26"},
		{"tomorrow", future, "2017-01-28"},
		{"on January 23-24", past, "2017-01-23..2017-01-24"},
		{"on January 23 - 24", past, "2017-01-23..2017-01-24"},
		{"from January 23 to 24 2017", past, "2017-01-23..2017-01-24"},
		{"on December 30 , 2016", past, "2016-12-30"},
		{"on December 30", past, "2016-12-30"},
		{"on December 30", future, "2017-12-30"},
		{"on 30 December", past, "2016-12-30"},
		{"on the 30th of December", past, "2016-12-30"},
		{"on 5 May 2015", past, "2015-05-05"},
		{"on Feb. 3", future, "2017-02-03"},
		{"in November", past, "2016-11-01..2016-11-30"},
		{"in March", future, "2017-03-01..2017-03-31"},
		{"in December 2021", past, "2021-12-01..2021-12-31"},
		{"in 2015", past, "2015-01-01..2015-12-31"},
		{"the 2011 agreement", past, "2011-01-01..2011-12-31"},
		{"last week", past, "2017-01-16..2017-01-22"},
		{"this week", past, "2017-01-23..2017-01-29"},
		{"next month", future, "2017-02-01..2017-02-28"},
		{"last year", past, "2016-01-01..2016-12-31"},
		{"three days ago", past, "2017-01-24"},
		{"two months ago", past, "2016-11-01..2016-11-30"},
		{"a year ago", past, "2016-01-01..2016-12-31"},
		{"2017-01-05", past, "2017-01-05"},
		{"on Monday and Tuesday", past, "2017-01-23..2017-01-24"},
		{"from Saturday to Tuesday", future, "2017-01-28..2017-01-31"},
		{"Monday and Thursday", past, "2017-01-23" + "2017-01-26"},
		{"Thursday night", past, "2017-01-26"},
		{"on Thursday , January 26 , 2017", past, "2017-01-26"},
		{"on March 20 last year", past, "2016-03-20"},
		{"from 30 December to 2 January", past, "2016-12-30..2017-01-02"},
		{"from December 30 to January 2 , 2015", past, "2014-12-30..2015-01-02"},
		{"from 30 April to 2 May 2016", past, "2016-04-30..2016-05-02"},
		{"in early March", past, "2016-03-01..2016-03-10"},
		{"in mid-March", future, "2017-03-11..2017-03-20"},
		{"in late 2015", past, "2015-10-01..2015-12-31"},
		{"the day before yesterday", past, "2017-01-25"},
		{"last weekend", past, "2017-01-21..2017-01-22"},
		{"over the weekend", past, "2017-01-21..2017-01-22"},
		{"this weekend", future, "2017-01-28..2017-01-29"},
		{"six years ago today", past, "2011-01-27"},
		{"marks six years since", past, "2011-01-27"},
		{"48 hours ago", past, "2017-01-25"},
		{"a day earlier", past, "2017-01-26"}, // than the day that was told, here that of the report
		{"two days later", past, "2017-01-29"},
		{"the previous day", past, "2017-01-26"},
		{"the same day", past, "2017-01-27"},
		{"on Christmas Day", past, "2016-12-25"},
		{"on New Year 's Eve", past, "2016-12-31"},
		{"on New Year 's Eve", future, "2017-12-31"},
		{"on Good Friday", past, "2016-03-25"},
		{"on Easter Sunday 2015", past, "2015-04-05"},
		{"in fiscal 2018", past, "2018-01-01..2018-12-31"},
		{"a New Year", past, ""},
		{"a good Friday", past, "2017-01-27"},
		{"the mid 30 men", past, ""},
		{"they may march", past, ""},
		{"Theresa May said", past, ""},
		{"2000 soldiers", past, ""},
		{"42 people", past, ""},
	}
	for _, tt := range tests {
		got := ""
		for _, x := range timexes(tokens(tt.text), &anchor) {
			s := x.resolve(tt.tense, anchor)
			got += s.Start.String()
			if s.End != s.Start {
				got += ".." + s.End.String()
			}
		}
		if got != tt.want {
			t.Errorf("%q (tense %d): %q, want %q", tt.text, tt.tense, got, tt.want)
		}
	}
	for text, want := range map[string]int{"on Thursday": 0, "last week": 0, "in May": 0, "a day earlier": 0, "on Christmas Day": 0, "in late 2015": 1, "on 5 May 2015": 1, "in 2015": 1, "2017-01-05": 1} {
		got := 0
		found := timexes(tokens(text), nil)
		for _, x := range found {
			if x.dated {
				got++
			}
		}
		if got != want || len(found) != 1 {
			t.Errorf("%q without a day to count from: %d expressions, %d of them dated, want %d", text, len(found), got, want)
		}
	}
}

func FuzzTimexes(f *testing.F) {
	for _, s := range []string{"on January 23 - 24 2017", "last Friday", "199 years ago", "30 February 1900", "next month", "2100-12-31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		anchor, end := event.DayOf(2017, 1, 27), -1
		toks := tokens(text)
		for _, x := range timexes(toks, &anchor) {
			if x.first <= end || x.last < x.first || x.last >= len(toks) {
				t.Fatalf("tokens %d to %d of %d, behind %d", x.first, x.last, len(toks), end)
			}
			end = x.last
			for _, side := range []tense{past, present, future} {
				if s := x.resolve(side, anchor); s.End < s.Start || !s.Start.Plausible() || !s.End.Plausible() {
					t.Fatalf("%v to %v", s.Start, s.End)
				}
			}
		}
	})
}
