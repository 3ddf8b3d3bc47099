package event

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// few knows the codes of three actors.
type few struct{}

func (few) ActorCode(s string) (string, bool) {
	if c, ok := (few{}).CountryCode(s); ok {
		return c, true
	}
	return "UN", strings.EqualFold(s, "UN")
}

func (few) CountryCode(s string) (string, bool) {
	switch strings.ToLower(s) {
	case "iran", "irn", "ir":
		return "IRN", true
	case "syria", "syr":
		return "SYR", true
	}
	return "", false
}

var today = DayOf(2017, time.January, 31)

func parse(t *testing.T, query string) (Filter, error) {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return ParseFilter(q, few{}, today)
}

func TestParseFilter(t *testing.T) {
	jan1, jan31, dec31 := DayOf(2017, 1, 1), DayOf(2017, 1, 31), DayOf(2016, 12, 31)
	id := uuid.MustParse("01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081")
	tests := []struct {
		query string
		want  Filter
	}{
		{"", Filter{}},
		{"actor=IRN&actor=Assad", Filter{Actors: []ActorTerm{{Any: []ActorRef{{Code: "IRN"}}}, {Any: []ActorRef{{Name: "Assad"}}}}}},
		{"actor=ir,un,!Syria", Filter{Actors: []ActorTerm{{Any: []ActorRef{{Code: "IRN"}, {Code: "UN"}}, None: []ActorRef{{Code: "SYR"}}}}}},
		{"actor=" + id.String(), Filter{Actors: []ActorTerm{{Any: []ActorRef{{ID: id}}}}}},
		{"country=Syria,IRN&place=Damascus", Filter{Countries: []string{"SYR", "IRN"}, Places: []string{"Damascus"}}},
		{"from=2017-01-01&to=2017-01-31", Filter{From: &jan1, To: &jan31}},
		{"from=2017&to=2017-01", Filter{From: &jan1, To: &jan31}},
		{"to=2016", Filter{To: &dec31}},
		{"from=-30d", Filter{From: &jan1}},
		{"type=meeting,call&status=planned", Filter{Types: []Type{Meeting, Call}, Statuses: []Status{Planned}}},
		{"q=peace talks&limit=10&order=date", Filter{Text: "peace talks", Limit: 10, Order: OldestFirst}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			got, err := parse(t, tt.query)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want.Order == "" {
				tt.want.Order = NewestFirst
			}
			if tt.want.Limit == 0 {
				tt.want.Limit = DefaultLimit
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseFilterRefuses(t *testing.T) {
	tests := []struct{ query, location, message string }{
		{"actr=IRN", "query.actr", `did you mean "actor"?`},
		{"unheard=1", "query.unheard", "no such parameter"},
		{"type=meetng", "query.type", `did you mean "meeting"?`},
		{"type=", "query.type", "expected one of meeting, visit"},
		{"status=done", "query.status", "expected one of occurred, ongoing"},
		{"country=Atlantis", "query.country", "is not a country"},
		{"actor=", "query.actor", "not empty"},
		{"actor=IRN,", "query.actor", "not empty"},
		{"from=2017-13-01", "query.from", "expected YYYY-MM-DD"},
		{"from=yesterday", "query.from", "expected YYYY-MM-DD"},
		{"from=9999", "query.from", "expected a year from 1800 to 2199"},
		{"from=-30w", "query.from", "for example -30d"},
		{"from=2017-02-01&to=2017-01-01", "query.to", "not before from=2017-02-01"},
		{"from=2017&from=2018", "query.from", "expected once, got it 2 times"},
		{"limit=0", "query.limit", "from 1 to 10000"},
		{"limit=ten", "query.limit", "from 1 to 10000"},
		{"order=size", "query.order", "expected one of -date"},
		{"cursor=abc", "query.cursor", "not a cursor"},
		{"q=%00", "query.q", "without NUL"},
		{"q=%ff", "query.q", "valid UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			_, err := parse(t, tt.query)
			e, ok := AsError(err)
			if !ok || e.Code != Invalid {
				t.Fatalf("error %v, want one of code %s", err, Invalid)
			}
			i := slices.IndexFunc(e.Fields, func(f FieldError) bool { return f.Location == tt.location })
			if i < 0 || !strings.Contains(e.Fields[i].Message, tt.message) {
				t.Errorf("faults %+v, want %q at %s", e.Fields, tt.message, tt.location)
			}
		})
	}
	t.Run("all at once", func(t *testing.T) {
		_, err := parse(t, "actr=1&limit=0&type=x")
		if e, ok := AsError(err); !ok || len(e.Fields) != 3 {
			t.Errorf("%v, want three faults", err)
		}
	})
}

// A cursor goes on only with the question that gave it, however it is written.
func TestCursorBelongsToItsQuestion(t *testing.T) {
	f, err := parse(t, "actor=IRN,SYR&type=meeting&limit=5")
	if err != nil {
		t.Fatal(err)
	}
	cursor := f.CursorAt(17, uuid.UUID{1, 2, 3}).String()
	for query, ok := range map[string]bool{
		"actor=SYR,IRN&type=meeting&limit=50":            true,
		"actor=Syria,ir&type=meeting":                    true,
		"actor=IRN,SYR&type=call":                        false,
		"actor=IRN&actor=SYR&type=meeting":               false,
		"actor=IRN,SYR&type=meeting&order=date":          false,
		"actor=IRN,SYR&type=meeting&from=2017":           false,
		"actor=IRN,SYR&type=meeting&status=planned&q=no": false,
	} {
		g, err := parse(t, query+"&cursor="+cursor)
		if (err == nil) != ok {
			t.Errorf("%s: %v", query, err)
		}
		if err == nil && (g.After.Key != 17 || g.After.ID != uuid.UUID{1, 2, 3}) {
			t.Errorf("%s: position %+v", query, g.After)
		}
	}
}

func TestCursorRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := Cursor{
			Key: rapid.Int64().Draw(t, "key"), Question: rapid.Uint64().Draw(t, "question"),
			ID: uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
		}
		got, err := parseCursor(c.String())
		if err != nil || *got != c {
			t.Fatalf("%+v came back as %+v, %v", c, got, err)
		}
	})
}

func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{"actor=IRN&from=2017", "type=meeting,call&limit=3", "cursor=AQ", "q=%ff&x=1", "from=-99999d&to=-1d", "actor=!,!!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := url.ParseQuery(s)
		if err != nil {
			return
		}
		got, err := ParseFilter(q, few{}, today)
		if err != nil {
			e, ok := AsError(err)
			if !ok || e.Code != Invalid || len(e.Fields) == 0 {
				t.Fatalf("%v: no fault is named", err)
			}
			return
		}
		if got.Limit < 1 || got.Limit > MaxLimit || got.Order == "" {
			t.Fatalf("limit %d, order %q", got.Limit, got.Order)
		}
		// What was given must narrow the question.
		if q.Has("type") && len(got.Types) == 0 || q.Has("actor") && len(got.Actors) == 0 || q.Has("from") && got.From == nil || q.Has("q") && got.Text == "" {
			t.Fatalf("%s was read as %+v", s, got)
		}
	})
}
