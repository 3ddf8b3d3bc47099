package db_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	worldLanguages = []string{"en", "en-GB", "fr"}
	worldSources   = []string{"Reuters", "AFP", "Agency, the", ""}
	worldSectors   = []event.Sector{event.Government, event.Military, event.Rebels}
	worldRoles     = []event.Role{event.Party, event.Actor, event.Target, event.Mediator, event.Host}
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
	a := event.Article{Text: fmt.Sprintf("%s %d", strings.Join(words, " "), n), Language: pick(r, worldLanguages), URL: fmt.Sprintf("https://example.org/%d", n),
		Source: pick(r, worldSources)}
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
		if r.IntN(3) > 0 { // all along the antimeridian, and around
			e.Location.Lat, e.Location.Lon = ptr(float64(r.IntN(19)*10-90)), ptr(float64(r.IntN(19)*20-180))
		}
	}
	for range r.IntN(4) {
		who := pick(r, worldActors)
		e.Participants = append(e.Participants, event.Participant{
			Name: who[r.IntN(2)], Code: pick(r, worldCodes), Sector: pick(r, worldSectors), Role: pick(r, worldRoles), ActorID: event.ActorID(who[0]),
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
	few := func(what string) int { return rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, what) }
	for range rapid.IntRange(0, 3).Draw(t, "terms") {
		f.Actors = append(f.Actors, event.ActorTerm{
			Role: rapid.SampledFrom(append([]event.Role{"", "", "", ""}, worldRoles...)).Draw(t, "role"), Any: refs.Draw(t, "any"), None: refs.Draw(t, "none")})
		if i := len(f.Actors) - 1; rapid.Bool().Draw(t, "single") {
			f.Actors[i] = event.ActorTerm{Role: f.Actors[i].Role, Any: []event.ActorRef{{Code: rapid.SampledFrom(worldCodes).Draw(t, "code")}}}
		}
	}
	for range few("sectors") {
		f.Sectors = append(f.Sectors, rapid.SampledFrom(worldSectors).Draw(t, "sector"))
	}
	if few("box") > 0 {
		lat := rapid.IntRange(-9, 9).Draw(t, "lat") * 10
		f.Box = &event.Box{MinLon: float64(rapid.IntRange(-18, 18).Draw(t, "west") * 10), MaxLon: float64(rapid.IntRange(-18, 18).Draw(t, "east") * 10),
			MinLat: float64(lat), MaxLat: float64(min(lat+rapid.IntRange(0, 18).Draw(t, "height")*10, 90))}
	}
	if few("near") > 0 {
		f.Near = &event.Circle{Lat: float64(rapid.IntRange(-90, 90).Draw(t, "lat")), Lon: float64(rapid.IntRange(-180, 180).Draw(t, "lon")),
			RadiusKM: float64(rapid.IntRange(1, 15000).Draw(t, "km"))}
	}
	for range few("families") {
		f.Families = append(f.Families, rapid.SampledFrom([]string{"consult", "conflict", "agree"}).Draw(t, "family"))
	}
	for range few("plover") {
		f.PLOVER = append(f.PLOVER, rapid.SampledFrom([]string{"CONSULT", "AGREE", "THREATEN", "ASSAULT"}).Draw(t, "plover"))
	}
	for range few("cameo") {
		f.CAMEO = append(f.CAMEO, rapid.SampledFrom([]string{"04", "046", "0", "19"}).Draw(t, "cameo"))
	}
	for range few("quads") {
		f.Quads = append(f.Quads, rapid.IntRange(1, 4).Draw(t, "quad"))
	}
	for range few("sources") {
		f.SourceNames = append(f.SourceNames, rapid.SampledFrom(worldSources[:3]).Draw(t, "source"))
	}
	for range few("languages") {
		f.Languages = append(f.Languages, rapid.SampledFrom([]string{"en", "en-gb", "fr", "de"}).Draw(t, "language"))
	}
	if few("confidence") > 0 {
		f.MinConfidence = rapid.SampledFrom([]float64{0.25, 0.5, 0.51, 1}).Draw(t, "confidence")
	}
	f.MinSources = few("min sources")
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
	if f.From != nil && f.To != nil && *f.To < *f.From { // which the grammar refuses
		f.From, f.To = f.To, f.From
	}
	if few("reported") > 0 {
		f.ReportedFrom = days.Draw(t, "reported from")
	}
	if few("reported") > 0 {
		f.ReportedTo = days.Draw(t, "reported to")
	}
	f.Text = rapid.SampledFrom([]string{"", "", "", "", "oil", "harbours OR grains", `"oil grain"`, "oil -gas", "grain border", "harbour or gas", "absent", "the", "((", `"`}).Draw(t, "text")
	f.Order = event.Order(rapid.SampledFrom(event.Orders()).Draw(t, "order"))
	return f
}

// world is what the naive filter knows: every event that stands, with what is
// known of it beside.
type world struct {
	events  []event.Event
	sources map[uuid.UUID]string   // by event
	langs   map[uuid.UUID]string   // by event
	names   map[uuid.UUID][]string // by actor, as met in any event ever
}

func newWorld() *world {
	return &world{sources: map[uuid.UUID]string{}, langs: map[uuid.UUID]string{}, names: map[uuid.UUID][]string{}}
}

// meet takes in what was written. Earlier events of the same article go.
func (w *world) meet(p db.Put) {
	w.events = slices.DeleteFunc(w.events, func(e event.Event) bool { return e.Evidence[0].ArticleID == p.Article.ID })
	w.events = append(w.events, p.Events...)
	for _, e := range p.Events {
		w.sources[e.ID], w.langs[e.ID] = p.Article.Source, p.Article.Language
		for _, who := range e.Participants {
			w.names[who.ActorID] = append(w.names[who.ActorID], who.Name)
		}
	}
}

// find gives what a filter asks for, in order, in the plainest way.
func (w *world) find(f event.Filter) []event.Event {
	var found []event.Event
	for _, e := range w.events {
		facts := event.Facts{
			Languages: []string{w.langs[e.ID]},
			Named: func(actor uuid.UUID, name string) bool {
				return slices.ContainsFunc(w.names[actor], func(n string) bool { return event.NameHas(n, name) })
			},
			Says: func(q string) bool { return says(q, e) },
		}
		if s := w.sources[e.ID]; s != "" {
			facts.Sources = []string{s}
		}
		if f.Match(&e, facts) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b event.Event) int {
		c := cmp.Or(cmp.Compare(f.Order.SortKey(&a), f.Order.SortKey(&b)), slices.Compare(a.ID[:], b.ID[:]))
		if f.Order.Descending() {
			return -c
		}
		return c
	})
	return found
}

