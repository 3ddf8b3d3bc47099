// Package localpg runs a private PostgreSQL from the system's binaries: a
// cluster in a data directory, reached over a Unix socket only.
//
// The process that holds the lock of the data directory owns the server: it
// starts it, starts it again if it dies, and stops it with itself, even when
// it is killed (on Linux). Another process on the same data directory is a
// guest: it uses the owner's server, and when the owner is gone it takes the
// lock and owns a server of its own. In between, a moment, connections fail.
package localpg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Config says where and how.
type Config struct {
	// DataDir holds everything; it is made if it is not there. Empty means
	// DefaultDataDir.
	DataDir string
	// Test trades safety for speed: data does not survive a crash.
	Test bool
	// Logger hears of starts, stops and deaths; nil means none.
	Logger *slog.Logger
}

// DefaultDataDir is /var/lib/demarche for root, else demarche in the user's
// data directory.
func DefaultDataDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/demarche", nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "demarche"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no data directory given, and no home directory: %w", err)
	}
	return filepath.Join(home, ".local", "share", "demarche"), nil
}

// The database and its owner. Whoever can reach the socket's directory, which
// is its owner and root, is let in.
const (
	dbName = "demarche"
	dbUser = "demarche"
	port   = "5432" // part of the socket's name; there is no TCP
)

// stopTimeout is how long a server that is of no use has to stop.
const stopTimeout = 10 * time.Second

// Server is a private server in use by this process.
type Server struct {
	layout layout
	test   bool
	log    *slog.Logger
	url    string

	stop    context.CancelFunc // asks keep to end
	stopped chan struct{}      // closed when keep has ended
	failure chan error         // why the server could not be started at first

	mu   sync.Mutex
	kill func(syscall.Signal) // signals the server that we own; nil if none runs
}

// Start makes the cluster if there is none, starts the server unless one runs
// there already, and waits until it answers.
func Start(ctx context.Context, c Config) (*Server, error) {
	dir := c.DataDir
	if dir == "" {
		var err error
		if dir, err = DefaultDataDir(); err != nil {
			return nil, err
		}
	}
	l, err := prepare(dir)
	if err != nil {
		return nil, err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &Server{
		layout: l, test: c.Test, url: l.url(dbName), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)),
		stop: stop, stopped: make(chan struct{}), failure: make(chan error, 1),
	}
	go s.keep(background)
	if err := s.await(ctx); err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		return nil, errors.Join(err, s.Stop(stopping))
	}
	return s, nil
}

// URL is where the server can be reached by programs on this machine.
func (s *Server) URL() string { return s.url }

// URL is where the server of a data directory can be reached, if one runs.
func URL(dataDir string) (string, error) {
	l, err := layoutOf(dataDir)
	return l.url(dbName), err
}

// Stop stops the server if this process owns it; open connections are cut.
// When ctx ends first, the server is made to stop at once, and recovers at the
// next start.
func (s *Server) Stop(ctx context.Context) error {
	s.stop()
	s.signal(syscall.SIGINT) // "fast" shutdown
	select {
	case <-s.stopped:
		return nil
	case <-ctx.Done():
	}
	s.signal(syscall.SIGQUIT) // "immediate" shutdown
	select {
	case <-s.stopped:
		return nil
	case <-time.After(stopTimeout):
		return fmt.Errorf("the private Postgres in %s does not stop", s.layout.data)
	}
}

// signal sends a signal to the server, if we own one.
func (s *Server) signal(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kill != nil {
		s.kill(sig)
	}
}

// await waits until the server answers, and makes the database on first use.
func (s *Server) await(ctx context.Context) error {
	for {
		err := s.ensureDatabase(ctx)
		if err == nil {
			return nil
		}
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code != "57P03" && pg.Code != "57P01" { // neither starting up nor shutting down
			return fmt.Errorf("private Postgres in %s: %w", s.layout.data, err)
		}
		select {
		case err := <-s.failure:
			return err
		case <-ctx.Done():
			return fmt.Errorf("private Postgres in %s does not answer: %w", s.layout.data, errors.Join(context.Cause(ctx), err))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *Server) ensureDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.layout.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, dbName).Scan(&exists); err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, `CREATE DATABASE `+dbName)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "42P04" || pg.Code == "23505") { // another process was faster
		return nil
	}
	return err
}

// url is the address of a database. Every part that the environment could
// fill in is given.
func (l layout) url(database string) string {
	q := url.Values{"host": {l.socket}, "port": {port}, "user": {dbUser}, "sslmode": {"disable"}}
	return "postgres:///" + database + "?" + q.Encode()
}
