package db_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"demarche/db/dbtest"
	"demarche/internal/event"
)

// row is a row of a table, by column.
type row map[string]any

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func insert(ctx context.Context, tx pgx.Tx, table string, r row) error {
	columns := slices.Sorted(maps.Keys(r))
	var places []string
	var args []any
	for i, c := range columns {
		places = append(places, fmt.Sprintf("$%d", i+1))
		args = append(args, r[c])
	}
	_, err := tx.Exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(columns, ", "), strings.Join(places, ", ")), args...)
	return err
}

// goodRows are rows that the schema takes, one a table, in the order in which
// they can be inserted.
func goodRows() (order []string, rows map[string]row) {
	id, actor, place, now := uuid.New(), uuid.New(), uuid.New(), clock()
	hash := make([]byte, 32)
	return []string{"article", "article_identity", "actor", "actor_name", "place", "kind", "event", "participant", "event_article", "event_document",
			"event_past", "participant_past", "mention", "mention_block", "pair_feed", "rollup", "change", "change_inbox", "load", "load_chunk", "feed", "recode", "recode_chunk", "api_key", "audit", "compatibility"},
		map[string]row{
			"article": {"id": id, "title": "T", "body": "Some text.", "published_on": "2017-01-27", "published_at": now, "published_offset": 0,
				"source": "S", "url": "https://example.org", "language": "en", "licence": "L", "external_id": "x", "content_hash": hash,
				"created_at": now, "updated_at": now, "revision": 1},
			"article_identity": {"key": hash, "kind": "url", "article_id": id},
			"actor":            {"id": actor, "name": "Assad", "code": "SYR", "sector": "GOV", "created_at": now},
			"actor_name":       {"actor_id": actor, "name_key": "assad"},
			"place": {"id": place, "name": "Damascus", "name_key": "damascus", "country": "SYR", "lat": 33.5, "lon": 36.3,
				"geonames_id": 170654, "created_at": now},
			"kind": {"type": "feast", "status": "occurred", "family": "consult", "plover": "CONSULT", "mode": "visit", "cameo": "040", "quad_class": 1, "score": 2.5},
			"event": {"id": id, "place_id": place, "created_at": now, "updated_at": now, "first_day": 17000, "last_day": 17000, "reported_day": 17000,
				"confidence_ppm": 900000, "article_count": 1, "source_count": 1, "revision": 1, "type": "meeting", "status": "occurred", "country": "SYR",
				"sources": []string{"S"}, "languages": []string{"en"}, "words": "they met"},
			"participant":    {"event_id": id, "actor_id": actor, "first_day": 17000, "last_day": 17000, "revision": 1, "position": 0, "code": "SYR", "sector": "GOV", "role": "party"},
			"event_article":  {"event_id": id, "article_id": id, "start": 10},
			"event_document": {"event_id": id, "revision": 1, "document": "{}"},
			"event_past": {"event_id": id, "place_id": place, "created_at": now, "updated_at": now, "ended_at": now, "first_day": 17000, "last_day": 17000,
				"reported_day": 17000, "confidence_ppm": 900000, "article_count": 1, "source_count": 1, "revision": 1, "successor": nil, "type": "meeting",
				"status": "occurred", "country": "SYR", "fate": "updated", "reason": nil, "sources": []string{"S"}, "languages": []string{"en"},
				"words": "they met", "document": "{}"},
			"participant_past": {"event_id": id, "revision": 1, "actor_id": actor, "position": 0, "code": "SYR", "sector": "GOV", "role": "party"},
			"mention": {"event_id": id, "id": id, "article_id": id, "anchor_id": id, "decision": id, "day": 17000, "start": 10, "blocks": []int64{7},
				"rank": []byte{1}, "sketch": "{}", "document": "{}"},
			"mention_block": {"block": 7, "day": 17000, "mention_id": id, "anchor": true},
			"pair_feed":     {"a": "IRN", "b": "SYR", "first_day": 17000, "event_id": id, "last_day": 17000, "revision": 1},
			"rollup":        {"key": "SYR", "field": "kind", "month": 500, "value": "meeting occurred", "part": id, "n": 1},
			"change":        {"position": 1, "event_id": id, "at": now, "revision": 1, "action": "created"},
			"change_inbox":  {"id": id, "ended_at": now, "events": []uuid.UUID{id}, "revisions": []int32{1}, "actions": []string{"created"}},
			"load":          {"id": id, "input": hash, "started_at": now, "finished_at": now},
			"feed": {"id": id, "url": "https://example.org/feed", "source": "S", "licence": "L", "every_seconds": 900, "fetch_pages": true, "paused": false,
				"created_at": now, "next_at": now, "failures": 0, "entries": 0, "articles": 0},
			"recode":        {"id": id, "coder": "c", "started_at": now, "finished_at": now},
			"recode_chunk":  {"recode_id": id, "number": 0, "articles": []uuid.UUID{id}, "done_at": now, "tally": "{}"},
			"load_chunk":    {"load_id": id, "number": 0, "done_at": now},
			"api_key":       {"id": id, "created_at": now, "expires_at": now, "revoked_at": now, "name": "desk", "scope": "write", "hash": hash},
			"audit":         {"id": id, "at": now, "key_id": id, "key": "desk", "address": "::1", "method": "POST", "path": "/v1/articles", "request": "r", "status": 201},
			"compatibility": {"oldest": 1000},
		}
}

