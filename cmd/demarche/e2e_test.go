package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"demarche/api/client"
	"demarche/db/dbtest"

	"github.com/google/go-cmp/cmp"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "demarche-e2e-")
	if err == nil {
		binary = filepath.Join(dir, "demarche")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build the program:", err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// program is a running demarche.
type program struct {
	*exec.Cmd
	*client.Client
	url    string
	stderr *syncBuffer
	ended  chan error
}

// syncBuffer keeps what a program writes while a test reads it.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// serve starts a server and waits until it listens.
func serve(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(binary, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), stderr: &syncBuffer{}, ended: make(chan error, 1)}
	p.Env = append(os.Environ(), "DATABASE_URL=", "DEMARCHE_DATABASE_URL=")
	p.Stderr = p.stderr
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.stop(t, syscall.SIGTERM) })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			p.url, p.Client = at, client.New(at, nil)
			go func() {
				for lines.Scan() { // keep the pipe empty
				}
				p.ended <- p.Wait()
			}()
			return p
		}
	}
	t.Fatalf("the server ended before it listened: %v %s", p.Wait(), p.stderr)
	return nil
}

// stop sends a signal and waits for the end; a second call does nothing.
func (p *program) stop(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if p.ended == nil || p.url == "" {
		return
	}
	_ = p.Process.Signal(signal)
	select {
	case err := <-p.ended:
		var exit *exec.ExitError
		if err != nil && !(signal == syscall.SIGKILL && errors.As(err, &exit)) {
			t.Errorf("the server ended with %v: %s", err, p.stderr)
		}
	case <-time.After(30 * time.Second):
		_ = p.Process.Kill()
		t.Errorf("the server did not end: %s", p.stderr)
	}
	p.ended = nil
}

// run runs a command to its end.
func run(t *testing.T, input string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	c := exec.Command(binary, args...)
	c.Env = append(os.Environ(), "DATABASE_URL=", "DEMARCHE_DATABASE_URL=")
	var out, errOut bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &out, &errOut
	err = c.Run()
	return out.String(), errOut.String(), err
}

func ndjson(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, line(i))
	}
	return b.String()
}

// line is an article of one meeting, different for each i.
func line(i int) string {
	day := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%700).Format(time.DateOnly)
	return fmt.Sprintf(`{"id":"n%d","published_at":%q,"text":"Report %d: Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo before their %dth session."}`, i, day, i, i)
}

func draft(i int) client.Draft {
	var d client.Draft
	if err := json.Unmarshal([]byte(line(i)), &d); err != nil {
		panic(err)
	}
	return d
}

func TestExtractCommand(t *testing.T) {
	t.Parallel()
	input := line(1) + "\n{bad\n\n" + strings.Replace(line(2), `"id":"n2"`, `"id":2,"unknown":{"a":[1]}`, 1) + "\n" + `{"id":"empty","text":""}` + "\n" + line(3)
	out, errOut, err := run(t, input, "extract")
	if err == nil {
		t.Error("bad records, but no error")
	}
	var ids []string
	for l := range strings.Lines(out) {
		var a struct {
			ID     any
			Events []client.Event
		}
		if err := json.Unmarshal([]byte(l), &a); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, fmt.Sprint(a.ID))
		if len(a.Events) != 1 || a.Events[0].Type != "meeting" {
			t.Errorf("%v: %+v", a.ID, a.Events)
		}
	}
	if diff := cmp.Diff([]string{"n1", "2", "n3"}, ids); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"standard input: line 2: ", "standard input: line 5: "} {
		if !strings.Contains(errOut, want) {
			t.Errorf("%q is not said in %s", want, errOut)
		}
	}

	file := filepath.Join(t.TempDir(), "article.txt")
	if err := os.WriteFile(file, []byte("Iranian Foreign Minister Mohammad Javad Zarif met Turkish President Recep Tayyip Erdogan in Ankara."), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errOut, err := run(t, "", "extract", file); err != nil || !strings.HasPrefix(out, `{"events":[{"type":"meeting"`) {
		t.Errorf("plain text: %v %s %s", err, out, errOut)
	}
	if out, _, err := run(t, "{\n  \"id\": \"x\",\n  \"text\": \"Nothing happened.\"\n}\n", "extract"); err != nil || out != `{"id":"x","events":[]}`+"\n" {
		t.Errorf("one object over many lines: %v %s", err, out)
	}
	if _, errOut, err := run(t, "", "extract", "/no/such/file"); err == nil || !strings.Contains(errOut, "no such file") {
		t.Errorf("a missing file: %v %s", err, errOut)
	}
}

