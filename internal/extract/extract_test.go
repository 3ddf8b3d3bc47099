package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"

	"github.com/google/go-cmp/cmp"
)

// shared is the extractor of all tests: it is immutable and costly to make.
var shared = sync.OnceValue(func() *Extractor {
	g, err := gazetteer.New()
	if err != nil {
		panic(err)
	}
	analyzer, err := nlp.New()
	if err != nil {
		panic(err)
	}
	x, err := New(analyzer, g)
	if err != nil {
		panic(err)
	}
	return x
})

// read makes an article of a text of the given day, "" for none.
func article(t testing.TB, day, text string) *event.Article {
	t.Helper()
	a, err := event.Draft{Text: text, Published: day}.Check(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	return &a
}

// TestCases reads the files of testdata/, where their form is explained.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	type testCase struct {
		where, day, text string
		want             []string
	}
	var cases []testCase
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			switch {
			case strings.HasPrefix(line, "> "):
				day, text, _ := strings.Cut(line[2:], " ")
				if day == "undated" {
					day = ""
				}
				cases = append(cases, testCase{where: fmt.Sprintf("%s:%d", filepath.Base(file), i+1), day: day, text: text})
			case strings.HasPrefix(line, "= "):
				c := &cases[len(cases)-1]
				if c.want = append(c.want, line[2:]); line[2:] == "nothing" {
					c.want = []string{}
				}
			}
		}
	}
	for _, c := range cases {
		t.Run(c.where, func(t *testing.T) {
			t.Parallel()
			if c.want == nil {
				t.Fatal("the case expects neither an event nor nothing")
			}
			events := shared().Events(article(t, c.day, c.text))
			checkEvents(t, c.text, events)
			// Each found event is put in the words of the one that it matches.
			got := []string{}
			left := slices.Clone(c.want)
			for _, e := range events {
				i := slices.IndexFunc(left, func(want string) bool { return reads(&e, want) })
				if i < 0 {
					got = append(got, inWords(&e))
					continue
				}
				got = append(got, left[i])
				left = slices.Delete(left, i, i+1)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s\n%s", c.text, diff)
			}
		})
	}
}

// reads tells whether an event is what the words of a case say.
func reads(e *event.Event, want string) bool {
	words := strings.Fields(want)
	if len(words) < 3 || words[0] != string(e.Type) || words[1] != string(e.Status) {
		return false
	}
	var parties []string
	for _, w := range words[2:] {
		switch {
		case w == "nowhere":
			if e.Location != nil {
				return false
			}
		case strings.HasPrefix(w, "@"):
			place := strings.ReplaceAll(w[1:], "_", " ")
			if e.Location == nil || e.Location.Place != place && e.Location.Country != place {
				return false
			}
		case strings.Contains(w, ":"):
			parties = append(parties, w)
		default:
			if days(e) != w {
				return false
			}
		}
	}
	slices.Sort(parties)
	return slices.Equal(parties, sides(e))
}

