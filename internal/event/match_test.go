package event

import (
	"math"
	"net/url"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// met is the event that the cases below ask for.
func met() *Event {
	lat, lon, day := 33.51, 36.29, DayOf(2017, 1, 27)
	e := &Event{
		Type: Meeting, Status: Planned, Confidence: 0.9, ArticleCount: 3, SourceCount: 2, FirstReported: &day,
		Date:     &Date{Start: DayOf(2017, 1, 26), End: DayOf(2017, 1, 28), Precision: DayPrecision},
		Location: &Location{Place: "Damascus", Country: "SYR", Lat: &lat, Lon: &lon},
		Participants: []Participant{
			{Name: "Hossein Amir-Abdollahian", Code: "IRN", Sector: Government, Role: Actor, ActorID: ActorID("a")},
			{Name: "Assad", Code: "SYR", Sector: Military, Role: Host, ActorID: ActorID("b")},
		},
	}
	e.Recode()
	return e
}

func TestMatch(t *testing.T) {
	t.Parallel()
	facts := Facts{
		Sources: []string{"Reuters"}, Languages: []string{"en-GB"},
		Named: func(actor uuid.UUID, name string) bool { return actor == ActorID("b") && name == "Bashar" },
		Says:  func(q string) bool { return q == "peace" },
	}
	for query, want := range map[string]bool{
		"":                    true,
		"actor=IRN&actor=SYR": true, "actor=IRN,UN": true, "actor=UN": false, "actor=!UN": true, "actor=!IRN": false, "actor=IRN,!SYR": false,
		"actor=amir": true, "actor=Abdollahian Hossein": true, "actor=Amirs": false, "actor=Bashar": true, "actor=?": false,
		"actor=" + ActorID("a").String(): true, "actor=" + ActorID("c").String(): false,
		"source=IRN": true, "source=SYR": false, "target=!IRN": true, "host=SYR": true, "host=Bashar": true, "mediator=IRN": false,
		"sector=MIL": true, "sector=REB": false, "sector=REB,GOV": true,
		"country=SYR": true, "country=IRN": false, "place=DAMASCUS": true, "place=Dam": false,
		"bbox=36,33,37,34": true, "bbox=37,33,36,34": false, "bbox=30,34,40,40": false,
		"near=33.5,36.3&radius_km=2": true, "near=33.5,36.3&radius_km=1": false,
		"from=2017-01-28": true, "from=2017-01-29": false, "to=2017-01-26": true, "to=2017-01-25": false, "from=2017-01-27&to=2017-01-27": true,
		"reported_from=2017-01-27&reported_to=2017-01-27": true, "reported_from=2017-01-28": false, "reported_to=2017-01-26": false,
		"type=meeting": true, "type=call": false, "family=consult": true, "family=peace": false,
		"plover=AGREE": true, "plover=CONSULT": false, "cameo=04": true, "cameo=05": false, "quad_class=1": true, "quad_class=3": false,
		"status=planned": true, "status=occurred": false, "q=peace": true, "q=war": false,
		"min_confidence=0.9": true, "min_confidence=0.91": false, "min_sources=2": true, "min_sources=3": false,
		"source_name=Reuters,AFP": true, "source_name=AFP": false, "language=en": true, "language=en-gb": true, "language=fr": false,
	} {
		f, err := parse(t, query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if got := f.Match(met(), facts); got != want {
			t.Errorf("%s: %t", query, got)
		}
	}
	bare := &Event{Type: Attack, Status: Occurred}
	for _, query := range []string{"from=2000", "to=2100", "country=SYR", "bbox=-180,-90,180,90", "reported_to=2100", "actor=UN", "sector=GOV", "q=a", "place=x", "language=en"} {
		if f, err := parse(t, query); err != nil || f.Match(bare, Facts{}) {
			t.Errorf("%s takes an event that has nothing of it (%v)", query, err)
		}
	}
}

// Kinds and allows say the same as the codes of an event.
func TestKinds(t *testing.T) {
	t.Parallel()
	if kinds, all := new(Filter).Kinds(); kinds != nil || !all {
		t.Errorf("no filter: %v, %t", kinds, all)
	}
	f := Filter{PLOVER: []string{"AGREE"}, Statuses: []Status{Occurred}}
	if kinds, all := f.Kinds(); all || len(kinds) != 1 || kinds[0] != (Kind{Pledge, Occurred}) {
		t.Errorf("AGREE that occurred: %v", kinds)
	}
	f = Filter{Quads: []int{1, 2, 3, 4}}
	if kinds, all := f.Kinds(); !all || len(kinds) != 120 {
		t.Errorf("every quad class: %d kinds, %t", len(kinds), all)
	}
}

// The box of a circle has every point of the circle in it.
func TestBoxOfCircle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := Circle{rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(0.1, 20000).Draw(t, "km")}
		// A point at a bearing and a distance within the radius.
		bearing, angle := rapid.Float64Range(0, 2*math.Pi).Draw(t, "bearing"), rapid.Float64Range(0, 0.999).Draw(t, "part")*c.RadiusKM/earthRadiusKM
		rad := math.Pi / 180
		lat := math.Asin(math.Sin(c.Lat*rad)*math.Cos(angle) + math.Cos(c.Lat*rad)*math.Sin(angle)*math.Cos(bearing))
		lon := c.Lon*rad + math.Atan2(math.Sin(bearing)*math.Sin(angle)*math.Cos(c.Lat*rad), math.Cos(angle)-math.Sin(c.Lat*rad)*math.Sin(lat))
		p := [2]float64{lat / rad, math.Remainder(lon/rad, 360)}
		if !c.Contains(p[0], p[1]) {
			t.Fatalf("%v does not contain %v", c, p)
		}
		if b := c.Box(); !b.Contains(p[0], p[1]) {
			t.Fatalf("%v, the box of %v, does not contain %v", b, c, p)
		}
	})
}

func TestQueryIsCanonical(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"actor=syr,ir&actor=UN,!Iran&limit=50":   "actor=IRN,SYR&actor=UN,!IRN",
		"actor=UN,!Iran&actor=ir,Syria":          "actor=IRN,SYR&actor=UN,!IRN",
		"from=-30d&order=-date&count=none":       "from=2017-01-01",
		"datetime=2017/..":                       "from=2017-01-01",
		"type=visit,meeting,visit&min_sources=1": "type=meeting,visit",
		"near=1.50,-0&radius_km=10.0":            "near=1.5,0&radius_km=10",
		"language=EN&order=date&limit=7":         "language=en&limit=7&order=date",
	} {
		f, err := parse(t, query)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := url.QueryUnescape(f.Query().Encode()); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}