func TestServeAndAsk(t *testing.T) {
	t.Parallel()
	ctx, p := t.Context(), serve(t, "--database-url", dbtest.New(t))
	for i := range 20 {
		c, err := p.PostArticle(ctx, draft(i))
		if err != nil || !c.Created || len(c.Events) != 1 {
			t.Fatalf("%+v, %v", c, err)
		}
		again, err := p.PostArticle(ctx, draft(i))
		if diff := cmp.Diff(c.Events, again.Events); err != nil || again.Created || diff != "" {
			t.Fatalf("the same article again: %v %s", err, diff)
		}
		back, err := p.Article(ctx, c.Article.ID.String())
		if diff := cmp.Diff(c.Events, back.Events); err != nil || diff != "" {
			t.Fatalf("read back: %v %s", err, diff)
		}
	}
	for query, want := range map[string]int{
		"": 20, "actor=NOR": 20, "actor=Norway&actor=Chile": 20, "actor=NOR&actor=FRA": 0, "actor=FRA,CHL": 20, "actor=!FRA": 20, "actor=!CHL": 0,
		"actor=Heraldo+Munoz": 20, "country=NOR": 20, "country=CL": 0, "place=oslo": 20, "place=Bergen": 0, "type=meeting": 20, "type=call,visit": 0,
		"from=2017-01-05&to=2017-01-07": 3, "from=2018": 0, "to=2017-01": 20, "status=occurred": 20, "status=planned": 0,
		"q=Brende": 20, "q=%22met+Chilean%22": 20, "q=met+-Chilean": 0, "limit=7": 20, "order=date&limit=3": 20,
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, err := range p.Events(ctx, q) {
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			n++
		}
		if n != want {
			t.Errorf("%q: %d events, want %d", query, n, want)
		}
	}
	var problem *client.Problem
	if _, err := p.Page(ctx, url.Values{"actr": {"NOR"}}); !errors.As(err, &problem) || problem.Status != 400 || problem.Errors[0].Location != "query.actr" {
		t.Errorf("a misspelt parameter: %v", err)
	}
	types, err := p.Types(ctx)
	if err != nil || len(types) != 30 {
		t.Errorf("%d types, %v", len(types), err)
	}
}

// Paging through a thousand events loses and repeats none of them, in any
// order, while others are written.
func TestPagingWhileOthersWrite(t *testing.T) {
	t.Parallel()
	database := dbtest.New(t)
	if out, errOut, err := run(t, ndjson(1000), "load", "--database-url", database); err != nil || !strings.Contains(out, "1000 articles: 1000 new") {
		t.Fatalf("%v %s %s", err, out, errOut)
	}
	p := serve(t, "--database-url", database)
	ctx, stop := context.WithCancel(t.Context())
	var written atomic.Int32
	var writers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			for i := 1000 + w; ctx.Err() == nil; i += 2 {
				if _, err := p.PostArticle(ctx, draft(i)); err == nil {
					written.Add(1)
				}
			}
		})
	}
	old := func(e client.Event) bool { // the thousand, not what is being written
		var n int
		_, err := fmt.Sscanf(e.Evidence[0].Text, "Report %d:", &n)
		return err == nil && n < 1000
	}
	for _, order := range []string{"-date", "date", "-first_reported", "-confidence", "-article_count"} {
		seen := map[string]bool{}
		for e, err := range p.Events(ctx, url.Values{"order": {order}, "limit": {"61"}}) {
			if err != nil {
				t.Fatal(err)
			}
			if seen[e.ID.String()] {
				t.Fatalf("%s: %s comes twice", order, e.ID)
			}
			if old(e) {
				seen[e.ID.String()] = true
			}
		}
		if len(seen) != 1000 {
			t.Errorf("%s: %d of 1000 events", order, len(seen))
		}
	}
	stop()
	writers.Wait()
	if written.Load() == 0 {
		t.Error("nothing was written meanwhile")
	}
}

// dataDir is a folder that the user who runs Postgres can reach.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "dmrch")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

// The private Postgres keeps its data over a stop, a kill -9, and serves a
// second program at the same time.
func TestPrivatePostgres(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), dataDir(t)
	p := serve(t, "--data-dir", dir)
	c, err := p.PostArticle(ctx, draft(1))
	if err != nil {
		t.Fatal(err)
	}
	if out, errOut, err := run(t, line(2), "load", "--data-dir", dir); err != nil || !strings.Contains(out, "1 new") {
		t.Fatalf("load beside a server: %v %s %s", err, out, errOut)
	}
	p.stop(t, syscall.SIGTERM)
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		p = serve(t, "--data-dir", dir)
		back, err := p.Article(ctx, c.Article.ID.String())
		if diff := cmp.Diff(c.Events, back.Events); err != nil || diff != "" {
			t.Errorf("after a restart: %v %s", err, diff)
		}
		page, err := p.Page(ctx, nil)
		if err != nil || len(page.Events) != 2 {
			t.Errorf("after a restart: %d events, %v", len(page.Events), err)
		}
		p.stop(t, signal)
	}
}

