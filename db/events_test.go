package db_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"demarche/db"
	"demarche/internal/event"
)

// The world that random events are drawn from is small, so that every filter
// has something to find and something to leave out.
var (
	worldCountries = []string{"SYR", "IRN", "KAZ", "CHE"}
	worldPlaces    = []string{"Damascus", "Düsseldorf", "Nur-Sultan", "Genève"}
	worldTypes     = []event.Type{event.Meeting, event.Talks, event.Attack, event.Statement}
	worldStatuses  = []event.Status{event.Occurred, event.Planned}
	worldWords     = []string{"oil", "grain", "border", "harbour", "gas"}
	worldCodes     = []string{"SYR", "IRN", "UN", "USA"}
	// Each actor is met under either name.
	worldActors = [][2]string{
		{"Bashar Assad", "Assad"}, {"Hossein Amir-Abdollahian", "Hossein Abdollahian"}, {"Mevlüt Çavuşoğlu", "Cavusoglu"},
		{"John Kerry", "Kerry"}, {"António Guterres", "the UN chief Guterres"}, {"John Bolton", "Bolton"},
	}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// randomArticle makes an article with a few random events.
func randomArticle(r *rand.Rand, n int) db.Coded {
	var words []string
	for range 3 + r.IntN(3) {
		words = append(words, pick(r, worldWords))
	}
	a := event.Article{Text: fmt.Sprintf("%s %d", strings.Join(words, " "), n), Language: "en", URL: fmt.Sprintf("https://example.org/%d", n)}
	if r.IntN(4) > 0 {
		a.Published = &event.Moment{Time: (day("2017-01-01") + event.Day(r.IntN(20))).Time(), Precision: event.DayPrecision}
	}
	c := db.Coded{Article: a}
	for range 1 + r.IntN(3) {
		c.Events = append(c.Events, randomEvent(r, a.Text))
	}
	return c
}

func randomEvent(r *rand.Rand, text string) event.Event {
	e := event.Event{
		Type: pick(r, worldTypes), Status: pick(r, worldStatuses), Summary: pick(r, worldWords) + " " + pick(r, worldWords),
		Confidence: float64(r.IntN(5)) / 4,
		Evidence:   []event.Evidence{{Start: 0, End: len(text), Text: text}},
	}
	if r.IntN(5) > 0 {
		start := day("2017-01-01") + event.Day(r.IntN(15))
		e.Date = &event.Date{Start: start, End: start + event.Day(r.IntN(2)*r.IntN(10)), Precision: event.DayPrecision}
	}
	if r.IntN(4) > 0 {
		e.Location = &event.Location{Country: pick(r, worldCountries)}
		if r.IntN(2) > 0 {
			e.Location.Place = pick(r, worldPlaces)
		}
	}
	for range r.IntN(4) {
		who := pick(r, worldActors)
		e.Participants = append(e.Participants, event.Participant{
			Name: who[r.IntN(2)], Code: pick(r, worldCodes), Sector: event.Government, Role: event.Party, ActorID: event.ActorID(who[0]),
		})
	}
	e.Recode()
	return e
}

// filters draws a filter.
func filters(t *rapid.T) event.Filter {
	some := func(name string, from []string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, 2, rapid.ID).Draw(t, name)
	}
	var f event.Filter
	refs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) event.ActorRef {
		switch rapid.IntRange(0, 2).Draw(t, "by") {
		case 0:
			return event.ActorRef{Code: rapid.SampledFrom(append(worldCodes, "FRA")).Draw(t, "code")}
		case 1:
			return event.ActorRef{Name: rapid.SampledFrom([]string{"assad", "John", "BOLTON, john", "cavusoglu", "Mevlut", "un guterres", "nobody", "?"}).Draw(t, "name")}
		}
		return event.ActorRef{ID: event.ActorID(rapid.SampledFrom(worldActors).Draw(t, "id")[0])}
	}), 0, 2)
	for range rapid.IntRange(0, 2).Draw(t, "terms") {
		f.Actors = append(f.Actors, event.ActorTerm{Any: refs.Draw(t, "any"), None: refs.Draw(t, "none")})
	}
	f.Countries = some("countries", worldCountries)
	f.Places = some("places", []string{"DAMASCUS", "dusseldorf", "Nur Sultan", "geneve", "Atlantis", "!"})
	for _, v := range some("types", []string{"meeting", "talks", "attack", "statement"}) {
		f.Types = append(f.Types, event.Type(v))
	}
	for _, v := range some("statuses", []string{"occurred", "planned"}) {
		f.Statuses = append(f.Statuses, event.Status(v))
	}
	days := rapid.Custom(func(t *rapid.T) *event.Day {
		return ptr(day("2016-12-30") + event.Day(rapid.IntRange(0, 30).Draw(t, "day")))
	})
	if rapid.Bool().Draw(t, "has from") {
		f.From = days.Draw(t, "from")
	}
	if rapid.Bool().Draw(t, "has to") {
		f.To = days.Draw(t, "to")
	}
	f.Text = rapid.SampledFrom([]string{"", "", "oil", "oil -gas", "grain border", "harbour or gas", "absent", "the", "((", `"`}).Draw(t, "text")
	f.Order = event.Order(rapid.SampledFrom(event.Orders()).Draw(t, "order"))
	return f
}