// says is the full text of the few queries that are drawn.
func says(q string, e event.Event) bool {
	words := strings.Fields(e.Summary + " | " + e.Evidence[0].Text)
	has := func(w string) bool { return slices.Contains(words, w) }
	switch q {
	case "oil":
		return has("oil")
	case "oil -gas":
		return has("oil") && !has("gas")
	case "grain border":
		return has("grain") && has("border")
	case "harbour or gas":
		return has("harbour") || has("gas")
	case "harbours OR grains":
		return has("harbour") || has("grain")
	case `"oil grain"`:
		return strings.Contains(strings.Join(words, " "), "oil grain")
	}
	return false // absent, or nothing to look for
}

func idsOf(events []event.Event) []uuid.UUID {
	var ids []uuid.UUID
	for _, e := range events {
		ids = append(ids, e.ID)
	}
	return ids
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

// TestFilterEqualsNaiveFilter asks random questions of random events: the
// answer is that of the filter in memory, page by page, in every order, in the
// stream of all, counted, and for the same question in another writing.
func TestFilterEqualsNaiveFilter(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	r := rand.New(rand.NewPCG(1, 2))
	w := newWorld()
	var batch []db.Coded
	for n := range 150 {
		batch = append(batch, randomArticle(r, n))
	}
	for n := range 30 { // some come again with another text, in the same transaction or in another
		batch = append(batch, randomArticle(r, 1000+n))
		batch[len(batch)-1].Article.URL = batch[n].Article.URL
	}
	for part := range slices.Chunk(batch, 90) {
		puts, err := s.PutArticles(ctx, part, replaceAll)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range puts {
			w.meet(p)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		f := filters(rt)
		f.Limit = rapid.SampledFrom([]int{1, 7, 50, 10_000}).Draw(rt, "limit")
		f.Count = event.CountExact
		want := idsOf(w.find(f))
		got, err := walk(ctx, s, f)
		if err != nil {
			rt.Fatal(err)
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("%s:\ngot  %v\nwant %v", f.Query().Encode(), got, want)
		}
		page, err := s.Events(ctx, f)
		if err != nil || page.Count == nil || *page.Count != int64(len(want)) {
			rt.Fatalf("%s: counted %v, want %d (%v)", f.Query().Encode(), page.Count, len(want), err)
		}
		f.Limit = 0
		if got, err = each(ctx, s, f); err != nil || !slices.Equal(got, want) {
			rt.Fatalf("%s: streamed %v\nwant %v (%v)", f.Query().Encode(), got, want, err)
		}
	})
}

// TestFilterWhileWriting asks random questions while others write: of what was
// there before, every page has what the filter in memory has, in its order.
func TestFilterWhileWriting(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	r := rand.New(rand.NewPCG(71, 72))
	w := newWorld()
	var batch []db.Coded
	for n := range 120 {
		batch = append(batch, randomArticle(r, n))
	}
	puts, err := s.PutArticles(ctx, batch, replaceAll)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range puts {
		w.meet(p)
	}
	before := map[uuid.UUID]bool{}
	for _, e := range w.events {
		before[e.ID] = true
	}
	writing, stop := context.WithCancel(ctx)
	var writer errgroup.Group
	writer.Go(func() error {
		for n := 1000; writing.Err() == nil; n++ {
			c := randomArticle(r, n)
			if _, err := s.PutArticle(ctx, c.Article, c.Events, replaceAll); err != nil {
				return err
			}
		}
		return nil
	})
	rapid.Check(t, func(rt *rapid.T) {
		f := filters(rt)
		f.Limit = rapid.SampledFrom([]int{7, 50}).Draw(rt, "limit")
		got, err := walk(ctx, s, f)
		if err != nil {
			rt.Fatal(err)
		}
		seen := map[uuid.UUID]bool{}
		for _, id := range got {
			if seen[id] {
				rt.Fatalf("%s: %s twice", f.Query().Encode(), id)
			}
			seen[id] = true
		}
		got = slices.DeleteFunc(got, func(id uuid.UUID) bool { return !before[id] })
		if want := idsOf(w.find(f)); !slices.Equal(got, want) {
			rt.Fatalf("%s: %d of what was there, want %d", f.Query().Encode(), len(got), len(want))
		}
	})
	stop()
	if err := writer.Wait(); err != nil {
		t.Error(err)
	}
}

// each streams everything that a filter gives.
func each(ctx context.Context, s *db.Store, f event.Filter) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := s.EachEvent(ctx, f, func(document []byte) error {
		var e struct{ ID uuid.UUID }
		err := json.Unmarshal(document, &e)
		ids = append(ids, e.ID)
		return err
	})
	return ids, err
}