// refusals says for each constraint how a good row is made to break it.
var refusals = map[string]row{
	"article_pkey":                       nil, // nil: the same row twice
	"load_pkey":                          nil,
	"recode_pkey":                        nil,
	"recode_coder_given":                 {"coder": ""},
	"recode_finished_after_started":      {"finished_at": "2016-01-01"},
	"recode_chunk_pkey":                  nil,
	"recode_chunk_number_from_zero":      {"number": -1},
	"feed_pkey":                          nil,
	"feed_url_http":                      {"url": "ftp://example.org"},
	"feed_source_given":                  {"source": ""},
	"feed_licence_given":                 {"licence": ""},
	"feed_every_range":                   {"every_seconds": 59},
	"feed_failures_from_zero":            {"failures": -1},
	"feed_entries_from_zero":             {"entries": -1},
	"feed_articles_from_zero":            {"articles": -1},
	"load_input_sha256":                  {"input": []byte("short")},
	"load_finished_after_started":        {"finished_at": "2016-01-01"},
	"load_chunk_pkey":                    nil,
	"load_chunk_number_from_zero":        {"number": -1},
	"article_body_given":                 {"body": ""},
	"article_published_on_plausible":     {"published_on": "2200-01-01"},
	"article_published_at_has_day":       {"published_on": nil},
	"article_published_precision_known":  {"published_precision": "week", "published_at": nil, "published_offset": nil},
	"article_published_either":           {"published_precision": "day"},
	"article_published_offset_range":     {"published_offset": 86401},
	"article_published_offset_with_time": {"published_offset": nil},
	"article_source_given":               {"source": ""},
	"article_url_http":                   {"url": "ftp://example.org"},
	"article_language_tag":               {"language": ""},
	"article_licence_given":              {"licence": ""},
	"article_external_id_given":          {"external_id": ""},
	"article_content_hash_sha256":        {"content_hash": []byte("short")},
	"article_revision_from_one":          {"revision": 0},
	"article_updated_after_created":      {"updated_at": "2016-01-01"},
	"article_identity_pkey":              nil,
	"article_identity_key_sha256":        {"key": []byte("short")},
	"article_identity_kind_known":        {"kind": "guess"},
	"actor_pkey":                         nil,
	"actor_name_given":                   {"name": ""},
	"actor_code_pattern":                 {"code": "syr"},
	"actor_sector_known":                 {"sector": "gov"},
	"actor_name_pkey":                    nil,
	"actor_name_key_given":               {"name_key": ""},
	"actor_name_actor_fkey":              {"actor_id": uuid.New()},
	"place_pkey":                         nil,
	"place_name_given":                   {"name": ""},
	"place_country_pattern":              {"country": "SY"},
	"place_lat_range":                    {"lat": 90.1},
	"place_lon_range":                    {"lon": -180.1},
	"place_point_whole":                  {"lon": nil},
	"place_geonames_id_positive":         {"geonames_id": 0},
	"place_key_has_name":                 {"name": nil},
	"kind_pkey":                          nil,
	"event_pkey":                         nil,
	"event_place_fkey":                   {"place_id": uuid.New()},
	"event_confidence_range":             {"confidence_ppm": 1_000_001},
	"event_article_count_from_one":       {"article_count": 0, "source_count": 0},
	"event_source_count_range":           {"source_count": 2},
	"event_revision_from_one":            {"revision": 0},
	"event_type_known":                   {"type": "party"},
	"event_status_known":                 {"status": "done"},
	"event_country_pattern":              {"country": "Syria"},
	"event_days_in_order":                {"last_day": 16999},
	"event_days_whole":                   {"first_day": event.Undated},
	"event_updated_after_created":        {"updated_at": "2016-01-01"},
	"participant_pkey":                   nil,
	"participant_event_fkey":             {"event_id": uuid.New()},
	"participant_actor_fkey":             {"actor_id": uuid.New()},
	"participant_position_from_zero":     {"position": -1},
	"participant_code_pattern":           {"code": "S"},
	"participant_sector_known":           {"sector": "XXX"},
	"participant_role_known":             {"role": "guest"},
	"event_article_pkey":                 nil,
	"event_article_event_fkey":           {"event_id": uuid.New()},
	"event_article_start_from_zero":      {"start": -1},
	"event_document_pkey":                nil,
	"event_document_event_fkey":          {"event_id": uuid.New()},
	"event_document_is_object":           {"document": "[]"},
	"event_past_pkey":                    nil,
	"event_past_ended_after_updated":     {"ended_at": "2016-01-01"},
	"event_past_fate_known":              {"fate": "lost"},
	"event_past_reason_given":            {"fate": "retracted", "reason": ""},
	"event_past_merged_has_successor":    {"fate": "merged"},
	"event_past_retracted_has_reason":    {"fate": "retracted"},
	"mention_pkey":                       nil,
	"mention_start_from_zero":            {"start": -1},
	"mention_filed_whole":                {"rank": nil},
	"mention_block_pkey":                 nil,
	"participant_past_pkey":              nil,
	"pair_feed_pkey":                     nil,
	"pair_feed_in_order":                 {"b": "IRN"},
	"rollup_pkey":                        nil,
	"rollup_field_known":                 {"field": "weather"},
	"change_pkey":                        nil,
	"change_action_known":                {"action": "lost"},
	"change_inbox_pkey":                  nil,
	"change_inbox_whole":                 {"actions": []string{}},
	"api_key_pkey":                       nil,
	"api_key_name_given":                 {"name": ""},
	"api_key_scope_known":                {"scope": "root"},
	"api_key_hash_sha256":                {"hash": []byte("short")},
	"audit_pkey":                         nil,
	"compatibility_pkey":                 nil,
	"audit_status_range":                 {"status": 0},
}

