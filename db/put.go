package db

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// PutArticle writes an article and the events that were coded from it in one
// transaction. revise is asked how the fresh events replace those that stood
// for the article before; for a new article there are none. Ids and what the
// store knows (counts, times, revision, the evidence's article) are filled in.
//
// However many writers bring the same article at once, there is one article:
// see identity.go.
func (s *Store) PutArticle(ctx context.Context, a event.Article, fresh []event.Event, revise Revise) (Put, error) {
	puts, err := s.PutArticles(ctx, []Coded{{a, fresh}}, revise)
	if err != nil {
		return Put{}, err
	}
	return puts[0], nil
}

// PutArticles is PutArticle for many articles, all in one transaction: either
// every one is written or none. The answers are in the order of the batch; an
// article may come twice.
//
// Writers cannot deadlock: each takes its locks in the same order, which is
// identities by key, articles by id, blocks, events, actors by id and places by
// id; see resolve.go.
func (s *Store) PutArticles(ctx context.Context, batch []Coded, revise Revise) ([]Put, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	batch, err := identified(batch)
	if err != nil {
		return nil, err
	}
	var puts []Put
	err = s.writeTx(ctx, "write articles", func(tx pgx.Tx, locks map[int32]bool) (w *writer, err error) {
		puts, w, err = s.put(ctx, tx, locks, batch, revise)
		return w, err
	})
	return puts, err
}

// identified gives each article of a batch the id that it has if it turns out to
// be new.
func identified(batch []Coded) ([]Coded, error) {
	batch = slices.Clone(batch)
	for i := range batch {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("make an id: %w", err)
		}
		batch[i].Article.ID = id
	}
	return batch, nil
}

func (s *Store) put(ctx context.Context, tx pgx.Tx, locks map[int32]bool, batch []Coded, revise Revise) ([]Put, *writer, error) {
	claimed, stored, err := claim(ctx, tx, batch)
	if err != nil {
		return nil, nil, err
	}
	l := &ledger{revise: revise, print: s.resolver.Print, owners: stored}
	if l.entries, err = loadEntries(ctx, tx, slices.Collect(maps.Values(stored))); err != nil {
		return nil, nil, err
	}
	l.now = s.now() // once the transaction is known to others: see writerLock
	puts, entries := make([]Put, len(batch)), make([]*entry, len(batch))
	for i, c := range batch {
		if entries[i], puts[i].Outcome, err = l.put(c); err != nil {
			return nil, nil, err
		}
		puts[i].Article = entries[i].article
	}
	p := &placing{store: s, tx: tx, now: l.now, locks: locks, retraction: revisedReason}
	for _, id := range slices.SortedFunc(maps.Keys(l.entries), byID) {
		if e := l.entries[id]; e.outcome != "" {
			p.come, p.gone = append(p.come, e.witness()...), append(p.gone, e.stored...)
		}
	}
	found, err := p.run(ctx)
	if err != nil {
		return nil, nil, err
	}
	w, err := s.write(ctx, tx, l, claimed, found)
	if err != nil {
		return nil, nil, err
	}
	return puts, w, s.answer(ctx, tx, puts, entries, found)
}

// answer fills in the events that stand for the articles in the end.
func (s *Store) answer(ctx context.Context, q querier, puts []Put, entries []*entry, found *placed) error {
	same := map[uuid.UUID][]event.Event{}
	for i, e := range entries {
		if e.outcome == "" {
			same[e.article.ID] = nil
			continue
		}
		listed := map[uuid.UUID]bool{}
		puts[i].Events = []event.Event{} // [] in JSON, not null
		for _, m := range e.mentions {
			if id := found.of[m.ID]; !listed[id] {
				listed[id] = true
				puts[i].Events = append(puts[i].Events, *found.events[id])
			}
		}
	}
	if len(same) == 0 {
		return nil
	}
	if err := loadEvents(ctx, q, same); err != nil {
		return err
	}
	for i, e := range entries {
		if e.outcome == "" {
			puts[i].Events = slices.Clone(same[e.article.ID])
		}
	}
	return nil
}

// claim inserts the identities of a batch for its articles. It gives those
// that are ours now, which nobody else can claim until we are done, and those
// that belong to articles stored before.
func claim(ctx context.Context, tx pgx.Tx, batch []Coded) (claimed, stored owners, err error) {
	wanted := map[identityKey]uuid.UUID{}
	var ids []identity
	ours := make(map[uuid.UUID]bool, len(batch))
	for i := range batch {
		ours[batch[i].Article.ID] = true
		for _, id := range identities(&batch[i].Article) {
			if _, twice := wanted[id.key]; !twice {
				wanted[id.key] = batch[i].Article.ID
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, byKey)

	var q pgx.Batch
	q.Queue(`SELECT pg_advisory_xact_lock_shared($1)`, writerLock)
	keys := make([][]byte, len(ids))
	for i, id := range ids {
		keys[i] = id.key[:]
		q.Queue(`INSERT INTO article_identity (key, kind, article_id) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING`,
			keys[i], string(id.kind), wanted[id.key])
	}
	// A statement of its own sees what those committed that the inserts waited for.
	claimed, stored = owners{}, owners{}
	q.Queue(`SELECT key, article_id FROM article_identity WHERE key = ANY($1)`, keys).Query(func(rows pgx.Rows) error {
		var key []byte
		var article uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&key, &article}, func() error {
			if len(key) != sha256.Size {
				return fmt.Errorf("identity key of %d bytes", len(key))
			}
			if ours[article] {
				claimed[identityKey(key)] = article
			} else {
				stored[identityKey(key)] = article
			}
			return nil
		})
		return err
	})
	if err := tx.SendBatch(ctx, &q).Close(); err != nil {
		return nil, nil, fmt.Errorf("claim identities: %w", err)
	}
	return claimed, stored, nil
}