// TestEachEvent streams more than a batch, in one snapshot, and stops when it
// is told to.
func TestEachEvent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	r := rand.New(rand.NewPCG(7, 8))
	w := newWorld()
	var batch []db.Coded
	for n := range 700 {
		batch = append(batch, randomArticle(r, n))
	}
	puts, err := s.PutArticles(ctx, batch, replaceAll)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range puts {
		w.meet(p)
	}
	var got []uuid.UUID
	err = s.EachEvent(ctx, event.Filter{Order: event.SurestFirst}, func(document []byte) error {
		var e struct{ ID uuid.UUID }
		if err := json.Unmarshal(document, &e); err != nil {
			return err
		}
		if got = append(got, e.ID); len(got) == 10 { // what comes now is not part of it
			c := randomArticle(r, 10_000)
			_, err := s.PutArticle(ctx, c.Article, c.Events, replaceAll)
			return err
		}
		return nil
	})
	if want := idsOf(w.find(event.Filter{Order: event.SurestFirst})); err != nil || !slices.Equal(got, want) {
		t.Errorf("%d events, want %d: %v", len(got), len(want), err)
	}
	enough, n := errors.New("enough"), 0
	if err := s.EachEvent(ctx, event.Filter{}, func([]byte) error { n++; return enough }); err != enough || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
	if got, err := each(ctx, s, event.Filter{Limit: 600}); err != nil || len(got) != 600 {
		t.Errorf("limited to 600: %d, %v", len(got), err)
	}
}

