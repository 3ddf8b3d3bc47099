package db_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"
)

func status(t *testing.T, url string) db.Status {
	t.Helper()
	s, err := db.SchemaStatus(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// catalogue is everything that the migrations make, as text.
func catalogue(t *testing.T, url string) string {
	t.Helper()
	var all string
	err := connect(t, url).QueryRow(context.Background(), `
		SELECT string_agg(what, E'\n' ORDER BY what) FROM (
			SELECT format('%s.%s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull)
			FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
			UNION ALL
			SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
			UNION ALL
			SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
		) AS parts (what)`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestMigrateUpDownUp(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.NewEmpty(t)
	empty := status(t, url)
	if empty.Version != 0 || empty.Latest == 0 || len(empty.Pending) != int(empty.Latest) {
		t.Errorf("an empty database: %+v", empty)
	}
	if _, err := db.Open(ctx, db.Config{URL: url}); !unavailable(err) || !strings.Contains(causes(err), "migrate up") {
		t.Errorf("Open on an empty database: %v", causes(err))
	}
	var log bytes.Buffer
	if err := db.Migrate(ctx, url, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	for _, name := range empty.Pending {
		if !strings.Contains(log.String(), strings.TrimLeft(name[:4], "0")+"/u "+name[5:]) {
			t.Errorf("migration %s is not in the log: %s", name, &log)
		}
	}
	want := catalogue(t, url)
	put(t, openURL(t, url), article(), meeting())
	for steps := 1; steps <= int(empty.Latest); steps++ {
		if err := db.MigrateDown(ctx, url, steps); err != nil {
			t.Fatalf("%d down: %v", steps, err)
		}
		s := status(t, url)
		if s.Version != s.Latest-uint(steps) || len(s.Pending) != steps {
			t.Errorf("%d down: %+v", steps, s)
		}
		if err := db.Migrate(ctx, url, nil); err != nil {
			t.Fatalf("up after %d down: %v", steps, err)
		}
		if diff := cmp.Diff(want, catalogue(t, url)); diff != "" {
			t.Errorf("up after %d down: %s", steps, diff)
		}
	}
	if s := status(t, url); s.Version != s.Latest || s.Dirty || len(s.Pending) != 0 {
		t.Errorf("at the end: %+v", s)
	}
	if err := db.Migrate(ctx, url, nil); err != nil {
		t.Errorf("up with nothing to do: %v", err)
	}
	if err := db.MigrateDown(ctx, url, 0); err == nil {
		t.Error("0 steps down were taken")
	}
	put(t, openURL(t, url), article(), meeting())
}

// TestNewerSchema has this program go on while a newer one widens the schema,
// and stop when that takes something away.
func TestNewerSchema(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	s := openURL(t, url)
	put(t, s, article(), meeting())
	alter := func(sql string) {
		t.Helper()
		if _, err := connect(t, url).Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	alter(`UPDATE schema_migrations SET version = version + 1, dirty = true`) // under way
	if err := s.Ready(ctx); err != nil {
		t.Errorf("while it is widened: %s", causes(err))
	}
	alter(`ALTER TABLE article ADD COLUMN note text; ALTER TABLE event ADD COLUMN weight integer NOT NULL DEFAULT 1`)
	alter(`UPDATE schema_migrations SET dirty = false`)
	if err := db.Migrate(ctx, url, nil); err != nil {
		t.Errorf("an older program has nothing to migrate: %v", err)
	}
	older := openURL(t, url)
	other := article()
	other.Text, other.URL, other.ExternalID = other.Text+" They met again.", "", ""
	put(t, older, other, meeting())
	if page, err := older.Events(ctx, event.Filter{}); err != nil || len(page.Documents) != 2 {
		t.Errorf("%d events, %v", len(page.Documents), err)
	}
	alter(`UPDATE compatibility SET oldest = (SELECT version FROM schema_migrations)`)
	if err := s.Ready(ctx); !unavailable(err) || !strings.Contains(causes(err), "newer than this program") {
		t.Errorf("after it was narrowed: %v", err)
	}
}

func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ change, words string }{
		"a newer schema": {`UPDATE compatibility SET oldest = 9999; UPDATE schema_migrations SET version = 9999`, "newer than this program"},
		"a dirty schema": {`UPDATE schema_migrations SET dirty = true`, "did not finish"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			url := dbtest.New(t)
			s := openURL(t, url)
			if _, err := connect(t, url).Exec(ctx, test.change); err != nil {
				t.Fatal(err)
			}
			if err := db.Migrate(ctx, url, nil); err == nil || !strings.Contains(err.Error(), test.words) {
				t.Errorf("Migrate: %v", err)
			}
			if err := s.Ready(ctx); !unavailable(err) || !strings.Contains(causes(err), test.words) {
				t.Errorf("Ready: %v", causes(err))
			}
			if _, err := db.Open(ctx, db.Config{URL: url}); !unavailable(err) {
				t.Errorf("Open: %v", err)
			}
		})
	}
}

func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := dbtest.NewEmpty(t)
	var all errgroup.Group
	for range 5 {
		all.Go(func() error { return db.Migrate(context.Background(), url, nil) })
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	openURL(t, url)
}

func TestMigrateStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := db.Migrate(ctx, dbtest.NewEmpty(t), nil); err == nil {
		t.Error("migrated in spite of a cancelled context")
	}
}

func unavailable(err error) bool {
	e, ok := event.AsError(err)
	return ok && e.Code == event.Unavailable
}

// causes gives an error with what is only for the log.
func causes(err error) string {
	e, ok := event.AsError(err)
	if !ok {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%v: %v", e, e.Unwrap())
}