func sides(e *event.Event) []string {
	var out []string
	for _, p := range e.Participants {
		out = append(out, p.Code+":"+string(p.Role))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func days(e *event.Event) string {
	switch {
	case e.Date == nil:
		return "undated"
	case e.Date.Start == e.Date.End:
		return e.Date.Start.String()
	}
	return e.Date.Start.String() + ".." + e.Date.End.String()
}

func inWords(e *event.Event) string {
	s := fmt.Sprintf("%s %s %s", e.Type, e.Status, strings.Join(sides(e), " "))
	if e.Location != nil {
		s += " @" + e.Location.Place + "/" + e.Location.Country
	}
	return s + " " + days(e)
}

// checkEvents holds for the events of any text.
func checkEvents(t testing.TB, text string, events []event.Event) {
	t.Helper()
	if events == nil {
		t.Fatal("no list of events, not even an empty one")
	}
	words := event.Words()
	runes := []rune(text)
	slice := func(start, end int) string {
		if start < 0 || end <= start || end > len(runes) {
			t.Fatalf("offsets %d to %d of %d", start, end, len(runes))
		}
		return string(runes[start:end])
	}
	for _, e := range events {
		if !slices.Contains(words.Types, string(e.Type)) || !slices.Contains(words.Statuses, string(e.Status)) {
			t.Fatalf("type %q, status %q", e.Type, e.Status)
		}
		if e.Confidence <= 0 || e.Confidence > 1 || e.Summary == "" || e.CAMEO == "" || e.Quad == 0 {
			t.Fatalf("incomplete: %+v", e)
		}
		if len(e.Participants) == 0 || len(e.Evidence) == 0 {
			t.Fatalf("without participants or evidence: %+v", e)
		}
		for _, p := range e.Participants {
			if p.Code == "" || p.Name == "" || !slices.Contains(words.Roles, string(p.Role)) || !slices.Contains(words.Sectors, string(p.Sector)) {
				t.Fatalf("participant %+v", p)
			}
		}
		if d := e.Date; d != nil && (d.End < d.Start || !d.Start.Plausible() || !d.End.Plausible() || !slices.Contains(words.Precisions, string(d.Precision))) {
			t.Fatalf("date %+v", d)
		}
		checkPlace(t, text, &e)
		for _, v := range e.Evidence {
			if slice(v.Start, v.End) != v.Text || v.Rule == "" {
				t.Fatalf("evidence %+v", v)
			}
			if v.Trigger == nil || slice(v.Trigger.Start, v.Trigger.End) != v.Trigger.Text || v.Trigger.Start < v.Start || v.Trigger.End > v.End {
				t.Fatalf("trigger %+v of %+v", v.Trigger, v)
			}
		}
	}
}

// Rules are data: every mistake in the table is an error that names the rule.
func TestCompileRefuses(t *testing.T) {
	for _, tt := range []struct {
		rule rule
		says string
	}{
		{rule{name: "a", typ: "party"}, `rule a: unknown type "party"`},
		{rule{name: "b", typ: event.Meeting, args: "subj"}, "rule b: expected slot=role"},
		{rule{name: "c", typ: event.Meeting, args: "subj=guest"}, "rule c: expected slot=role"},
		{rule{name: "d", typ: event.Meeting, args: "subj=party", needs: "tow"}, `rule d: unknown need "tow"`},
	} {
		if _, err := compile([]rule{tt.rule}); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%v, want %q", err, tt.says)
		}
	}
	names := map[string]bool{}
	types := map[event.Type]bool{}
	for _, r := range ruleTable {
		if names[r.name] {
			t.Errorf("two rules are named %s", r.name)
		}
		if r.weight <= 0 || r.weight >= 1 {
			t.Errorf("rule %s: weight %v", r.name, r.weight)
		}
		names[r.name], types[r.typ] = true, true
	}
	if len(types) != len(event.Ontology()) {
		t.Errorf("rules for %d types of %d", len(types), len(event.Ontology()))
	}
}

func TestSameFromManyGoroutines(t *testing.T) {
	t.Parallel()
	a := article(t, "2017-01-27", "Iran and Syria held talks in Damascus on Monday. Russia thanked both sides. They agreed to meet again in May.")
	want := shared().Events(a)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 20 {
				if diff := cmp.Diff(want, shared().Events(a)); diff != "" {
					t.Error(diff)
					return
				}
			}
		})
	}
	wait.Wait()
}

func TestExplain(t *testing.T) {
	t.Parallel()
	a := article(t, "2017-01-27", "Iran and Syria held talks in Damascus on Monday. The weather was fine.")
	e := shared().Explain(a)
	if diff := cmp.Diff(shared().Events(a), e.Events); diff != "" {
		t.Error(diff)
	}
	if len(e.Sentences) != 2 || len(e.Sentences[0].Tokens) != 10 || e.Sentences[1].Reason == "" || e.Sentences[0].Reason != "" {
		t.Fatalf("%+v", e.Sentences)
	}
	first := e.Sentences[0]
	if !slices.ContainsFunc(first.Entities, func(r EntityReading) bool { return r.Text == "Syria" && r.Actors[0].Code == "SYR" }) {
		t.Errorf("entities %+v", first.Entities)
	}
	if !slices.ContainsFunc(first.Rules, func(r RuleReading) bool { return r.Rule == "consult.talks" && r.Failed == "" }) {
		t.Errorf("rules %+v", first.Rules)
	}
	if diff := cmp.Diff([]string{"Monday"}, first.Dates); diff != "" {
		t.Error(diff)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("Iran and Syria held talks in Damascus on Monday, and Russia's President Vladimir Putin met them.", true)
	f.Add("On January 23-24, 2017, X met Y. He said: \"We will visit Ankara.\" The two sides agreed.", false)
	f.Add("May may march in March. 99 days ago, on Feb 30, 0000-00-00.", true)
	f.Fuzz(func(t *testing.T, text string, dated bool) {
		if !utf8.ValidString(text) || strings.TrimSpace(text) == "" || strings.ContainsRune(text, 0) {
			return
		}
		day := ""
		if dated {
			day = "2017-01-27"
		}
		checkEvents(t, text, shared().Events(article(t, day, text)))
	})
}

func BenchmarkEvents(b *testing.B) {
	text := strings.Repeat("Iranian Foreign Minister Mohammad Javad Zarif met his Turkish counterpart Mevlut Cavusoglu in Ankara on Thursday, "+
		"and the two ministers signed an agreement on trade after talks that had begun in March. Russia welcomed the accord. ", 12) // about 400 words
	a := article(b, "2017-01-27", text)
	b.ReportAllocs()
	for b.Loop() {
		shared().Events(a)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
}
