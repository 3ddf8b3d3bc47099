package db_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/db/localpg"
	"demarche/internal/event"
)

// TestServerGoesAndComesBack wants Unavailable while the server is away, and
// no lasting harm.
func TestServerGoesAndComesBack(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "demarche-db-") // not t.TempDir: the server's user must reach it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	config := localpg.Config{DataDir: dir, Test: true}
	server, err := localpg.Start(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, server.URL(), nil); err != nil {
		t.Fatal(err)
	}
	s := openURL(t, server.URL())
	stored := put(t, s, article(), meeting())

	if err := server.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	a := article()
	for name, call := range map[string]func() error{
		"Ready":      func() error { return s.Ready(ctx) },
		"PutArticle": func() error { _, err := s.PutArticle(ctx, a, nil, replaceAll); return err },
		"Find":       func() error { _, _, err := s.Find(ctx, &a); return err },
		"Article":    func() error { _, _, err := s.Article(ctx, stored.Article.ID); return err },
		"Event":      func() error { _, err := s.Event(ctx, stored.Events[0].ID); return err },
		"Events":     func() error { _, err := s.Events(ctx, event.Filter{}); return err },
		"Events by name": func() error {
			_, err := s.Events(ctx, event.Filter{Actors: []event.ActorTerm{{Any: []event.ActorRef{{Name: "Assad"}}}}})
			return err
		},
		"Open":         func() error { _, err := db.Open(ctx, db.Config{URL: server.URL()}); return err },
		"Migrate":      func() error { return db.Migrate(ctx, server.URL(), nil) },
		"SchemaStatus": func() error { _, err := db.SchemaStatus(ctx, server.URL()); return err },
	} {
		err := call()
		if !unavailable(err) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if e, _ := event.AsError(err); strings.Contains(e.Error(), dir) || e.Unwrap() == nil {
			t.Errorf("%s: %q, cause %v", name, e, e.Unwrap())
		}
	}

	again, err := localpg.Start(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Stop(ctx)
	if err := s.Ready(ctx); err != nil {
		t.Errorf("after the server came back: %v", err)
	}
	if p := put(t, s, article(), meeting()); p.Outcome != db.Unchanged {
		t.Errorf("after the server came back: %s", p.Outcome)
	}
}

// TestConnectionCut has the server end connections under a writer.
func TestConnectionCut(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	s := openURL(t, url)
	admin := connect(t, url)
	_, err := s.PutArticle(ctx, article(), []event.Event{meeting()}, func(stored, fresh []event.Event) ([]event.Event, []uuid.UUID) {
		if _, err := admin.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Error(err)
		}
		return fresh, nil
	})
	if !unavailable(err) {
		t.Errorf("a cut transaction: %v", err)
	}
	if got := counts(t, url); got["article"] != 0 || got["article_identity"] != 0 {
		t.Errorf("a cut transaction left rows: %v", got)
	}
	if p := put(t, s, article(), meeting()); p.Outcome != db.Created {
		t.Errorf("afterwards: %s", p.Outcome)
	}
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := s.PutArticle(ctx, article(), []event.Event{meeting()}, func(stored, fresh []event.Event) ([]event.Event, []uuid.UUID) {
		cancel()
		return fresh, nil
	})
	if _, ok := event.AsError(err); ok || !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v", err)
	}
	if _, err := s.Events(ctx, event.Filter{}); !errors.Is(err, context.Canceled) {
		t.Errorf("list: %v", err)
	}
	if p := put(t, s, article(), meeting()); p.Outcome != db.Created {
		t.Errorf("afterwards: %s", p.Outcome)
	}
}

// TestStatementTimeout locks an article and has another writer wait for it.
func TestStatementTimeout(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := dbtest.New(t)
	patient, err := db.Open(ctx, db.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer patient.Close()
	put(t, patient, article(), meeting())
	s, err := db.Open(ctx, db.Config{URL: url, StatementTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tx, err := connect(t, url).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, `SELECT FROM article FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutArticle(ctx, article(), nil, replaceAll); !unavailable(err) || !strings.Contains(err.Error(), "too long") {
		t.Errorf("got %v", err)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := open(t)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(s.Metrics())
	if n, err := testutil.GatherAndCount(registry); err != nil || n != 8 {
		t.Errorf("%d metrics, %v", n, err)
	}
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

func TestOpenRefusesBadURL(t *testing.T) {
	t.Parallel()
	_, err := db.Open(context.Background(), db.Config{URL: "postgres://user:secret@host:port/x"})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	if err := db.Migrate(context.Background(), "postgres://user:secret@host:port/x", nil); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
