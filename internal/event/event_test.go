package event

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestOntology(t *testing.T) {
	types := Ontology()
	if len(types) != 30 {
		t.Errorf("%d types, want 30", len(types))
	}
	quads := map[string]int{ // PLOVER 2.0, with SANCTION as material conflict
		"AGREE": 1, "CONSULT": 1, "SUPPORT": 1, "CONCEDE": 1, "COOPERATE": 2, "AID": 2, "RETREAT": 2, "REQUEST": 3, "ACCUSE": 3,
		"REJECT": 3, "THREATEN": 3, "PROTEST": 4, "SANCTION": 4, "MOBILIZE": 4, "COERCE": 4, "ASSAULT": 4, "": 1,
	}
	for _, i := range types {
		if quads[i.PLOVER] != i.Quad {
			t.Errorf("%s: quad class %d, but %s has %d", i.Type, i.Quad, i.PLOVER, quads[i.PLOVER])
		}
		if i.Score < -10 || i.Score > 10 || (i.Score < 0) != (i.Quad > 2 && i.Score != 0) {
			t.Errorf("%s: score %v does not go with quad class %d", i.Type, i.Score, i.Quad)
		}
		if i.When == "" || i.CAMEO == "" || i.Family == "" {
			t.Errorf("%s: incomplete row %+v", i.Type, i)
		}
	}
	types[0].Type = "changed"
	if Ontology()[0].Type != Meeting {
		t.Error("a caller can change the ontology")
	}
}

func TestCodeFollowsTheStatus(t *testing.T) {
	tests := []struct {
		typ    Type
		status Status
		want   string // PLOVER type/mode
		quad   int
		score  float64
	}{
		{Meeting, Occurred, "CONSULT/", 1, 2.5},
		{Meeting, Planned, "AGREE/", 1, 2.5},
		{Meeting, Cancelled, "REJECT/", 3, -2},
		{Visit, Ongoing, "CONSULT/visit", 1, 4},
		{Aid, Planned, "AGREE/", 1, 2.5},
		{Sanction, Occurred, "SANCTION/discontinue", 4, -6},
		{Sanction, Planned, "THREATEN/", 3, -3.5},
		{Attack, Cancelled, "ASSAULT/", 4, -9},
		{Criticism, Planned, "ACCUSE/", 3, -3},
		{Statement, Planned, "/", 1, 0},
	}
	for _, tt := range tests {
		c := Code(tt.typ, tt.status)
		got := deref(c.PLOVER.Type) + "/" + deref(c.PLOVER.Mode)
		if got != tt.want || c.Quad != tt.quad || c.Score != tt.score {
			t.Errorf("%s %s: %s, quad %d, score %v; want %s, %d, %v", tt.status, tt.typ, got, c.Quad, c.Score, tt.want, tt.quad, tt.score)
		}
	}
	if c := Code("party", Occurred); c.CAMEO != "" || c.PLOVER.Type != nil {
		t.Errorf("an unknown type is coded %+v", c)
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestDayRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.IntRange(int(minDay), int(maxDay)).Draw(t, "day"))
		got, err := ParseDay(d.String())
		if err != nil || got != d {
			t.Fatalf("%s came back as %v, %v", d, got, err)
		}
	})
}

func TestParseSpan(t *testing.T) {
	for in, want := range map[string]string{
		"2016": "2016-01-01..2016-12-31", "2016-02": "2016-02-01..2016-02-29", "2017-02": "2017-02-01..2017-02-28", "2017-01-26": "2017-01-26..2017-01-26",
	} {
		got, err := ParseSpan(in)
		if err != nil || got.Start.String()+".."+got.End.String() != want {
			t.Errorf("%s: %s..%s, %v; want %s", in, got.Start, got.End, err, want)
		}
	}
	for _, in := range []string{"", "17", "2017-1-1", "2017-02-30", "0000", "9999-01-01", "2017/01/01", "٢٠١٧"} {
		if got, err := ParseSpan(in); err == nil {
			t.Errorf("%q is read as %s..%s", in, got.Start, got.End)
		}
	}
}