// TestConstraints breaks every constraint of the schema once and wants to be
// refused in its name.
func TestConstraints(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn := connect(t, dbtest.New(t))
	order, _ := goodRows()
	rows, err := conn.Query(ctx, `SELECT conname, conrelid::regclass::text FROM pg_constraint
		WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid <> 'schema_migrations'::regclass ORDER BY conname`)
	if err != nil {
		t.Fatal(err)
	}
	tableOf := map[string]string{}
	var name, table string
	if _, err := pgx.ForEachRow(rows, []any{&name, &table}, func() error { tableOf[name] = table; return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(tableOf)), slices.Sorted(maps.Keys(refusals))); diff != "" {
		t.Errorf("constraints of the schema (-) and of this test (+):\n%s", diff)
	}
	for constraint, broken := range refusals {
		t.Run(constraint, func(t *testing.T) {
			tx, err := conn.Begin(ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback(ctx)
			_, good := goodRows()
			for _, table := range order {
				if table == tableOf[constraint] && broken != nil {
					maps.Copy(good[table], broken)
				}
				err := insert(ctx, tx, table, good[table])
				if table == tableOf[constraint] && broken == nil && err == nil {
					err = insert(ctx, tx, table, good[table])
				}
				if err == nil {
					continue
				}
				var pg *pgconn.PgError
				if !errors.As(err, &pg) || pg.ConstraintName != constraint {
					t.Fatalf("%s: refused by something else: %v", table, err)
				}
				return
			}
			t.Error("not refused")
		})
	}
}

// TestGoodRows makes sure that the rows above are good, with all parts and
// with as few as may be.
func TestGoodRows(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn := connect(t, dbtest.New(t))
	for _, sparse := range []bool{false, true} {
		tx, err := conn.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		order, good := goodRows()
		for _, table := range order {
			r := good[table]
			if sparse {
				rows, err := tx.Query(ctx, `SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attnotnull`, table)
				if err != nil {
					t.Fatal(err)
				}
				optional, err := pgx.CollectRows(rows, pgx.RowTo[string])
				if err != nil {
					t.Fatal(err)
				}
				for _, column := range optional {
					r[column] = nil
				}
			}
			if err := insert(ctx, tx, table, r); err != nil {
				t.Errorf("%s, sparse %t: %v", table, sparse, err)
			}
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVocabularies compares the closed sets in the schema with the domain's.
func TestVocabularies(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn := connect(t, dbtest.New(t))
	words := event.Words()
	for constraint, want := range map[string][]string{
		"event_type_known": words.Types, "event_status_known": words.Statuses,
		"participant_role_known": words.Roles, "participant_sector_known": words.Sectors, "actor_sector_known": words.Sectors,
	} {
		var definition string
		if err := conn.QueryRow(ctx, `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1`, constraint).Scan(&definition); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range regexp.MustCompile(`'([^']+)'`).FindAllStringSubmatch(definition, -1) {
			got = append(got, m[1])
		}
		slices.Sort(got)
		want = slices.Sorted(slices.Values(want))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the domain (-) and the schema (+):\n%s", constraint, diff)
		}
	}
}

// TestKinds compares the table of kinds with the ontology.
func TestKinds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	rows, err := connect(t, dbtest.New(t)).Query(ctx, `SELECT type, status, family, plover, mode, cameo, quad_class, score FROM kind`)
	if err != nil {
		t.Fatal(err)
	}
	type kind struct {
		Type, Status, Family string
		PLOVER, Mode         *string
		CAMEO                string
		Quad                 int
		Score                float64
	}
	got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[kind])
	if err != nil {
		t.Fatal(err)
	}
	var want []kind
	for _, k := range event.Kinds() {
		c := event.Code(k.Type, k.Status)
		info, _ := k.Type.Info()
		want = append(want, kind{string(k.Type), string(k.Status), info.Family, c.PLOVER.Type, c.PLOVER.Mode, c.CAMEO, c.Quad, c.Score})
	}
	order := func(a, b kind) int { return strings.Compare(a.Type+" "+a.Status, b.Type+" "+b.Status) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the domain (-) and the schema (+):\n%s", diff)
	}
}

// TestRulesOfScale reads the catalogue for what would stand in the way of
// spreading the data over several machines.
func TestRulesOfScale(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn := connect(t, dbtest.New(t))
	for rule, query := range map[string]string{
		"primary keys of an event's tables begin with the event's id": `
			SELECT c.conrelid::regclass::text FROM pg_constraint c
			JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
			WHERE c.contype = 'p' AND (c.conrelid::regclass::text LIKE 'event%' OR c.conrelid::regclass::text LIKE 'participant%')
			  AND a.attname <> CASE c.conrelid::regclass::text WHEN 'event' THEN 'id' ELSE 'event_id' END`,
		"primary keys of feeds and rollups begin with the key": `
			SELECT c.conrelid::regclass::text FROM pg_constraint c
			JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
			WHERE c.contype = 'p' AND c.conrelid::regclass::text IN ('pair_feed', 'rollup') AND a.attname NOT IN ('a', 'key')`,
		"every table has a primary key": `
			SELECT t.oid::regclass::text FROM pg_class t WHERE t.relkind IN ('r', 'p') AND t.relnamespace = 'public'::regnamespace
			  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)`,
		"nothing is unique but primary keys": `
			SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
			WHERE t.relnamespace = 'public'::regnamespace AND (i.indisunique AND NOT i.indisprimary OR i.indisexclusion)`,
		"no serial or identity columns, no sequences": `
			SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
			UNION ALL SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute a JOIN pg_class t ON t.oid = attrelid
			WHERE attidentity <> '' AND t.relnamespace = 'public'::regnamespace`,
		"ids are uuids": `
			SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute JOIN pg_class t ON t.oid = attrelid
			WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND attnum > 0 AND (attname = 'id' OR attname LIKE '%\_id')
			  AND atttypid <> 'uuid'::regtype AND attname NOT IN ('external_id', 'geonames_id')`,
		"foreign keys go from an event's children to the event, and to reference tables": `
			SELECT conname FROM pg_constraint WHERE contype = 'f'
			  AND NOT (confrelid = 'event'::regclass AND conrelid::regclass::text IN ('participant', 'event_article', 'event_document'))
			  AND confrelid::regclass::text NOT IN ('actor', 'place')`,
		"constraints have the names that we gave": `
			SELECT conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
			WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> 'schema_migrations' AND contype <> 'n'
			  AND (conname NOT LIKE t.relname || '\_%' OR conname ~ '_(check|excl|key|event_id_fkey|actor_id_fkey|place_id_fkey)[0-9]*$')`,
		"there are no triggers": `SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal`,
	} {
		t.Run(rule, func(t *testing.T) {
			rows, err := conn.Query(ctx, query)
			if err != nil {
				t.Fatal(err)
			}
			breaches, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			if len(breaches) > 0 {
				t.Errorf("broken by %v", breaches)
			}
		})
	}
}
