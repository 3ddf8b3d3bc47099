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
	return []string{"article", "article_identity", "actor", "actor_name", "place", "event", "participant", "evidence", "event_document", "event_search"},
		map[string]row{
			"article": {"id": id, "title": "T", "body": "Some text.", "published_on": "2017-01-27", "published_at": now, "published_offset": 0,
				"source": "S", "url": "https://example.org", "language": "en", "licence": "L", "external_id": "x", "content_hash": hash,
				"created_at": now, "updated_at": now, "revision": 1},
			"article_identity": {"key": hash, "kind": "url", "article_id": id},
			"actor":            {"id": actor, "name": "Assad", "code": "SYR", "sector": "GOV", "created_at": now},
			"actor_name":       {"actor_id": actor, "name_key": "assad"},
			"place": {"id": place, "name": "Damascus", "name_key": "damascus", "country": "SYR", "lat": 33.5, "lon": 36.3,
				"geonames_id": 170654, "created_at": now},
			"event": {"id": id, "type": "meeting", "status": "occurred", "date_start": "2017-01-26", "date_end": "2017-01-26", "date_precision": "day",
				"date_text": "on Thursday", "place_id": place, "place": "Damascus", "country": "SYR", "lat": 33.5, "lon": 36.3, "location_precision": "city",
				"summary": "They met", "plover_type": "CONSULT", "plover_mode": "visit", "cameo": "040", "quad_class": 1, "score": 2.5, "confidence": 0.9,
				"article_count": 1, "source_count": 1, "first_reported": "2017-01-27", "created_at": now, "updated_at": now, "revision": 1,
				"retracted_at": nil, "retracted_reason": nil},
			"participant": {"event_id": id, "position": 0, "name": "Assad", "code": "SYR", "sector": "GOV", "role": "party", "title": "President", "actor_id": actor},
			"evidence": {"event_id": id, "position": 0, "article_id": id, "article_length": 100, "start_offset": 10, "end_offset": 20, "quote": "Ça a bougé",
				"trigger_start": 12, "trigger_end": 15, "trigger_text": " a ", "rule": "r"},
			"event_document": {"event_id": id, "document": "{}"},
			"event_search": {"event_id": id, "first_day": 17000, "last_day": 17000, "reported_day": 17000, "confidence_ppm": 900000, "article_count": 1,
				"type": "meeting", "status": "occurred", "country": "SYR", "place_key": "damascus", "words": "they met"},
		}
}

