package localpg

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// maxSocketPath is the longest path of a Unix socket on Linux; macOS has 104.
const maxSocketPath = 103

// maxLog is the size at which the server's log is put aside at a start.
const maxLog = 10 << 20

// layout is where things are, and whom the server runs as.
type layout struct {
	data    string // the data directory
	cluster string // Postgres's own
	socket  string // directory of the socket
	lock    string
	log     string
	cred    *syscall.Credential // of the server; nil for our own
}

// layoutOf names the places of a data directory; it makes nothing.
func layoutOf(dataDir string) (layout, error) {
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return layout{}, err
	}
	l := layout{
		data: dir, cluster: filepath.Join(dir, "pgdata"), socket: filepath.Join(dir, "run"),
		lock: filepath.Join(dir, "lock"), log: filepath.Join(dir, "postgres.log"),
	}
	if len(l.socketFile()) > maxSocketPath {
		sum := sha256.Sum256([]byte(dir))
		l.socket = fmt.Sprintf("/tmp/demarche-%d-%x", os.Geteuid(), sum[:6])
	}
	return l, nil
}

func (l layout) socketFile() string { return filepath.Join(l.socket, ".s.PGSQL."+port) }
func (l layout) pidFile() string    { return filepath.Join(l.cluster, "postmaster.pid") }

// prepare makes the directories, for the user that the server runs as.
func prepare(dataDir string) (layout, error) {
	l, err := layoutOf(dataDir)
	if err != nil {
		return l, err
	}
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 { // Postgres refuses to run as root
		if l.cred, err = postgresUser(); err != nil {
			return l, err
		}
		mode = 0o755 // the server's user passes through
	}
	if err := os.MkdirAll(l.data, mode); err != nil {
		return l, fmt.Errorf("make the data directory: %w", err)
	}
	if l.cred != nil {
		if barrier := unreachable(l.data, l.cred); barrier != "" {
			return l, fmt.Errorf("as root, Postgres runs as the user postgres, which may not enter %s: choose a data directory it can reach, such as /var/lib/demarche", barrier)
		}
	}
	return l, l.makeSocketDir()
}

// makeSocketDir makes the directory of the socket. It may be in /tmp, where
// anybody could have been first, so that one that is there must be ours.
func (l layout) makeSocketDir() error {
	if err := os.Mkdir(l.socket, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the socket's directory: %w", err)
	}
	info, err := os.Lstat(l.socket)
	if err != nil {
		return err
	}
	owner := ownerOf(info)
	if !info.IsDir() || info.Mode().Perm()&0o077 != 0 || owner != l.uid() && owner != os.Geteuid() {
		return fmt.Errorf("%s must be a directory of user %d that nobody else can enter", l.socket, l.uid())
	}
	return l.give(l.socket)
}

// uid is the user that the server runs as.
func (l layout) uid() int {
	if l.cred != nil {
		return int(l.cred.Uid)
	}
	return os.Geteuid()
}

// give makes a file the server user's.
func (l layout) give(path string) error {
	if l.cred == nil {
		return nil
	}
	return os.Lchown(path, int(l.cred.Uid), int(l.cred.Gid))
}

// asServerUser has a command run as the server's user, with nothing of our
// environment, in a process group of its own, so that Ctrl-C comes to us alone.
func (l layout) asServerUser(cmd *exec.Cmd) {
	cmd.Dir = l.data
	cmd.Env = []string{"LC_ALL=C", "PATH=" + filepath.Dir(cmd.Path) + ":/usr/bin:/bin", "HOME=" + l.data}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: l.cred}
	dieWithParent(cmd.SysProcAttr)
}

// postgresUser finds the user that the server runs as when we are root.
func postgresUser() (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("there is no user postgres, which Postgres is run as when root asks for it: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// unreachable gives the first directory on the way to dir that a user may not
// enter; empty if there is none.
func unreachable(dir string, cred *syscall.Credential) string {
	barrier := ""
	for {
		if info, err := os.Stat(dir); err == nil && !mayEnter(info, cred) {
			barrier = dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return barrier
		}
		dir = parent
	}
}

func mayEnter(info fs.FileInfo, cred *syscall.Credential) bool {
	mode := info.Mode().Perm()
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case ok && st.Uid == cred.Uid:
		return mode&0o100 != 0
	case ok && st.Gid == cred.Gid:
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}

func ownerOf(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}

// openLog opens the server's log for appending.
func (l layout) openLog() (*os.File, error) {
	if info, err := os.Stat(l.log); err == nil && info.Size() > maxLog {
		if err := os.Rename(l.log, l.log+".old"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(l.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

// tail gives what a log has from an offset on, on one line and not too long.
func tail(path string, from int64) string {
	content, err := os.ReadFile(path)
	if err != nil || int64(len(content)) < from {
		return "(not readable)"
	}
	const most = 1000
	text := strings.TrimSpace(string(content[from:]))
	if len(text) > most {
		text = "…" + strings.ToValidUTF8(text[len(text)-most:], "")
	}
	return strings.ReplaceAll(text, "\n", " | ")
}
