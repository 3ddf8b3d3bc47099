package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"demarche/internal/event"
)

// Loaded is a whole event, as an export has it, with what is known of its
// articles.
type Loaded struct {
	Event    event.Event
	Source   string // name of the source of its articles
	Language string // of its articles, BCP 47
}

// bulkTables are those that a bulk load fills, in the order of their keys.
var bulkTables = []string{"event", "participant", "event_article", "event_document", "mention", "mention_block", "pair_feed", "rollup", "change"}

// bulkBatch is how many events a bulk load writes at a time.
const bulkBatch = 1000

// BulkLoad writes events into a database that has none: without keys and
// indexes, which are made at the end. next gives the events, is called from
// several goroutines, and ends with false. A load that fails leaves a database
// that must be made anew.
func (s *Store) BulkLoad(ctx context.Context, workers int, next func() (Loaded, bool)) error {
	var some bool
	if err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM event) OR EXISTS (SELECT FROM change)`).Scan(&some); err != nil {
		return translate(ctx, "load", err)
	}
	if some {
		return event.NewError(event.Invalid, "a bulk load needs a database without events")
	}
	drop, create, err := s.bulkIndexes(ctx)
	if err != nil {
		return translate(ctx, "read the indexes", err)
	}
	for _, statement := range drop {
		if _, err := s.pool.Exec(ctx, statement); err != nil {
			return translate(ctx, "drop an index", err)
		}
	}
	l := &bulk{store: s, next: next, counts: rollup{}}
	group, loading := errgroup.WithContext(ctx)
	for range workers {
		group.Go(func() error { return l.work(loading) })
	}
	if err := group.Wait(); err != nil {
		return translate(ctx, "load events", err)
	}
	if err := l.rollUp(ctx); err != nil {
		return translate(ctx, "load the rollup", err)
	}
	for _, stage := range create {
		if err := s.each(ctx, workers, stage); err != nil {
			return translate(ctx, "make an index", err)
		}
	}
	var tables []string
	for _, t := range append(bulkTables, "place", "actor", "actor_name") {
		tables = append(tables, "VACUUM (ANALYZE) "+t)
	}
	return translate(ctx, "analyze", s.each(ctx, workers, tables))
}

// each runs statements on several connections, without a limit of time.
func (s *Store) each(ctx context.Context, workers int, statements []string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, statement := range statements {
		group.Go(func() error {
			return s.onConn(ctx, func(c *pgx.Conn) error {
				for _, set := range []string{"SET statement_timeout = 0", "SET maintenance_work_mem = '512MB'", statement, "RESET maintenance_work_mem",
					fmt.Sprintf("SET statement_timeout = %d", s.timeout.Milliseconds())} {
					if _, err := c.Exec(ctx, set); err != nil {
						return fmt.Errorf("%s: %w", set, err)
					}
				}
				return nil
			})
		})
	}
	return group.Wait()
}

// bulkIndexes gives the statements that drop the keys and indexes of the bulk
// tables, and those that make them again, in stages.
func (s *Store) bulkIndexes(ctx context.Context) (drop []string, create [][]string, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname, contype::text,
			'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)
		FROM pg_constraint WHERE conrelid = ANY($1::text[]::regclass[]) AND contype IN ('p', 'f')
		UNION ALL
		SELECT 'DROP INDEX ' || indexrelid::regclass, 'i', pg_get_indexdef(indexrelid)
		FROM pg_index WHERE indrelid = ANY($1::text[]::regclass[]) AND NOT indisprimary
		ORDER BY 2, 3`, bulkTables) // f, then i, then p
	if err != nil {
		return nil, nil, err
	}
	stages := map[string][]string{}
	var statement, kind, again string
	_, err = pgx.ForEachRow(rows, []any{&statement, &kind, &again}, func() error {
		drop, stages[kind] = append(drop, statement), append(stages[kind], again)
		return nil
	})
	return drop, [][]string{stages["p"], stages["i"], stages["f"]}, err
}

// bulk is a load under way.
type bulk struct {
	store    *Store
	next     func() (Loaded, bool)
	position atomic.Int64 // of the last change

	mu     sync.Mutex
	counts rollup
}

func (l *bulk) work(ctx context.Context) error {
	counts := rollup{}
	for {
		var batch []Loaded
		for len(batch) < bulkBatch {
			e, ok := l.next()
			if !ok {
				break
			}
			batch = append(batch, e)
		}
		if len(batch) == 0 {
			l.mu.Lock()
			defer l.mu.Unlock()
			for c, n := range counts {
				l.counts[c] += n
			}
			return nil
		}
		if err := l.write(ctx, batch, counts); err != nil {
			return err
		}
	}
}