// known is what the naive filter knows of the actors: every name of each.
func knownNames(events []event.Event) map[uuid.UUID][]string {
	names := map[uuid.UUID][]string{}
	for _, e := range events {
		for _, p := range e.Participants {
			names[p.ActorID] = append(names[p.ActorID], " "+db.SearchKey(p.Name)+" ")
		}
	}
	return names
}

// naive says whether a filter wants an event, in the plainest way.
func naive(f event.Filter, e event.Event, names map[uuid.UUID][]string) bool {
	is := func(p event.Participant, r event.ActorRef) bool {
		if r.Code != "" {
			return p.Code == r.Code
		}
		if r.ID != uuid.Nil {
			return p.ActorID == r.ID
		}
		words := strings.Fields(db.SearchKey(r.Name))
		return len(words) > 0 && slices.ContainsFunc(names[p.ActorID], func(name string) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(name, " "+w+" ") })
		})
	}
	takesPart := func(refs []event.ActorRef) bool {
		return slices.ContainsFunc(e.Participants, func(p event.Participant) bool {
			return slices.ContainsFunc(refs, func(r event.ActorRef) bool { return is(p, r) })
		})
	}
	for _, term := range f.Actors {
		if len(term.Any) > 0 && !takesPart(term.Any) || takesPart(term.None) {
			return false
		}
	}
	var country, place string
	if e.Location != nil {
		country, place = e.Location.Country, db.SearchKey(e.Location.Place)
	}
	if len(f.Countries) > 0 && !slices.Contains(f.Countries, country) {
		return false
	}
	if len(f.Places) > 0 && (place == "" || !slices.ContainsFunc(f.Places, func(p string) bool { return db.SearchKey(p) == place })) {
		return false
	}
	if f.From != nil && (e.Date == nil || e.Date.End < *f.From) || f.To != nil && (e.Date == nil || e.Date.Start > *f.To) {
		return false
	}
	if len(f.Types) > 0 && !slices.Contains(f.Types, e.Type) || len(f.Statuses) > 0 && !slices.Contains(f.Statuses, e.Status) {
		return false
	}
	words := strings.Fields(e.Summary + " " + e.Evidence[0].Text)
	has := func(w string) bool { return slices.Contains(words, w) }
	switch f.Text {
	case "", "oil":
		return f.Text == "" || has("oil")
	case "oil -gas":
		return has("oil") && !has("gas")
	case "grain border":
		return has("grain") && has("border")
	case "harbour or gas":
		return has("harbour") || has("gas")
	}
	return false // absent, or nothing to look for
}

// inOrder compares two events as an order has them.
func inOrder(o event.Order) func(a, b event.Event) int {
	start := func(e event.Event) int64 {
		if e.Date == nil {
			return event.Undated
		}
		return int64(e.Date.Start)
	}
	key := start
	switch o {
	case event.NewestReportedFirst:
		key = func(e event.Event) int64 {
			if e.FirstReported == nil {
				return event.Undated
			}
			return int64(*e.FirstReported)
		}
	case event.SurestFirst:
		key = func(e event.Event) int64 { return int64(math.Round(e.Confidence * 1e6)) }
	case event.MostReportedFirst:
		key = func(e event.Event) int64 { return int64(e.ArticleCount) }
	}
	return func(a, b event.Event) int {
		c := cmp.Or(cmp.Compare(key(a), key(b)), slices.Compare(a.ID[:], b.ID[:]))
		if o == event.OldestFirst {
			return c
		}
		return -c
	}
}

// walk pages through everything that a filter gives.
func walk(ctx context.Context, s *db.Store, f event.Filter) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	for {
		page, err := s.Events(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Documents {
			var e struct{ ID uuid.UUID }
			if err := json.Unmarshal(d, &e); err != nil {
				return nil, err
			}
			ids = append(ids, e.ID)
		}
		if page.Next == nil {
			return ids, nil
		}
		if len(page.Documents) != f.Limit || f.After != nil && *f.After == *page.Next {
			return nil, fmt.Errorf("a page of %d events at %v is followed by one at %v, limit %d", len(page.Documents), f.After, page.Next, f.Limit)
		}
		f.After = page.Next
	}
}

