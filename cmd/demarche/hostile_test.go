package main

import (
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"demarche/api/client"
	"demarche/db/dbtest"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// TestSlowConnections has thousands of clients that send a request a byte at a
// time, or a body that never comes, while another asks and posts as usual.
func TestSlowConnections(t *testing.T) {
	n := 5000
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if most := int(limit.Cur) - 500; n > most {
		t.Logf("only %d connections: the limit of open files", most)
		n = most
	}
	p := serve(t, "--database-url", dbtest.New(t), "--rate-per-address", "0")
	address := strings.TrimPrefix(p.url, "http://")
	var slow errgroup.Group
	slow.SetLimit(64)
	conns := make([]net.Conn, n)
	for i := range n {
		slow.Go(func() error {
			c, err := net.DialTimeout("tcp", address, 20*time.Second)
			if err != nil {
				return err
			}
			conns[i] = c
			start := "GET /v1/events HTTP/1.1\r\nHost: x\r\nX-Slow:"
			if i%2 == 0 {
				start = "POST /v1/articles HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
			}
			_, err = io.WriteString(c, start)
			return err
		})
	}
	if err := slow.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, c := range conns {
			c.Close()
		}
	})
	for i := range 20 {
		if _, err := p.PostArticle(t.Context(), draft(i)); err != nil {
			t.Fatal(err)
		}
		if page, err := p.Page(t.Context(), nil); err != nil || len(page.Events) != i+1 {
			t.Fatalf("%d events, %v", len(page.Events), err)
		}
	}
}

// TestBackup dumps a database as docs/operating.md says, restores it into an
// empty one, and has a server answer the same from it.
func TestBackup(t *testing.T) {
	t.Parallel()
	from, to := dbtest.New(t), dbtest.NewEmpty(t)
	p := serve(t, "--database-url", from)
	for i := range 5 {
		if _, err := p.PostArticle(t.Context(), draft(i)); err != nil {
			t.Fatal(err)
		}
	}
	want := export(t, p.Client)
	bin := filepath.Dir(postgresBinary(t, from))
	dump := filepath.Join(t.TempDir(), "demarche.dump")
	for _, c := range []*exec.Cmd{
		exec.Command(filepath.Join(bin, "pg_dump"), "--format=custom", "--file", dump, from),
		exec.Command(filepath.Join(bin, "pg_restore"), "--no-owner", "--exit-on-error", "--dbname", to, dump),
	} {
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v %s", c, err, out)
		}
	}
	restored := serve(t, "--database-url", to, "--no-migrate")
	if got := export(t, restored.Client); got != want || strings.Count(got, "\n") != 5 {
		t.Errorf("before:\n%s\nafter:\n%s", want, got)
	}
	if again, err := restored.PostArticle(t.Context(), draft(0)); err != nil || again.Created {
		t.Errorf("an article of the dump is new: %v", err)
	}
}

func export(t *testing.T, c *client.Client) string {
	t.Helper()
	var out strings.Builder
	if err := c.Download(t.Context(), "ndjson", nil, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// postgresBinary is the server's program.
func postgresBinary(t *testing.T, url string) string {
	t.Helper()
	var bin string
	if err := connectTo(t, url).QueryRow(t.Context(), `SELECT setting FROM pg_config() WHERE name = 'BINDIR'`).Scan(&bin); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s/postgres", bin)
}