func (l *bulk) write(ctx context.Context, batch []Loaded, counts rollup) error {
	w := &writer{now: l.store.now(), known: l.store.known, counts: rollup{}}
	events := make([]*event.Event, len(batch))
	var changes struct {
		position []int64
		event    []uuid.UUID
		at       []time.Time
		revision []int32
	}
	last := l.position.Add(int64(len(batch)))
	for i := range batch {
		ev := &batch[i].Event
		if ev.ID == uuid.Nil || ev.Revision < 1 || len(ev.Evidence) == 0 {
			return event.NewError(event.Invalid, fmt.Sprintf("event %q is not whole: expected an id, a revision and evidence", ev.ID))
		}
		document, err := json.Marshal(ev)
		if err != nil {
			return fmt.Errorf("encode event %s: %w", ev.ID, err)
		}
		t := &turn{new: ev, document: document, languages: event.LanguageKeys([]string{batch[i].Language})}
		if batch[i].Source != "" {
			t.sources = []string{batch[i].Source}
		}
		starts := map[uuid.UUID]int{}
		for _, v := range ev.Evidence {
			if at, ok := starts[v.ArticleID]; !ok || v.Start < at {
				starts[v.ArticleID] = v.Start
			}
		}
		for _, article := range slices.SortedFunc(maps.Keys(starts), byID) {
			t.reports = append(t.reports, reportAt{article, starts[article]})
		}
		m := event.Mention{ID: ev.ID, Report: event.Report{ID: ev.Evidence[0].ArticleID, Day: ev.FirstReported}, Event: *ev}
		f, err := l.store.resolver.File(&m)
		if err != nil {
			return err
		}
		f.Anchor = f.ID
		w.mentions.come = append(w.mentions.come, &mention{filed: f, event: ev.ID, article: m.Report.ID, start: start(ev), alone: true})
		events[i] = ev
		w.rows.add(t)
		w.feeds.add(ev)
		counts.add(ev, 1)
		changes.position, changes.event = append(changes.position, last-int64(len(batch))+int64(i)+1), append(changes.event, ev.ID)
		changes.at, changes.revision = append(changes.at, w.now), append(changes.revision, int32(ev.Revision))
	}
	w.reference(events)
	if err := w.queue(); err != nil {
		return err
	}
	w.Queue(`INSERT INTO change (position, event_id, at, revision, action)
		SELECT p, e, at, r, 'created' FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::integer[]) AS c (p, e, at, r)`,
		changes.position, changes.event, changes.at, changes.revision)
	err := pgx.BeginTxFunc(ctx, l.store.pool, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL synchronous_commit = off`); err != nil {
			return err
		}
		return tx.SendBatch(ctx, &w.Batch).Close()
	})
	if err == nil {
		l.store.known.add(w.added)
	}
	return err
}

// rollUp writes the numbers of the rollup.
func (l *bulk) rollUp(ctx context.Context) error {
	var rows [][]any
	for _, c := range slices.SortedFunc(maps.Keys(l.counts), cell.compare) {
		rows = append(rows, []any{c.key, c.field, c.month, c.value, noPart, l.counts[c]})
	}
	n, err := l.store.pool.CopyFrom(ctx, pgx.Identifier{"rollup"}, []string{"key", "field", "month", "value", "part", "n"}, pgx.CopyFromRows(rows))
	if err == nil && n != int64(len(rows)) {
		err = errors.New("the rollup is not whole")
	}
	return err
}

// Statement is a statement as it is sent.
type Statement struct {
	SQL    string
	Args   []any
	Stable bool // prepared once; any other is planned for its values
}

// ListStatements gives the statements that find the page of a filter. The last
// one gives one row with the sort keys, ids and revisions, in order, one more
// than the limit; another before it finds the places, if any are asked for.
// DocumentsStatement then reads the documents.
func (s *Store) ListStatements(ctx context.Context, f event.Filter) ([]Statement, error) {
	w, err := s.resolve(ctx, &f)
	if err != nil {
		return nil, err
	}
	w.reach = max(s.reach.Load(), aYear)
	q, order, err := w.listQuery(f.Limit + 1)
	if err != nil {
		return nil, err
	}
	var statements []Statement
	if w.placed {
		sql, args := placeQuery(&f)
		statements = append(statements, Statement{sql, args, true})
	}
	return append(statements, Statement{listSQL(q, w, order), q.args, q.stable && f.Limit == event.DefaultLimit}), nil
}

// DocumentsStatement is the statement that reads the documents of a page, from
// the array of its ids.
const DocumentsStatement = documentsSQL
