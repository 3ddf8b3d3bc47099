package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"demarche/db"
	"demarche/db/localpg"
	"demarche/internal/event"
	"demarche/internal/extract"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"

	"golang.org/x/sys/unix"
)

// doctorCmd looks at everything that serving needs.
type doctorCmd struct {
	databaseFlags
	Listen   string `default:"127.0.0.1:8080" help:"Address that the server is to listen on."`
	MaxConns int    `default:"8" help:"Connections that the server is to use."`
}

// grade is how a finding is meant.
type grade string

const (
	fine grade = "ok"
	warn grade = "WARN"
	fail grade = "FAIL"
)

// finding is one thing that the doctor looked at.
type finding struct {
	grade grade
	what  string
	how   string // how it stands
	do    string // what to do about it; "" if nothing
}

// Run prints what it finds and fails if serving would.
func (c *doctorCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	findings := []finding{checkCoder(), c.checkAddress(ctx), checkFiles()}
	if c.DatabaseURL == "" && c.DatabaseURLFile == "" {
		findings = append(findings, c.checkDisk())
	}
	var facts db.Facts
	err := c.with(ctx, log, func(url string) (err error) {
		facts, err = db.Inspect(ctx, url)
		return err
	})
	if err != nil {
		findings = append(findings, unreachable(err))
	} else {
		findings = append(findings, c.judge(&facts)...)
	}
	failed := false
	for _, f := range findings {
		fmt.Fprintf(s.out, "%-4s  %-9s  %s\n", f.grade, f.what, f.how)
		if f.do != "" {
			fmt.Fprintf(s.out, "      %-9s  -> %s\n", "", f.do)
		}
		failed = failed || f.grade == fail
	}
	if failed {
		return errReported
	}
	return nil
}

// checkCoder codes a sentence.
func checkCoder() finding {
	bad := func(err error) finding {
		return finding{fail, "coder", err.Error(), "the program is damaged: build or download it again"}
	}
	start := time.Now()
	analyzer, err := nlp.New()
	if err != nil {
		return bad(err)
	}
	g, err := gazetteer.New()
	if err != nil {
		return bad(err)
	}
	x, err := extract.New(analyzer, g)
	if err != nil {
		return bad(err)
	}
	a, err := event.Draft{Text: "The Norwegian foreign minister met the Chilean president in Oslo on Thursday.", Published: "2017-01-27"}.Check(1000)
	if err != nil {
		return bad(err)
	}
	if events := x.Events(&a); len(events) != 1 || events[0].Type != event.Meeting {
		return bad(fmt.Errorf("a plain sentence about a meeting gave %d events", len(events)))
	}
	return finding{fine, "coder", fmt.Sprintf("model and gazetteer are whole; they load in %s", time.Since(start).Round(time.Millisecond)), ""}
}

// checkAddress tries to listen.
func (c *doctorCmd) checkAddress(ctx context.Context) finding {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return finding{warn, "address", err.Error(), "if the server runs already all is well; else choose another with --listen"}
	}
	_ = l.Close()
	return finding{fine, "address", c.Listen + " is free", ""}
}

// leastFiles is how many files the server needs open for some thousand
// clients.
const leastFiles = 4096

func checkFiles() finding {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return finding{warn, "files", "the limit of open files cannot be read: " + err.Error(), ""}
	}
	if limit.Max < leastFiles {
		return finding{warn, "files", fmt.Sprintf("at most %d open files, and so fewer clients", limit.Max), fmt.Sprintf("raise it: ulimit -n, or LimitNOFILE=%d in the systemd unit", 16*leastFiles)}
	}
	return finding{fine, "files", fmt.Sprintf("up to %d open files", limit.Max), ""}
}

// checkDisk looks at the disk of the private Postgres.
func (c *doctorCmd) checkDisk() finding {
	dir := c.DataDir
	if dir == "" {
		var err error
		if dir, err = localpg.DefaultDataDir(); err != nil {
			return finding{fail, "disk", err.Error(), "say where the data is to be with --data-dir"}
		}
	}
	for dir != filepath.Dir(dir) { // it may not be there yet
		if _, err := os.Stat(dir); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return finding{warn, "disk", fmt.Sprintf("the disk of %s cannot be looked at: %v", dir, err), ""}
	}
	return judgeDisk(dir, fs.Bavail*uint64(fs.Bsize), fs.Blocks*uint64(fs.Bsize))
}

