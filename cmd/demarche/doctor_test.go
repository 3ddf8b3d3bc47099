package main

import (
	"strings"
	"testing"
	"time"

	"demarche/db"
	"demarche/db/dbtest"
)

func TestDoctor(t *testing.T) {
	t.Parallel()
	out, said, err := run(t, "", "doctor", "--database-url", dbtest.New(t), "--listen", "127.0.0.1:0")
	// The cluster of the tests does without fsync, and the doctor must say so.
	if err == nil || strings.Count(out, "FAIL") != 1 || !strings.Contains(out, "fsync or full_page_writes is off") || !strings.Contains(out, "ok    coder") {
		t.Errorf("%v\n%s%s", err, out, said)
	}
	out, _, err = run(t, "", "doctor", "--database-url", "postgres://nobody:secretive@127.0.0.1:1/none")
	if err == nil || !strings.Contains(out, "FAIL  database") || strings.Contains(out, "secretive") {
		t.Errorf("a database that is away: %v\n%s", err, out)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	good := func() db.Facts {
		return db.Facts{Schema: db.Status{Version: 9, Latest: 9, Oldest: 9}, Server: "15.18", ServerNumber: 150018, Durable: true, Acknowledges: "on",
			MaxConnections: 100, Connections: 5, Keys: 1}
	}
	c := &doctorCmd{Listen: "0.0.0.0:8080", MaxConns: 8}
	if got := c.judge(new(good())); count(got, fine) != len(got) {
		t.Errorf("nothing is wrong: %+v", got)
	}
	for name, tt := range map[string]struct {
		change func(*db.Facts)
		grade  grade
		what   string
	}{
		"old server":     {func(f *db.Facts) { f.ServerNumber = 130000 }, fail, "database"},
		"new server":     {func(f *db.Facts) { f.ServerNumber = 190000 }, fail, "database"},
		"old schema":     {func(f *db.Facts) { f.Schema.Version = 3 }, warn, "schema"},
		"new schema":     {func(f *db.Facts) { f.Schema.Version, f.Schema.Oldest = 12, 11 }, fail, "schema"},
		"dirty schema":   {func(f *db.Facts) { f.Schema.Dirty = true }, fail, "schema"},
		"standby":        {func(f *db.Facts) { f.Replica = true }, warn, "writing"},
		"not durable":    {func(f *db.Facts) { f.Durable = false }, fail, "writing"},
		"asynchronous":   {func(f *db.Facts) { f.Acknowledges = "off" }, warn, "writing"},
		"many clients":   {func(f *db.Facts) { f.Connections = 95 }, warn, "clients"},
		"clock":          {func(f *db.Facts) { f.Skew = -time.Minute }, warn, "clock"},
		"no keys":        {func(f *db.Facts) { f.Keys = 0 }, warn, "keys"},
		"no keys so far": {func(f *db.Facts) { f.Keys, f.Schema.Version = -1, 3 }, warn, "schema"},
	} {
		f := good()
		tt.change(&f)
		found := false
		for _, x := range c.judge(&f) {
			found = found || x.grade == tt.grade && x.what == tt.what && x.do != ""
		}
		if !found {
			t.Errorf("%s: %+v", name, c.judge(&f))
		}
	}
	wider := good()
	wider.Schema.Version = 12
	if got := c.judge(&wider); count(got, fine) != len(got) {
		t.Errorf("a compatible schema: %+v", got)
	}
	for free, want := range map[uint64]grade{0: fail, 1<<30 - 1: fail, 2 << 30: warn, 50 << 30: fine} {
		if got := judgeDisk("/x", free, 100<<30); got.grade != want {
			t.Errorf("%d bytes free: %+v", free, got)
		}
	}
	if got := judgeDisk("/x", 50<<30, 1000<<30); got.grade != warn {
		t.Errorf("a twentieth free: %+v", got)
	}
}

func count(all []finding, g grade) (n int) {
	for _, f := range all {
		if f.grade == g {
			n++
		}
	}
	return n
}
