package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// oldest is the oldest major version that is good enough.
const oldest = 14

// binaries are the programs of one installation of the Postgres server.
type binaries struct {
	initdb   string
	postgres string
	version  int // major
}

// findBinaries gives the installation that made the cluster, or the newest if
// there is no cluster yet.
func findBinaries(l layout) (binaries, error) {
	found := installed(binaryDirs())
	if len(found) == 0 {
		osRelease, _ := os.ReadFile("/etc/os-release") // only to name the right installer
		return binaries{}, errors.New(installHint(runtime.GOOS, string(osRelease)))
	}
	content, err := os.ReadFile(filepath.Join(l.cluster, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return found[0], nil
	}
	if err != nil {
		return binaries{}, err
	}
	made := strings.TrimSpace(string(content))
	var have []string
	for _, b := range found {
		if strconv.Itoa(b.version) == made {
			return b, nil
		}
		have = append(have, strconv.Itoa(b.version))
	}
	return binaries{}, fmt.Errorf("the data in %s belongs to PostgreSQL %s, and only %s is installed: install PostgreSQL %s, or move the data with pg_upgrade",
		l.cluster, made, strings.Join(have, ", "), made)
}

// binaryDirs lists where the server's programs may be.
func binaryDirs() []string {
	var dirs []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, string(bytes.TrimSpace(out)))
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		matches, _ := filepath.Glob(pattern) // the patterns are well-formed
		dirs = append(dirs, matches...)
	}
	return dirs
}

// installed gives the usable installations, newest first.
func installed(dirs []string) []binaries {
	var found []binaries
	for _, dir := range dirs {
		b := binaries{initdb: filepath.Join(dir, "initdb"), postgres: filepath.Join(dir, "postgres")}
		if _, err := os.Stat(b.initdb); err != nil {
			continue
		}
		out, err := exec.Command(b.postgres, "--version").Output()
		if err != nil {
			continue
		}
		if b.version = majorVersion(string(out)); b.version >= oldest {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b binaries) int { return b.version - a.version })
	return found
}

// majorVersion reads "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)";
// it gives 0 for anything else.
func majorVersion(s string) int {
	_, rest, _ := strings.Cut(s, "(PostgreSQL) ")
	digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(rest)
	}
	n, err := strconv.Atoi(rest[:digits])
	if err != nil {
		return 0
	}
	return n
}

// installHint says in one line what to install.
func installHint(goos, osRelease string) string {
	const need = "PostgreSQL 14 or later is not installed: "
	switch {
	case goos == "darwin":
		return need + "brew install postgresql@17"
	case strings.Contains(osRelease, "debian"):
		return need + "apt-get install postgresql"
	case strings.Contains(osRelease, "fedora"), strings.Contains(osRelease, "rhel"):
		return need + "dnf install postgresql-server"
	}
	return need + "apt-get install postgresql (Debian, Ubuntu), dnf install postgresql-server (Fedora), brew install postgresql@17 (macOS), or give a database URL"
}

// initialise makes the cluster if there is none. It is made beside its place
// and moved there when it is whole.
func (l layout) initialise(ctx context.Context, b binaries, test bool) error {
	if _, err := os.Stat(filepath.Join(l.cluster, "PG_VERSION")); err == nil {
		return nil
	}
	draft := l.cluster + ".new"
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("remove an unfinished cluster: %w", err)
	}
	if err := os.Mkdir(draft, 0o700); err != nil {
		return fmt.Errorf("make the cluster: %w", err)
	}
	if err := l.give(draft); err != nil {
		return fmt.Errorf("make the cluster: %w", err)
	}
	ctype := "C.UTF-8"
	if runtime.GOOS == "darwin" {
		ctype = "UTF-8"
	}
	// Sorting by bytes never changes with the system's library; letters are
	// those of Unicode.
	args := []string{"-D", draft, "-U", dbUser, "--auth=trust", "--encoding=UTF8", "--lc-collate=C", "--lc-ctype=" + ctype, "--lc-messages=C"}
	if test {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, b.initdb, args...)
	l.asServerUser(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("effective user ID")) {
			return fmt.Errorf("make the cluster: Postgres needs user id %d to have an entry in /etc/passwd", l.uid())
		}
		return fmt.Errorf("make the cluster: initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return os.Rename(draft, l.cluster)
}
