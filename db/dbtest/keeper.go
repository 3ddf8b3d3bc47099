package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"demarche/db/localpg"
)

// The private cluster is run by a keeper: a process that is started from the
// first test program that needs the cluster, as another instance of that
// program, and that outlives it. Every user holds a shared lock on a file as
// long as its process lives, however it ends; when the keeper gets the
// exclusive lock, the last user has left, and it stops the server and ends.
// The data stays, so that the next server and its template are there at once.

const (
	keeperVariable = "DEMARCHE_TEST_KEEPER" // tells a test program to be the keeper of a directory
	linger         = 3 * time.Second        // how long the server waits for another user
	keeperPoll     = 200 * time.Millisecond
)

// A test program has no other way to become something else: its main function
// is not ours, and tests are run from several packages.
func init() {
	dir := os.Getenv(keeperVariable)
	if dir == "" {
		return
	}
	if err := keep(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// keep runs the server of a directory as long as it has users.
func keep(dir string) error {
	ctx := context.Background()
	own, err := os.OpenFile(filepath.Join(dir, "keeper.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer own.Close()
	if err := syscall.Flock(int(own.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil // there is a keeper
	}
	server, err := localpg.Start(ctx, localpg.Config{DataDir: dir, Test: true})
	if err != nil {
		return errors.Join(err, os.WriteFile(filepath.Join(dir, "keeper.error"), []byte(err.Error()), 0o600))
	}
	users, err := os.OpenFile(usersFile(dir), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer users.Close()
	for alone := time.Duration(0); alone < linger; alone += keeperPoll {
		time.Sleep(keeperPoll)
		if err := syscall.Flock(int(users.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			alone = 0
			continue
		}
		if alone+keeperPoll >= linger {
			break // and nobody can join until we have ended
		}
		if err := syscall.Flock(int(users.Fd()), syscall.LOCK_UN); err != nil {
			return err
		}
	}
	return server.Stop(ctx)
}

func usersFile(dir string) string { return filepath.Join(dir, "users.lock") }

// membership is this process's use of the private cluster.
type membership struct {
	once sync.Once
	lock *os.File
	url  string
	err  error
}

// member is the one per process; the lock that it holds is the process's.
var member membership

// join makes this process a user of the private cluster, which is started if
// it does not run, and gives the URL of its maintenance database.
func join(ctx context.Context) (string, error) {
	member.once.Do(func() { member.err = member.join(ctx) })
	return member.url, member.err
}

func (m *membership) join(ctx context.Context) error {
	sum, err := schemaHash()
	if err != nil {
		return err
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("demarche-test-%d-%s", os.Geteuid(), sum))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || info.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
		return fmt.Errorf("%s is not a directory of ours", dir)
	}
	if m.lock, err = os.OpenFile(usersFile(dir), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	// Waits for a keeper that is about to leave.
	if err := syscall.Flock(int(m.lock.Fd()), syscall.LOCK_SH); err != nil {
		return err
	}
	address, err := localpg.URL(dir)
	if err != nil {
		return err
	}
	if m.url, err = withDatabase(address, "postgres"); err != nil {
		return err
	}
	return awaitServer(ctx, dir, m.url)
}

// awaitServer waits until the server answers, and starts a keeper if none is
// at work.
func awaitServer(ctx context.Context, dir, address string) error {
	failure := filepath.Join(dir, "keeper.error")
	for spawned := false; ; {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			return conn.Close(ctx)
		}
		if !spawned {
			spawned = true
			if err := os.Remove(failure); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			if err := spawnKeeper(dir); err != nil {
				return err
			}
		}
		if reason, err := os.ReadFile(failure); err == nil {
			return errors.New(string(reason))
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// spawnKeeper starts a keeper that nothing ties to this process: a session of
// its own, and no file of ours, so that nobody waits for it to close our
// output.
func spawnKeeper(dir string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), keeperVariable+"="+dir)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // takes it away if it ends first
	return nil
}