func TestFilterEqualsNaiveFilter(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	r := rand.New(rand.NewPCG(1, 2))
	var batch []db.Coded
	for n := range 150 {
		batch = append(batch, randomArticle(r, n))
	}
	puts, err := s.PutArticles(ctx, batch, replaceAll)
	if err != nil {
		t.Fatal(err)
	}
	var all []event.Event
	for _, p := range puts {
		all = append(all, p.Events...)
	}
	names := knownNames(all)
	rapid.Check(t, func(rt *rapid.T) {
		f := filters(rt)
		f.Limit = rapid.SampledFrom([]int{1, 7, 50, 10_000}).Draw(rt, "limit")
		var want []uuid.UUID
		for _, e := range slices.SortedFunc(slices.Values(all), inOrder(f.Order)) {
			if naive(f, e, names) {
				want = append(want, e.ID)
			}
		}
		got, err := walk(ctx, s, f)
		if err != nil {
			rt.Fatal(err)
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("%+v:\ngot  %v\nwant %v", f, got, want)
		}
	})
}

// TestPagingWhileInserting walks through a thousand events in every order
// while others come in: it meets each of those that were there at the start
// exactly once, and nothing twice.
func TestPagingWhileInserting(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	r := rand.New(rand.NewPCG(5, 6))
	var batch []db.Coded
	for n := 0; len(batch) < 500; n++ {
		batch = append(batch, randomArticle(r, n))
	}
	puts, err := s.PutArticles(ctx, batch, replaceAll)
	if err != nil {
		t.Fatal(err)
	}
	there := map[uuid.UUID]bool{}
	for _, p := range puts {
		for _, e := range p.Events {
			there[e.ID] = true
		}
	}
	inserting, stop := context.WithCancel(ctx)
	var all errgroup.Group
	all.Go(func() error {
		for n := 1000; inserting.Err() == nil; n++ {
			c := randomArticle(r, n)
			if _, err := s.PutArticle(ctx, c.Article, c.Events, replaceAll); err != nil {
				return err
			}
		}
		return nil
	})
	var walks errgroup.Group
	for _, order := range event.Orders() {
		walks.Go(func() error {
			ids, err := walk(ctx, s, event.Filter{Order: event.Order(order), Limit: 17})
			if err != nil {
				return err
			}
			seen := map[uuid.UUID]bool{}
			met := 0
			for _, id := range ids {
				if seen[id] {
					return fmt.Errorf("order %s: %s twice", order, id)
				}
				seen[id] = true
				if there[id] {
					met++
				}
			}
			if met != len(there) {
				return fmt.Errorf("order %s: met %d of %d", order, met, len(there))
			}
			return nil
		})
	}
	err = walks.Wait()
	stop()
	if err := errors.Join(err, all.Wait()); err != nil {
		t.Error(err)
	}
	if len(there) < 900 {
		t.Errorf("only %d events", len(there))
	}
}

func TestEventsAsked(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	if page, err := s.Events(ctx, event.Filter{}); err != nil || len(page.Documents) != 0 || page.Next != nil || page.Documents == nil {
		t.Errorf("nothing stored: %+v, %v", page, err)
	}
	put(t, s, article(), meeting())
	for _, f := range []event.Filter{
		{Text: `"met with"`}, {Text: "presidents"}, {Text: "president -kerry"}, // stems; phrases
		{Actors: []event.ActorTerm{{Any: []event.ActorRef{{Name: "Hossein Amir Abdollahian"}}}}},
		{Places: []string{"DAMASCUS "}}, {From: ptr(day("2017-01-26"))}, {To: ptr(day("2017-01-26"))},
	} {
		if page, err := s.Events(ctx, f); err != nil || len(page.Documents) != 1 {
			t.Errorf("%+v: %d documents, %v", f, len(page.Documents), err)
		}
	}
	for _, f := range []event.Filter{
		{Text: `"damascus assad"`}, {Text: strings.Repeat("( ' \" & | ! :* <-> ", 20)}, {Text: "\\"}, {Text: strings.Repeat("a ", 250)},
		{From: ptr(day("2017-01-27"))}, {To: ptr(day("2017-01-25"))}, {Places: []string{"'; DROP TABLE event; --"}},
		{Actors: []event.ActorTerm{{Any: []event.ActorRef{{Name: "'); DROP TABLE event; --"}}}}},
	} {
		if page, err := s.Events(ctx, f); err != nil || len(page.Documents) != 0 {
			t.Errorf("%+v: %d documents, %v", f, len(page.Documents), err)
		}
	}
	for _, f := range []event.Filter{{Text: "\x00"}, {Text: "\xff"}, {Order: "price"}, {Places: []string{"x"}, Countries: []string{"\x00"}}} {
		_, err := s.Events(ctx, f)
		if e, ok := event.AsError(err); !ok || e.Code != event.Invalid {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestUnknownIDs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	_, err := s.Event(ctx, uuid.New())
	if e, ok := event.AsError(err); !ok || e.Code != event.NotFound {
		t.Errorf("event: %v", err)
	}
	_, _, err = s.Article(ctx, uuid.New())
	if e, ok := event.AsError(err); !ok || e.Code != event.NotFound {
		t.Errorf("article: %v", err)
	}
	a := article()
	if stored, unchanged, err := s.Find(ctx, &a); err != nil || unchanged || stored.Article.ID != uuid.Nil {
		t.Errorf("find: %+v, %t, %v", stored, unchanged, err)
	}
}
