package db_test

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"demarche/db"
	"demarche/internal/event"
)

func codesOf(e event.Event) []string {
	var codes []string
	for _, p := range e.Participants {
		codes = append(codes, p.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// keys gives what an event counts for in a timeline or ranking.
func keys(w *world, e event.Event, by string) []db.Rank {
	one := func(key, country string) []db.Rank {
		if key == "" {
			return nil
		}
		return []db.Rank{{Key: key, Country: country}}
	}
	switch by {
	case "type":
		return one(string(e.Type), "")
	case "family":
		info, _ := e.Type.Info()
		return one(info.Family, "")
	case "country":
		if e.Location != nil {
			return one(e.Location.Country, "")
		}
	case "place":
		if e.Location != nil {
			return one(e.Location.Place, e.Location.Country)
		}
	case "source_name":
		return one(w.sources[e.ID], "")
	case "actor":
		var out []db.Rank
		for _, c := range codesOf(e) {
			out = append(out, db.Rank{Key: c})
		}
		return out
	}
	return nil
}

// TestStatisticsAreExact asks random questions: every timeline, ranking and
// dyad is what counting the events one by one gives, however many parts the
// rollup is in.
func TestStatisticsAreExact(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	r := rand.New(rand.NewPCG(11, 12))
	w := newWorld()
	n := 0
	more := func(articles int) {
		var batch []db.Coded
		for range articles {
			batch = append(batch, randomArticle(r, n%120)) // from 120 on they are revised
			batch[len(batch)-1].Article.Text += strings.Repeat(" ", n/120)
			for i := range batch[len(batch)-1].Events {
				e := &batch[len(batch)-1].Events[i]
				e.Evidence[0].Text = batch[len(batch)-1].Article.Text
				e.Evidence[0].End = len(e.Evidence[0].Text)
				if e.Date != nil && r.IntN(3) == 0 { // some over the ends of months and years
					e.Date.Start -= event.Day(r.IntN(60))
				}
			}
			n++
		}
		puts, err := s.PutArticles(ctx, batch, replaceAll)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range puts {
			w.meet(p)
		}
	}
	more(100)
	rapid.Check(t, func(rt *rapid.T) {
		switch rapid.IntRange(0, 9).Draw(rt, "meanwhile") {
		case 0:
			more(5)
		case 1:
			if err := db.RollUpNow(ctx, s); err != nil {
				rt.Fatal(err)
			}
		}
		f := filters(rt)
		if rapid.Bool().Draw(rt, "rolled") { // what the rollup can answer
			f = event.Filter{Types: f.Types, Statuses: f.Statuses, PLOVER: f.PLOVER}
			if rapid.Bool().Draw(rt, "one code") {
				f.Actors = []event.ActorTerm{{Any: []event.ActorRef{{Code: rapid.SampledFrom(worldCodes).Draw(rt, "code")}}}}
			}
		}
		found := w.find(f)
		interval := db.Interval(rapid.SampledFrom(db.Intervals()).Draw(rt, "interval"))
		group := db.Group(rapid.SampledFrom(append(db.Groups(), "")).Draw(rt, "group"))
		checkTimeline(rt, s, w, f, found, interval, group)

		field := rapid.SampledFrom(db.TopFields()).Draw(rt, "field")
		counts := map[db.Rank]int64{}
		for _, e := range found {
			for _, k := range keys(w, e, field) {
				counts[k]++
			}
		}
		want := []db.Rank{}
		for k, n := range counts {
			k.Count = n
			want = append(want, k)
		}
		slices.SortFunc(want, func(a, b db.Rank) int {
			return cmp.Or(-cmp.Compare(a.Count, b.Count), strings.Compare(a.Key, b.Key), strings.Compare(a.Country, b.Country))
		})
		got, err := s.Top(ctx, f, db.TopField(field), 3)
		if diff := gocmp.Diff(want[:min(3, len(want))], got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(db.Rank{}, "Lat", "Lon")); diff != "" || err != nil {
			rt.Fatalf("top %s of %s: %v %s", field, f.Query().Encode(), err, diff)
		}
		checkDyads(rt, s, f, found)
	})
}

func checkTimeline(rt *rapid.T, s *db.Store, w *world, f event.Filter, found []event.Event, interval db.Interval, group db.Group) {
	got, err := s.Timeline(context.Background(), f, interval, group)
	if err != nil {
		rt.Fatal(err)
	}
	want := map[string]int64{}
	for _, e := range found {
		if e.Date == nil {
			continue
		}
		d := e.Date.Start
		if f.From != nil {
			d = max(d, *f.From)
		}
		at := d.String()
		switch interval {
		case db.Yearly:
			at = at[:4] + "-01-01"
		case db.Monthly:
			at = at[:7] + "-01"
		case db.Weekly:
			for d.Weekday().String() != "Monday" {
				d--
			}
			at = d.String()
		}
		series := keys(w, e, string(group))
		if group == db.Ungrouped {
			series = []db.Rank{{}}
		}
		for _, k := range series {
			want[k.Key+" "+at]++
		}
	}
	have := map[string]int64{}
	for _, line := range got {
		for i, p := range line.Points {
			if p.Count != 0 {
				have[line.Key+" "+p.Date.String()] = p.Count
			}
			if i > 0 && p.Date <= line.Points[i-1].Date {
				rt.Fatalf("%s is followed by %s", line.Points[i-1].Date, p.Date)
			}
			if p.Count < 0 {
				rt.Fatalf("%s: %d", p.Date, p.Count)
			}
		}
		if len(line.Points) != len(got[0].Points) {
			rt.Fatalf("series of %d and %d points", len(line.Points), len(got[0].Points))
		}
	}
	if diff := gocmp.Diff(want, have); diff != "" {
		rt.Fatalf("timeline of %s by %s and %q:\n%s", f.Query().Encode(), interval, group, diff)
	}
}

func checkDyads(rt *rapid.T, s *db.Store, f event.Filter, found []event.Event) {
	got, err := s.Dyads(context.Background(), f, 1000)
	if err != nil {
		rt.Fatal(err)
	}
	type sum struct {
		n     int64
		score float64
	}
	want := map[[2]string]sum{}
	for _, e := range found {
		pairs := map[[2]string]bool{}
		for _, a := range e.Participants {
			for _, b := range e.Participants {
				if a.Code != b.Code && (a.Role == event.Actor || a.Role == event.Party) && (b.Role == event.Target || b.Role == event.Host || b.Role == event.Party) {
					pairs[[2]string{a.Code, b.Code}] = true
				}
			}
		}
		for p := range pairs {
			v := want[p]
			want[p] = sum{v.n + 1, v.score + e.Score}
		}
	}
	for _, d := range got {
		v := want[[2]string{d.Source, d.Target}]
		if d.Count != v.n || d.MeanScore != v.score/float64(v.n) {
			rt.Fatalf("%s: %+v, want %d with mean %f", f.Query().Encode(), d, v.n, v.score/float64(v.n))
		}
	}
	if len(got) != len(want) || !slices.IsSortedFunc(got, func(a, b db.Dyad) int { return -cmp.Compare(a.Count, b.Count) }) {
		rt.Fatalf("%s: %d dyads, want %d", f.Query().Encode(), len(got), len(want))
	}
}

// TestTimelineFillsGaps wants a point for every step asked for.
func TestTimelineFillsGaps(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	from, to := day("2017-01-30"), day("2017-03-01")
	for interval, want := range map[db.Interval]int{db.Daily: 31, db.Weekly: 5, db.Monthly: 3, db.Yearly: 1} {
		got, err := s.Timeline(ctx, event.Filter{From: &from, To: &to}, interval, db.Ungrouped)
		if err != nil || len(got) != 1 || len(got[0].Points) != want {
			t.Errorf("%s: %+v, %v", interval, got, err)
		}
	}
	if got, err := s.Timeline(ctx, event.Filter{}, db.Monthly, db.ByType); err != nil || got == nil || len(got) != 0 {
		t.Errorf("of nothing: %v, %v", got, err)
	}
	long, end := day("1800-01-01"), day("2199-12-31")
	put(t, s, article(), meeting())
	if _, err := s.Timeline(ctx, event.Filter{From: &long, To: &end}, db.Daily, db.ByActor); err == nil || !strings.Contains(err.Error(), "200000 points") {
		t.Errorf("two series of 146,000 days: %v", err)
	}
}
