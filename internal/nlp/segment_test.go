package nlp

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sentencesOf gives the sentences of a text with bars between their tokens.
func sentencesOf(text string) []string {
	var list []string
	d := Segment(text)
	for _, s := range d.Sentences {
		var forms []string
		for _, t := range s.Tokens {
			forms = append(forms, text[t.Start:t.End])
		}
		list = append(list, strings.Join(forms, "|"))
	}
	return list
}

func TestTokenize(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"They don't agree.", "They|do|n't|agree|."},
		{"They don’t agree, we’ll see.", "They|do|n’t|agree|,|we|’ll|see|."},
		{"We cannot and won't go.", "We|can|not|and|wo|n't|go|."},
		{"Iran's and the terrorists' plans", "Iran|'s|and|the|terrorists|'|plans"},
		{"the 10-year-old, long-lasting deal", "the|10|-|year|-|old|,|long|-|lasting|deal"},
		{"Walid al-Muallem met the co-chair of a non-profit.", "Walid|al|-|Muallem|met|the|co-chair|of|a|non-profit|."},
		{"the re-elected ex-minister, mid-1980s", "the|re-elected|ex-minister|,|mid-1980s"},
		{"on January 23-24 at 10:30 a.m. or 5pm", "on|January|23|-|24|at|10:30|a.m.|or|5|pm"},
		{"a U.S.-led talk with U.N. envoys", "a|U.S.|-|led|talk|with|U.N.|envoys"},
		{"cost $1,200.50, €5m or US$3 (12%).", "cost|$|1,200.50|,|€|5|m|or|US$|3|(|12|%|)|."},
		{"“Stop,” he said — twice.", "“|Stop|,|”|he|said|—|twice|."},
		{"Call 212-555-0199 or 555-0199 now", "Call|212-555-0199|or|555-0199|now"},
		{"See https://example.org/a,b?c=1. Write to jane@example.org.", "See|https://example.org/a|,|b|?|c|=|1|."},
		{"AT&T and R&amp;D", "AT&T|and|R&amp;D"},
		{"and/or on 9/11", "and|/|or|on|9/11"},
		{"Wait... what?!", "Wait|...|what|?!"},
		{"Russia–Ukraine and Moscow--Kyiv", "Russia|–|Ukraine|and|Moscow|--|Kyiv"},
		{"the Ba'ath and O'Brien in the '90s", "the|Ba'ath|and|O'Brien|in|the|'90s"},
		{"Gen. Smith, Sec. Jones & Co.", "Gen.|Smith|,|Sec.|Jones|&|Co|."},
		{"@envoy #peace", "@envoy|#peace"},
		{"minis\u00adter", "minis\u00adter"},
		{"(the [new] plan)", "(|the|[|new|]|plan|)"},
	} {
		got := sentencesOf(c.text)
		if len(got) == 0 || got[0] != c.want {
			t.Errorf("%q:\n got %v\nwant %s", c.text, got, c.want)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"He met Gen. Petrov in St. Petersburg on Jan. 5. They talked.", []string{"He|met|Gen.|Petrov|in|St.|Petersburg|on|Jan.|5|.", "They|talked|."}},
		{"Sec. of State J. F. Kerry arrived. Talks began.", []string{"Sec.|of|State|J.|F.|Kerry|arrived|.", "Talks|began|."}},
		{"It joined the U.N. The vote was close.", []string{"It|joined|the|U.N.", "The|vote|was|close|."}},
		{"The U.S. President spoke at 5 p.m. Eastern time.", []string{"The|U.S.|President|spoke|at|5|p.m.|Eastern|time|."}},
		{"They met at 5 p.m. Then they left.", []string{"They|met|at|5|p.m.", "Then|they|left|."}},
		{"“We agree.” He left.", []string{"“|We|agree|.|”", "He|left|."}},
		{"\"Will they come?\" he asked.", []string{"\"|Will|they|come|?|\"|he|asked|."}},
		{"Acme Inc. and others. No. 5 won.", []string{"Acme|Inc.|and|others|.", "No.|5|won|."}},
		{"It grew 3.5 percent.The minister agreed.", []string{"It|grew|3.5|percent|.", "The|minister|agreed|."}},
		{"First line\n\nSecond line", []string{"First|line", "Second|line"}},
		{"A long line of a report that was wrapped by a mail program at\nthis place goes on.", []string{"A|long|line|of|a|report|that|was|wrapped|by|a|mail|program|at|this|place|goes|on|."}},
		{"Ministers of both countries agree on the terms of a ceasefire at last\nThe two ministers said on Monday that a ceasefire would begin at midnight and that they would meet again.",
			[]string{"Ministers|of|both|countries|agree|on|the|terms|of|a|ceasefire|at|last", "The|two|ministers|said|on|Monday|that|a|ceasefire|would|begin|at|midnight|and|that|they|would|meet|again|."}},
		{"A long line of a report that was wrapped by a mail program at\nMoscow and so\ngoes on.", []string{"A|long|line|of|a|report|that|was|wrapped|by|a|mail|program|at|Moscow|and|so|goes|on|."}},
		{"Title Of It\nThe report begins.", []string{"Title|Of|It", "The|report|begins|."}},
		{"He said it.[2] She did not.", []string{"He|said|it|.|[|2|]", "She|did|not|."}},
		{"It fell. [12] It rose again.", []string{"It|fell|.|[|12|]", "It|rose|again|."}},
		{"He reigned (c. 1871) there. So did she.", []string{"He|reigned|(|c.|1871|)|there|.", "So|did|she|."}},
		{"  \n\t ", nil},
		{"", nil},
	} {
		if diff := cmp.Diff(c.want, sentencesOf(c.text)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

func TestDateline(t *testing.T) {
	for _, c := range []struct {
		text string
		want *Dateline
		rest string
	}{
		{"TEHRAN – Iran agreed.", &Dateline{Place: "TEHRAN"}, "Iran agreed."},
		{"GENEVA (Reuters) - Talks began.", &Dateline{Place: "GENEVA", Agency: "Reuters"}, "Talks began."},
		{"KYIV, Feb 24 (AP) — Troops left.", &Dateline{Place: "KYIV", Date: "Feb 24", Agency: "AP"}, "Troops left."},
		{"KYIV, Ukraine (AP) — Troops left.", &Dateline{Place: "KYIV, Ukraine", Agency: "AP"}, "Troops left."},
		{"UNITED NATIONS, 21 June 2019 -- The council met.", &Dateline{Place: "UNITED NATIONS", Date: "21 June 2019"}, "The council met."},
		{"MOSCOW, January 23. /TASS/. The minister left.", &Dateline{Place: "MOSCOW", Date: "January 23", Agency: "TASS"}, "The minister left."},
		{"BEIJING, Jan. 5 (Xinhua) -- China said so.", &Dateline{Place: "BEIJING", Date: "Jan. 5", Agency: "Xinhua"}, "China said so."},
		{"Tehran (IRNA) – The two met.", &Dateline{Place: "Tehran", Agency: "IRNA"}, "The two met."},
		{"WASHINGTON/MOSCOW (Reuters) - Both left.", &Dateline{Place: "WASHINGTON/MOSCOW", Agency: "Reuters"}, "Both left."},
		{"ST. PETERSBURG, Russia — It rained.", &Dateline{Place: "ST. PETERSBURG, Russia"}, "It rained."},
		{"Iran – a country – agreed.", nil, "Iran – a country – agreed."},
		{"NATO said it would go.", nil, "NATO said it would go."},
		{"NATO - the alliance - agreed.", nil, "NATO - the alliance - agreed."},
		{"BREAKING - Talks began.", nil, "BREAKING - Talks began."},
		{"US-led talks began.", nil, "US-led talks began."},
		{"The talks - the first - began.", nil, "The talks - the first - began."},
		{"LONDON", nil, "LONDON"},
	} {
		d := Segment(c.text)
		got := d.Dateline
		rest := ""
		if len(d.Sentences) > 0 {
			rest = c.text[d.Sentences[0].Start:]
		}
		if got != nil {
			if got.End > d.Sentences[0].Start {
				t.Errorf("%q: the sentence begins inside of the dateline", c.text)
			}
			got.Span = Span{}
		}
		if diff := cmp.Diff(c.want, got); diff != "" || rest != c.rest {
			t.Errorf("%q: %s rest %q", c.text, diff, rest)
		}
	}
}

func TestBoilerplate(t *testing.T) {
	for text, want := range map[string]bool{
		"All Content by Acme News is licensed under a Creative Commons License.": true,
		"(Reporting by Jane Doe; editing by John Roe)":                           true,
		"By Jane Doe":                         true,
		"© 2017 Acme. All rights reserved.":   true,
		"MH/PA":                               true,
		"By Friday the talks had failed.":     false,
		"By meeting him, she broke the rule.": false,
		"The ministers met in Geneva.":        false,
	} {
		if got := isBoilerplate(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
