package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// childVariable makes this test program a program that runs a server on a data
// directory until it is killed.
const childVariable = "LOCALPG_TEST_CHILD"

func TestMain(m *testing.M) {
	dir := os.Getenv(childVariable)
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := Start(context.Background(), Config{DataDir: dir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.URL())
	select {} // killed by the test
}

// dataDir gives a new directory that the server's user can reach.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "localpg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	return startWith(t, Config{DataDir: dir, Test: true})
}

func startWith(t *testing.T, c Config) *Server {
	t.Helper()
	s, err := Start(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(within(t)); err != nil {
		t.Error(err)
	}
}

// ask runs a query that gives one text.
func ask(ctx context.Context, url, query string) (string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	var answer string
	err = conn.QueryRow(ctx, query).Scan(&answer)
	return answer, err
}

// eventually asks until the server answers.
func eventually(t *testing.T, url, query string) string {
	t.Helper()
	ctx := within(t)
	for {
		answer, err := ask(ctx, url, query)
		if err == nil {
			return answer
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func write(t *testing.T, url string) {
	t.Helper()
	ctx := within(t)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `CREATE TABLE mark AS SELECT 'kept' AS word`); err != nil {
		t.Fatal(err)
	}
}

const readMark = `SELECT word FROM mark`

func wantKept(t *testing.T, url string) {
	t.Helper()
	if got := eventually(t, url, readMark); got != "kept" {
		t.Errorf("got %q", got)
	}
}

// postmaster reads the process id of a running server.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "pgdata", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Split(string(content), "\n")[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	for ctx := within(t); !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH); time.Sleep(10 * time.Millisecond) {
		if ctx.Err() != nil {
			t.Fatalf("process %d lives", pid)
		}
	}
}

func TestKeepsData(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	// What an interrupted first start leaves behind is in nobody's way.
	if err := os.MkdirAll(filepath.Join(dir, "pgdata.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir)
	write(t, s.URL())
	for query, want := range map[string]string{
		`SELECT current_setting('listen_addresses')`:                                  "",
		`SELECT current_setting('server_encoding')`:                                   "UTF8",
		`SELECT datcollate::text FROM pg_database WHERE datname = current_database()`: "C",
		`SELECT lower('É')`: "é",
	} {
		if got := eventually(t, s.URL(), query); got != want {
			t.Errorf("%s gives %q, expected %q", query, got, want)
		}
	}
	pid := postmaster(t, dir)
	if group, err := syscall.Getpgid(pid); err != nil || group == syscall.Getpgrp() {
		t.Errorf("the server is in our process group (%v): Ctrl-C would stop it before us", err)
	}
	stop(t, s)
	awaitEnd(t, pid)
	stop(t, s) // a second time does no harm
	began := time.Now()
	again := start(t, dir)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the second start took %s", took)
	}
	wantKept(t, again.URL())
}

func TestSafeWithoutTest(t *testing.T) {
	t.Parallel()
	s := startWith(t, Config{DataDir: dataDir(t)})
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		if got := eventually(t, s.URL(), "SELECT current_setting('"+setting+"')"); got != "on" {
			t.Errorf("%s is %s", setting, got)
		}
	}
}

func TestGuestTakesOver(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	owner := start(t, dir)
	write(t, owner.URL())
	pid := postmaster(t, dir)
	guest := start(t, dir)
	wantKept(t, guest.URL())
	if postmaster(t, dir) != pid {
		t.Fatal("the guest started a server of its own")
	}
	passing := start(t, dir)
	stop(t, passing)
	wantKept(t, owner.URL()) // a guest that leaves takes nothing with it
	if postmaster(t, dir) != pid {
		t.Fatal("the passing guest stopped the server")
	}
	stop(t, owner)
	awaitEnd(t, pid)
	wantKept(t, guest.URL())
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			s, err := Start(within(t), Config{DataDir: dir, Test: true})
			if err != nil {
				t.Error(err)
				return
			}
			if got := eventually(t, s.URL(), `SELECT 'there'`); got != "there" {
				t.Errorf("got %q", got)
			}
			stop(t, s)
		})
	}
	all.Wait()
}

func TestServerKilled(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := startWith(t, Config{DataDir: dir})
	write(t, s.URL())
	for range 2 {
		pid := postmaster(t, dir)
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		awaitEnd(t, pid)
		wantKept(t, s.URL())
	}
}

// child runs this program as one that owns a server.
func child(t *testing.T, dir string) (c *exec.Cmd, url string) {
	t.Helper()
	c = exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childVariable+"="+dir)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // it may be dead
		_ = c.Wait()
	})
	line := make([]byte, 1000)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	url = strings.TrimSpace(string(line[:n]))
	if !strings.HasPrefix(url, "postgres:") {
		t.Fatal(url)
	}
	return c, url
}

