// Package dbtest gives each test a database of its own on a real Postgres,
// with the schema in place.
//
// The server is the one of TEST_DATABASE_URL, if that is set. Otherwise it is a
// private cluster in the temporary directory, shared by all test programs of
// this user that run at the time; see keeper.go for how it comes and goes.
package dbtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"demarche/db"
	"demarche/migrations"
)

// ServerVariable names the environment variable with the URL of a server to
// test on, in place of a private one. Its user must be allowed to create
// databases.
const ServerVariable = "TEST_DATABASE_URL"

const setUpTimeout = 2 * time.Minute

// namePrefix begins the names of test databases; the time of making follows.
const namePrefix = "demarche_test_"

// New makes a database with the schema of this version and gives its URL. The
// database is dropped when the test has passed. When it has failed, the URL is
// logged and the database is kept, for at least as long as a private server
// waits after a failure.
func New(t testing.TB) string {
	t.Helper()
	return create(t, true)
}

// NewEmpty is New without the schema.
func NewEmpty(t testing.TB) string {
	t.Helper()
	return create(t, false)
}

func create(t testing.TB, withSchema bool) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	server := serverURL(ctx, t)
	name := fmt.Sprintf("%s%d_%s", namePrefix, time.Now().Unix(), uuid.NewString()[:8])
	fatal := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatalf("make a test database: %v", err)
		}
	}
	admin, err := pgx.Connect(ctx, server)
	fatal(err)
	defer admin.Close(ctx)
	statement := "CREATE DATABASE " + name + " TEMPLATE template0"
	if withSchema {
		template, err := ensureTemplate(ctx, admin, server)
		fatal(err)
		statement = "CREATE DATABASE " + name + " TEMPLATE " + template
	}
	var version int
	fatal(admin.QueryRow(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version))
	if version >= 150000 {
		statement += " STRATEGY file_copy"
	}
	_, err = admin.Exec(ctx, statement)
	fatal(err)
	mine, err := withDatabase(server, name)
	fatal(err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the test's database is kept: %s", mine)
			noteFailure(t)
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
		defer cancel()
		if err := drop(ctx, server, name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return mine
}

func drop(ctx context.Context, server string, names ...string) error {
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	for _, name := range names {
		if _, err := admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	return nil
}

// dropOld drops the databases that failed and killed tests have left behind,
// once they are old.
func dropOld(ctx context.Context, server string, age time.Duration) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `
		SELECT datname FROM pg_database
		WHERE starts_with(datname, $1) AND split_part(datname, '_', 3) < $2 ORDER BY datname`,
		namePrefix, strconv.FormatInt(time.Now().Add(-age).Unix(), 10)) // of equal length until the year 2286
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	return drop(ctx, server, names...)
}

// ensureTemplate gives the name of a database with the schema, made on first
// use. It is named after the migrations' content, and gets the name only when
// it is whole.
func ensureTemplate(ctx context.Context, admin *pgx.Conn, server string) (string, error) {
	sum, err := schemaHash()
	if err != nil {
		return "", err
	}
	name := "demarche_template_" + sum
	lock := fnv.New64a()
	lock.Write([]byte(name))
	key := int64(lock.Sum64())
	if _, err := admin.Exec(ctx, `SELECT pg_advisory_lock($1)`, key); err != nil {
		return "", err
	}
	defer admin.Exec(ctx, `SELECT pg_advisory_unlock($1)`, key) // the end of the connection does it too
	var exists bool
	if err := admin.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&exists); err != nil || exists {
		return name, err
	}
	draft := name + "_new"
	draftURL, err := withDatabase(server, draft)
	if err != nil {
		return "", err
	}
	for _, step := range []func() error{
		func() error { _, err := admin.Exec(ctx, "DROP DATABASE IF EXISTS "+draft+" WITH (FORCE)"); return err },
		func() error { _, err := admin.Exec(ctx, "CREATE DATABASE "+draft+" TEMPLATE template0"); return err },
		func() error { return db.Migrate(ctx, draftURL, nil) },
		func() error { return rename(ctx, admin, draft, name) },
	} {
		if err := step(); err != nil {
			return "", fmt.Errorf("make the template database: %w", err)
		}
	}
	return name, nil
}

// rename waits for the server to notice that the last connection has gone.
func rename(ctx context.Context, admin *pgx.Conn, from, to string) error {
	for {
		_, err := admin.Exec(ctx, "ALTER DATABASE "+from+" RENAME TO "+to)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "55006" { // object in use
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// schemaHash is a short hash of all migrations.
func schemaHash() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(migrations.FS, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(content), content)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil)[:6]), err
}

// withDatabase gives a URL with another database.
func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme == "" {
		return "", fmt.Errorf("%s must be a URL like postgres://user@host/postgres", ServerVariable)
	}
	u.Path = "/" + name
	return u.String(), nil
}

func serverURL(ctx context.Context, t testing.TB) string {
	t.Helper()
	if u := os.Getenv(ServerVariable); u != "" {
		return u
	}
	u, err := join(ctx)
	if err != nil {
		t.Fatalf("start the test Postgres: %v", err)
	}
	return u
}
