package db_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"demarche/db/dbtest"
	"demarche/internal/event"
)

// viewColumns are promised to whoever built a dashboard on them.
var viewColumns = map[string]string{
	"public_events": "id uuid, type text, status text, family text, plover text, plover_mode text, cameo text, quad_class smallint, score double precision, " +
		"date_start date, date_end date, date_precision text, place text, country text, lat double precision, lon double precision, geonames_id bigint, " +
		"location_precision text, summary text, confidence double precision, article_count integer, source_count integer, sources text[], languages text[], " +
		"first_reported date, created_at timestamp with time zone, updated_at timestamp with time zone, revision integer",
	"public_participants": "event_id uuid, position smallint, actor_id uuid, code text, sector text, role text, name text, title text, date_start date, date_end date",
	"public_evidence": "event_id uuid, position integer, article_id uuid, start_offset integer, end_offset integer, quote text, " +
		"trigger_start integer, trigger_end integer, trigger_text text, rule text",
	"public_articles": "id uuid, title text, published_on date, published_precision text, published_at timestamp with time zone, source text, url text, " +
		"language text, licence text, external_id text, created_at timestamp with time zone, updated_at timestamp with time zone, revision integer",
}

func TestViews(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	s := openURL(t, url)
	r := rand.New(rand.NewPCG(61, 62))
	w := newWorld()
	w.meet(put(t, s, article(), meeting()))
	for n := range 50 {
		c := randomArticle(r, n)
		w.meet(put(t, s, c.Article, c.Events...))
	}
	conn := connect(t, url)
	if _, err := conn.Exec(ctx, "SET ROLE demarche_reader"); err != nil {
		t.Fatal(err)
	}
	for view, want := range viewColumns {
		var got string
		if err := conn.QueryRow(ctx, `SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
			FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0`, view).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %s, %v\nwant %s", view, got, err, want)
		}
	}
	// The views, put together again, are the documents.
	rows, err := conn.Query(ctx, `
		SELECT json_strip_nulls(json_build_object('id', e.id, 'type', e.type, 'status', e.status,
			'date', CASE WHEN date_start IS NOT NULL THEN json_build_object('start', date_start, 'end', date_end, 'precision', date_precision) END,
			'location', CASE WHEN country IS NOT NULL THEN json_build_object('place', place, 'country', country, 'lat', lat, 'lon', lon,
				'precision', location_precision, 'geonames_id', geonames_id) END,
			'participants', coalesce((SELECT json_agg(json_build_object('name', name, 'code', code, 'sector', sector, 'role', role, 'title', title, 'actor_id', actor_id) ORDER BY position)
				FROM public_participants p WHERE p.event_id = e.id), '[]'),
			'summary', summary, 'plover', json_build_object('type', plover, 'mode', plover_mode), 'cameo', cameo, 'quad_class', quad_class, 'score', score, 'confidence', confidence,
			'evidence', (SELECT json_agg(json_build_object('article_id', article_id, 'start', start_offset, 'end', end_offset, 'text', quote,
				'trigger', CASE WHEN trigger_text IS NOT NULL THEN json_build_object('start', trigger_start, 'end', trigger_end, 'text', trigger_text) END, 'rule', rule) ORDER BY position)
				FROM public_evidence v WHERE v.event_id = e.id),
			'article_count', article_count, 'source_count', source_count, 'first_reported', first_reported,
			'created_at', to_json(created_at AT TIME ZONE 'UTC')#>>'{}' || 'Z', 'updated_at', to_json(updated_at AT TIME ZONE 'UTC')#>>'{}' || 'Z', 'revision', revision))
		FROM public_events e ORDER BY e.date_start NULLS FIRST, e.id`)
	if err != nil {
		t.Fatal(err)
	}
	documents, err := pgx.CollectRows(rows, pgx.RowTo[json.RawMessage])
	if err != nil {
		t.Fatal(err)
	}
	want := w.find(event.Filter{Order: event.OldestFirst})
	if len(documents) != len(want) {
		t.Fatalf("%d events, want %d", len(documents), len(want))
	}
	for i := range want {
		var got event.Event
		if err := json.Unmarshal(documents[i], &got); err != nil {
			t.Fatal(err)
		}
		// The words of a date are in the document only.
		e := want[i]
		if e.Date != nil {
			d := *e.Date
			d.Text = ""
			e.Date = &d
		}
		if diff := cmp.Diff(marshal(t, e), marshal(t, got)); diff != "" {
			t.Errorf("event %s: %s", e.ID, diff)
		}
	}
	var articles int
	if err := conn.QueryRow(ctx, `SELECT count(*) FROM public_articles WHERE url ~ '^https' AND language <> ''`).Scan(&articles); err != nil || articles != 50 {
		t.Errorf("%d articles: %v", articles, err)
	}
	for _, refused := range []string{`SELECT FROM event`, `SELECT FROM article`, `SELECT FROM event_document`, `DELETE FROM public_events`, `UPDATE public_articles SET title = ''`} {
		var pg *pgconn.PgError
		if _, err := conn.Exec(ctx, refused); !errors.As(err, &pg) || pg.Code != "42501" && pg.Code != "55000" {
			t.Errorf("%s: %v", refused, err)
		}
	}
}