// Whenever a loader is killed, what it has written is whole, and loading again
// ends as if nothing had happened.
func TestKillDuringLoad(t *testing.T) {
	t.Parallel()
	const n = 1500
	database := dbtest.New(t)
	file := filepath.Join(t.TempDir(), "articles.ndjson")
	if err := os.WriteFile(file, []byte(ndjson(n)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := serve(t, "--database-url", database)
	count := func() (events int) {
		for e, err := range p.Events(t.Context(), url.Values{"limit": {"500"}}) {
			if err != nil {
				t.Fatal(err)
			}
			if len(e.Participants) != 2 || len(e.Evidence) != 1 {
				t.Fatalf("half-written: %+v", e)
			}
			back, err := p.Article(t.Context(), e.Evidence[0].ArticleID.String())
			if events%100 == 0 && (err != nil || len(back.Events) != 1 || !strings.Contains(back.Article.Text, e.Evidence[0].Text)) {
				t.Fatalf("event %s without its article: %v", e.ID, err)
			}
			events++
		}
		return events
	}
	for _, after := range []int{64, 500} {
		load := exec.Command(binary, "load", "--database-url", database, file)
		if err := load.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); ; {
			page, err := p.Page(t.Context(), url.Values{"limit": {"1000"}})
			if err != nil || time.Now().After(deadline) {
				t.Fatalf("waiting for %d events: %v", after, err)
			}
			if len(page.Events) >= after {
				break
			}
		}
		_ = load.Process.Kill()
		_ = load.Wait()
		if got := count(); got < after || got%64 != 0 && got != n {
			t.Errorf("%d events after the kill: no whole number of batches", got)
		}
	}
	if out, errOut, err := run(t, "", "load", "--database-url", database, file); err != nil || !strings.Contains(out, "1500 articles") {
		t.Fatalf("%v %s %s", err, out, errOut)
	}
	if got := count(); got != n {
		t.Errorf("%d events in the end, want %d", got, n)
	}
	out, _, err := run(t, "", "load", "--database-url", database, file)
	if err != nil || !strings.Contains(out, "0 new, 0 revised, 1500 stored already") {
		t.Errorf("loading again: %v %s", err, out)
	}
}

// A kill -9 of the server and its Postgres loses nothing that was acknowledged.
func TestAcknowledgedSurvivesKill(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), dataDir(t)
	p := serve(t, "--data-dir", dir)
	var acknowledged []string
	for i := range 60 {
		c, err := p.PostArticle(ctx, draft(i))
		if err != nil {
			t.Fatal(err)
		}
		acknowledged = append(acknowledged, c.Article.ID.String())
	}
	p.stop(t, syscall.SIGKILL)
	p = serve(t, "--data-dir", dir)
	for _, id := range acknowledged {
		if back, err := p.Article(ctx, id); err != nil || len(back.Events) != 1 {
			t.Errorf("%s: %d events, %v", id, len(back.Events), err)
		}
	}
}

// A shutdown finishes the requests that are under way.
func TestGracefulShutdown(t *testing.T) {
	t.Parallel()
	p := serve(t, "--database-url", dbtest.New(t))
	d := draft(1)
	d.Text = strings.Repeat(d.Text+" ", 2000) // a second or so of work
	done := make(chan error, 1)
	go func() {
		_, err := p.PostArticle(context.WithoutCancel(t.Context()), d)
		done <- err
	}()
	for deadline := time.Now().Add(20 * time.Second); !inFlight(t, p); {
		if time.Now().After(deadline) {
			t.Fatal("the request was never seen under way")
		}
	}
	p.stop(t, syscall.SIGTERM)
	if err := <-done; err != nil {
		t.Errorf("the request in flight: %v", err)
	}
}

// inFlight tells whether another request than the one that asks is under way.
func inFlight(t *testing.T, p *program) bool {
	t.Helper()
	resp, err := http.Get(p.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(body), "demarche_http_requests_in_flight 2")
}

