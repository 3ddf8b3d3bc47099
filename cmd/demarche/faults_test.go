package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"demarche/api/client"
	"demarche/db"
	"demarche/db/dbtest"
	"demarche/db/localpg"

	"github.com/google/go-cmp/cmp"
)

// faultRounds names the environment variable that says how many rounds of kills
// there are; a few by default.
const faultRounds = "DEMARCHE_FAULT_ROUNDS"

// cluster is a private Postgres of a test, with durable commits.
type cluster struct {
	dir    string
	server *localpg.Server
}

func startCluster(t *testing.T, dir string) *cluster {
	t.Helper()
	c := &cluster{dir: dir}
	c.start(t)
	t.Cleanup(func() { _ = c.server.Stop(context.Background()) })
	return c
}

func (c *cluster) start(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		var err error
		if c.server, err = localpg.Start(context.Background(), localpg.Config{DataDir: c.dir}); err == nil {
			return
		}
		if time.Now().After(deadline) { // processes of a killed server take a moment to notice
			t.Fatal(err)
		}
	}
}

// kill ends the server as a power failure would, but that the disk is told
// what was flushed.
func (c *cluster) kill(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(c.dir, "pgdata", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(strings.SplitN(string(b), "\n", 2)[0]))
	if err != nil || pid < 2 {
		t.Fatalf("postmaster.pid says %q", b)
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// Loader, server and Postgres are killed at random points. What was acknowledged is
// there, once and whole, and all ends as if nothing had happened.
func TestKillAtRandomPoints(t *testing.T) {
	t.Parallel()
	rounds := 3
	if s := os.Getenv(faultRounds); s != "" {
		var err error
		if rounds, err = strconv.Atoi(s); err != nil {
			t.Fatalf("%s: %v", faultRounds, err)
		}
	}
	const lines, posts = 400, 150
	ctx, dir := t.Context(), t.TempDir()
	pg := startCluster(t, dataDir(t))
	url := pg.server.URL()
	if err := db.Migrate(ctx, url, nil); err != nil {
		t.Fatal(err)
	}
	calm := dbtest.New(t)
	server := serve(t, "--database-url", url)
	r := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	for round := range rounds {
		input := strings.NewReplacer(`"id":"n`, fmt.Sprintf(`"id":"r%d-`, round), "eport ", fmt.Sprintf("eport %d-", round), "Nummer ", fmt.Sprintf("Nummer %d-", round)).Replace(mixed(lines))
		file := writeFile(t, filepath.Join(dir, fmt.Sprintf("in-%d.ndjson", round)), input)
		loader := exec.Command(binary, "load", "--resume", "--database-url", url, file)
		loader.Dir = dir
		if err := loader.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := map[string]string{} // id by external id
		var posting sync.WaitGroup
		send := func() {
			for p, err := range server.PostArticles(ctx, func(yield func(client.Draft) bool) {
				for i := range posts {
					d := draft(i)
					d.ID, d.Text = fmt.Sprintf("p%d-%d", round, i), strings.Replace(d.Text, "Report", fmt.Sprintf("Post %d,", round), 1)
					if !yield(d) {
						return
					}
				}
			}) {
				if err != nil || p.ID == "" {
					return
				}
				name := fmt.Sprintf("p%d-%d", round, p.Line-1)
				if was := acknowledged[name]; was != "" && was != p.ID {
					t.Errorf("round %d: %s was acknowledged as %s, then as %s", round, name, was, p.ID)
				}
				acknowledged[name] = p.ID
			}
		}
		posting.Go(send)
		time.Sleep(time.Duration(400+r.IntN(1500)) * time.Millisecond) // the point at which it happens is what is tried
		switch victim := r.IntN(4); victim {
		case 0:
			_ = loader.Process.Kill()
		case 1:
			server.stop(t, syscall.SIGKILL)
		case 2:
			pg.kill(t)
		default:
			_ = loader.Process.Kill()
			server.stop(t, syscall.SIGKILL)
			pg.kill(t)
		}
		posting.Wait()
		_ = loader.Wait()
		pg.start(t)
		if url != pg.server.URL() {
			t.Fatalf("the server is at %s now", pg.server.URL())
		}
		if server.ended == nil {
			server = serve(t, "--database-url", url)
		}
		for name, id := range acknowledged {
			if n := countOf(t, url, `SELECT count(*) FROM article a JOIN event_article ea ON ea.article_id = a.id JOIN event_document d ON d.event_id = ea.event_id
				WHERE a.external_id = '`+name+`' AND a.id = '`+id+`'`); n != 1 {
				t.Fatalf("round %d: %s was acknowledged, and has %d events", round, name, n)
			}
		}
		if out, errOut, _ := inDir(t, dir, "", "load", "--resume", "--database-url", url, file); !strings.Contains(out, "articles/s") && !strings.Contains(out, "nothing is left") {
			t.Fatalf("round %d: %s %s", round, out, errOut)
		}
		if send(); len(acknowledged) != posts {
			t.Fatalf("round %d: %d of %d posts are acknowledged in the end", round, len(acknowledged), posts)
		}
		if out, errOut, _ := inDir(t, t.TempDir(), input, "load", "--database-url", calm); !strings.Contains(out, "articles/s") {
			t.Fatalf("%s %s", out, errOut)
		}
		var b strings.Builder
		for i := range posts {
			fmt.Fprintln(&b, strings.NewReplacer(`"id":"n`, fmt.Sprintf(`"id":"p%d-`, round), "Report", fmt.Sprintf("Post %d,", round)).Replace(line(i)))
		}
		if out, errOut, err := inDir(t, t.TempDir(), b.String(), "load", "--database-url", calm); err != nil {
			t.Fatalf("%v %s %s", err, out, errOut)
		}
	}
	if diff := cmp.Diff(dump(t, calm), dump(t, url)); diff != "" {
		t.Errorf("not as if nothing had happened: %s", diff)
	}
	for what, query := range map[string]string{
		"articles twice":                `SELECT count(*) FROM (SELECT FROM article GROUP BY external_id HAVING count(*) > 1) AS a`,
		"events without a document":     `SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT FROM event_document d WHERE d.event_id = e.id AND d.revision = e.revision)`,
		"events without an article":     `SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT FROM event_article a JOIN article b ON b.id = a.article_id WHERE a.event_id = e.id)`,
		"events without a participant":  `SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT FROM participant p WHERE p.event_id = e.id)`,
		"identities without an article": `SELECT count(*) FROM article_identity i WHERE NOT EXISTS (SELECT FROM article a WHERE a.id = i.article_id)`,
		"articles without an identity":  `SELECT count(*) FROM article a WHERE NOT EXISTS (SELECT FROM article_identity i WHERE a.id = i.article_id)`,
	} {
		if n := countOf(t, url, query); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
}

// A full disk ends a load with a clear error, and it goes on when there is room.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("a small file system can only be mounted by root")
	}
	mount, err := os.MkdirTemp("", "dmrch")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(mount)
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=400m,mode=0755"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	defer syscall.Unmount(mount, syscall.MNT_DETACH)
	pg := startCluster(t, filepath.Join(mount, "data"))
	defer pg.server.Stop(context.Background())
	url := pg.server.URL()
	dir, input := t.TempDir(), ndjson(2000)
	if out, errOut, err := inDir(t, dir, line(0), "load", "--database-url", url); err != nil {
		t.Fatalf("%v %s %s", err, out, errOut)
	}
	ballast := filepath.Join(mount, "ballast")
	var fs syscall.Statfs_t
	if err := syscall.Statfs(mount, &fs); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ballast, make([]byte, max(int64(fs.Bavail)*fs.Bsize-2<<20, 0)), 0o644); err != nil {
		t.Fatal(err)
	}
	file := writeFile(t, filepath.Join(dir, "in.ndjson"), input)
	out, errOut, err := inDir(t, dir, "", "load", "--database-url", url, file)
	if err == nil || !strings.Contains(strings.ToLower(errOut), "space left") || !strings.Contains(errOut, "--resume") {
		t.Errorf("on a full disk: %v %s %s", err, out, errOut)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	_ = pg.server.Stop(context.Background())
	pg.start(t)
	if out, errOut, err := inDir(t, dir, "", "load", "--resume", "--database-url", url, file); err != nil || !strings.Contains(out, "0 revised") {
		t.Errorf("with room again: %v %s %s", err, out, errOut)
	}
	if n := countOf(t, url, `SELECT count(*) FROM article`); n != 2000 {
		t.Errorf("%d articles", n)
	}
}

// A lost connection ends a load with a clear error, and it goes on.
func TestConnectionLost(t *testing.T) {
	t.Parallel()
	database, dir := dbtest.New(t), t.TempDir()
	file := writeFile(t, filepath.Join(dir, "in.ndjson"), ndjson(1000))
	c := exec.Command(binary, "load", "--database-url", database, file)
	var out syncBuffer
	c.Dir, c.Stdout, c.Stderr = dir, &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); countOf(t, database, `SELECT count(*) FROM article`) < 200; {
		if time.Now().After(deadline) {
			t.Fatalf("the load does not come on: %s", &out)
		}
	}
	countOf(t, database, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err := c.Wait(); err == nil || !strings.Contains(out.String(), "the database is away") || !strings.Contains(out.String(), "--resume") {
		t.Errorf("%v %s", err, &out)
	}
	if out, errOut, err := inDir(t, dir, "", "load", "--resume", "--database-url", database, file); err != nil || !strings.Contains(out, "0 stored already") {
		t.Errorf("%v %s %s", err, out, errOut)
	}
	if n := countOf(t, database, `SELECT count(*) FROM article`); n != 1000 {
		t.Errorf("%d articles", n)
	}
}
