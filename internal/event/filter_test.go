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
	id, noon := uuid.MustParse("01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081"), time.Date(2017, 1, 31, 10, 0, 0, 0, time.UTC)
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
		{"source=ir&target=SYR,!UN&mediator=Kerry&host=!syr", Filter{Actors: []ActorTerm{
			{Role: Host, None: []ActorRef{{Code: "SYR"}}}, {Role: Mediator, Any: []ActorRef{{Name: "Kerry"}}},
			{Role: Actor, Any: []ActorRef{{Code: "IRN"}}}, {Role: Target, Any: []ActorRef{{Code: "SYR"}}, None: []ActorRef{{Code: "UN"}}},
		}}},
		{"sector=gov,MIL", Filter{Sectors: []Sector{Government, Military}}},
		{"bbox=170,-10.5,-170,10", Filter{Box: &Box{170, -10.5, -170, 10}}},
		{"near=33.5,36.3&radius_km=50", Filter{Near: &Circle{33.5, 36.3, 50}}},
		{"datetime=2017-01-01T00:00:00Z/2017-01-31", Filter{From: &jan1, To: &jan31}},
		{"datetime=../2016", Filter{To: &dec31}},
		{"datetime=2017-01-01/", Filter{From: &jan1}},
		{"datetime=2017-01", Filter{From: &jan1, To: &jan31}},
		{"datetime=2017-01-01T/2017-01-31T", Filter{From: &jan1, To: &jan31}}, // GDAL 3.6
		{"reported_from=2017-01&reported_to=-0d", Filter{ReportedFrom: &jan1, ReportedTo: &jan31}},
		{"family=Verbal conflict&plover=accuse&cameo=11,0&quad_class=3,4", Filter{
			Families: []string{"verbal conflict"}, PLOVER: []string{"ACCUSE"}, CAMEO: []string{"11", "0"}, Quads: []int{3, 4}}},
		{"min_confidence=0.5&min_sources=2&source_name=Reuters&language=EN,pt-BR", Filter{
			MinConfidence: 0.5, MinSources: 2, SourceNames: []string{"Reuters"}, Languages: []string{"en", "pt-br"}}},
		{"as_of=2017-01-31T12:00:00%2B02:00&fields=id,date&count=exact", Filter{
			AsOf: &noon, Fields: []string{"id", "date"}, Count: CountExact}},
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
			if tt.want.Count == "" {
				tt.want.Count = CountNone
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
		{"from=2017-02-01&to=2017-01-01", "query.to", "not before 2017-02-01"},
		{"from=2017&from=2018", "query.from", "expected once, got it 2 times"},
		{"limit=0", "query.limit", "from 1 to 10000"},
		{"limit=ten", "query.limit", "from 1 to 10000"},
		{"order=size", "query.order", "expected one of -date"},
		{"cursor=abc", "query.cursor", "not a cursor"},
		{"q=%00", "query.q", "without NUL"},
		{"q=%ff", "query.q", "valid UTF-8"},
		{"source=", "query.source", "not empty"},
		{"sector=GOVT", "query.sector", `did you mean "GOV"?`},
		{"bbox=1,2,3", "query.bbox", "minlon,minlat,maxlon,maxlat"},
		{"bbox=1,2,3,NaN", "query.bbox", "minlon,minlat,maxlon,maxlat"},
		{"bbox=1,20,3,10", "query.bbox", "minlat not above maxlat"},
		{"bbox=1,2,181,3", "query.bbox", "longitudes from -180"},
		{"bbox=1,-91,2,3", "query.bbox", "latitudes from -90"},
		{"near=1,2", "query.radius_km", "together"},
		{"radius_km=5", "query.near", "together"},
		{"near=91,0&radius_km=5", "query.near", "lat,lon"},
		{"near=0,0&radius_km=0", "query.radius_km", "above 0"},
		{"datetime=../..", "query.datetime", "at least one end"},
		{"datetime=2017&from=2017", "query.datetime", "either datetime or from and to"},
		{"datetime=2017-01-01T99:00:00Z", "query.datetime", "not an interval"},
		{"datetime=2018/2017", "query.to", "not before"},
		{"reported_from=2018&reported_to=2017", "query.reported_to", "not before 2018-01-01"},
		{"family=war", "query.family", "expected one of consult"},
		{"plover=CONSLT", "query.plover", `did you mean "CONSULT"?`},
		{"cameo=x", "query.cameo", "first digits"},
		{"cameo=12345", "query.cameo", "first digits"},
		{"quad_class=5", "query.quad_class", "from 1 to 4"},
		{"type=meeting&quad_class=4", "query.quad_class", "no type and status satisfies"},
		{"min_confidence=2", "query.min_confidence", "from 0 to 1"},
		{"min_sources=0", "query.min_sources", "from 1"},
		{"language=e_n", "query.language", "BCP 47"},
		{"as_of=2017-03-01", "query.as_of", "in the future"},
		{"as_of=now", "query.as_of", "RFC 3339"},
		{"fields=idd", "query.fields", `did you mean "id"?`},
		{"count=all", "query.count", "expected one of none"},
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
	for _, s := range []string{"actor=IRN&from=2017", "type=meeting,call&limit=3", "cursor=AQ", "q=%ff&x=1", "from=-99999d&to=-1d", "actor=!,!!", "source=a&bbox=1,2,3,4&near=0,0&radius_km=1", "datetime=../2017&as_of=2016", "family=peace&cameo=08&quad_class=2&fields=id"} {
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
		again, err := ParseFilter(got.Query(), few{}, today)
		if err != nil {
			t.Fatalf("%s: the canonical form %s is refused: %v", s, got.Query().Encode(), err)
		}
		if got.Query().Encode() != again.Query().Encode() || got.fingerprint() != again.fingerprint() {
			t.Fatalf("%s: the canonical form %s is read as %s", s, got.Query().Encode(), again.Query().Encode())
		}
		// What was given must narrow the question.
		if q.Has("type") && len(got.Types) == 0 || q.Has("actor") && len(got.Actors) == 0 || q.Has("from") && got.From == nil || q.Has("q") && got.Text == "" {
			t.Fatalf("%s was read as %+v", s, got)
		}
	})
}
