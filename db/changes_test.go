package db_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"
)

// openTicking opens a store whose clock goes a microsecond a look, so that no
// two writes have the same time.
func openTicking(t testing.TB, url string, ticks *atomic.Int64) *db.Store {
	t.Helper()
	s, err := db.Open(context.Background(), db.Config{URL: url, DocumentCache: 50_000, Now: func() time.Time { return clock().Add(time.Duration(ticks.Add(1)) * time.Microsecond) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// keepAll revises by keeping events in their order, as far as there are any.
func keepAll(stored, fresh []event.Event) (next []event.Event, retracted []uuid.UUID) {
	for i := range fresh {
		if i < len(stored) {
			fresh[i].ID = stored[i].ID
		}
	}
	for _, e := range stored[min(len(stored), len(fresh)):] {
		retracted = append(retracted, e.ID)
	}
	return fresh, retracted
}

// TestChangesUnderWriters has several writers, through several stores, create
// and revise the same articles while readers follow the changes: each reader
// gets 1, 2, 3, ... without a gap; the versions of an event come one after the
// other; and what was acknowledged before another write began comes before it.
func TestChangesUnderWriters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	var ticks atomic.Int64
	stores := []*db.Store{openTicking(t, url, &ticks), openTicking(t, url, &ticks), openTicking(t, url, &ticks)}
	type mark struct {
		event        uuid.UUID
		revision     int
		began, ended int64
	}
	var mu sync.Mutex
	var marks []mark
	var moment atomic.Int64
	var writers errgroup.Group
	for n := range 8 {
		r := rand.New(rand.NewPCG(21, uint64(n)))
		writers.Go(func() error {
			for range 25 {
				var batch []db.Coded
				for _, u := range r.Perm(6)[:1+r.IntN(3)] {
					c := randomArticle(r, u)
					c.Article.Text += fmt.Sprintf(" %d", r.IntN(1_000_000))
					for i := range c.Events {
						c.Events[i].Evidence[0].Text, c.Events[i].Evidence[0].End = c.Article.Text, len(c.Article.Text)
					}
					batch = append(batch, c)
				}
				began := moment.Add(1)
				puts, err := stores[r.IntN(3)].PutArticles(ctx, batch, keepAll)
				if err != nil {
					return err
				}
				ended := moment.Add(1)
				mu.Lock()
				for _, p := range puts {
					for _, e := range p.Events {
						if e.UpdatedAt.Equal(p.Article.UpdatedAt) {
							marks = append(marks, mark{e.ID, e.Revision, began, ended})
						}
					}
				}
				mu.Unlock()
			}
			return nil
		})
	}
	writing, done := context.WithCancel(ctx)
	var readers errgroup.Group
	seen := make([][]db.Change, 3)
	for n := range seen {
		readers.Go(func() error {
			for last := int64(0); ; {
				over := writing.Err() != nil
				changes, err := stores[n].Changes(ctx, last, 1+n*50)
				if err != nil {
					return err
				}
				for _, c := range changes {
					if c.Position != last+1 {
						return fmt.Errorf("position %d comes after %d", c.Position, last)
					}
					last = c.Position
				}
				seen[n] = append(seen[n], changes...)
				if over && len(changes) == 0 {
					return nil
				}
			}
		})
	}
	err := writers.Wait()
	done()
	if err != nil {
		t.Fatal(err)
	}
	if err := readers.Wait(); err != nil {
		t.Fatal(err)
	}
	version, err := stores[0].Version(ctx)
	if err != nil || version != int64(len(seen[0])) {
		t.Errorf("version %d after %d changes (%v)", version, len(seen[0]), err)
	}
	at := map[string]int64{}
	last := map[uuid.UUID]db.Change{}
	for _, c := range seen[0] {
		before, known := last[c.EventID]
		switch {
		case !known && c.Action != db.Added, known && c.Action == db.Added:
			t.Errorf("%s is %s first, or again", c.EventID, c.Action)
		case before.Action == db.Retracted:
			t.Errorf("%s is %s after it was retracted", c.EventID, c.Action)
		case known && c.Action == db.Updated && c.Revision <= before.Revision, c.Action == db.Retracted && (c.Revision != before.Revision || c.Reason == ""):
			t.Errorf("%s: revision %d is %s after %d (%q)", c.EventID, c.Revision, c.Action, before.Revision, c.Reason)
		}
		var e event.Event
		if err := json.Unmarshal(c.Event, &e); err != nil || e.ID != c.EventID || e.Revision != c.Revision {
			t.Errorf("%s in revision %d has the document of %s in %d (%v)", c.EventID, c.Revision, e.ID, e.Revision, err)
		}
		last[c.EventID] = c
		if c.Action != db.Retracted {
			at[fmt.Sprint(c.EventID, c.Revision)] = c.Position
		}
	}
	slices.SortFunc(marks, func(a, b mark) int { return int(a.ended - b.ended) })
	for i, a := range marks {
		for _, b := range marks[i+1:] {
			p, q := at[fmt.Sprint(a.event, a.revision)], at[fmt.Sprint(b.event, b.revision)]
			if a.ended < b.began && p > q && p > 0 && q > 0 {
				t.Fatalf("what was acknowledged before the other began is change %d, the other %d", p, q)
			}
		}
	}
	for n := range seen {
		if len(seen[n]) != len(seen[0]) {
			t.Errorf("reader %d saw %d changes, reader 0 %d", n, len(seen[n]), len(seen[0]))
		}
	}
}

// TestAsOf writes and revises, notes what random questions are answered at
// several instants, and asks them again later as of those instants: the
// answers are the same, whatever came since; so are single events.
func TestAsOf(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var ticks atomic.Int64
	s := openTicking(t, dbtest.New(t), &ticks)
	r := rand.New(rand.NewPCG(31, 32))
	w := newWorld()
	now := func() time.Time {
		return clock().Add(time.Duration(ticks.Add(1)) * time.Microsecond).Truncate(time.Microsecond)
	}
	type state struct {
		at     time.Time
		world  world
		events map[uuid.UUID]string
	}
	var states []state
	for round := range 8 {
		var batch []db.Coded
		for _, u := range r.Perm(40)[:20] {
			c := randomArticle(r, u)
			c.Article.Text += fmt.Sprintf(" %d", round)
			for i := range c.Events {
				c.Events[i].Evidence[0].Text, c.Events[i].Evidence[0].End = c.Article.Text, len(c.Article.Text)
			}
			batch = append(batch, c)
		}
		puts, err := s.PutArticles(ctx, batch, keepAll)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range puts {
			w.meet(p)
		}
		st := state{now(), *w, map[uuid.UUID]string{}}
		st.world.events = slices.Clone(w.events)
		st.world.sources, st.world.langs = copyOf(w.sources), copyOf(w.langs)
		for _, e := range w.events {
			st.events[e.ID] = marshal(t, e)
		}
		states = append(states, st)
	}
	rapid.Check(t, func(rt *rapid.T) {
		st := rapid.SampledFrom(states).Draw(rt, "state")
		f := filters(rt)
		f.AsOf, f.Limit, f.Count = &st.at, rapid.SampledFrom([]int{3, 50}).Draw(rt, "limit"), event.CountExact
		st.world.names = w.names // names that actors have been met under are not forgotten
		found := st.world.find(f)
		want := idsOf(found)
		got, err := walk(ctx, s, f)
		if err != nil || !slices.Equal(got, want) {
			rt.Fatalf("%s:\ngot  %v\nwant %v (%v)", f.Query().Encode(), got, want, err)
		}
		page, err := s.Events(ctx, f)
		if err != nil || *page.Count != int64(len(want)) {
			rt.Fatalf("counted %v, want %d: %v", page.Count, len(want), err)
		}
		for i, d := range page.Documents {
			if string(d) != st.events[want[i]] {
				rt.Fatalf("document %s, want %s", d, st.events[want[i]])
			}
		}
		f.Limit = 0
		if got, err = each(ctx, s, f); err != nil || !slices.Equal(got, want) {
			rt.Fatalf("streamed %v, want %v: %v", got, want, err)
		}
		checkTimeline(rt, s, &st.world, f, found, db.Monthly, db.ByActor)
		checkDyads(rt, s, f, found)
	})
	for id, document := range states[2].events {
		if got, err := s.EventAsOf(ctx, id, states[2].at); err != nil || string(got) != document {
			t.Errorf("%s as of then: %s, %v", id, got, err)
		}
	}
	first := clock()
	for id := range states[0].events {
		if _, err := s.EventAsOf(ctx, id, first); !has(err, event.NotFound) {
			t.Errorf("before it came: %v", err)
		}
	}
	future := clock().Add(time.Hour)
	if _, err := s.Events(ctx, event.Filter{AsOf: &future}); !has(err, event.Invalid) {
		t.Errorf("as of the future: %v", err)
	}
}

func copyOf[K comparable, V any](m map[K]V) map[K]V {
	c := make(map[K]V, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

func has(err error, code event.ErrorCode) bool {
	e, ok := event.AsError(err)
	return ok && e.Code == code
}

// TestAsOfNow asks as of this very moment while others write: the same
// question again has the same answer.
func TestAsOfNow(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	var ticks atomic.Int64
	s, other := openTicking(t, url, &ticks), openTicking(t, url, &ticks)
	writing, stop := context.WithCancel(ctx)
	var writers errgroup.Group
	for n := range 4 {
		r := rand.New(rand.NewPCG(41, uint64(n)))
		writers.Go(func() error {
			for i := 0; writing.Err() == nil; i++ {
				c := randomArticle(r, n*100_000+i)
				if _, err := other.PutArticle(ctx, c.Article, c.Events, replaceAll); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for range 20 {
		at := clock().Add(time.Duration(ticks.Add(1)) * time.Microsecond).Truncate(time.Microsecond)
		f := event.Filter{AsOf: &at, Limit: 10_000, Order: event.OldestFirst}
		first, err := walk(ctx, s, f)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if again, err := walk(ctx, s, f); err != nil || !slices.Equal(first, again) {
				t.Errorf("%d events, then %d (%v)", len(first), len(again), err)
			}
		}
	}
	stop()
	if err := writers.Wait(); err != nil {
		t.Error(err)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var ticks atomic.Int64
	s := openTicking(t, dbtest.New(t), &ticks)
	first := put(t, s, article(), meeting())
	a := article()
	a.Text += " More."
	changed := meeting()
	changed.Summary = "They met in Geneva"
	second, err := s.PutArticle(ctx, a, []event.Event{changed}, keepAll)
	if err != nil {
		t.Fatal(err)
	}
	a.Text += " Nothing."
	if _, err := s.PutArticle(ctx, a, nil, keepAll); err != nil {
		t.Fatal(err)
	}
	id := first.Events[0].ID
	versions, err := s.History(ctx, id)
	if err != nil || len(versions) != 2 {
		t.Fatalf("%+v, %v", versions, err)
	}
	if v := versions[0]; v.Revision != 1 || v.Fate != db.Updated || !v.Until.Equal(versions[1].From) || string(v.Event) != marshal(t, first.Events[0]) {
		t.Errorf("the first: %+v", v)
	}
	if v := versions[1]; v.Revision != 2 || v.Fate != db.Retracted || v.Reason != "article revised" || string(v.Event) != marshal(t, second.Events[0]) {
		t.Errorf("the second: %+v", v)
	}
	if _, err := s.History(ctx, uuid.New()); !has(err, event.NotFound) {
		t.Errorf("of nothing: %v", err)
	}
	changes, err := s.Changes(ctx, 0, 10)
	if err != nil || len(changes) != 3 || changes[0].Action != db.Added || changes[1].Action != db.Updated || changes[2].Action != db.Retracted || changes[2].Reason == "" || changes[0].Reason != "" {
		t.Fatalf("%+v, %v", changes, err)
	}
	for f, want := range map[*event.Filter][]int{
		{}:                                       {0, 1, 2},
		{Text: "geneva"}:                         {1, 2}, // what came, and what went
		{Text: `"bashar assad (syria)" -geneva`}: {0, 1}, // what was so before the update
		{Actors: []event.ActorTerm{{Any: []event.ActorRef{{Name: "assad bashar"}}}}}: {0, 1, 2},
		{Actors: []event.ActorTerm{{None: []event.ActorRef{{Code: "SYR"}}}}}:         nil,
		{SourceNames: []string{"Example Agency"}, Languages: []string{"en"}}:         {0, 1, 2},
		{SourceNames: []string{"Another"}}:                                           nil,
	} {
		got, err := s.Select(changes).For(ctx, f)
		var at []int
		for _, c := range got {
			at = append(at, int(c.Position-1))
		}
		if err != nil || !slices.Equal(at, want) {
			t.Errorf("%s: %v, want %v (%v)", f.Query().Encode(), at, want, err)
		}
	}
}

// TestListen hears of changes that another process makes, through whoever
// tends the database.
func TestListen(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	url := dbtest.New(t)
	s, writer := openURL(t, url), openURL(t, url)
	var house errgroup.Group
	house.Go(func() error { s.Tend(ctx); return nil })
	heard := make(chan struct{}, 1)
	house.Go(func() error {
		s.Listen(ctx, func() {
			select {
			case heard <- struct{}{}:
			default:
			}
		})
		return nil
	})
	put(t, writer, article(), meeting())
	for {
		select {
		case <-heard:
		case <-ctx.Done():
			t.Fatal("nothing was heard of a change")
		}
		last, err := s.LastChange(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if last == 1 {
			break
		}
	}
	stop()
	if err := house.Wait(); err != nil {
		t.Error(err)
	}
}
