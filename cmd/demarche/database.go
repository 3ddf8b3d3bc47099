package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"demarche/db"
	"demarche/db/localpg"
	"demarche/internal/resolve"
)

// databaseFlags say which database is used; they are shared by all commands
// that need one.
type databaseFlags struct {
	DatabaseURL     string `env:"DEMARCHE_DATABASE_URL,DATABASE_URL" placeholder:"URL" help:"Postgres to use (14 to 18). Without it a private one is run from the system's Postgres binaries."`
	DatabaseURLFile string `type:"existingfile" env:"DEMARCHE_DATABASE_URL_FILE,DATABASE_URL_FILE" placeholder:"FILE" help:"File that holds the database URL, to keep it out of the environment."`
	DataDir         string `type:"path" placeholder:"DIR" help:"Where the private Postgres keeps its data. Default: /var/lib/demarche for root, else ~/.local/share/demarche."`
}

// database is the address of a Postgres, and how to let go of it.
type database struct {
	url   string
	close func(context.Context) error
}

// open gives the database that the flags name, starting the private one if
// they name none.
func (f *databaseFlags) open(ctx context.Context, log *slog.Logger) (database, error) {
	if f.DatabaseURLFile != "" {
		b, err := os.ReadFile(f.DatabaseURLFile)
		if err != nil {
			return database{}, fmt.Errorf("read --database-url-file: %w", err)
		}
		f.DatabaseURL = strings.TrimSpace(string(b))
	}
	if f.DatabaseURL != "" {
		return database{f.DatabaseURL, func(context.Context) error { return nil }}, nil
	}
	server, err := localpg.Start(ctx, localpg.Config{DataDir: f.DataDir, Logger: log})
	if err != nil {
		return database{}, err
	}
	return database{server.URL(), server.Stop}, nil
}

// openStore opens a store on a schema that is this program's: it migrates
// first, unless asked not to.
func openStore(ctx context.Context, noMigrate bool, c db.Config) (*db.Store, error) {
	if !noMigrate {
		if err := db.Migrate(ctx, c.URL, c.Logger); err != nil {
			return nil, err
		}
	}
	c.Now, c.Resolver = time.Now, resolve.Rules{}
	return db.Open(ctx, c)
}

// tend has the store look after the database until it is told to stop.
func tend(ctx context.Context, store *db.Store) (stop func()) { return beside(ctx, store.Tend) }

// beside has something done at the same time until it is told to stop.
func beside(ctx context.Context, do func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

type migrateCmd struct {
	Up     migrateUpCmd     `cmd:"" help:"Apply what is missing."`
	Down   migrateDownCmd   `cmd:"" help:"Take back the last migrations. Data that only they hold is lost."`
	Status migrateStatusCmd `cmd:"" help:"Show the version of the schema and what is missing."`
}

type migrateUpCmd struct{ databaseFlags }

// Run applies all missing migrations.
func (c *migrateUpCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	return c.with(ctx, log, func(url string) error {
		if err := db.Migrate(ctx, url, log); err != nil {
			return err
		}
		return printStatus(ctx, url, s)
	})
}

type migrateDownCmd struct {
	databaseFlags
	Steps int `default:"1" help:"How many migrations to take back."`
}

// Run takes back migrations.
func (c *migrateDownCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	if c.Steps < 1 {
		return fmt.Errorf("--steps: expected 1 or more, got %d", c.Steps)
	}
	return c.with(ctx, log, func(url string) error {
		if err := db.MigrateDown(ctx, url, c.Steps); err != nil {
			return err
		}
		return printStatus(ctx, url, s)
	})
}

type migrateStatusCmd struct{ databaseFlags }

// Run prints the schema's version.
func (c *migrateStatusCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	return c.with(ctx, log, func(url string) error { return printStatus(ctx, url, s) })
}

// with runs a step on the database that the flags name and lets go of it.
func (f *databaseFlags) with(ctx context.Context, log *slog.Logger, step func(url string) error) (err error) {
	d, err := f.open(ctx, log)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := d.close(context.WithoutCancel(ctx)); err == nil {
			err = closeErr
		}
	}()
	return step(d.url)
}

func printStatus(ctx context.Context, url string, s streams) error {
	status, err := db.SchemaStatus(ctx, url)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "schema version %d of %d\n", status.Version, status.Latest)
	if status.Dirty {
		fmt.Fprintln(s.out, "the last migration failed half way: mend the database by hand, then run migrate up")
	}
	for _, p := range status.Pending {
		fmt.Fprintln(s.out, "missing:", p)
	}
	return nil
}