func TestMigrateCommand(t *testing.T) {
	t.Parallel()
	database := dbtest.NewEmpty(t)
	status := func(args ...string) string {
		t.Helper()
		out, errOut, err := run(t, "", append(append([]string{"migrate"}, args...), "--database-url", database)...)
		if err != nil {
			t.Fatalf("%v %s", err, errOut)
		}
		return out
	}
	if out := status("status"); !strings.Contains(out, "schema version 0 of ") || !strings.Contains(out, "missing: ") {
		t.Errorf("empty: %s", out)
	}
	if _, errOut, err := run(t, "", "serve", "--listen", "127.0.0.1:0", "--no-migrate", "--database-url", database); err == nil || !strings.Contains(errOut, "schema") {
		t.Errorf("--no-migrate on an empty database: %v %s", err, errOut)
	}
	if out := status("up"); strings.Contains(out, "missing: ") {
		t.Errorf("up: %s", out)
	}
	if out := status("down"); strings.Count(out, "missing: ") != 1 {
		t.Errorf("down: %s", out)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	out, _, err := run(t, "", "serve", "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"--listen", "$DEMARCHE_LISTEN", "--database-url", "$DATABASE_URL", "--data-dir", "--no-migrate"} {
		if !strings.Contains(out, want) {
			t.Errorf("--help does not tell of %s:\n%s", want, out)
		}
	}
	if out, _, err := run(t, "", "version"); err != nil || !strings.HasPrefix(out, "demarche ") {
		t.Errorf("version: %s %v", out, err)
	}
	if _, errOut, err := run(t, "", "serve", "--max-conns", "0"); err == nil || !strings.Contains(errOut, "--max-conns") {
		t.Errorf("a bad option: %s", errOut)
	}
}

func TestEvalCommand(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "reference.jsonl")
	text := "Iranian Foreign Minister Mohammad Javad Zarif met Turkish President Recep Tayyip Erdogan in Ankara."
	reference := fmt.Sprintf(`{"id":"a","text":%q,"published_at":"2017-01-27","sentences":[[0,%d]],"events":[{"type":"meeting","status":"occurred","date":null,
		"location":{"place":"Ankara","country":"TUR"},"participants":[{"code":"IRN","role":"party"},{"code":"TUR","role":"party"}],"evidence":[0]}]}`, text, len(text))
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(reference, "\n", "")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errOut, err := run(t, "", "eval", file); err != nil || !strings.Contains(out, "events               P 1.000  R 1.000  F1 1.000") || !strings.Contains(out, "place 1.000 (1)") {
		t.Errorf("%v %s %s", err, out, errOut)
	}
	if err := os.WriteFile(file, []byte("{}\n{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errOut, err := run(t, "", "eval", file); err == nil || !strings.Contains(errOut, "line 2") {
		t.Errorf("a bad line: %v %s", err, errOut)
	}
}

// TestExplainResolution says why two reports are, and two others are not, one
// event.
func TestExplainResolution(t *testing.T) {
	t.Parallel()
	ctx, database := t.Context(), dbtest.New(t)
	p := serve(t, "--database-url", database)
	var ids []string
	for i, text := range []string{
		"Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo on Thursday.",
		"Chile's foreign minister held talks with his Norwegian counterpart in Oslo on Thursday.",
		"Norwegian Foreign Minister Borge Brende met Peruvian Foreign Minister Ricardo Luna in Lima on Monday.",
	} {
		c, err := p.PostArticle(ctx, client.Draft{Text: text, Published: "2017-01-27", Source: fmt.Sprint("S", i)})
		if err != nil || len(c.Events) != 1 {
			t.Fatal(c, err)
		}
		ids = append(ids, c.Events[0].ID.String())
	}
	if ids[0] != ids[1] || ids[0] == ids[2] {
		t.Fatalf("events %v", ids)
	}
	whole, err := p.Witnessed(ctx, ids[0])
	if err != nil || len(whole.Mentions) != 2 || whole.Mentions[1].Why == nil || whole.SourceCount != 2 {
		t.Fatalf("%+v %v", whole, err)
	}
	for b, want := range map[string]string{whole.Mentions[1].ID.String(): "they are one event", ids[2]: "they are not one event"} {
		out, errOut, err := run(t, "", "resolve", "--database-url", database, "--explain", whole.Mentions[0].ID.String(), b)
		if err != nil || !strings.Contains(out, want) || !strings.Contains(out, "needed") {
			t.Errorf("%v %s %s", err, out, errOut)
		}
	}
	for _, bad := range [][]string{{"--explain", ids[0]}, {ids[0], ids[1]}, {"--explain", ids[0], "nonsense"}, {"--explain", ids[0], "01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081"}} {
		if _, _, err := run(t, "", append([]string{"resolve", "--database-url", database}, bad...)...); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
	if out, _, err := run(t, "", "resolve", "--database-url", database); err != nil || !strings.Contains(out, "0 mentions") {
		t.Errorf("%v %s", err, out)
	}
}