func TestMoment(t *testing.T) {
	for in, day := range map[string]string{
		"2017-01-26": "2017-01-26", "2017-01-26T23:30:00-05:00": "2017-01-26", "2017-01-26T00:30:00+03:30": "2017-01-26",
		"2011-12": "2011-12-01", "2011": "2011-01-01",
	} {
		m, err := ParseMoment(in)
		if err != nil || m.String() != in || m.Span().Start.String() != day {
			t.Errorf("%s: %s on %s, %v", in, m, m.Span().Start, err)
		}
	}
	for _, in := range []string{"", "now", "2017-01-26 08:00:00", "9999-12-31", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z", "2017-13"} {
		if m, err := ParseMoment(in); err == nil {
			t.Errorf("%q is read as %s", in, m)
		}
	}
}

func TestDraftCheck(t *testing.T) {
	ok := Draft{Text: "A text.", Published: "2017-01-26", URL: "https://example.org/1"}
	a, err := ok.Check(100)
	if err != nil || a.Language != "en" || !a.English() {
		t.Fatalf("%+v, %v", a, err)
	}
	tests := []struct {
		name            string
		change          func(*Draft)
		field, expected string
	}{
		{"empty", func(d *Draft) { d.Text = " \n" }, "body.text", "not empty"},
		{"NUL", func(d *Draft) { d.Text = "a\x00b" }, "body.text", "without NUL"},
		{"not UTF-8", func(d *Draft) { d.Text = "a\xffb" }, "body.text", "valid UTF-8"},
		{"bad title", func(d *Draft) { d.Title = "\xff" }, "body.title", "valid UTF-8"},
		{"long title", func(d *Draft) { d.Title = strings.Repeat("x", 3000) }, "body.title", "at most 2000 bytes"},
		{"date", func(d *Draft) { d.Published = "9999-01-01" }, "body.published_at", "out of range"},
		{"date form", func(d *Draft) { d.Published = "26.1.2017" }, "body.published_at", "RFC 3339"},
		{"relative url", func(d *Draft) { d.URL = "/news/1" }, "body.url", "absolute http"},
		{"other scheme", func(d *Draft) { d.URL = "javascript:alert(1)" }, "body.url", "absolute http"},
		{"language", func(d *Draft) { d.Language = "en_US!" }, "body.language", "BCP 47"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := ok
			tt.change(&d)
			_, err := d.Check(100)
			e, isError := AsError(err)
			if !isError || e.Code != Invalid || len(e.Fields) != 1 || e.Fields[0].Location != tt.field || !strings.Contains(e.Fields[0].Message, tt.expected) {
				t.Errorf("%v, want %q at %s", err, tt.expected, tt.field)
			}
		})
	}
	d := ok
	d.Text = strings.Repeat("x", 101)
	if e, isError := AsError(func() error { _, err := d.Check(100); return err }()); !isError || e.Code != TooLarge {
		t.Errorf("a text over the limit: %v", e)
	}
}

func TestContentHash(t *testing.T) {
	a := Article{Title: "T", Text: "Text.", Source: "one"}
	b := a
	b.Source, b.URL = "two", "https://example.org"
	if a.ContentHash() != b.ContentHash() {
		t.Error("the hash depends on the source")
	}
	for name, change := range map[string]func(*Article){
		"title": func(a *Article) { a.Title = "U" },
		"text":  func(a *Article) { a.Text = "Text" },
		"day":   func(a *Article) { a.Published = &Moment{Time: DayOf(2017, 1, 1).Time(), Precision: DayPrecision} },
		"split": func(a *Article) { a.Title, a.Text = "T\n", "ext." },
	} {
		c := a
		change(&c)
		if a.ContentHash() == c.ContentHash() {
			t.Errorf("another %s has the same hash", name)
		}
	}
}

func TestEventJSON(t *testing.T) {
	e := Event{Type: Meeting, Status: Occurred, Date: &Date{Start: DayOf(2017, time.January, 26), End: DayOf(2017, time.January, 26), Precision: DayPrecision}}
	e.Recode()
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"date":{"start":"2017-01-26","end":"2017-01-26","precision":"day"}`, `"plover":{"type":"CONSULT","mode":null}`, `"cameo":"040"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is not in %s", want, b)
		}
	}
	var back Event
	if err := json.Unmarshal(b, &back); err != nil || *back.Date != *e.Date {
		t.Errorf("%+v, %v", back, err)
	}
}