const articleColumns = `id, title, body, published_on, published_precision, published_at, published_offset, coalesce(source, ''), coalesce(url, ''),
	language, coalesce(licence, ''), coalesce(external_id, ''), content_hash, created_at, updated_at, revision`

// loadEntries locks articles, in the order of their ids, and reads them with
// their mentions.
func loadEntries(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]*entry, error) {
	entries := make(map[uuid.UUID]*entry, len(ids))
	if len(ids) == 0 {
		return entries, nil
	}
	rows, err := tx.Query(ctx, `SELECT `+articleColumns+` FROM article WHERE id = ANY($1) ORDER BY id FOR UPDATE`, ids)
	if err != nil {
		return nil, fmt.Errorf("lock articles: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("lock articles: %w", err)
	}
	for _, e := range found {
		entries[e.article.ID] = e
	}
	mentions, err := mentionsWhere(ctx, tx, `m.article_id = ANY($1) ORDER BY m.start, m.id`, ids)
	if err != nil {
		return nil, fmt.Errorf("read mentions: %w", err)
	}
	for _, m := range mentions {
		e := entries[m.article]
		if e == nil {
			continue // withdrawn meanwhile
		}
		ev, err := decode(m.document)
		if err != nil {
			return nil, err
		}
		ev.ID = m.filed.ID
		e.mentions, e.stored = append(e.mentions, ev), append(e.stored, m)
	}
	return entries, nil
}

// scanEntry reads a row of articleColumns.
func scanEntry(row pgx.CollectableRow) (*entry, error) {
	e := &entry{}
	a := &e.article
	var day, at *time.Time
	var precision *event.Precision
	var offset *int
	var hash []byte
	err := row.Scan(&a.ID, &a.Title, &a.Text, &day, &precision, &at, &offset, &a.Source, &a.URL,
		&a.Language, &a.Licence, &a.ExternalID, &hash, &a.CreatedAt, &a.UpdatedAt, &a.Revision)
	if err != nil {
		return nil, err
	}
	if len(hash) != sha256.Size {
		return nil, fmt.Errorf("content hash of %d bytes", len(hash))
	}
	e.hash = [sha256.Size]byte(hash)
	a.Published = moment(day, precision, at, offset)
	a.CreatedAt, a.UpdatedAt = a.CreatedAt.UTC(), a.UpdatedAt.UTC()
	return e, nil
}

// moment gives a time of publication from its columns.
func moment(day *time.Time, precision *event.Precision, at *time.Time, offset *int) *event.Moment {
	switch {
	case at != nil && offset != nil:
		return &event.Moment{Time: at.In(time.FixedZone("", *offset))}
	case day != nil && precision != nil:
		return &event.Moment{Time: day.UTC(), Precision: *precision}
	}
	return nil
}

// Find tells whether an article is stored already, before the costly coding:
// stored is the article as it stands, unchanged whether putting a would change
// nothing. If the article is new, stored is zero.
func (s *Store) Find(ctx context.Context, a *event.Article) (stored Put, unchanged bool, err error) {
	ids := identities(a)
	keys := make([][]byte, len(ids))
	for i := range ids {
		keys[i] = ids[i].key[:]
	}
	rows, err := s.pool.Query(ctx, `SELECT key, article_id FROM article_identity WHERE key = ANY($1)`, keys)
	if err != nil {
		return Put{}, false, translate(ctx, "find an article", err)
	}
	known := owners{}
	var key []byte
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&key, &id}, func() error {
		if len(key) != sha256.Size {
			return fmt.Errorf("identity key of %d bytes", len(key))
		}
		known[identityKey(key)] = id
		return nil
	}); err != nil {
		return Put{}, false, translate(ctx, "find an article", err)
	}
	id, by, ok := known.resolve(ids)
	if !ok {
		return Put{}, false, nil
	}
	e, err := s.entry(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Put{}, false, nil // withdrawn in this moment
	}
	if err != nil {
		return Put{}, false, translate(ctx, "find an article", err)
	}
	events := map[uuid.UUID][]event.Event{id: nil}
	if err := loadEvents(ctx, s.pool, events); err != nil {
		return Put{}, false, translate(ctx, "find an article", err)
	}
	return Put{e.article, events[id], Unchanged}, by == byContent || e.hash == a.ContentHash(), nil
}

// entry reads an article without its events.
func (s *Store) entry(ctx context.Context, id uuid.UUID) (*entry, error) {
	rows, err := s.reader(ctx).Query(ctx, `SELECT `+articleColumns+` FROM article WHERE id = $1`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, scanEntry)
}