// TestVersion wants a version that changes with every write that is
// acknowledged, and only with one.
func TestVersion(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	version := func() int64 {
		t.Helper()
		v, err := s.Version(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := version(); v != 0 {
		t.Errorf("empty: %d", v)
	}
	put(t, s, article(), meeting())
	if v := version(); v != 1 {
		t.Errorf("one event: %d", v)
	}
	put(t, s, article(), meeting())
	if v := version(); v != 1 {
		t.Errorf("the same again: %d", v)
	}
	revised := article()
	revised.Text += " More."
	put(t, s, revised, meeting())
	if v := version(); v != 3 {
		t.Errorf("one retracted, one created: %d", v)
	}
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
	iran := []event.ActorTerm{{Any: []event.ActorRef{{Code: "IRN"}}}}
	for _, f := range []event.Filter{{Count: event.CountEstimated}, {Count: event.CountEstimated, Actors: iran, Text: "president", Countries: []string{"SYR", "IRN"}}} {
		if page, err := s.Events(ctx, f); err != nil || page.Count == nil || *page.Count < 0 {
			t.Errorf("%s: count %v, %v", f.Query().Encode(), page.Count, err)
		}
	}
	for _, f := range []event.Filter{{Text: "\x00"}, {Text: "\xff"}, {Order: "price"}, {Places: []string{"x"}, Countries: []string{"\x00"}}} {
		_, err := s.Events(ctx, f)
		if e, ok := event.AsError(err); !ok || e.Code != event.Invalid {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// TestLongEvents finds events by days far behind their first one, also those
// that are longer than any before, and at once.
func TestLongEvents(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	put(t, s, article(), meeting())
	from := day("2016-12-01")
	f := event.Filter{From: &from}
	for n, start := range []string{"2016-01-01", "2010-05-05", "1800-01-01"} {
		if page, err := s.Events(ctx, f); err != nil || len(page.Documents) != 1+n {
			t.Errorf("before the one of %s: %d events, %v", start, len(page.Documents), err)
		}
		e := meeting()
		e.Date = &event.Date{Start: day(start), End: day("2016-12-31"), Precision: event.DayPrecision}
		a := article()
		a.Text, a.URL, a.ExternalID = a.Text+" "+start, "https://example.org/"+start, ""
		put(t, s, a, e)
		got, err := walk(ctx, s, event.Filter{From: &from, Limit: 2, Actors: []event.ActorTerm{{Any: []event.ActorRef{{Code: "IRN"}}}}})
		if err != nil || len(got) != 2+n {
			t.Errorf("with the one of %s: %d events of the actor, %v", start, len(got), err)
		}
		if got, err := each(ctx, s, f); err != nil || len(got) != 2+n {
			t.Errorf("with the one of %s: %d events streamed, %v", start, len(got), err)
		}
		if series, err := s.Timeline(ctx, f, db.Yearly, db.Ungrouped); err != nil || series[0].Points[0].Count != int64(1+n) {
			t.Errorf("with the one of %s: %+v, %v", start, series, err)
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
