package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"demarche/db/localpg"

	"github.com/jackc/pgx/v5"
)

// replicated starts a primary and a streaming replica of it.
func replicated(t *testing.T) (primary *localpg.Server, primaryURL, replicaURL string) {
	t.Helper()
	dir := dataDir(t)
	start := func(name string) *localpg.Server {
		s, err := localpg.Start(t.Context(), localpg.Config{DataDir: filepath.Join(dir, name), Test: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Stop(t.Context()) })
		return s
	}
	primary = start("p")
	copied := filepath.Join(dir, "r")
	if err := os.MkdirAll(copied, 0o755); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(filepath.Join(filepath.Dir(postgresBinary(t, primary.URL())), "pg_basebackup"), "-D", filepath.Join(copied, "pgdata"), "-d", primary.URL(), "-R", "-c", "fast", "-X", "stream")
	c.Dir = copied
	if os.Geteuid() == 0 { // the server's user must own the copy
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(copied, uid, gid); err != nil {
			t.Fatal(err)
		}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return primary, primary.URL(), start("r").URL()
}

func connectTo(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

// TestReplica has one client write and read, and another read, while the
// replica is near, behind, and alone.
func TestReplica(t *testing.T) {
	t.Parallel()
	primary, primaryURL, replicaURL := replicated(t)
	p := serve(t, "--database-url", primaryURL, "--read-url", replicaURL, "--max-lag", "3s", "--trusted-proxy", "127.0.0.0/8", "--rate-per-address", "0")
	do := func(client, method, path, body string) (status int, answer string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Forwarded-For", client)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		b, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, string(b)
	}
	const writer, reader = "192.0.2.1", "192.0.2.2"
	count := func(client string) int {
		t.Helper()
		status, body := do(client, "GET", "/v1/events?count=exact&limit=1", "")
		var page struct{ Count int }
		if err := json.Unmarshal([]byte(body), &page); err != nil || status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		return page.Count
	}
	written := 0
	write := func() {
		t.Helper()
		written++
		if status, body := do(writer, "POST", "/v1/articles", line(written)); status != 201 {
			t.Fatalf("%d %s", status, body)
		}
	}
	until := func(what string, holds func() bool) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("never came: %s\n%s", what, p.stderr)
			}
		}
	}
	for range 20 {
		write()
		if got := count(writer); got != written {
			t.Fatalf("who wrote %d events reads %d", written, got)
		}
	}
	until("the replica has everything", func() bool { return count(reader) == written })

	standby := connectTo(t, replicaURL)
	if _, err := standby.Exec(t.Context(), `SELECT pg_wal_replay_pause()`); err != nil {
		t.Fatal(err)
	}
	write()
	if mine, others := count(writer), count(reader); mine != written || others != written-1 {
		t.Fatalf("just behind: who wrote reads %d of %d, another %d: the replica is not asked", mine, written, others)
	}
	until("a replica that is too far behind is not asked", func() bool { return count(reader) == written })
	if _, err := standby.Exec(t.Context(), `SELECT pg_wal_replay_resume()`); err != nil {
		t.Fatal(err)
	}
	until("the replica is asked again", func() bool {
		_, metrics := do(reader, "GET", "/metrics", "")
		return strings.Contains(metrics, "demarche_db_replica_asked 1")
	})
	if err := primary.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := count(reader); got != written {
		t.Errorf("without the primary %d of %d are read", got, written)
	}
	if status, body := do(writer, "POST", "/v1/articles", line(1000)); status != 503 {
		t.Errorf("without the primary a write is answered with %d %s", status, body)
	}
	if status, body := do(reader, "GET", "/readyz", ""); status != 200 {
		t.Errorf("without the primary: %d %s", status, body)
	}
}
