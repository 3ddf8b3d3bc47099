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
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"demarche/db/localpg"
)

// The private cluster is run by a keeper: a process that is started from the
// first test program that needs the cluster, as another instance of that
// program, and that outlives it. Every user holds a shared lock on a file as
// long as its process lives, however it ends; when the keeper gets the
// exclusive lock, the last user has left, and it stops the server and ends: at
// once after tests that passed, later after one that failed, so that its
// database can be looked at. The data stays, so that the next server and its
// template are there at once.

const (
	keeperVariable = "DEMARCHE_TEST_KEEPER" // tells a test program to be the keeper of a directory
	keeperPoll     = 100 * time.Millisecond
	linger         = 2 * time.Second  // how long a server without users waits for another
	lingerFailed   = 10 * time.Minute // the same after a failure, unless in CI, where nobody looks
	respawn        = 5 * time.Second  // how long a keeper has to come up before another is tried
	oldAge         = time.Hour        // age from which the databases of failed tests are dropped
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
	users, err := os.OpenFile(usersFile(dir), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer users.Close() // last: it lets those in who start the next keeper
	own, err := os.OpenFile(filepath.Join(dir, "keeper.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer own.Close()
	if err := syscall.Flock(int(own.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil // there is a keeper
	}
	ctx := context.Background()
	server, err := localpg.Start(ctx, localpg.Config{DataDir: dir, Test: true})
	if err != nil {
		return errors.Join(err, os.WriteFile(errorFile(dir), []byte(err.Error()), 0o600))
	}
	address, err := maintenanceURL(dir)
	if err == nil {
		err = dropOld(ctx, address, oldAge)
	}
	if err == nil {
		err = awaitNobody(dir, users)
	}
	return errors.Join(err, server.Stop(ctx))
}

// awaitNobody returns when there has been no user for a while. From then until
// users is closed nobody can become one.
func awaitNobody(dir string, users *os.File) error {
	for since := time.Now(); ; time.Sleep(keeperPoll) {
		if err := syscall.Flock(int(users.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			since = time.Now()
			continue
		}
		wait := linger
		if info, err := os.Stat(failureFile(dir)); err == nil && os.Getenv("CI") == "" && time.Since(info.ModTime()) < lingerFailed {
			wait = lingerFailed
		}
		if time.Since(since) > wait {
			return nil
		}
		if err := syscall.Flock(int(users.Fd()), syscall.LOCK_UN); err != nil {
			return err
		}
	}
}

func usersFile(dir string) string   { return filepath.Join(dir, "users.lock") }
func failureFile(dir string) string { return filepath.Join(dir, "failed") }
func errorFile(dir string) string   { return filepath.Join(dir, "keeper.error") }

// maintenanceURL is where databases of the private cluster are made.
func maintenanceURL(dir string) (string, error) {
	address, err := localpg.URL(dir)
	if err != nil {
		return "", err
	}
	return withDatabase(address, "postgres")
}

// noteFailure tells the keeper that there is something to look at.
func noteFailure(t testing.TB) {
	if member.dir == "" {
		return // not our server
	}
	if err := os.WriteFile(failureFile(member.dir), []byte(t.Name()+"\n"), 0o600); err != nil {
		t.Log(err)
	}
}

// membership is this process's use of the private cluster.
type membership struct {
	once sync.Once
	lock *os.File
	dir  string
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
	m.dir = dir
	if m.url, err = maintenanceURL(dir); err != nil {
		return err
	}
	return awaitServer(ctx, dir, m.url)
}

// awaitServer waits until the server answers, and starts a keeper, which ends
// at once if there is one.
func awaitServer(ctx context.Context, dir, address string) error {
	if err := os.Remove(errorFile(dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for spawned := (time.Time{}); ; {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			return conn.Close(ctx)
		}
		if time.Since(spawned) > respawn {
			spawned = time.Now()
			if err := spawnKeeper(dir); err != nil {
				return err
			}
		}
		if reason, err := os.ReadFile(errorFile(dir)); err == nil {
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
