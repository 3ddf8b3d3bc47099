package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"demarche/db/dbtest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/zstd"
)

// inDir runs a command in a folder of its own, where it leaves what it refuses.
func inDir(t *testing.T, dir, input string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	c := exec.Command(binary, args...)
	c.Dir, c.Env = dir, append(os.Environ(), "DATABASE_URL=", "DEMARCHE_DATABASE_URL=")
	var out, errOut bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &out, &errOut
	err = c.Run()
	return out.String(), errOut.String(), err
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// dump is all that a database says of articles and their events, without what is
// different each time: ids and times of writing.
func dump(t *testing.T, database string) string {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `
		SELECT format('%s|%s|%s|%s|%s|%s', a.external_id, a.title, a.body, a.published_on, a.language, a.revision) || coalesce(string_agg(E'\n  ' || what, '' ORDER BY what), '')
		FROM article a LEFT JOIN (
			SELECT ea.article_id, ea.start, format('%s %s %s %s %s %s %s %s %s', e.type, e.status, e.first_day, e.country, e.revision, e.article_count,
				d.document::jsonb - ARRAY['id', 'created_at', 'updated_at', 'evidence'],
				(SELECT jsonb_agg(v - 'article_id' ORDER BY n) FROM jsonb_array_elements(d.document::jsonb -> 'evidence') WITH ORDINALITY AS v (v, n)),
				(SELECT string_agg(p.code || p.role, ' ' ORDER BY position) FROM participant p WHERE p.event_id = e.id)) AS what
			FROM event_article ea JOIN event e ON e.id = ea.event_id JOIN event_document d ON d.event_id = e.id
		) AS e ON e.article_id = a.id
		GROUP BY a.id ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func countOf(t *testing.T, database, query string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(context.Background(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLoadReadsManyForms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var packed, squeezed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprintln(z, line(1))
	_ = z.Close()
	s, err := zstd.NewWriter(&squeezed)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(s, line(2))
	_ = s.Close()
	const said = "Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in "
	folder := filepath.Join(dir, "in")
	writeFile(t, filepath.Join(folder, "a.ndjson.gz"), packed.String())
	writeFile(t, filepath.Join(folder, "b", "b.jsonl.zst"), squeezed.String())
	writeFile(t, filepath.Join(folder, "c.txt"), said+"Bergen.")
	writeFile(t, filepath.Join(folder, "d.html"), "<html><head><title>T</title></head><body><nav>Home</nav><article><p>"+said+"Tromso on Thursday, and they spoke about the sea and the fish in it.</p></article></body></html>")
	writeFile(t, filepath.Join(folder, "readme.md"), said+"Stavanger.")
	writeFile(t, filepath.Join(folder, ".git", "x.txt"), said+"Stavanger.")
	table := writeFile(t, filepath.Join(dir, "table.csv"), "number,headline,body,day\r\n1,\"One, two\",\""+said+"\nTrondheim.\",2017-02-03\r\n2,short\r\n3,Three,"+said+"Molde.,2017-13-01\r\n")

	database := dbtest.New(t)
	out, errOut, err := inDir(t, dir, line(3), "load", "--database-url", database, folder, "-")
	if err != nil || !strings.Contains(out, "5 articles: 5 new") || !strings.Contains(out, "events: meeting 5") {
		t.Errorf("%v %s %s", err, out, errOut)
	}
	if _, err := os.Stat(filepath.Join(dir, "rejects.ndjson")); err == nil {
		t.Error("nothing was refused, but there is a file of it")
	}
	out, errOut, err = inDir(t, dir, "", "load", "--database-url", database, "--column", "text=body;title=headline;published_at=day;external_id=number", table)
	if err == nil || !strings.Contains(out, "1 articles: 1 new") || !strings.Contains(out, "2 records refused") {
		t.Errorf("%v %s %s", err, out, errOut)
	}
	if n := countOf(t, database, `SELECT count(*) FROM article WHERE external_id = '1' AND title = 'One, two' AND published_on = '2017-02-03'`); n != 1 {
		t.Errorf("the row of the table is not as it was")
	}
	b, err := os.ReadFile(filepath.Join(dir, "rejects.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for l := range strings.Lines(string(b)) {
		var r reject
		if err := json.Unmarshal([]byte(l), &r); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%s:%d %t", filepath.Base(r.File), r.Line, r.Reason != ""))
		if r.Line == 5 && (!strings.Contains(r.Reason, "published_at") || !strings.Contains(r.Record, "2017-13-01")) {
			t.Errorf("%+v", r)
		}
	}
	if diff := cmp.Diff([]string{"table.csv:4 true", "table.csv:5 true"}, lines); diff != "" {
		t.Error(diff)
	}
	for args, want := range map[string]string{
		"--column body=x in": "no field", "--column text=x table.csv": `no column "x"`, "no-such-file": "no such file", "--format json x": "--format",
	} {
		all := append([]string{"load", "--database-url", database}, strings.Fields(args)...)
		if out, errOut, err := inDir(t, dir, "", all...); err == nil || !strings.Contains(errOut, want) {
			t.Errorf("%s: %v %s %s", args, err, out, errOut)
		}
	}
}

// mixed is an input of n lines, some of them bad, some in another language, some
// revisions of earlier ones.
func mixed(n int) string {
	var b strings.Builder
	for i := range n {
		switch {
		case i%50 == 17:
			b.WriteString("{bad\n")
		case i%50 == 31:
			fmt.Fprintf(&b, `{"id":"n%d","text":"Nummer %d: Der deutsche Außenminister traf am Donnerstag seinen norwegischen Kollegen in Berlin und sprach mit ihm über den Krieg."}`+"\n", i, i)
		case i%20 == 19:
			b.WriteString(strings.Replace(line(i-7), "Report", "Revised report", 1) + "\n")
		default:
			b.WriteString(line(i) + "\n")
		}
	}
	return b.String()
}

// undisturbed is the dump and the refused records of a load that nothing happens to.
func undisturbed(t *testing.T, input string) (articles, refused string) {
	t.Helper()
	dir, database := t.TempDir(), dbtest.New(t)
	if out, errOut, err := inDir(t, dir, input, "load", "--database-url", database); err == nil || !strings.Contains(out, "rejects.ndjson") {
		t.Fatalf("%v %s %s", err, out, errOut)
	}
	return dump(t, database), rejected(t, filepath.Join(dir, "rejects.ndjson"))
}

// rejected is a file of refused records, in order, with lines alone.
func rejected(t *testing.T, files ...string) string {
	t.Helper()
	var lines []string
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(string(b)) {
			var r reject
			if err := json.Unmarshal([]byte(l), &r); err != nil {
				t.Fatalf("%s: %v", l, err)
			}
			lines = append(lines, fmt.Sprintf("%06d %s %s", r.Line, r.Reason, r.Record))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// An interrupted load goes on where it was and ends as if nothing had happened.
func TestLoadResumes(t *testing.T) {
	t.Parallel()
	input := mixed(1200)
	wantArticles, wantRefused := undisturbed(t, input)
	dir, database := t.TempDir(), dbtest.New(t)
	file := writeFile(t, filepath.Join(dir, "in.ndjson"), input)
	for i, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		c := exec.Command(binary, "load", "--resume", "--database-url", database, file)
		var out syncBuffer
		c.Dir, c.Stdout, c.Stderr = dir, &out, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); countOf(t, database, `SELECT count(*) FROM article`) < 200+400*i; {
			if time.Now().After(deadline) {
				t.Fatalf("the load does not come on: %s", &out)
			}
		}
		_ = c.Process.Signal(signal)
		err := c.Wait()
		if signal == syscall.SIGINT && (err == nil || !strings.Contains(out.String(), "--resume") || !strings.Contains(out.String(), "articles/s")) {
			t.Errorf("interrupted: %v %s", err, &out)
		}
	}
	before := countOf(t, database, `SELECT count(*) FROM article`)
	out, errOut, _ := inDir(t, dir, "", "load", "--resume", "--database-url", database, file)
	if strings.Contains(out, "1 stored already") || !strings.Contains(out, "rejects.ndjson") || before >= 1100 {
		t.Errorf("after %d articles: %s %s", before, out, errOut)
	}
	if diff := cmp.Diff(wantArticles, dump(t, database)); diff != "" {
		t.Errorf("not as an undisturbed load: %s", diff)
	}
	if diff := cmp.Diff(wantRefused, rejected(t, filepath.Join(dir, "rejects.ndjson"))); diff != "" {
		t.Errorf("refused: %s", diff)
	}
	if out, errOut, err := inDir(t, dir, "", "load", "--resume", "--database-url", database, file); err != nil || !strings.Contains(out, "nothing is left") {
		t.Errorf("again: %v %s %s", err, out, errOut)
	}
}

// Four processes share one load; one is killed, and the others do its work.
func TestLoadByManyProcesses(t *testing.T) {
	t.Parallel()
	var b strings.Builder // no revisions: their order holds within a process
	for i := range 2000 {
		if i%100 == 50 {
			b.WriteString("{bad\n")
		} else {
			b.WriteString(line(i) + "\n")
		}
	}
	wantArticles, wantRefused := undisturbed(t, b.String())
	dir, database := t.TempDir(), dbtest.New(t)
	file := writeFile(t, filepath.Join(dir, "in.ndjson"), b.String())
	var processes []*exec.Cmd
	var outputs [4]syncBuffer
	var rejects []string
	for i := range outputs {
		name := filepath.Join(dir, fmt.Sprintf("rejects-%d.ndjson", i))
		c := exec.Command(binary, "load", "--workers", "1", "--resume", "--rejects", name, "--database-url", database, file)
		c.Stdout, c.Stderr = &outputs[i], &outputs[i]
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		processes, rejects = append(processes, c), append(rejects, name)
	}
	for deadline := time.Now().Add(time.Minute); countOf(t, database, `SELECT count(*) FROM article`) < 300; {
		if time.Now().After(deadline) {
			t.Fatal("the load does not come on")
		}
	}
	_ = processes[1].Process.Kill()
	var wait sync.WaitGroup
	for _, c := range processes {
		wait.Go(func() { _ = c.Wait() })
	}
	wait.Wait()
	total := 0
	for i := range outputs {
		var n, fresh, revised, known int
		out := outputs[i].String()
		if at := strings.Index(out, " new, "); at > 0 {
			from := strings.LastIndex(out[:at], "\n") + 1
			if _, err := fmt.Sscanf(out[from:], "%d articles: %d new, %d revised, %d stored already", &n, &fresh, &revised, &known); err != nil || revised+known > 0 {
				t.Errorf("process %d did work twice: %s", i, out)
			}
			total += fresh
		} else if i != 1 && !strings.Contains(out, "nothing is left") {
			t.Errorf("process %d: %s", i, out)
		}
		if strings.Contains(out, "deadlock") {
			t.Errorf("process %d: %s", i, out)
		}
	}
	if total > 1980 || total == 0 {
		t.Errorf("%d articles are said to be new", total)
	}
	if diff := cmp.Diff(wantArticles, dump(t, database)); diff != "" {
		t.Errorf("not as one undisturbed load: %s", diff)
	}
	var there []string
	for _, name := range rejects {
		if _, err := os.Stat(name); err == nil {
			there = append(there, name)
		}
	}
	got := strings.Split(rejected(t, there...), "\n")
	if diff := cmp.Diff(wantRefused, strings.Join(slices.Compact(got), "\n")); diff != "" {
		t.Errorf("refused: %s", diff)
	}
}
