package docs_test

import (
	"bufio"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"demarche/db/dbtest"
	"demarche/docs"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// block is a fenced block of a document.
type block struct{ language, text string }

func blocks(t *testing.T, name string) (all []block) {
	t.Helper()
	b, err := fs.ReadFile(docs.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$").FindAllStringSubmatch(string(b), -1) {
		all = append(all, block{m[1], m[2]})
	}
	return all
}

func names(t *testing.T) []string {
	t.Helper()
	all, err := fs.Glob(docs.Files, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestCommands runs every command of the documents, on a server with the
// example articles.
func TestCommands(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("jq"); err != nil {
		if os.Getenv("DEMARCHE_BROWSER") == "required" {
			t.Fatal("the commands need jq")
		}
		t.Skip("the commands need jq")
	}
	bin := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "demarche"), "../cmd/demarche").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ran := 0
	for _, name := range names(t) {
		all := blocks(t, name)
		if !slices.ContainsFunc(all, func(b block) bool { return b.language == "sh" || b.language == "sql" }) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			database := dbtest.New(t)
			at := serve(t, filepath.Join(bin, "demarche"), database)
			shell := shell{dir: t.TempDir(), env: append(os.Environ(), "DEMARCHE="+at, "DEMARCHE_DATABASE_URL="+database, "PATH="+bin+":"+os.Getenv("PATH"))}
			for i, b := range all {
				switch b.language {
				case "sh":
					ran++
					got := shell.run(t, b.text)
					if i+1 < len(all) && all[i+1].language == "output" {
						if diff := cmp.Diff(all[i+1].text, got); diff != "" {
							t.Errorf("%s%s", b.text, diff)
						}
					} else if strings.TrimSpace(got) == "" && strings.Contains(b.text, "curl") {
						t.Errorf("nothing comes of\n%s", b.text)
					}
				case "sql":
					ran++
					query(t, database, b.text)
				}
			}
		})
	}
	if ran < 20 {
		t.Errorf("only %d commands were found", ran)
	}
}

// serve starts a server with the example articles and gives its address.
func serve(t *testing.T, binary, database string) string {
	t.Helper()
	server := exec.Command(binary, "--log-level", "error", "serve", "--listen", "127.0.0.1:0", "--load", "../examples/articles.ndjson", "--database-url", database) //nolint:noctx // ended below
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if at, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			return at
		}
	}
	t.Fatal("the server ended before it listened")
	return ""
}

type shell struct {
	dir string
	env []string
}

func (s shell) run(t *testing.T, command string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", command)
	c.Dir, c.Env = s.dir, s.env
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Errorf("%s%v: %s%s", command, err, out, &errs)
	}
	return string(out)
}

// query runs a statement, and takes back what it changed.
func query(t *testing.T, database, statement string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, statement); err != nil {
		t.Errorf("%s%v", statement, err)
	}
}

// TestLinks follows every link from one document to another.
func TestLinks(t *testing.T) {
	t.Parallel()
	all := append(names(t), "types/meeting.md", "types/attack.md")
	for _, name := range all {
		b, err := fs.ReadFile(docs.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`).FindAllStringSubmatch(string(b), -1) {
			to := m[1]
			if to == "" || strings.Contains(to, "://") || strings.HasPrefix(to, "/") {
				continue
			}
			if _, err := fs.Stat(docs.Files, path.Join(path.Dir(name), to)); err != nil {
				t.Errorf("%s leads to %s, which is not there", name, to)
			}
		}
	}
}