func TestOwnerKilled(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	owner, url := child(t, dir)
	write(t, url)
	pid := postmaster(t, dir)
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir) // at once, while the server may still be on its way down
	wantKept(t, s.URL())
	stop(t, s)
	awaitEnd(t, pid)
}

func TestOwnerAndServerKilled(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	owner, url := child(t, dir)
	write(t, url)
	pid := postmaster(t, dir)
	if err := errors.Join(syscall.Kill(pid, syscall.SIGKILL), owner.Process.Kill()); err != nil {
		t.Fatal(err)
	}
	wantKept(t, start(t, dir).URL())
}

// TestAdopts finds a server that nobody owns, as a killed owner leaves it
// where the kernel does not tell children.
func TestAdopts(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := start(t, dir)
	write(t, first.URL())
	stop(t, first)
	b, err := findBinaries(first.layout)
	if err != nil {
		t.Fatal(err)
	}
	orphan := exec.Command(b.postgres, first.serverArgs()...)
	first.layout.asServerUser(orphan)
	orphan.SysProcAttr = &syscall.SysProcAttr{Credential: orphan.SysProcAttr.Credential, Setpgid: true}
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- orphan.Wait() }()
	wantKept(t, first.URL())
	s := start(t, dir)
	wantKept(t, s.URL())
	if pid := postmaster(t, dir); pid != orphan.Process.Pid {
		t.Errorf("a second server, process %d", pid)
	}
	stop(t, s)
	if err := <-ended; err != nil {
		t.Errorf("the adopted server: %v", err)
	}
}

func TestStalePID(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := start(t, dir)
	write(t, s.URL())
	stop(t, s)
	other := exec.Command("sleep", "60") // has got the number of a server that died
	s.layout.asServerUser(other)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = other.Process.Kill(), other.Wait() }()
	for _, content := range []string{
		fmt.Sprintf("%d\n%s\n1\n5432\n%s\n\n\n", other.Process.Pid, s.layout.cluster, s.layout.socket),
		"99999999\n", "", "junk\n", "1\n", "-1\n",
	} {
		for _, file := range []string{s.layout.pidFile(), s.layout.socketFile() + ".lock"} {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		again := start(t, dir)
		wantKept(t, again.URL())
		stop(t, again)
	}
}

func TestOtherVersion(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	l, err := prepare(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(l.cluster, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.cluster, "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Start(within(t), Config{DataDir: dir, Test: true})
	if err == nil || !strings.Contains(err.Error(), "belongs to PostgreSQL 9") || !strings.Contains(err.Error(), "install PostgreSQL 9") {
		t.Errorf("got %v", err)
	}
}

func TestBrokenCluster(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := start(t, dir)
	stop(t, s)
	if err := os.Remove(filepath.Join(s.layout.cluster, "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	_, err := Start(within(t), Config{DataDir: dir, Test: true, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err == nil || !strings.Contains(err.Error(), "pg_control") {
		t.Errorf("got %v, expected Postgres's own words", err)
	}
	if !strings.Contains(log.String(), "down") {
		t.Errorf("log: %s", &log)
	}
}

func TestLongPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(dataDir(t), strings.Repeat("long/", 30))
	s := start(t, dir)
	defer os.RemoveAll(s.layout.socket)
	write(t, s.URL())
	if u, err := URL(dir); err != nil || u != s.URL() {
		t.Errorf("URL gives %s (%v), the server's is %s", u, err, s.URL())
	}
}

func TestForeignSocketDirectory(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	if err := os.Mkdir(filepath.Join(dir, "run"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "run"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(within(t), Config{DataDir: dir, Test: true}); err == nil || !strings.Contains(err.Error(), "nobody else") {
		t.Errorf("got %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as somebody else")
	}
	dir := dataDir(t)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Start(within(t), Config{DataDir: filepath.Join(dir, "a", "b"), Test: true})
	if err == nil || !strings.Contains(err.Error(), "may not enter "+dir+":") {
		t.Errorf("got %v", err)
	}
}

func TestStartGivesUp(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	l, err := prepare(dir)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := os.Create(l.lock) // an owner whose server never comes up
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := Start(ctx, Config{DataDir: dir, Test: true}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestDefaultDataDir(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/data")
	want := "/data/demarche"
	if os.Geteuid() == 0 {
		want = "/var/lib/demarche"
	}
	if got, err := DefaultDataDir(); err != nil || got != want {
		t.Errorf("got %s, %v, expected %s", got, err, want)
	}
}
