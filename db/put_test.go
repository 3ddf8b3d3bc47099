package db_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"
)

func put(t testing.TB, s *db.Store, a event.Article, fresh ...event.Event) db.Put {
	t.Helper()
	p, err := s.PutArticle(context.Background(), a, fresh, replaceAll)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// quoting gives an event that quotes a whole text.
func quoting(text string) event.Event {
	e := event.Event{Type: event.Talks, Status: event.Ongoing, Summary: "talks", Confidence: 0.5,
		Evidence: []event.Evidence{{Start: 0, End: len([]rune(text)), Text: text}}}
	e.Recode()
	return e
}

func plain(text, url, externalID string) event.Article {
	return event.Article{Text: text, URL: url, ExternalID: externalID, Source: "S", Language: "en"}
}

func counts(t *testing.T, url string) map[string]int {
	t.Helper()
	got := map[string]int{}
	conn := connect(t, url)
	for _, table := range []string{"article", "article_identity", "event", "event_document", "event_past"} {
		var n int
		if err := conn.QueryRow(context.Background(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		got[table] = n
	}
	return got
}

// TestIdentity puts articles one after the other: each step says which article
// it is expected to be, and what becomes of it.
func TestIdentity(t *testing.T) {
	t.Parallel()
	type step struct {
		text, url, externalID string
		article               int // number of the article in this test
		outcome               db.Outcome
	}
	for name, steps := range map[string][]step{
		"same content":                 {{"A", "", "", 1, db.Created}, {"A", "", "", 1, db.Unchanged}, {"B", "", "", 2, db.Created}},
		"same url":                     {{"A", "http://u", "", 1, db.Created}, {"A", "http://u", "", 1, db.Unchanged}, {"B", "http://u", "", 1, db.Revised}},
		"same external id":             {{"A", "", "x", 1, db.Created}, {"A", "", "x", 1, db.Unchanged}, {"B", "", "x", 1, db.Revised}},
		"a copy under another url":     {{"A", "http://u", "", 1, db.Created}, {"A", "http://v", "", 1, db.Unchanged}, {"B", "http://v", "", 2, db.Created}, {"C", "http://u", "", 1, db.Revised}},
		"back to the old text":         {{"A", "http://u", "", 1, db.Created}, {"B", "http://u", "", 1, db.Revised}, {"A", "http://u", "", 1, db.Revised}, {"A", "http://u", "", 1, db.Unchanged}},
		"the old text without address": {{"A", "http://u", "", 1, db.Created}, {"B", "http://u", "", 1, db.Revised}, {"A", "", "", 1, db.Unchanged}, {"A", "http://v", "", 1, db.Unchanged}, {"B", "", "", 1, db.Unchanged}},
		"external id before url":       {{"A", "http://u", "", 1, db.Created}, {"B", "", "x", 2, db.Created}, {"C", "http://u", "x", 2, db.Revised}, {"D", "http://u", "", 1, db.Revised}},
		"url before content":           {{"A", "http://u", "", 1, db.Created}, {"B", "http://v", "", 2, db.Created}, {"B", "http://u", "", 1, db.Revised}, {"B", "", "", 2, db.Unchanged}},
		"a new url is learnt":          {{"A", "", "x", 1, db.Created}, {"B", "http://u", "x", 1, db.Revised}, {"C", "http://u", "", 1, db.Revised}},
		"swapped texts":                {{"A", "http://u", "", 1, db.Created}, {"B", "http://v", "", 2, db.Created}, {"B", "http://u", "", 1, db.Revised}, {"A", "http://v", "", 2, db.Revised}, {"A", "http://u", "", 1, db.Revised}},
	} {
		check := func(t *testing.T, s *db.Store, puts []db.Put) {
			ids := map[int]uuid.UUID{}
			for i, step := range steps {
				p := puts[i]
				if p.Outcome != step.outcome {
					t.Errorf("step %d: %s, expected %s", i, p.Outcome, step.outcome)
				}
				if id, known := ids[step.article]; !known {
					ids[step.article] = p.Article.ID
				} else if id != p.Article.ID {
					t.Errorf("step %d: another article", i)
				}
				if len(p.Events) != 1 {
					t.Errorf("step %d: %d events", i, len(p.Events))
				}
			}
			if len(ids) != len(slices.Compact(slices.SortedFunc(mapValues(ids), compareIDs))) {
				t.Error("different articles have one id")
			}
			// What is stored is what the last step on each article left.
			for n, id := range ids {
				a, documents, err := s.Article(context.Background(), id)
				if err != nil {
					t.Fatal(err)
				}
				var want db.Put
				for i, step := range steps {
					if step.article == n {
						want = puts[i]
					}
				}
				if diff := cmp.Diff(want.Article, a); diff != "" {
					t.Errorf("article %d as put (-) and stored (+):\n%s", n, diff)
				}
				if len(documents) != 1 || string(documents[0]) != marshal(t, want.Events[0]) {
					t.Errorf("article %d: events %s", n, documents)
				}
			}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			var puts []db.Put
			for _, step := range steps {
				a := plain(step.text, step.url, step.externalID)
				found, unchanged, err := s.Find(context.Background(), &a)
				if err != nil {
					t.Fatal(err)
				}
				if unchanged != (step.outcome == db.Unchanged) || (found.Article.ID == uuid.Nil) != (step.outcome == db.Created) {
					t.Errorf("before %+v: found %s, unchanged %t", step, found.Article.ID, unchanged)
				}
				p := put(t, s, a, quoting(a.Text))
				if unchanged && cmp.Diff(found, p) != "" {
					t.Errorf("found %+v, put %+v", found, p)
				}
				puts = append(puts, p)
			}
			check(t, s, puts)
		})
		t.Run(name+", in one batch", func(t *testing.T) {
			t.Parallel()
			s := open(t)
			var batch []db.Coded
			for _, step := range steps {
				batch = append(batch, db.Coded{Article: plain(step.text, step.url, step.externalID), Events: []event.Event{quoting(step.text)}})
			}
			puts, err := s.PutArticles(context.Background(), batch, replaceAll)
			if err != nil {
				t.Fatal(err)
			}
			check(t, s, puts)
		})
	}
}

func mapValues[K comparable, V any](m map[K]V) func(func(V) bool) {
	return func(yield func(V) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

func compareIDs(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }

func marshal(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestUnchangedLeavesNoTrace puts a copy under another url, whose identity is
// claimed and given up again.
func TestUnchangedLeavesNoTrace(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	s := openURL(t, url)
	put(t, s, plain("A", "http://u", ""), quoting("A"))
	before := counts(t, url)
	put(t, s, plain("A", "http://v", "y"), quoting("A"))
	if diff := cmp.Diff(before, counts(t, url)); diff != "" {
		t.Errorf("rows: %s", diff)
	}
}

// TestRevise follows events through revisions of their article: one that stays
// as it is, one that changes, one that goes, one that comes.
func TestRevise(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	now := clock()
	s, err := db.Open(ctx, db.Config{URL: url, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const text = "Same. Other. Gone."
	make := func(kind event.Type, start, end int, summary string) event.Event {
		e := event.Event{Type: kind, Status: event.Occurred, Summary: summary, Confidence: 1,
			Evidence: []event.Evidence{{Start: start, End: end, Text: text[start:end]}}}
		e.Recode()
		return e
	}
	same, other, gone := make(event.Talks, 0, 5, "same"), make(event.Meeting, 6, 12, "draft"), make(event.Attack, 13, 18, "gone")
	first := put(t, s, plain(text, "http://u", ""), gone, same, other)
	ids := map[event.Type]uuid.UUID{}
	for i, want := range []event.Type{event.Talks, event.Meeting, event.Attack} { // in the order of the text
		if first.Events[i].Type != want {
			t.Errorf("event %d is %s, expected %s", i, first.Events[i].Type, want)
		}
		ids[want] = first.Events[i].ID
	}
	now = now.Add(time.Hour)
	came := make(event.Visit, 0, 5, "came")
	second, err := s.PutArticle(ctx, plain(text+" More.", "http://u", ""), []event.Event{came, same, make(event.Meeting, 6, 12, "final")},
		func(stored, fresh []event.Event) (next []event.Event, retracted []uuid.UUID) {
			if len(stored) != 3 || len(fresh) != 3 {
				t.Errorf("revise is given %d stored and %d fresh events", len(stored), len(fresh))
			}
			for _, e := range fresh {
				e.ID = ids[e.Type]
				next = append(next, e)
			}
			return next, []uuid.UUID{ids[event.Attack]}
		})
	if err != nil {
		t.Fatal(err)
	}
	if second.Outcome != db.Revised || second.Article.Revision != 2 || !second.Article.CreatedAt.Equal(first.Article.CreatedAt) ||
		!second.Article.UpdatedAt.Equal(first.Article.UpdatedAt.Add(time.Hour)) {
		t.Errorf("the article: %+v", second)
	}
	after := map[event.Type]event.Event{}
	for _, e := range second.Events {
		after[e.Type] = e
	}
	if diff := cmp.Diff(first.Events[0], after[event.Talks]); diff != "" {
		t.Errorf("the event that stays: %s", diff)
	}
	if e := after[event.Meeting]; e.ID != ids[event.Meeting] || e.Revision != 2 || e.Summary != "final" || !e.UpdatedAt.After(e.CreatedAt) {
		t.Errorf("the event that changes: %+v", e)
	}
	if e := after[event.Visit]; e.Revision != 1 || e.ID == uuid.Nil || !e.CreatedAt.Equal(second.Article.UpdatedAt) {
		t.Errorf("the event that comes: %+v", e)
	}
	_, err = s.Event(ctx, ids[event.Attack])
	if e, ok := event.AsError(err); !ok || e.Code != event.Gone || !strings.Contains(e.Detail, "article revised") || !strings.Contains(e.Detail, "2017-01-27") {
		t.Errorf("the event that goes: %v", err)
	}
	listed, err := walk(ctx, s, event.Filter{Order: event.NewestFirst, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(listed) != 3 || slices.Contains(listed, ids[event.Attack]) {
		t.Errorf("listed: %v", listed)
	}
	document, err := s.Event(ctx, ids[event.Meeting])
	if err != nil || string(document) != marshal(t, after[event.Meeting]) {
		t.Errorf("the changed document: %s, %v", document, err)
	}
	if got := counts(t, url); got["event"] != 3 || got["event_past"] != 2 || got["event_document"] != 3 {
		t.Errorf("rows: %v", got)
	}
	// What was found once by its words is found by the new ones only.
	for q, want := range map[string]int{"draft": 0, "final": 1, "gone": 0} {
		page, err := s.Events(ctx, event.Filter{Text: q})
		if err != nil || len(page.Documents) != want {
			t.Errorf("q=%s: %d documents, %v", q, len(page.Documents), err)
		}
	}
}

// TestPutRefuses wants nothing written when anything is wrong.
func TestPutRefuses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	s := openURL(t, url)
	held := put(t, s, plain("Held.", "http://held", ""), quoting("Held."))
	before := counts(t, url)
	good := quoting("Text.")
	change := func(f func(e *event.Event)) event.Event {
		e := quoting("Text.")
		f(&e)
		return e
	}
	keep := func(stored, fresh []event.Event) ([]event.Event, []uuid.UUID) { return fresh, nil }
	for name, test := range map[string]struct {
		article event.Article
		events  []event.Event
		revise  db.Revise
	}{
		"evidence that is not the text": {plain("Text.", "", ""), []event.Event{change(func(e *event.Event) { e.Evidence[0].Text = "Test." })}, keep},
		"evidence beyond the text":      {plain("Text.", "", ""), []event.Event{change(func(e *event.Event) { e.Evidence[0].End = 6 })}, keep},
		"evidence before the text":      {plain("Text.", "", ""), []event.Event{change(func(e *event.Event) { e.Evidence[0].Start = -1 })}, keep},
		"no evidence":                   {plain("Text.", "", ""), []event.Event{change(func(e *event.Event) { e.Evidence = nil })}, keep},
		"a second event that is wrong":  {plain("Text.", "", ""), []event.Event{good, change(func(e *event.Event) { e.Type = "party" })}, keep},
		"a NUL character":               {plain("Te\x00xt", "", ""), nil, keep},
		"an empty text":                 {plain("", "", ""), nil, keep},
		"a stored event forgotten":      {plain("Text.", "http://held", ""), []event.Event{good}, keep},
		"a foreign event retracted": {plain("Text.", "", ""), []event.Event{good}, func(_, fresh []event.Event) ([]event.Event, []uuid.UUID) {
			return fresh, []uuid.UUID{held.Events[0].ID}
		}},
		"an event kept and retracted": {plain("Text.", "http://held", ""), []event.Event{good}, func(stored, fresh []event.Event) ([]event.Event, []uuid.UUID) {
			fresh[0].ID = stored[0].ID
			return fresh, []uuid.UUID{stored[0].ID}
		}},
	} {
		if _, err := s.PutArticle(ctx, test.article, test.events, test.revise); err == nil {
			t.Errorf("%s: taken", name)
		}
		if diff := cmp.Diff(before, counts(t, url)); diff != "" {
			t.Errorf("%s: left rows: %s", name, diff)
		}
	}
}

// TestMoments gives back a time of publication as it was given.
func TestMoments(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i, text := range []string{"", "2017-01-26", "2017-01-26T08:30:00Z", "2017-01-01T00:30:00+03:30", "2016-12-31T23:59:59-11:00", "1801-02-03", "2017-02", "2016"} {
		a := plain(fmt.Sprint("Text ", i), "", "")
		if text != "" {
			m, err := event.ParseMoment(text)
			if err != nil {
				t.Fatal(err)
			}
			a.Published = &m
		}
		p := put(t, s, a)
		got, _, err := s.Article(context.Background(), p.Article.ID)
		if err != nil {
			t.Fatal(err)
		}
		if text == "" && got.Published != nil || text != "" && (got.Published == nil || got.Published.String() != text) {
			t.Errorf("%s is given back as %v", text, got.Published)
		}
		if got.ContentHash() != a.ContentHash() {
			t.Errorf("%s: the content hash differs", text)
		}
	}
}

// TestSameArticleAtOnce has many writers bring one article, some with
// different texts, over different identities.
func TestSameArticleAtOnce(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	s := openURL(t, url)
	var all errgroup.Group
	puts := make([]db.Put, 50)
	for i := range puts {
		all.Go(func() (err error) {
			puts[i], err = s.PutArticle(context.Background(), article(), []event.Event{meeting()}, replaceAll)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	created := 0
	for _, p := range puts {
		if p.Outcome == db.Created {
			created++
		}
		if p.Article.ID != puts[0].Article.ID || len(p.Events) != 1 || p.Events[0].ID != puts[0].Events[0].ID || p.Outcome == db.Revised {
			t.Errorf("%+v", p)
		}
	}
	if created != 1 {
		t.Errorf("created %d times", created)
	}
	if diff := cmp.Diff(map[string]int{"article": 1, "article_identity": 3, "event": 1, "event_document": 1, "event_past": 0}, counts(t, url)); diff != "" {
		t.Error(diff)
	}
}

// TestManyWriters has batches of overlapping articles, in different orders and
// with changing texts, come in at once: no deadlock, and in the end every url
// has one article with its last text and that text's events.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	s := openURL(t, url)
	const urls = 12
	var all errgroup.Group
	for w := range 16 {
		r := rand.New(rand.NewPCG(3, uint64(w)))
		all.Go(func() error {
			for range 8 {
				var batch []db.Coded
				for _, u := range r.Perm(urls)[:1+r.IntN(6)] {
					c := randomArticle(r, 0)
					c.Article.Text = fmt.Sprintf("text %d of %d", r.IntN(3), u)
					c.Article.URL, c.Article.Published = fmt.Sprintf("https://example.org/%d", u), nil
					c.Article.ExternalID = fmt.Sprintf("id-%d", u)
					for i := range c.Events {
						c.Events[i].Evidence = quoting(c.Article.Text).Evidence
					}
					switch r.IntN(3) { // known by the one, by the other, or by both
					case 0:
						c.Article.URL = ""
					case 1:
						c.Article.ExternalID = ""
					}
					batch = append(batch, c)
				}
				if _, err := s.PutArticles(ctx, batch, replaceAll); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	for what, query := range map[string]string{
		"events that quote another text than their article's": `
			SELECT count(*) FROM event_article v JOIN event_document d USING (event_id) JOIN article a ON a.id = v.article_id
			WHERE d.document::json->'evidence'->0->>'text' <> a.body`,
		"events that stand without all of their rows": `
			SELECT count(*) FROM event e LEFT JOIN event_document d ON d.event_id = e.id
			WHERE d.event_id IS NULL OR json_array_length(d.document::json->'participants') <> (SELECT count(*) FROM participant p WHERE p.event_id = e.id)`,
		"pairs that the participants do not have, or the other way round": `
			WITH want AS (SELECT DISTINCT p.code AS a, q.code AS b, e.first_day, e.id, e.last_day
				FROM event e JOIN participant p ON p.event_id = e.id JOIN participant q ON q.event_id = e.id AND q.code > p.code),
			got AS (SELECT a, b, first_day, event_id, last_day FROM pair_feed)
			SELECT count(*) FROM ((TABLE want EXCEPT TABLE got) UNION ALL (TABLE got EXCEPT TABLE want)) AS x`,
		"events whose versions do not follow one another": `
			SELECT count(*) FROM event_past p LEFT JOIN event e ON e.id = p.event_id LEFT JOIN event_past n ON n.event_id = p.event_id AND n.revision = p.revision + 1
			WHERE (p.fate = 'updated') <> (e.revision > p.revision OR n.revision IS NOT NULL)`,
		"identities without an article": `
			SELECT count(*) FROM article_identity i LEFT JOIN article a ON a.id = i.article_id WHERE a.id IS NULL`,
		"articles that are not known by their content": `
			SELECT count(*) FROM article a WHERE NOT EXISTS (SELECT FROM article_identity i WHERE i.article_id = a.id AND i.kind = 'content')`,
		"events without an article": `
			SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT FROM event_article v JOIN article a ON a.id = v.article_id WHERE v.event_id = e.id)`,
	} {
		var n int
		if err := conn.QueryRow(ctx, query).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d %s (%v)", n, what, err)
		}
	}
}

// TestNoDeadlock has writers bring the same new articles, and then articles of
// their own with the same new actors and places, each in another order.
func TestNoDeadlock(t *testing.T) {
	t.Parallel()
	s := open(t)
	const writers, rounds, size = 6, 8, 20
	for round := range rounds {
		for _, own := range []bool{false, true} {
			var all errgroup.Group
			for w := range writers {
				r := rand.New(rand.NewPCG(uint64(round), uint64(w)))
				var batch []db.Coded
				for _, n := range r.Perm(size) {
					if !own {
						batch = append(batch, db.Coded{Article: plain(fmt.Sprintf("Shared %d %d", round, n), fmt.Sprintf("http://shared/%d/%d", round, n), "")})
						continue
					}
					a := plain(fmt.Sprintf("Own %d %d %d", round, n, w), "", "")
					e := quoting(a.Text)
					if round%2 == 0 { // one kind at a time: the first would keep the writers in step
						e.Location = &event.Location{Place: fmt.Sprintf("Place %d %d", round, n)}
					} else {
						e.Participants = []event.Participant{{Name: fmt.Sprintf("Actor %d %d", round, n), Code: "UNK", Sector: event.UnknownSector, Role: event.Party}}
					}
					batch = append(batch, db.Coded{Article: a, Events: []event.Event{e}})
				}
				all.Go(func() error {
					_, err := s.PutArticles(context.Background(), batch, replaceAll)
					return err
				})
			}
			if err := all.Wait(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestLargeText stores the largest text that comes, as one passage of words
// that are all different, with names beyond any bound of an index.
func TestLargeText(t *testing.T) {
	t.Parallel()
	s := open(t)
	var text strings.Builder
	for n := 0; text.Len() < 1<<20; n++ {
		fmt.Fprintf(&text, "w%dé ", n)
	}
	e := quoting(text.String())
	e.Summary = text.String()
	long := strings.Repeat("Long name ", 1000) + strings.Repeat("x", 10_000)
	e.Location = &event.Location{Place: long}
	e.Participants = []event.Participant{{Name: long, Code: "UNK", Sector: event.UnknownSector, Role: event.Party, Title: long}}
	p := put(t, s, plain(text.String(), "", strings.Repeat("x", 2000)), e)
	for _, f := range []event.Filter{
		{Text: "w7é"}, {Places: []string{long}}, {Actors: []event.ActorTerm{{Any: []event.ActorRef{{Name: "long name"}}}}},
	} {
		page, err := s.Events(context.Background(), f)
		if err != nil || len(page.Documents) != 1 || string(page.Documents[0]) != marshal(t, p.Events[0]) {
			t.Errorf("%d documents, %v", len(page.Documents), err)
		}
	}
}

// TestBulkLoad loads what was exported into another database: lists,
// statistics and changes are those of the first, and so is the schema.
func TestBulkLoad(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	from, url := open(t), dbtest.New(t)
	to := openURL(t, url)
	before := catalogue(t, url)
	r := rand.New(rand.NewPCG(51, 52))
	w := newWorld()
	for n := range 300 {
		c := randomArticle(r, n)
		p := put(t, from, c.Article, c.Events...)
		w.meet(p)
	}
	all := w.find(event.Filter{Order: event.OldestFirst})
	var mu sync.Mutex
	i := 0
	next := func() (db.Loaded, bool) {
		mu.Lock()
		defer mu.Unlock()
		if i == len(all) {
			return db.Loaded{}, false
		}
		i++
		e := all[i-1]
		return db.Loaded{Event: e, Source: w.sources[e.ID], Language: w.langs[e.ID]}, true
	}
	if err := to.BulkLoad(ctx, 2, next); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, catalogue(t, url)); diff != "" {
		t.Errorf("the schema: %s", diff)
	}
	for _, f := range []event.Filter{
		{}, {Order: event.SurestFirst}, {Text: "oil"}, {Languages: []string{"en"}, SourceNames: []string{"AFP"}},
		{Actors: []event.ActorTerm{{Any: []event.ActorRef{{Code: "IRN"}}}, {Any: []event.ActorRef{{Code: "SYR"}}}}},
		{Actors: []event.ActorTerm{{Any: []event.ActorRef{{Name: "assad"}}}}},
	} {
		want, err := each(ctx, from, f)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := each(ctx, to, f); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %d events, want %d (%v)", f.Query().Encode(), len(got), len(want), err)
		}
		for _, field := range db.TopFields() {
			want, err := from.Top(ctx, f, db.TopField(field), 100)
			if err != nil {
				t.Fatal(err)
			}
			got, err := to.Top(ctx, f, db.TopField(field), 100)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("top %s of %s: %v %s", field, f.Query().Encode(), err, diff)
			}
		}
	}
	changes, err := to.Changes(ctx, 0, 10_000)
	if version, _ := to.Version(ctx); err != nil || len(changes) != len(all) || version != int64(len(all)) || changes[len(all)-1].Position != version {
		t.Errorf("%d changes, version %d: %v", len(changes), version, err)
	}
	if err := to.BulkLoad(ctx, 1, next); !has(err, event.Invalid) {
		t.Errorf("into a database that is not empty: %v", err)
	}
}
