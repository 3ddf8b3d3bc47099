package dbtest_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"demarche/db/dbtest"
)

// childVariable tells TestChild, which is run as a program of its own, what to do.
const childVariable = "DBTEST_CHILD"

func TestChild(t *testing.T) {
	what := os.Getenv(childVariable)
	if what == "" {
		t.Skip("run by the other tests")
	}
	url := dbtest.New(t)
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var n int
	if err := conn.QueryRow(context.Background(), `SELECT count(*) FROM event`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d events, %v", n, err)
	}
	switch what {
	case "fail":
		t.Error("as told")
	case "hang":
		os.Stdout.WriteString("ready\n")
		select {}
	}
}

// child prepares a run of TestChild on a private cluster under tmp.
func child(tmp, what string) *exec.Cmd {
	c := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	c.Env = append(os.Environ(), childVariable+"="+what, "TMPDIR="+tmp, "CI=true", dbtest.ServerVariable+"=")
	return c
}

func tempDir(t *testing.T) string {
	t.Helper()
	tmp, err := os.MkdirTemp("", "dbtest-") // not t.TempDir: the server's user must reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(tmp) })
	if err := os.Chmod(tmp, 0o755); err != nil {
		t.Fatal(err)
	}
	return tmp
}

// awaitStop waits until no server runs under tmp.
func awaitStop(t *testing.T, tmp string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(tmp, "demarche-test-*", "pgdata"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(found[0], "postmaster.pid")); errors.Is(err, fs.ErrNotExist) {
			return
		}
		if time.Since(began) > 30*time.Second {
			t.Fatal("the server still runs")
		}
	}
}

// TestServerComesAndGoes runs programs one after the other and at once. That
// their output ends with them is part of the test: Output waits for it.
func TestServerComesAndGoes(t *testing.T) {
	t.Parallel()
	tmp := tempDir(t)
	others := make(chan error, 2)
	for range cap(others) {
		go func() {
			out, err := child(tmp, "pass").CombinedOutput()
			if err != nil {
				err = errors.Join(err, errors.New(string(out)))
			}
			others <- err
		}()
	}
	for range cap(others) {
		if err := <-others; err != nil {
			t.Error(err)
		}
	}
	awaitStop(t, tmp)
	if out, err := child(tmp, "pass").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	awaitStop(t, tmp)
}

func TestKilledUser(t *testing.T) {
	t.Parallel()
	tmp := tempDir(t)
	c := child(tmp, "hang")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for text, buf := "", make([]byte, 1000); !strings.Contains(text, "ready"); {
		n, err := out.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		text += string(buf[:n])
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // killed
	awaitStop(t, tmp)
}

func TestFailureKeepsDatabase(t *testing.T) {
	t.Parallel()
	tmp := tempDir(t)
	out, err := child(tmp, "fail").CombinedOutput()
	if err == nil {
		t.Fatalf("a failing test passes: %s", out)
	}
	_, url, _ := strings.Cut(string(out), "is kept: ")
	url, _, _ = strings.Cut(url, "\n")
	conn, err := pgx.Connect(context.Background(), url) // the server waits a moment for new users
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	if err := conn.Close(context.Background()); err != nil {
		t.Error(err)
	}
	awaitStop(t, tmp)
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(context.Background(), dbtest.NewEmpty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var tables int
	if err := conn.QueryRow(context.Background(), `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`).Scan(&tables); err != nil || tables != 0 {
		t.Errorf("%d tables, %v", tables, err)
	}
}