// refusals says for each constraint how a good row is made to break it.
var refusals = map[string]row{
	"article_pkey":                        nil, // nil: the same row twice
	"article_body_given":                  {"body": ""},
	"article_published_on_plausible":      {"published_on": "2200-01-01"},
	"article_published_at_has_day":        {"published_on": nil},
	"article_published_precision_known":   {"published_precision": "week", "published_at": nil, "published_offset": nil},
	"article_published_either":            {"published_precision": "day"},
	"article_published_offset_range":      {"published_offset": 86401},
	"article_published_offset_with_time":  {"published_offset": nil},
	"article_source_given":                {"source": ""},
	"article_url_http":                    {"url": "ftp://example.org"},
	"article_language_tag":                {"language": ""},
	"article_licence_given":               {"licence": ""},
	"article_external_id_given":           {"external_id": ""},
	"article_content_hash_sha256":         {"content_hash": []byte("short")},
	"article_revision_from_one":           {"revision": 0},
	"article_updated_after_created":       {"updated_at": "2016-01-01"},
	"article_identity_pkey":               nil,
	"article_identity_key_sha256":         {"key": []byte("short")},
	"article_identity_kind_known":         {"kind": "guess"},
	"actor_pkey":                          nil,
	"actor_name_given":                    {"name": ""},
	"actor_code_pattern":                  {"code": "syr"},
	"actor_sector_known":                  {"sector": "gov"},
	"actor_name_pkey":                     nil,
	"actor_name_key_given":                {"name_key": ""},
	"actor_name_actor_fkey":               {"actor_id": uuid.New()},
	"place_pkey":                          nil,
	"place_name_given":                    {"name": ""},
	"place_country_pattern":               {"country": "SY"},
	"place_lat_range":                     {"lat": 90.1},
	"place_lon_range":                     {"lon": -180.1},
	"place_point_whole":                   {"lon": nil},
	"place_geonames_id_positive":          {"geonames_id": 0},
	"event_pkey":                          nil,
	"event_type_known":                    {"type": "party"},
	"event_status_known":                  {"status": "done"},
	"event_date_start_plausible":          {"date_start": "1799-12-31"},
	"event_date_end_plausible":            {"date_end": "infinity"},
	"event_date_precision_known":          {"date_precision": "hour"},
	"event_date_whole":                    {"date_end": nil},
	"event_date_text_has_date":            {"date_start": nil, "date_end": nil, "date_precision": nil},
	"event_date_in_order":                 {"date_end": "2017-01-25"},
	"event_place_fkey":                    {"place_id": uuid.New()},
	"event_place_given":                   {"place": ""},
	"event_place_has_id":                  {"place": nil},
	"event_country_pattern":               {"country": "Syria"},
	"event_lat_range":                     {"lat": "NaN"},
	"event_lon_range":                     {"lon": 181},
	"event_point_whole":                   {"lat": nil},
	"event_location_precision_known":      {"location_precision": "street"},
	"event_plover_type_pattern":           {"plover_type": "consult"},
	"event_plover_mode_has_type":          {"plover_type": nil},
	"event_cameo_pattern":                 {"cameo": "4"},
	"event_quad_class_range":              {"quad_class": 5},
	"event_score_range":                   {"score": -10.5},
	"event_confidence_range":              {"confidence": 1.01},
	"event_article_count_from_one":        {"article_count": 0, "source_count": 0},
	"event_source_count_range":            {"source_count": 2},
	"event_first_reported_plausible":      {"first_reported": "0017-01-27"},
	"event_revision_from_one":             {"revision": 0},
	"event_updated_after_created":         {"updated_at": "2016-01-01"},
	"event_retracted_reason_given":        {"retracted_at": clock(), "retracted_reason": ""},
	"event_retraction_whole":              {"retracted_at": clock()},
	"participant_pkey":                    nil,
	"participant_event_fkey":              {"event_id": uuid.New()},
	"participant_actor_fkey":              {"actor_id": uuid.New()},
	"participant_position_from_zero":      {"position": -1},
	"participant_name_given":              {"name": ""},
	"participant_code_pattern":            {"code": "S"},
	"participant_sector_known":            {"sector": "XXX"},
	"participant_role_known":              {"role": "guest"},
	"evidence_pkey":                       nil,
	"evidence_event_fkey":                 {"event_id": uuid.New()},
	"evidence_position_from_zero":         {"position": -1},
	"evidence_start_from_zero":            {"start_offset": -1, "end_offset": 9, "trigger_start": nil, "trigger_end": nil, "trigger_text": nil},
	"evidence_end_after_start":            {"end_offset": 10, "quote": "", "trigger_start": nil, "trigger_end": nil, "trigger_text": nil},
	"evidence_within_article":             {"article_length": 19},
	"evidence_quote_length":               {"quote": "Ça a bougé."},
	"evidence_trigger_whole":              {"trigger_text": nil},
	"evidence_trigger_within_quote":       {"trigger_end": 12, "trigger_text": ""},
	"evidence_trigger_text_matches":       {"trigger_text": "was"},
	"event_document_pkey":                 nil,
	"event_document_event_fkey":           {"event_id": uuid.New()},
	"event_document_is_object":            {"document": "[]"},
	"event_search_pkey":                   nil,
	"event_search_event_fkey":             {"event_id": uuid.New()},
	"event_search_confidence_range":       {"confidence_ppm": 1_000_001},
	"event_search_article_count_from_one": {"article_count": 0},
	"event_search_days_in_order":          {"last_day": 16999},
	"event_search_days_whole":             {"first_day": event.Undated},
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
		"event_type_known": words.Types, "event_status_known": words.Statuses, "event_date_precision_known": words.Precisions,
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
			WHERE c.contype = 'p' AND (c.conrelid::regclass::text LIKE 'event%' OR c.conrelid::regclass::text IN ('participant', 'evidence'))
			  AND a.attname <> CASE c.conrelid::regclass::text WHEN 'event' THEN 'id' ELSE 'event_id' END`,
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
			  AND NOT (confrelid = 'event'::regclass AND conrelid::regclass::text IN ('participant', 'evidence', 'event_document', 'event_search'))
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