func judgeDisk(dir string, free, all uint64) finding {
	how := fmt.Sprintf("%s free of %s at %s", size(free), size(all), dir)
	switch {
	case free < 1<<30:
		return finding{fail, "disk", how, "Postgres stops when the disk is full: make room, or choose another with --data-dir"}
	case free < 10<<30 || free < all/10:
		return finding{warn, "disk", how, "a million events take about 4 GB: make room in time"}
	}
	return finding{fine, "disk", how, ""}
}

func size(bytes uint64) string {
	if bytes < 1<<30 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
}

func unreachable(err error) finding {
	how := err.Error()
	if e, ok := event.AsError(err); ok && errors.Unwrap(e) != nil {
		how = e.Detail + ": " + errors.Unwrap(e).Error()
	}
	return finding{fail, "database", strings.ReplaceAll(how, "\n", " "), "check the address and the password, and that Postgres runs and lets this machine in"}
}

// mostSkew is how far the clocks may be apart.
const mostSkew = 2 * time.Second

// judge says what the facts of a database mean.
func (c *doctorCmd) judge(f *db.Facts) []finding {
	out := []finding{{fine, "database", fmt.Sprintf("Postgres %s, %s", f.Server, size(uint64(f.Bytes))), ""}}
	if f.ServerNumber < 140000 || f.ServerNumber >= 190000 {
		out[0] = finding{fail, "database", "Postgres " + f.Server, "versions 14 to 18 are tested: use one of them"}
	}
	add := func(g grade, what, how, do string) { out = append(out, finding{g, what, how, do}) }
	schema := fmt.Sprintf("version %d, this program is made for %d", f.Schema.Version, f.Schema.Latest)
	switch {
	case f.Schema.Dirty && f.Schema.Version <= f.Schema.Latest:
		add(fail, "schema", fmt.Sprintf("a migration did not finish at version %d", f.Schema.Version), "mend what it left by hand, set schema_migrations to what is true, then run demarche migrate up")
	case f.Schema.Version == f.Schema.Latest:
		add(fine, "schema", schema, "")
	case f.Schema.Version < f.Schema.Latest:
		add(warn, "schema", schema, "demarche serve migrates it; or run demarche migrate up")
	case f.Schema.Oldest <= f.Schema.Latest:
		add(fine, "schema", schema+", which may go on", "")
	default:
		add(fail, "schema", schema, "run a newer demarche")
	}
	switch {
	case f.Replica:
		add(warn, "writing", "the database is a standby: it takes no writes", "give its address as --read-url, and the primary's as --database-url")
	case !f.Durable:
		add(fail, "writing", "fsync or full_page_writes is off: a crash can destroy the data", "switch them on in postgresql.conf")
	case f.Acknowledges == "off":
		add(warn, "writing", "synchronous_commit is off: a crash can lose what was acknowledged last", "switch it on, unless that is meant")
	default:
		add(fine, "writing", "what is acknowledged is on disk", "")
	}
	if f.Connections+c.MaxConns > f.MaxConnections-3 {
		add(warn, "clients", fmt.Sprintf("%d of %d connections are taken, and the server wants %d", f.Connections, f.MaxConnections, c.MaxConns), "raise max_connections, or lower --max-conns")
	} else {
		add(fine, "clients", fmt.Sprintf("%d of %d connections are taken", f.Connections, f.MaxConnections), "")
	}
	skew := f.Skew.Abs().Round(time.Millisecond)
	if skew > mostSkew {
		add(warn, "clock", fmt.Sprintf("this machine's and the database's are %s apart", skew), "run an NTP service on both")
	} else {
		add(fine, "clock", fmt.Sprintf("the same as the database's to within %s", mostSkew), "")
	}
	switch {
	case f.Keys > 0:
		add(fine, "keys", fmt.Sprintf("%d: writing needs one", f.Keys), "")
	case f.Keys == 0 && !loopback(c.Listen):
		add(warn, "keys", "there are none: whoever reaches "+c.Listen+" may write", "demarche keys create NAME")
	default:
		add(fine, "keys", "there are none: writing is open to this machine", "")
	}
	return out
}

// loopback tells whether an address is reached from this machine only.
func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}
