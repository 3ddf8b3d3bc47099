package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	lockPoll    = 250 * time.Millisecond // how often a guest tries to become the owner
	processPoll = 50 * time.Millisecond  // how often a process that is not our child is looked at
	maxPause    = 5 * time.Second        // longest pause before the server is started again
	maxFailures = 4                      // starts that may fail in a row before Start gives up
	healthy     = 10 * time.Second       // a server that ran this long has not failed at its start
)

// keep holds the lock whenever it can and keeps a server running as long as it
// does, until ctx ends.
func (s *Server) keep(ctx context.Context) {
	defer close(s.stopped)
	// The server is told to stop when the thread that started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	lock, err := s.takeLock(ctx)
	if err != nil {
		s.fail(err)
		return
	}
	if lock == nil {
		return
	}
	defer lock.Close() // which gives the lock back
	for failures := 0; ctx.Err() == nil; {
		began := time.Now()
		err := s.runOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		if failures++; err == nil || time.Since(began) > healthy {
			failures = 0
		}
		// A server that has just lost its predecessor may have to wait for the
		// last of its processes; any other fault is there to stay.
		if !errors.Is(err, errEnded) || failures >= maxFailures {
			s.fail(err)
		}
		pause := min(time.Duration(failures)*200*time.Millisecond, maxPause)
		s.log.Warn("the private Postgres is down; starting it again", "error", err, "data", s.layout.data, "pause", pause)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// errEnded says that the server was started, and ended.
var errEnded = errors.New("postgres ended")

// fail tells Start, if it still waits, why the server cannot be started.
func (s *Server) fail(err error) {
	if err == nil {
		return
	}
	select {
	case s.failure <- err:
	default:
	}
}

// takeLock waits for the lock of the data directory; it gives nil when ctx
// ends first.
func (s *Server) takeLock(ctx context.Context) (*os.File, error) {
	f, err := os.OpenFile(s.layout.lock, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	for guest := false; ; guest = true {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", s.layout.lock, err)
		}
		if !guest {
			s.log.Info("another process runs the private Postgres; using it", "data", s.layout.data)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, nil
		case <-time.After(lockPoll):
		}
	}
}

// runOnce runs a server until it ends, or watches over one that an owner left
// behind when it was killed.
func (s *Server) runOnce(ctx context.Context) error {
	pid, err := s.layout.runningServer()
	if err != nil {
		return err
	}
	if pid != 0 {
		s.watch(ctx, pid)
		return nil
	}
	b, err := findBinaries(s.layout)
	if err != nil {
		return err
	}
	if err := s.layout.initialise(ctx, b, s.test); err != nil {
		return err
	}
	log, err := s.layout.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	began, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	cmd := exec.Command(b.postgres, s.serverArgs()...)
	s.layout.asServerUser(cmd)
	cmd.Stdout, cmd.Stderr = log, log
	if err := s.start(ctx, cmd); err != nil {
		return err
	}
	s.log.Info("the private Postgres runs", "data", s.layout.data, "version", b.version, "pid", cmd.Process.Pid)
	err = cmd.Wait()
	s.setKill(nil)
	return fmt.Errorf("%w: %v; its log: %s", errEnded, err, tail(s.layout.log, began))
}

// start starts a process unless Stop has been called; after it, Stop reaches
// the process.
func (s *Server) start(ctx context.Context, cmd *exec.Cmd) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	s.kill = func(sig syscall.Signal) { _ = cmd.Process.Signal(sig) } // it may have ended
	return nil
}

func (s *Server) setKill(kill func(syscall.Signal)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill = kill
}

// serverArgs are the settings of the server: on the command line, so that the
// cluster's own files need no change.
func (s *Server) serverArgs() []string {
	args := []string{"-D", s.layout.cluster, "-k", s.layout.socket, "-p", port}
	settings := []string{
		"listen_addresses=", "unix_socket_permissions=0700",
		"log_destination=stderr", "logging_collector=off", "log_checkpoints=off",
	}
	if s.test {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400", "autovacuum=off")
	}
	for _, set := range settings {
		args = append(args, "-c", set)
	}
	return args
}

// watch waits for the end of a server that is not our child.
func (s *Server) watch(ctx context.Context, pid int) {
	s.log.Info("using the private Postgres that runs already", "data", s.layout.data, "pid", pid)
	s.setKill(func(sig syscall.Signal) { _ = syscall.Kill(pid, sig) })
	defer s.setKill(nil)
	if ctx.Err() != nil { // Stop may have come before setKill
		_ = syscall.Kill(pid, syscall.SIGINT)
	}
	for s.layout.serves(pid) {
		time.Sleep(processPoll)
	}
}

// runningServer gives the process of a server on the cluster, 0 if none. It
// removes the lock files that a dead one left: Postgres itself would take any
// process that has got its number since, and even its unburied remains, for a
// server. Nobody starts one behind our back: we have the lock.
func (l layout) runningServer() (int, error) {
	for _, file := range []string{l.pidFile(), l.socketFile() + ".lock"} {
		content, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		first, _, _ := strings.Cut(string(content), "\n")
		if pid, err := strconv.Atoi(first); err == nil && l.serves(pid) {
			return pid, nil
		}
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
	}
	return 0, nil
}

// serves tells whether a process is alive and is a server on the cluster.
func (l layout) serves(pid int) bool {
	if pid <= 1 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	proc := fmt.Sprintf("/proc/%d/", pid)
	if _, err := os.Stat("/proc/self/comm"); err == nil { // Linux
		name, err := os.ReadFile(proc + "comm")
		if err != nil {
			return false // it has just ended
		}
		here, err1 := os.Stat(l.cluster)
		there, err2 := os.Stat(proc + "cwd") // a server works in its cluster
		return strings.HasPrefix(string(name), "postgres") && err1 == nil && err2 == nil && os.SameFile(here, there)
	}
	name, err := exec.Command("ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	return err != nil || strings.Contains(string(name), "postgres") // if nobody can tell, rather wait than harm data
}
