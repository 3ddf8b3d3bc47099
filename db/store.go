package db

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"

	"demarche/internal/event"
)

// Config says how to reach the database. Only URL is required.
type Config struct {
	// URL is a PostgreSQL URL or keyword string, as libpq takes it.
	URL string
	// ReplicaURL is a streaming replica that questions go to; "" for none.
	ReplicaURL string
	// MaxLag is how far the replica may be behind and still be asked; 0 means
	// 10 s.
	MaxLag time.Duration
	// MaxConns bounds the connections; 0 leaves it to the URL's
	// pool_max_conns, else to the larger of 4 and the number of CPUs.
	MaxConns int32
	// StatementTimeout bounds each statement, on the server; 0 means 30 s,
	// negative means no bound.
	StatementTimeout time.Duration
	// ConnectTimeout bounds the making of one connection; 0 means 5 s.
	ConnectTimeout time.Duration
	// DocumentCache is how many bytes of documents are remembered; 0 for none.
	DocumentCache int
	// Logger hears of each list (debug) and of what should not be; nil means
	// none.
	Logger *slog.Logger
	// Resolver decides which mentions are one event; nil: none are.
	Resolver Resolver
	// Now is the clock that stamps what is written; nil means time.Now.
	Now func() time.Time
}

const (
	defaultStatementTimeout = 30 * time.Second
	defaultConnectTimeout   = 5 * time.Second
	defaultMaxLag           = 10 * time.Second
)

// readBuffer is how much is read from a connection at once, in bytes.
const readBuffer = 64 << 10

// Store is the database. It is safe for concurrent use.
type Store struct {
	pool     *pgxpool.Pool
	replica  *replica // nil if there is none
	log      *slog.Logger
	resolver Resolver
	clock    func() time.Time
	schema   uint // version of the schema that this binary is made for
	known    *knownRows
	// timeout bounds each statement; 0 is no bound.
	timeout time.Duration
	// settled is an instant, in microseconds, before which nothing more will be
	// written.
	settled atomic.Int64
	// reach is how many days the longest event had when we last heard.
	reach      atomic.Int32
	remembered *remembered
	spare      sync.Pool     // *documents
	written    chan struct{} // holds one if something was written: see Tend
}

// Open connects and makes sure that the schema is this binary's: see Migrate.
func Open(ctx context.Context, c Config) (*Store, error) {
	timeout := max(cmp.Or(c.StatementTimeout, defaultStatementTimeout), 0)
	pc, err := c.pool(c.URL, timeout)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err) // pgx leaves the password out
	}
	latest, err := latestVersion()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, translate(ctx, "open the database", err)
	}
	s := &Store{pool: pool, log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), clock: c.Now, schema: latest, known: &knownRows{}, timeout: timeout, remembered: remember(c.DocumentCache), written: make(chan struct{}, 1)}
	if s.resolver = c.Resolver; s.resolver == nil {
		s.resolver = apart{}
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if err := s.Ready(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	if c.ReplicaURL != "" {
		pc, err := c.pool(c.ReplicaURL, timeout)
		if err != nil {
			err = fmt.Errorf("URL of the replica: %w", err)
		} else {
			err = s.follow(ctx, pc, cmp.Or(c.MaxLag, defaultMaxLag))
		}
		if err != nil {
			pool.Close()
			return nil, err
		}
	}
	return s, nil
}

// pool gives the settings of the connections to an address.
func (c *Config) pool(url string, timeout time.Duration) (*pgxpool.Config, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if c.MaxConns > 0 {
		pc.MaxConns = c.MaxConns
	}
	pc.ConnConfig.ConnectTimeout = cmp.Or(c.ConnectTimeout, defaultConnectTimeout)
	settings := pc.ConnConfig.RuntimeParams
	settings["statement_timeout"] = strconv.FormatInt(timeout.Milliseconds(), 10)
	settings["application_name"] = cmp.Or(settings["application_name"], "demarche")
	pc.ConnConfig.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		// A page comes in several pieces: take what there is at once.
		return pgproto3.NewFrontend(bufio.NewReaderSize(r, readBuffer), w)
	}
	pc.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		registerUUID(conn.TypeMap())
		return nil
	}
	return pc, nil
}

// Close waits for what is under way and closes the connections.
func (s *Store) Close() {
	if s.replica != nil {
		s.replica.stop()
	}
	s.pool.Close()
}

// Ready tells whether the database can be reached and this binary may serve on
// its schema: it is the one that the binary is made for, or a later one that is
// compatible. If not, the error is Unavailable.
func (s *Store) Ready(ctx context.Context) error {
	status, err := readStatus(ctx, s.pool, s.schema)
	if r := s.replica; err != nil && r != nil && r.fresh.Load() {
		status, err = readStatus(ctx, r.pool, s.schema) // reading goes on
	}
	if err != nil {
		return translate(ctx, "read the schema's version", err)
	}
	if cause := status.problem(); cause != nil {
		return event.NewError(event.Unavailable, "the database's schema is not the one this program is made for").Because(cause)
	}
	return nil
}

// now is the clock as Postgres can hold it, so that what is answered after a
// write equals what is read later.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }
