package db_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"
	"demarche/internal/resolve"
)

// openResolving opens a store that resolves by the product's rules.
func openResolving(t testing.TB, url string) *db.Store {
	t.Helper()
	s, err := db.Open(context.Background(), db.Config{URL: url, Now: clock, Resolver: resolve.Rules{}, MaxConns: 12})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// crowd makes articles of so few matters that many tell of the same.
func crowd(seed uint64, n int) []db.Coded {
	r := rand.New(rand.NewPCG(seed, 9))
	var all []db.Coded
	for i := range n {
		c := randomArticle(r, i)
		c.Article.Source = fmt.Sprint("Source ", r.IntN(6))
		c.Article.Text = fmt.Sprintf("%s %s", c.Article.Text, strings.Repeat(pick(r, worldWords)+" ", r.IntN(4)))
		for k := range c.Events {
			c.Events[k] = randomEvent(r, c.Article.Text)
			if e := &c.Events[k]; len(e.Participants) > 0 && r.IntN(2) > 0 {
				e.Participants = e.Participants[:1]
				e.Participants[0].Code, e.Participants[0].Role = "SYR", event.Party
				e.Participants = append(e.Participants, event.Participant{Name: "Iran", Code: "IRN", Sector: event.Government, Role: event.Party, ActorID: event.ActorID("state:IRN")})
			}
		}
		all = append(all, c)
	}
	return all
}

// outcome is every event that stands, without what depends on when it came:
// ids, times and the ids of articles, for which their addresses stand.
func outcome(t testing.TB, s *db.Store, url string) []string {
	t.Helper()
	ctx := context.Background()
	addresses := map[string]string{}
	rows, err := connect(t, url).Query(ctx, `SELECT id::text, url FROM article`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id, address string
		if err := rows.Scan(&id, &address); err != nil {
			t.Fatal(err)
		}
		addresses[id] = address
	}
	var all []string
	if err := s.EachEvent(ctx, event.Filter{Order: event.OldestFirst}, func(d []byte) error {
		var e map[string]any
		if err := json.Unmarshal(d, &e); err != nil {
			return err
		}
		for _, name := range []string{"id", "created_at", "updated_at", "revision"} {
			delete(e, name)
		}
		text := marshal(t, e)
		for id, address := range addresses {
			text = strings.ReplaceAll(text, id, address)
		}
		all = append(all, text)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// sound checks that the rows of all tables tell of the same events.
func sound(t testing.TB, s *db.Store, url string) {
	t.Helper()
	ctx := context.Background()
	if err := db.RollUpNow(ctx, s); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	for what, query := range map[string]string{
		"pairs": `
			WITH want AS (SELECT DISTINCT p.code AS a, q.code AS b, e.first_day, e.id, e.last_day
				FROM event e JOIN participant p ON p.event_id = e.id JOIN participant q ON q.event_id = e.id AND q.code > p.code),
			got AS (SELECT a, b, first_day, event_id, last_day FROM pair_feed)
			SELECT count(*) FROM ((TABLE want EXCEPT TABLE got) UNION ALL (TABLE got EXCEPT TABLE want)) AS x`,
		"types in the rollup": `
			WITH want AS (SELECT type, count(*) FROM event GROUP BY type), got AS (SELECT value, sum(n) FROM rollup WHERE key = '' AND field = 'type' GROUP BY value HAVING sum(n) <> 0)
			SELECT count(*) FROM ((TABLE want EXCEPT TABLE got) UNION ALL (TABLE got EXCEPT TABLE want)) AS x`,
		"codes in the rollup": `
			WITH want AS (SELECT code, count(DISTINCT event_id) FROM participant GROUP BY code),
			got AS (SELECT key, sum(n) FROM rollup WHERE key <> '' AND field = 'type' GROUP BY key HAVING sum(n) <> 0)
			SELECT count(*) FROM ((TABLE want EXCEPT TABLE got) UNION ALL (TABLE got EXCEPT TABLE want)) AS x`,
		"articles of events that are not those of their mentions": `
			WITH want AS (SELECT event_id, article_id, min(start) AS start FROM mention GROUP BY 1, 2), got AS (SELECT event_id, article_id, start FROM event_article)
			SELECT count(*) FROM ((TABLE want EXCEPT TABLE got) UNION ALL (TABLE got EXCEPT TABLE want)) AS x`,
		"events without exactly one anchor": `
			SELECT count(*) FROM event e WHERE 1 <> (SELECT count(*) FROM mention m WHERE m.event_id = e.id AND m.id = m.anchor_id)`,
		"mentions that hang on what is no anchor of their event": `
			SELECT count(*) FROM mention m WHERE NOT EXISTS (SELECT FROM mention a WHERE a.event_id = m.event_id AND a.id = m.anchor_id AND a.anchor_id = a.id)`,
		"mentions that have no reading of their own": `
			SELECT count(*) FROM mention m WHERE document IS NULL AND 1 <> (SELECT count(*) FROM mention o WHERE o.event_id = m.event_id)`,
		"blocks that their mentions do not have, or the other way round": `
			WITH want AS (SELECT unnest(blocks) AS block, day, id, id = anchor_id AS anchor FROM mention), got AS (SELECT block, day, mention_id, anchor FROM mention_block)
			SELECT count(*) FROM ((TABLE want EXCEPT TABLE got) UNION ALL (TABLE got EXCEPT TABLE want)) AS x`,
		"counts of articles": `
			SELECT count(*) FROM event e WHERE article_count <> (SELECT count(DISTINCT article_id) FROM mention m WHERE m.event_id = e.id)`,
		"documents of another revision": `
			SELECT count(*) FROM event e LEFT JOIN event_document d ON d.event_id = e.id WHERE d.revision IS DISTINCT FROM e.revision OR (d.document::json->>'revision')::integer <> e.revision`,
		"versions that do not follow one another": `
			SELECT count(*) FROM event_past p LEFT JOIN event e ON e.id = p.event_id LEFT JOIN event_past n ON n.event_id = p.event_id AND n.revision = p.revision + 1
			WHERE (p.fate = 'updated') <> (coalesce(e.revision > p.revision, false) OR n.revision IS NOT NULL)`,
		"merged events without a successor that was": `
			SELECT count(*) FROM event_past p WHERE fate = 'merged' AND NOT EXISTS (SELECT FROM event e WHERE e.id = p.successor)
			AND NOT EXISTS (SELECT FROM event_past n WHERE n.event_id = p.successor)`,
	} {
		var n int
		if err := conn.QueryRow(ctx, query).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d %s (%v)", n, what, err)
		}
	}
}

// TestOrderOfArrival loads the same articles in ten orders, in batches of any
// size: the events are the same, and loading all again changes nothing.
func TestOrderOfArrival(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	all := crowd(1, 60)
	var want []string
	for order := range 10 {
		url := dbtest.New(t)
		s := openResolving(t, url)
		r := rand.New(rand.NewPCG(7, uint64(order)))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for rest := all; len(rest) > 0; {
			n := min(1+r.IntN(9), len(rest))
			if _, err := s.PutArticles(ctx, rest[:n], replaceAll); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		got := outcome(t, s, url)
		if want == nil {
			want = got
			merged := 0
			for _, e := range got {
				if !strings.Contains(e, `"article_count":1,`) {
					merged++
				}
			}
			if merged < 10 {
				t.Errorf("only %d of %d events have several articles", merged, len(got))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the first order (-) and order %d (+):\n%s", order, diff)
		}
		sound(t, s, url)
		before, err := s.Version(ctx)
		if err != nil {
			t.Fatal(err)
		}
		puts, err := s.PutArticles(ctx, all, replaceAll)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range puts {
			if p.Outcome != db.Unchanged || len(p.Events) == 0 {
				t.Errorf("again: %s with %d events", p.Outcome, len(p.Events))
			}
		}
		if after, err := s.Version(ctx); err != nil || after != before {
			t.Errorf("loading again: version %d, then %d (%v)", before, after, err)
		}
	}
}

// TestWithdraw takes articles back: what stands then is what stands without
// them, and they may come again.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for seed := range uint64(4) {
		all := crowd(20+seed, 40)
		url, other := dbtest.New(t), dbtest.New(t)
		s, without := openResolving(t, url), openResolving(t, other)
		puts, err := s.PutArticles(ctx, all, replaceAll)
		if err != nil {
			t.Fatal(err)
		}
		full := outcome(t, s, url)
		r := rand.New(rand.NewPCG(seed, 3))
		var kept, gone []db.Coded
		for i, p := range puts {
			if r.IntN(3) > 0 {
				kept = append(kept, all[i])
				continue
			}
			gone = append(gone, all[i])
			if err := s.Withdraw(ctx, p.Article.ID); err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.Article(ctx, p.Article.ID); !has(err, event.NotFound) {
				t.Errorf("a withdrawn article: %v", err)
			}
			if err := s.Withdraw(ctx, p.Article.ID); !has(err, event.NotFound) {
				t.Errorf("withdrawn twice: %v", err)
			}
		}
		sound(t, s, url)
		if _, err := without.PutArticles(ctx, kept, replaceAll); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(outcome(t, without, other), outcome(t, s, url)); diff != "" {
			t.Errorf("without (-) and taken back (+):\n%s", diff)
		}
		if _, err := s.PutArticles(ctx, gone, replaceAll); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(full, outcome(t, s, url)); diff != "" {
			t.Errorf("before (-) and come again (+):\n%s", diff)
		}
	}
}

// TestRevisedReports revises articles at random: the end is that of the last
// texts.
func TestRevisedReports(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url, other := dbtest.New(t), dbtest.New(t)
	s, fresh := openResolving(t, url), openResolving(t, other)
	last := map[string]db.Coded{}
	for seed := range uint64(4) {
		all := crowd(40+seed, 30) // the same addresses
		for i := range all {
			all[i].Article.Text += fmt.Sprint(" ", seed)
			for k := range all[i].Events {
				all[i].Events[k].Evidence = quoting(all[i].Article.Text).Evidence
			}
			last[all[i].Article.URL] = all[i]
		}
		if _, err := s.PutArticles(ctx, all, replaceAll); err != nil {
			t.Fatal(err)
		}
		sound(t, s, url)
	}
	for _, c := range last {
		put(t, fresh, c.Article, c.Events...)
	}
	if diff := cmp.Diff(outcome(t, fresh, other), outcome(t, s, url)); diff != "" {
		t.Errorf("the last texts (-) and all revisions (+):\n%s", diff)
	}
}

// TestWritersOfOneEvent has many writers bring, revise and withdraw articles of
// the same few events at once: no deadlock, nothing lost, and the end is that
// of one writer.
func TestWritersOfOneEvent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url, other := dbtest.New(t), dbtest.New(t)
	s, alone := openResolving(t, url), openResolving(t, other)
	all := crowd(5, 120)
	var writers errgroup.Group
	for w := range 8 {
		r := rand.New(rand.NewPCG(11, uint64(w)))
		writers.Go(func() error {
			for rest := r.Perm(len(all)); len(rest) > 0; {
				n := min(1+r.IntN(12), len(rest))
				var batch []db.Coded
				for _, i := range rest[:n] {
					batch = append(batch, all[i])
				}
				puts, err := s.PutArticles(ctx, batch, replaceAll)
				if err != nil {
					return err
				}
				if r.IntN(3) == 0 {
					if err := s.Withdraw(ctx, puts[0].Article.ID); err != nil && !has(err, event.NotFound) {
						return err
					}
					if _, err := s.PutArticles(ctx, batch, replaceAll); err != nil {
						return err
					}
				}
				rest = rest[n:]
			}
			return nil
		})
	}
	if err := writers.Wait(); err != nil {
		t.Fatal(err)
	}
	sound(t, s, url)
	if _, err := s.PutArticles(ctx, all, replaceAll); err != nil { // what was withdrawn last
		t.Fatal(err)
	}
	if _, err := alone.PutArticles(ctx, all, replaceAll); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(outcome(t, alone, other), outcome(t, s, url)); diff != "" {
		t.Errorf("one writer (-) and eight (+):\n%s", diff)
	}
}

// two makes two articles on meetings of the same day that the rules tell apart.
func two(t *testing.T, s *db.Store) (a, b db.Put) {
	t.Helper()
	make := func(text, place string) db.Put {
		e := quoting(text)
		e.Type, e.Status, e.Confidence = event.Meeting, event.Occurred, 0.8
		e.Location = &event.Location{Place: place, Country: "SYR", Precision: "city"}
		e.Date = &event.Date{Start: day("2017-01-26"), End: day("2017-01-26"), Precision: event.DayPrecision, Text: "Thursday"}
		for _, code := range []string{"IRN", "SYR"} {
			e.Participants = append(e.Participants, event.Participant{Name: code, Code: code, Sector: event.Government, Role: event.Party, ActorID: event.ActorID(code)})
		}
		article := plain(text, "http://"+place, "")
		article.Source = "Source of " + place
		article.Published = &event.Moment{Time: day("2017-01-27").Time(), Precision: event.DayPrecision}
		return put(t, s, article, e)
	}
	return make("Envoys weighed grain exports there.", "Damascus"), make("A dinner followed, with much music and dancing.", "Aleppo")
}

// TestDecisions has an operator put events together and apart: it shows in the
// feed, holds against the rules, and survives a revision of the articles.
func TestDecisions(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	s := openResolving(t, url)
	a, b := two(t, s)
	first, second := a.Events[0].ID, b.Events[0].ID
	if first == second {
		t.Fatal("the rules take them for one")
	}
	into, err := s.MergeEvents(ctx, []uuid.UUID{first, second}, "seen on the photographs")
	if err != nil {
		t.Fatal(err)
	}
	sound(t, s, url)
	old := first
	if into == first {
		old = second
	}
	if to, ok, err := s.Successor(ctx, old); err != nil || !ok || to != into {
		t.Errorf("the successor of %s is %s, %t, %v; want %s", old, to, ok, err, into)
	}
	changes, err := s.Changes(ctx, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, c := range changes {
		actions = append(actions, string(c.Action))
		if c.Action == db.Merged && (c.Successor == nil || *c.Successor != into || !strings.Contains(c.Reason, "photographs")) {
			t.Errorf("%+v", c)
		}
	}
	slices.Sort(actions)
	if diff := cmp.Diff([]string{"created", "created", "merged", "updated"}, actions); diff != "" {
		t.Error(diff)
	}
	var e event.Event
	document, err := s.Event(ctx, into)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(document, &e); err != nil || e.ArticleCount != 2 || e.SourceCount != 2 || e.Confidence <= 0.8 || len(e.Alternatives) != 1 || len(e.Evidence) != 2 {
		t.Errorf("%+v %v", e, err)
	}
	// An article comes in another text: the decision holds for what it still says.
	again := a.Article
	again.Text += " So it was told."
	if _, err := s.PutArticle(ctx, again, a.Events, func(stored, fresh []event.Event) ([]event.Event, []uuid.UUID) {
		e := fresh[0]
		e.ID, e.Evidence = stored[0].ID, quoting(again.Text).Evidence
		return []event.Event{e}, nil
	}); err != nil {
		t.Fatal(err)
	}
	mentions, err := s.Mentions(ctx, into)
	if err != nil || len(mentions) != 2 || mentions[0].Decision == uuid.Nil || mentions[0].Decision != mentions[1].Decision {
		t.Errorf("%+v, %v", mentions, err)
	}
	sound(t, s, url)
}

// TestSplit takes one of three reports out of an event.
func TestSplit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	s := openResolving(t, url)
	var puts []db.Put
	for i := range 3 {
		text := fmt.Sprintf("Envoys weighed grain exports, report %d.", i)
		e := quoting(text)
		e.Participants = []event.Participant{{Name: "Iran", Code: "IRN", Sector: event.Government, Role: event.Party}, {Name: "Syria", Code: "SYR", Sector: event.Government, Role: event.Party}}
		article := plain(text, fmt.Sprint("http://", i), "")
		article.Published = &event.Moment{Time: day("2017-01-27").Time(), Precision: event.DayPrecision}
		puts = append(puts, put(t, s, article, e))
	}
	id := puts[2].Events[0].ID
	mentions, err := s.Mentions(ctx, id)
	if err != nil || len(mentions) != 3 {
		t.Fatal(len(mentions), err)
	}
	for _, bad := range [][]uuid.UUID{{uuid.New()}, {mentions[0].ID, mentions[1].ID, mentions[2].ID}} {
		if _, err := s.SplitEvent(ctx, id, bad, "no"); !has(err, event.Invalid) {
			t.Errorf("split by %v: %v", bad, err)
		}
	}
	out, err := s.SplitEvent(ctx, id, []uuid.UUID{mentions[1].ID}, "another delegation")
	if err != nil || out == id {
		t.Fatal(out, err)
	}
	sound(t, s, url)
	for event, n := range map[uuid.UUID]int{id: 2, out: 1} {
		if m, err := s.Mentions(ctx, event); err != nil || len(m) != n {
			t.Errorf("%d mentions, %v", len(m), err)
		}
	}
	changes, err := s.Changes(ctx, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	told := false
	for _, c := range changes {
		told = told || c.EventID == id && c.Action == db.Updated && strings.Contains(c.Reason, "another delegation") && strings.Contains(c.Reason, out.String())
	}
	if !told {
		t.Errorf("the feed does not tell of the split: %+v", changes)
	}
	if back, err := s.MergeEvents(ctx, []uuid.UUID{id, out}, "the same after all"); err != nil || back != id {
		t.Errorf("merged into %s, %v", back, err)
	}
	sound(t, s, url)
	if _, err := s.MergeEvents(ctx, []uuid.UUID{id, out}, "again"); !has(err, event.Gone) {
		t.Errorf("merging an event that is gone: %v", err)
	}
}

// TestFileMentions brings together what was stored before there was resolution:
// the end is that of articles that come in with it.
func TestFileMentions(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url, other := dbtest.New(t), dbtest.New(t)
	all := crowd(60, 150)
	if _, err := openURL(t, url).PutArticles(ctx, all, replaceAll); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	for _, statement := range []string{`UPDATE mention SET rank = NULL, sketch = NULL, blocks = '{}'`, `UPDATE article SET print = NULL`, `DELETE FROM mention_block`} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	s, fresh := openResolving(t, url), openResolving(t, other)
	last := 0
	done, err := s.FileMentions(ctx, func(n int) { last = n })
	if err != nil || done < 150 || last != done {
		t.Fatal(done, last, err)
	}
	sound(t, s, url)
	if _, err := fresh.PutArticles(ctx, all, replaceAll); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(outcome(t, fresh, other), outcome(t, s, url)); diff != "" {
		t.Errorf("with resolution (-) and resolved later (+):\n%s", diff)
	}
	if done, err := s.FileMentions(ctx, nil); done != 0 || err != nil {
		t.Errorf("again: %d, %v", done, err)
	}
}
