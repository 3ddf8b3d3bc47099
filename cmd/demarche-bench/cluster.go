package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"demarche/db"
	"demarche/db/localpg"

	"github.com/jackc/pgx/v5"
)

// settings are those of a server that is meant for this: the rest is as it comes.
var settings = []string{
	"shared_buffers = '4GB'", "work_mem = '32MB'", "maintenance_work_mem = '512MB'", "wal_level = 'minimal'", "max_wal_senders = 0",
	"max_wal_size = '16GB'", "checkpoint_timeout = '30min'", "jit = off", "max_parallel_workers_per_gather = 0", "random_page_cost = 1.1",
	"effective_io_concurrency = 100", "autovacuum = off", // nothing may run beside a measurement
}

// startCluster starts the private cluster with these settings.
func startCluster(ctx context.Context, dir string, settings []string) (*localpg.Server, error) {
	config := localpg.Config{DataDir: dir, Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	server, err := localpg.Start(ctx, config)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, server.URL())
	if err != nil {
		return nil, errors.Join(err, server.Stop(ctx))
	}
	for _, s := range settings {
		if _, err := conn.Exec(ctx, "ALTER SYSTEM SET "+s); err != nil {
			return nil, errors.Join(err, server.Stop(ctx))
		}
	}
	conn.Close(ctx)
	if err := server.Stop(ctx); err != nil {
		return nil, err
	}
	return localpg.Start(ctx, config)
}

// postmaster gives the process of the cluster's server.
func postmaster(dir string) (int, error) {
	b, err := os.ReadFile(filepath.Join(dir, "pgdata", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	var pid int
	_, err = fmt.Sscan(string(b), &pid)
	return pid, err
}

// load fills the database unless it has events, tells how fast and how large,
// and gives how many there are.
func load(ctx context.Context, url string, w *world, o options) (there int, err error) {
	if err := db.Migrate(ctx, url, nil); err != nil {
		return 0, err
	}
	store, err := db.Open(ctx, db.Config{URL: url, MaxConns: 8, StatementTimeout: -1})
	if err != nil {
		return 0, err
	}
	defer store.Close()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, `SELECT count(*) FROM event`).Scan(&there); err != nil {
		return 0, err
	}
	if there == 0 {
		began := time.Now()
		// One more than there are processors: some time is spent waiting.
		err := store.BulkLoad(ctx, runtime.NumCPU()+1, w.events(o.Seed, o.N, func(i int) {
			fmt.Fprintf(os.Stderr, "loading: %d of %d events, %.0f s\n", i, o.N, time.Since(began).Seconds())
		}))
		if err != nil {
			return 0, err
		}
		took := time.Since(began)
		fmt.Printf("load\tevents=%d\tseconds=%.0f\tevents_per_s=%.0f (keys and indexes made, analyzed)\n", o.N, took.Seconds(), float64(o.N)/took.Seconds())
		there = o.N
	}
	rows, err := conn.Query(ctx, `SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY pg_total_relation_size(oid) DESC`)
	if err != nil {
		return 0, err
	}
	var table string
	var heap, indexes, total int64
	var parts strings.Builder
	if _, err := pgx.ForEachRow(rows, []any{&table, &heap, &indexes}, func() error {
		total += heap + indexes
		if n := (heap + indexes) / int64(there); n > 0 {
			fmt.Fprintf(&parts, " %s=%d+%d", table, heap/int64(there), indexes/int64(there))
		}
		return nil
	}); err != nil {
		return 0, err
	}
	fmt.Printf("size\tbytes_per_event=%d (table+indexes:%s)\n", total/int64(there), &parts)
	return there, nil
}

// program is the server under measurement.
type program struct {
	cmd  *exec.Cmd
	addr string
}

// startServer runs the server's program on a database.
func startServer(ctx context.Context, path, url string, arguments ...string) (*program, error) {
	arguments = append([]string{"--log-level", "warn", "serve", "--no-migrate", "--listen", "127.0.0.1:0", "--max-conns", "32", "--rate-per-address", "0", "--database-url", url}, arguments...)
	cmd := exec.CommandContext(ctx, path, arguments...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line := make([]byte, 200)
	n, err := out.Read(line)
	_, addr, ok := strings.Cut(strings.TrimSpace(string(line[:n])), "http://")
	if err != nil || !ok {
		return nil, fmt.Errorf("the server said %q: %w", line[:n], err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return &program{cmd, addr}, nil
}

func (p *program) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.cmd.Wait()
}
