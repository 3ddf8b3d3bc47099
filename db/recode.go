package db

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// Recode is the reading of all stored articles with another version of the
// coder, by one process or by several at once.
type Recode struct {
	ID      uuid.UUID
	Coder   string // the version
	Resumed bool   // begun before, by this process or another

	store *Store
}

// recodeChunk is how many articles are recoded together: few, because a chunk
// that is interrupted is begun again.
const recodeChunk = 32

// RecodeTally counts what a recoding did to events: of one type, or of all.
type RecodeTally struct {
	Kept      int `json:"kept"`      // the same as before
	Changed   int `json:"changed"`   // the same event, read differently
	Added     int `json:"added"`     // found now
	Retracted int `json:"retracted"` // not found any more
}

func (t *RecodeTally) add(u RecodeTally) {
	t.Kept, t.Changed, t.Added, t.Retracted = t.Kept+u.Kept, t.Changed+u.Changed, t.Added+u.Added, t.Retracted+u.Retracted
}

// RecodeReport is how far a recoding has come and what it did.
type RecodeReport struct {
	Articles, Done int
	Types          map[event.Type]RecodeTally
}

// BeginRecode begins to read all articles that are stored now, or goes on if that
// was begun with the same version. An unfinished one with another version ends.
func (s *Store) BeginRecode(ctx context.Context, coder string) (*Recode, error) {
	r := &Recode{Coder: coder, store: s}
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		now := s.now()
		for _, q := range []string{`LOCK TABLE recode IN SHARE ROW EXCLUSIVE MODE`, `SET LOCAL statement_timeout = 0`} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		err = tx.QueryRow(ctx, `SELECT id FROM recode WHERE coder = $1 AND finished_at IS NULL ORDER BY started_at DESC, id DESC LIMIT 1`, coder).Scan(&r.ID)
		if r.Resumed = err == nil; r.Resumed || !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM recode_chunk`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE recode SET finished_at = $1 WHERE finished_at IS NULL`, now); err != nil {
			return err
		}
		if r.ID, err = uuid.NewV7(); err != nil {
			return fmt.Errorf("make an id: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO recode (id, coder, started_at) VALUES ($1, $2, $3)`, r.ID, coder, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO recode_chunk (recode_id, number, articles)
			SELECT $1, (n - 1) / $2, array_agg(id ORDER BY id) FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM article) AS a GROUP BY (n - 1) / $2`,
			r.ID, recodeChunk)
		return err
	})
	return r, translate(ctx, "begin to recode", err)
}

// Step recodes a chunk of articles: code is asked to read each; revise as for
// PutArticle. It tells of how many articles it took care; 0 if no chunk is left or,
// unless wait is set, if other processes have those that are.
func (r *Recode) Step(ctx context.Context, wait bool, code func(*event.Article) ([]event.Event, error), revise Revise) (articles int, err error) {
	var w *writer
	err = pgx.BeginTxFunc(ctx, r.store.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		number, ids, err := r.claim(ctx, tx, wait)
		if err != nil || len(ids) == 0 {
			return err
		}
		articles = len(ids)
		var tally map[event.Type]RecodeTally
		if w, tally, err = r.recode(ctx, tx, ids, code, revise); err != nil {
			return err
		}
		b, err := json.Marshal(tally)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE recode_chunk SET done_at = $3, tally = $4 WHERE recode_id = $1 AND number = $2`, r.ID, number, r.store.now(), string(b))
		return err
	})
	if err != nil {
		return 0, translate(ctx, "recode articles", err)
	}
	if w != nil {
		r.store.wrote(w)
	}
	return articles, nil
}

func (r *Recode) claim(ctx context.Context, tx pgx.Tx, wait bool) (number int, ids []uuid.UUID, err error) {
	const left = `SELECT number, articles FROM recode_chunk WHERE recode_id = $1 AND done_at IS NULL ORDER BY number LIMIT 1 FOR UPDATE`
	if !wait {
		err = tx.QueryRow(ctx, left+` SKIP LOCKED`, r.ID).Scan(&number, &ids)
	} else if _, err = tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err == nil {
		for { // what was waited for may be done, and others left
			var some bool
			if err = tx.QueryRow(ctx, left, r.ID).Scan(&number, &ids); !errors.Is(err, pgx.ErrNoRows) {
				break
			}
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM recode_chunk WHERE recode_id = $1 AND done_at IS NULL)`, r.ID).Scan(&some); err != nil || !some {
				return 0, nil, err
			}
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil, nil
	}
	return number, ids, err
}

// recode reads articles again and writes what changed. They are locked only
// after the reading, so that nobody waits for it; one that got another text
// meanwhile is left alone, as it was read with that.
func (r *Recode) recode(ctx context.Context, tx pgx.Tx, ids []uuid.UUID, code func(*event.Article) ([]event.Event, error), revise Revise) (*writer, map[event.Type]RecodeTally, error) {
	rows, err := tx.Query(ctx, `SELECT `+articleColumns+` FROM article WHERE id = ANY($1) ORDER BY id`, ids)
	if err != nil {
		return nil, nil, err
	}
	read, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return nil, nil, err
	}
	fresh := map[uuid.UUID][]event.Event{}
	for _, e := range read {
		if fresh[e.article.ID], err = code(&e.article); err != nil {
			return nil, nil, fmt.Errorf("article %s: %w", e.article.ID, err)
		}
	}
	var tally map[event.Type]RecodeTally
	w, err := writeWithin(ctx, tx, func(tx pgx.Tx, locks map[int32]bool) (w *writer, err error) {
		w, tally, err = r.replace(ctx, tx, locks, read, fresh, revise)
		return w, err
	})
	return w, tally, err
}

// replace writes what changed with a fresh reading of articles.
func (r *Recode) replace(ctx context.Context, tx pgx.Tx, locks map[int32]bool, read []*entry, fresh map[uuid.UUID][]event.Event, revise Revise) (*writer, map[event.Type]RecodeTally, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, writerLock); err != nil {
		return nil, nil, err
	}
	var ids []uuid.UUID
	for _, e := range read {
		ids = append(ids, e.article.ID)
	}
	entries, err := loadEntries(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	// The clock is read once the transaction is known to others: see writerLock.
	p := &placing{store: r.store, tx: tx, now: r.store.now(), locks: locks, retraction: "the text does not say so as coder " + r.Coder + " reads it"}
	tally := map[event.Type]RecodeTally{}
	for _, before := range read {
		e := entries[before.article.ID]
		if e == nil || e.hash != before.hash {
			continue
		}
		e.print = r.store.resolver.Print(e.article.Text)
		stood := e.mentions
		if err := e.recode(fresh[e.article.ID], revise); err != nil {
			return nil, nil, fmt.Errorf("events of article %s: %w", e.article.ID, err)
		}
		changed, err := tallyUp(tally, stood, e.mentions)
		if err != nil {
			return nil, nil, err
		}
		if changed {
			p.come, p.gone = append(p.come, e.witness()...), append(p.gone, e.stored...)
		}
	}
	if len(p.come)+len(p.gone) == 0 {
		return nil, tally, nil
	}
	w, err := r.store.place(ctx, p, nil)
	return w, tally, err
}

// tallyUp counts what became of what an article said, and tells whether anything
// did.
func tallyUp(tally map[event.Type]RecodeTally, stood, stands []event.Event) (changed bool, err error) {
	before := map[uuid.UUID]event.Event{}
	for _, ev := range stood {
		before[ev.ID] = ev
	}
	count := func(t event.Type, u RecodeTally) {
		sum := tally[t]
		sum.add(u)
		tally[t] = sum
		changed = changed || u.Kept == 0
	}
	for _, ev := range stands {
		old, ok := before[ev.ID]
		delete(before, ev.ID)
		if !ok {
			count(ev.Type, RecodeTally{Added: 1})
			continue
		}
		x, err := json.Marshal(reading(old))
		if err != nil {
			return false, err
		}
		y, err := json.Marshal(reading(ev))
		if err != nil {
			return false, err
		}
		if bytes.Equal(x, y) {
			count(ev.Type, RecodeTally{Kept: 1})
		} else {
			count(ev.Type, RecodeTally{Changed: 1})
		}
	}
	for _, ev := range before {
		count(ev.Type, RecodeTally{Retracted: 1})
	}
	return changed, nil
}

// Finish says that all articles were read.
func (r *Recode) Finish(ctx context.Context) error {
	_, err := r.store.pool.Exec(ctx, `UPDATE recode SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL`, r.ID, r.store.now())
	return translate(ctx, "finish recoding", err)
}

// Report tells how far the recoding has come, in all processes together.
func (r *Recode) Report(ctx context.Context) (RecodeReport, error) {
	report := RecodeReport{Types: map[event.Type]RecodeTally{}}
	rows, err := r.store.pool.Query(ctx, `SELECT cardinality(articles), done_at, coalesce(tally, '{}') FROM recode_chunk WHERE recode_id = $1`, r.ID)
	if err != nil {
		return report, translate(ctx, "read how far recoding is", err)
	}
	var articles int
	var done *time.Time
	var tally []byte
	_, err = pgx.ForEachRow(rows, []any{&articles, &done, &tally}, func() error {
		report.Articles += articles
		if done != nil {
			report.Done += articles
		}
		var types map[event.Type]RecodeTally
		if err := json.Unmarshal(tally, &types); err != nil {
			return err
		}
		for t, n := range types {
			sum := report.Types[t]
			sum.add(n)
			report.Types[t] = sum
		}
		return nil
	})
	return report, translate(ctx, "read how far recoding is", err)
}
