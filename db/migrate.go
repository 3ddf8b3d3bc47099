package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4"
	driver "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"demarche/migrations"
)

// migrationWait is how long a second process waits for the first to finish.
const migrationWait = 2 * time.Minute

// Status is how far the schema of a database is.
type Status struct {
	Version uint     // version of the database, 0 if empty
	Latest  uint     // version that this binary is made for
	Oldest  uint     // least version whose programs may serve on this schema
	Dirty   bool     // a migration did not finish, or is under way
	Pending []string // names of the migrations still to apply, in order
}

// problem says in words why the binary cannot serve; nil if it can. What a
// newer binary is doing to the schema does not concern an older one that is
// compatible with what comes of it: so there need be no downtime.
func (s Status) problem() error {
	switch {
	case s.Version > s.Latest && s.Oldest <= s.Latest:
		return nil
	case s.Version > s.Latest:
		return fmt.Errorf("the schema has version %d, newer than this program, which knows %d: run a newer demarche", s.Version, s.Latest)
	case s.Dirty:
		return fmt.Errorf("the schema is marked dirty at version %d: a migration did not finish; see what it left, "+
			"then set version and dirty in the table schema_migrations to what is true", s.Version)
	case s.Version < s.Latest:
		return fmt.Errorf("the schema has version %d, this program needs %d: run demarche migrate up", s.Version, s.Latest)
	}
	return nil
}

// readStatus reads how far the schema is.
func readStatus(ctx context.Context, q rowQuerier, latest uint) (Status, error) {
	s := Status{Latest: latest}
	var migrated, compatible bool
	err := q.QueryRow(ctx, `SELECT to_regclass('schema_migrations') IS NOT NULL, to_regclass('compatibility') IS NOT NULL`).Scan(&migrated, &compatible)
	if err != nil || !migrated {
		return s, err
	}
	var version int64
	err = q.QueryRow(ctx, `SELECT version, dirty FROM schema_migrations LIMIT 1`).Scan(&version, &s.Dirty)
	if s.Version, s.Oldest = uint(version), uint(version); errors.Is(err, pgx.ErrNoRows) {
		return s, nil
	}
	if err == nil && compatible {
		var oldest int64
		err = q.QueryRow(ctx, `SELECT oldest FROM compatibility`).Scan(&oldest)
		s.Oldest = uint(oldest)
	}
	return s, err
}

// rowQuerier is a connection or the pool.
type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Migrate brings the schema up to this binary's version, under golang-migrate's
// lock, so that of several processes one works and the others wait. It refuses
// a schema that is dirty, or newer than the binary and not compatible with it.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	return withMigrator(ctx, url, log, func(m *migrate.Migrate) error {
		latest, err := latestVersion()
		if err != nil {
			return err
		}
		version, _, err := m.Version() // dirt is judged by Up, under the lock
		if err != nil && !errors.Is(err, migrate.ErrNilVersion) {
			return err
		}
		if version > latest {
			status, err := SchemaStatus(ctx, url)
			if err == nil {
				err = status.problem()
			}
			return err
		}
		return m.Up()
	})
}

// MigrateDown undoes the last steps migrations, and the data in what they made.
func MigrateDown(ctx context.Context, url string, steps int) error {
	if steps < 1 {
		return fmt.Errorf("migrate down: expected at least one step, got %d", steps)
	}
	return withMigrator(ctx, url, nil, func(m *migrate.Migrate) error { return m.Steps(-steps) })
}

// SchemaStatus reads how far the schema is and changes nothing.
func SchemaStatus(ctx context.Context, url string) (Status, error) {
	names, err := migrationNames()
	if err != nil {
		return Status{}, err
	}
	config, err := connConfig(url)
	if err != nil {
		return Status{}, err
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return Status{}, translate(ctx, "connect", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	s, err := readStatus(ctx, conn, uint(len(names)))
	if err != nil {
		return Status{}, translate(ctx, "read the schema's version", err)
	}
	s.Pending = names[min(s.Version, s.Latest):]
	return s, nil
}

// withMigrator runs golang-migrate on a connection of its own. When the context
// ends it stops after the migration at work.
func withMigrator(ctx context.Context, url string, log *slog.Logger, run func(*migrate.Migrate) error) error {
	source, err := iofs.New(migrations.FS, ".")
	if err != nil {
		return fmt.Errorf("read the built-in migrations: %w", err)
	}
	config, err := connConfig(url)
	if err != nil {
		return err
	}
	conns := stdlib.OpenDB(*config)
	defer conns.Close()
	if err := conns.PingContext(ctx); err != nil { // the driver below takes no context
		return translate(ctx, "connect", err)
	}
	target, err := driver.WithInstance(conns, &driver.Config{})
	if err != nil {
		return translate(ctx, "prepare to migrate", err)
	}
	m, err := migrate.NewWithInstance("built-in", source, "pgx5", target)
	if err != nil {
		return fmt.Errorf("prepare to migrate: %w", err)
	}
	defer m.Close()
	m.LockTimeout = migrationWait
	if log != nil {
		m.Log = migrationLog{log}
	}
	stop := context.AfterFunc(ctx, func() { m.GracefulStop <- true })
	defer stop()

	err = run(m)
	var dirty migrate.ErrDirty
	switch {
	case err == nil, errors.Is(err, migrate.ErrNoChange):
		return nil
	case errors.As(err, &dirty):
		return Status{Version: uint(dirty.Version), Latest: uint(dirty.Version), Dirty: true}.problem()
	}
	return translate(ctx, "migrate", err)
}

// connConfig reads a URL as Open does, settings of the pool included.
func connConfig(url string) (*pgx.ConnConfig, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	return c.ConnConfig, nil
}

// migrationNames lists the built-in migrations in order. They are numbered
// without a gap, so that a version is also a count.
func migrationNames() ([]string, error) {
	files, err := fs.Glob(migrations.FS, "*.up.sql") // sorted
	if err != nil {
		return nil, err
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(file, ".up.sql")
		number, _, _ := strings.Cut(file, "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("built-in migration %s: expected number %d", file, i+1)
		}
	}
	return names, nil
}

func latestVersion() (uint, error) {
	names, err := migrationNames()
	return uint(len(names)), err
}

// migrationLog lets golang-migrate speak through slog.
type migrationLog struct{ log *slog.Logger }

func (l migrationLog) Printf(format string, v ...any) {
	l.log.Info("migrate: " + strings.TrimSpace(fmt.Sprintf(format, v...)))
}

func (migrationLog) Verbose() bool { return false }
