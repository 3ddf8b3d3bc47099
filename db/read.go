package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// querier is a connection, a transaction or the pool.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Article gives an article and the documents of the events that stand for it,
// in the order in which the text has them.
func (s *Store) Article(ctx context.Context, id uuid.UUID) (event.Article, []json.RawMessage, error) {
	e, err := s.entry(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return event.Article{}, nil, event.NewError(event.NotFound, "there is no such article")
	}
	if err != nil {
		return event.Article{}, nil, translate(ctx, "read an article", err)
	}
	events, err := eventsOf(ctx, s.pool, []uuid.UUID{id})
	if err != nil {
		return event.Article{}, nil, translate(ctx, "read an article's events", err)
	}
	documents, err := s.documents(ctx, events[id])
	if err != nil {
		return event.Article{}, nil, translate(ctx, "read an article's events", err)
	}
	return e.article, documents, nil
}

// Event gives the document of an event. The error is NotFound if there never
// was such an event, and Gone, with the reason, if it was retracted.
func (s *Store) Event(ctx context.Context, id uuid.UUID) (json.RawMessage, error) {
	var document json.RawMessage
	var at *time.Time
	var reason *string
	err := s.pool.QueryRow(ctx, `
		SELECT d.document, e.retracted_at, e.retracted_reason
		FROM event e JOIN event_document d ON d.event_id = e.id
		WHERE e.id = $1`, id).Scan((*[]byte)(&document), &at, &reason)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, event.NewError(event.NotFound, "there is no such event")
	case err != nil:
		return nil, translate(ctx, "read an event", err)
	case at != nil && reason != nil:
		return nil, event.NewError(event.Gone, fmt.Sprintf("the event was retracted on %s: %s", at.UTC().Format(time.DateOnly), *reason))
	}
	return document, nil
}

// Page is one page of a list.
type Page struct {
	Documents []json.RawMessage // events as JSON, in order
	Next      *event.Cursor     // where the next page starts; nil on the last
}

// Events gives one page of the events that a filter asks for. Paging on from
// Next neither loses nor repeats what was there when the first page was read.
func (s *Store) Events(ctx context.Context, f event.Filter) (Page, error) {
	if f.Limit <= 0 {
		f.Limit = event.DefaultLimit
	}
	q, err := s.listQuery(ctx, &f)
	if err != nil {
		return Page{}, translate(ctx, "look up actors", err)
	}
	// The best plan depends on the values, which a cached plan does not see:
	// this mode has the server plan each time, and still caches the types.
	args := append([]any{pgx.QueryExecModeCacheDescribe}, q.args...)
	began := time.Now()
	rows, err := s.pool.Query(ctx, q.sql, args...)
	if err != nil {
		return Page{}, translate(ctx, "list events", err)
	}
	ids := make([]uuid.UUID, 0, f.Limit+1)
	keys := make([]int64, 0, f.Limit+1)
	var id uuid.UUID
	var key int64
	if _, err := pgx.ForEachRow(rows, []any{&id, &key}, func() error {
		ids, keys = append(ids, id), append(keys, key)
		return nil
	}); err != nil {
		return Page{}, translate(ctx, "list events", err)
	}
	s.log.DebugContext(ctx, "listed events", "sql", q.sql, "rows", len(ids), "took", time.Since(began))
	var page Page
	if len(ids) > f.Limit {
		ids = ids[:f.Limit]
		next := f.CursorAt(keys[f.Limit-1], ids[f.Limit-1])
		page.Next = &next
	}
	page.Documents, err = s.documents(ctx, ids)
	return page, translate(ctx, "read events", err)
}

// documents reads the documents of events in the order of the ids. One that is
// not there is left out.
func (s *Store) documents(ctx context.Context, ids []uuid.UUID) ([]json.RawMessage, error) {
	byID, err := readDocuments(ctx, s.pool, ids)
	if err != nil {
		return nil, err
	}
	documents := make([]json.RawMessage, 0, len(ids))
	for _, id := range ids {
		d, ok := byID[id]
		if !ok {
			s.log.WarnContext(ctx, "an event has no document", "event", id)
			continue
		}
		documents = append(documents, d)
	}
	return documents, nil
}

func readDocuments(ctx context.Context, q querier, ids []uuid.UUID) (map[uuid.UUID][]byte, error) {
	byID := make(map[uuid.UUID][]byte, len(ids))
	if len(ids) == 0 {
		return byID, nil
	}
	rows, err := q.Query(ctx, `SELECT event_id, document FROM event_document WHERE event_id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var document []byte
		if err := rows.Scan(&id, &document); err != nil {
			return nil, err
		}
		byID[id] = document
	}
	return byID, rows.Err()
}

// eventsOf gives the ids of the events that stand for articles, in the order
// in which each text has them.
func eventsOf(ctx context.Context, q querier, articles []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		SELECT v.article_id, v.event_id
		FROM evidence v JOIN event e ON e.id = v.event_id
		WHERE v.article_id = ANY($1) AND e.retracted_at IS NULL
		GROUP BY v.article_id, v.event_id
		ORDER BY v.article_id, min(v.start_offset), v.event_id`, articles)
	if err != nil {
		return nil, err
	}
	events := map[uuid.UUID][]uuid.UUID{}
	var article, id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&article, &id}, func() error {
		events[article] = append(events[article], id)
		return nil
	})
	return events, err
}

// loadEvents fills in the events that stand for the articles of the entries.
func loadEvents(ctx context.Context, q querier, entries map[uuid.UUID]*entry) error {
	articles := make([]uuid.UUID, 0, len(entries))
	for id := range entries {
		articles = append(articles, id)
	}
	events, err := eventsOf(ctx, q, articles)
	if err != nil {
		return fmt.Errorf("read the articles' events: %w", err)
	}
	var all []uuid.UUID
	for _, ids := range events {
		all = append(all, ids...)
	}
	documents, err := readDocuments(ctx, q, all)
	if err != nil {
		return fmt.Errorf("read the articles' events: %w", err)
	}
	for article, ids := range events {
		e := entries[article]
		for _, id := range ids {
			var ev event.Event
			if err := json.Unmarshal(documents[id], &ev); err != nil {
				return fmt.Errorf("decode event %s: %w", id, err)
			}
			e.events = append(e.events, ev)
			e.documents[id], e.stored[id] = documents[id], true
		}
	}
	return nil
}
