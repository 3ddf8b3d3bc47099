package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"demarche/db/dbtest"
)

// What another version of the coder does not read any more is retracted with a
// reason; what it reads as before keeps its id and its version.
func TestRecode(t *testing.T) {
	t.Parallel()
	dir, database := t.TempDir(), dbtest.New(t)
	dictionary := writeFile(t, filepath.Join(dir, "more.csv"), "kind,name,aliases,code,sector\ngroup,Zorvan,,COD,REB\ngroup,Blorvan,,RWA,REB\n")
	const front = `{"id":"front","published_at":"2017-01-27","text":"The Zorvan attacked the Blorvan on Thursday. Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo."}`
	if out, errOut, err := inDir(t, dir, front+"\n"+ndjson(100), "load", "--database-url", database, "--dictionary", dictionary); err != nil {
		t.Fatalf("%v %s %s", err, out, errOut)
	}
	before := dump(t, database)
	if n := countOf(t, database, `SELECT count(*) FROM event WHERE type = 'attack'`); n != 1 {
		t.Fatalf("%d attacks: %s", n, before)
	}
	if out, errOut, err := inDir(t, dir, "", "recode", "--database-url", database, "--dictionary", dictionary); err != nil || !strings.Contains(out, "all   102        0      0          0") {
		t.Errorf("the same version: %v\n%s%s", err, out, errOut)
	}
	if dump(t, database) != before {
		t.Error("the same version changed something")
	}
	const untouched = `SELECT count(*) FROM event WHERE type = 'meeting' AND revision = 1`
	meetings := countOf(t, database, untouched)
	changes := countOf(t, database, `SELECT (SELECT count(*) FROM change) + (SELECT coalesce(sum(cardinality(events)), 0) FROM change_inbox)`)
	out, errOut, err := inDir(t, dir, "", "recode", "--database-url", database)
	if err != nil || !strings.Contains(out, "101 of 101 articles") {
		t.Fatalf("%v %s %s", err, out, errOut)
	}
	lines := map[string]string{}
	for l := range strings.Lines(out) {
		if f := strings.Fields(l); len(f) == 5 {
			lines[f[0]] = strings.Join(f[1:], " ")
		}
	}
	if lines["attack"] != "0 0 0 1" || lines["meeting"] != "101 0 0 0" {
		t.Errorf("%s", out)
	}
	if n := countOf(t, database, `SELECT count(*) FROM event_past WHERE type = 'attack' AND fate = 'retracted' AND reason LIKE 'the text does not say so as coder %'`); n != 1 {
		t.Errorf("%d attacks were retracted", n)
	}
	if n := countOf(t, database, untouched); n != meetings || n < 100 {
		t.Errorf("%d of %d meetings are as they were", n, meetings)
	}
	after := countOf(t, database, `SELECT (SELECT count(*) FROM change) + (SELECT coalesce(sum(cardinality(events)), 0) FROM change_inbox)`)
	if after != changes+1 {
		t.Errorf("%d changes", after-changes)
	}
	p := serve(t, "--database-url", database)
	page, err := p.Page(t.Context(), nil)
	if err != nil || len(page.Events) == 0 {
		t.Fatal(err)
	}
	if b, err := json.Marshal(page.Events[0]); err != nil || !strings.Contains(string(b), `"coder":"`) {
		t.Errorf("%s %v", b, err)
	}
}

// A recoding that is killed goes on where it was; two processes share it.
func TestRecodeGoesOn(t *testing.T) {
	t.Parallel()
	dir, database := t.TempDir(), dbtest.New(t)
	if out, errOut, err := inDir(t, dir, ndjson(1000), "load", "--database-url", database); err != nil {
		t.Fatalf("%v %s %s", err, out, errOut)
	}
	before := dump(t, database)
	c := exec.Command(binary, "recode", "--database-url", database)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); countOf(t, database, `SELECT count(*) FROM recode_chunk WHERE done_at IS NOT NULL`) < 5; {
		if time.Now().After(deadline) {
			t.Fatal("it does not come on")
		}
	}
	_ = c.Process.Signal(syscall.SIGKILL)
	_ = c.Wait()
	other := make(chan string, 1)
	go func() {
		out, errOut, err := inDir(t, dir, "", "recode", "--workers", "1", "--database-url", database)
		if err != nil {
			out += err.Error() + errOut
		}
		other <- out
	}()
	out, errOut, err := inDir(t, dir, "", "recode", "--workers", "1", "--database-url", database)
	if err != nil || !strings.Contains(out, "1000 of 1000 articles") || !strings.Contains(out, "1000        0      0          0") {
		t.Errorf("%v %s %s", err, out, errOut)
	}
	if out := <-other; !strings.Contains(out, "1000 of 1000 articles") {
		t.Errorf("the other: %s", out)
	}
	if dump(t, database) != before {
		t.Error("something changed")
	}
}
