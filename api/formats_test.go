package api

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	apiclient "demarche/api/client"
	"demarche/api/encode"
	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
)

// askWith asks with headers, given by name and value.
func askWith(t testing.TB, h http.Handler, method, target string, headers ...string) answered {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] != "" {
			r.Header.Add(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answered{w.Result(), w.Body.String()}
}

// loaded gives a server with events of its own making, the newest first, and
// the address of its database.
func loaded(t testing.TB, n int, changes ...func(*Config)) (h http.Handler, events []event.Event, url string) {
	t.Helper()
	url = dbtest.New(t)
	store, err := db.Open(t.Context(), db.Config{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	kinds := event.Kinds()
	for i := range n {
		k := kinds[i%len(kinds)]
		day := event.DayOf(2017, 1, 31) - event.Day(i)
		lat, lon := float64(i%170-85), float64(i%350-175)
		e := event.Event{
			ID: uuid.Must(uuid.NewV7()), Type: k.Type, Status: k.Status, Date: &event.Date{Start: day, End: day, Precision: event.DayPrecision},
			Location:     &event.Location{Place: "Oslo", Country: "NOR", Lat: &lat, Lon: &lon, Precision: "city"},
			Participants: []event.Participant{{Name: "Børge Brende", Code: "NOR", Sector: event.Government, Role: event.Party}, {Name: "=1+1", Code: "CHL", Sector: event.Government, Role: event.Party}},
			Summary:      fmt.Sprintf("Event %d, \"quoted\"", i), Confidence: 0.5, ArticleCount: 1, SourceCount: 1, FirstReported: &day, Revision: 1,
			Evidence:  []event.Evidence{{ArticleID: uuid.Must(uuid.NewV7()), Start: 0, End: 40, Text: strings.Repeat("They met in Oslo, ", 20), Rule: "consult.meet"}},
			CreatedAt: time.Date(2017, 1, 31, 0, 0, i, 0, time.UTC), UpdatedAt: time.Date(2017, 1, 31, 0, 0, i, 0, time.UTC),
		}
		e.Recode()
		events = append(events, e)
	}
	var mu sync.Mutex
	next := 0
	if err := store.BulkLoad(t.Context(), 1, func() (db.Loaded, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == n {
			return db.Loaded{}, false
		}
		next++
		return db.Loaded{Event: events[next-1], Source: "Example", Language: "en"}, true
	}); err != nil {
		t.Fatal(err)
	}
	h, _ = newServer(t, append(changes, func(c *Config) { c.Store = store })...)
	return h, events, url
}

// Suffix and Accept give the same; HEAD gives the same without the body; the
// entity tag is honoured; whoever may read it is told.
func TestForms(t *testing.T) {
	t.Parallel()
	h, events, _ := loaded(t, 60)
	for _, resource := range []string{"/v1/events", "/v1/events?limit=7&actor=NOR", "/v1/events/" + events[3].ID.String(), "/v1/stats/timeline?interval=day", "/v1/stats/top?field=actor", "/v1/stats/dyads", "/v1/changes", "/v1/changes?limit=3"} {
		path, query, _ := strings.Cut(resource, "?")
		if query != "" {
			query = "?" + query
		}
		forms := eventForms()
		switch {
		case strings.HasSuffix(path, "dyads"):
			forms = dyadForms()
		case strings.HasPrefix(path, "/v1/stats"):
			forms = statsForms()
		case path == "/v1/changes":
			forms = changesForms()
		}
		for _, f := range forms {
			target := path + "." + f.name + query
			got := askWith(t, h, "GET", target)
			if got.StatusCode != 200 || got.Header.Get("Content-Type") != f.media || got.body == "" {
				t.Errorf("%s: %d %s %.200s", target, got.StatusCode, got.Header.Get("Content-Type"), got.body)
				continue
			}
			negotiated := askWith(t, h, "GET", resource, "Accept", f.media)
			if negotiated.Header.Get("Content-Type") != f.media || !slices.Contains(negotiated.Header.Values("Vary"), "Accept") {
				t.Errorf("%s as %s: %v", resource, f.media, negotiated.Header)
			}
			if f.name != "atom" && f.name != "geojson" && negotiated.body != got.body { // those have their own address in them
				t.Errorf("%s and %s as %s differ", target, resource, f.media)
			}
			for _, header := range []string{"ETag", "Cache-Control"} {
				if got.Header.Get(header) == "" {
					t.Errorf("%s has no %s", target, header)
				}
			}
			if got.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(got.Header.Get("Access-Control-Expose-Headers"), "Link") {
				t.Errorf("%s: %v", target, got.Header)
			}
			head := askWith(t, h, "HEAD", target)
			if diff := cmp.Diff(without(got.Header, "X-Request-Id"), without(head.Header, "X-Request-Id")); diff != "" || head.StatusCode != 200 || head.body != "" {
				t.Errorf("HEAD %s: %d %q %s", target, head.StatusCode, head.body, diff)
			}
			tag := got.Header.Get("ETag")
			for _, condition := range []string{tag, "*", `"other", ` + tag, strings.TrimPrefix(tag, "W/")} {
				if a := askWith(t, h, "GET", target, "If-None-Match", condition); a.StatusCode != 304 || a.body != "" || a.Header.Get("ETag") != tag {
					t.Errorf("%s with If-None-Match %s: %d", target, condition, a.StatusCode)
				}
			}
			if a := askWith(t, h, "GET", target, "If-None-Match", `"other"`); a.StatusCode != 200 {
				t.Errorf("%s with another tag: %d", target, a.StatusCode)
			}
		}
	}
}

// What the OpenAPI document says of paths, suffixes and media types is so.
func TestFormsAreDocumented(t *testing.T) {
	t.Parallel()
	h, events, _ := loaded(t, 3)
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name   string
				In     string
				Schema struct{ Enum []any }
			}
			Responses map[string]struct {
				Content map[string]any
			}
		}
	}
	if err := json.Unmarshal([]byte(askWith(t, h, "GET", "/openapi.json").body), &doc); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for path, operations := range doc.Paths {
		plain, suffixed := strings.CutSuffix(path, ".{suffix}")
		if !suffixed {
			continue
		}
		op := operations["get"]
		if _, ok := op.Responses["304"]; !ok || doc.Paths[plain] == nil {
			t.Errorf("%s has no 304, or is not there without a suffix", path)
		}
		for _, p := range op.Parameters {
			if p.Name != "suffix" {
				continue
			}
			if p.In != "path" || len(p.Schema.Enum) < 2 || len(p.Schema.Enum) != len(op.Responses["200"].Content) {
				t.Errorf("%s: %v for %v", path, p, op.Responses["200"].Content)
			}
			for _, suffix := range p.Schema.Enum {
				target := strings.ReplaceAll(plain, "{id}", events[0].ID.String()) + "." + suffix.(string)
				if strings.Contains(target, "/top.") {
					target += "?field=actor"
				}
				a := askWith(t, h, "GET", target)
				media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
				if _, ok := op.Responses["200"].Content[media]; a.StatusCode != 200 || !ok {
					t.Errorf("%s: %d %s is not documented", target, a.StatusCode, media)
				}
				asked++
			}
		}
	}
	if asked != 2*7+2*2+3+2 {
		t.Errorf("%d answers of the suffixes", asked)
	}
}

func without(h http.Header, names ...string) http.Header {
	h = maps.Clone(h)
	for _, n := range names {
		h.Del(n)
	}
	return h
}

// Without a limit some formats have everything; with one they have pages, which
// the header Link walks through.
func TestWholeAndPages(t *testing.T) {
	t.Parallel()
	const n = 1203 // more than two batches of the database
	h, events, _ := loaded(t, n)
	rows := map[string]func(body string) []string{ // ids
		"ndjson": func(body string) (ids []string) {
			for line := range strings.Lines(body) {
				var e event.Event
				if err := json.Unmarshal([]byte(line), &e); err != nil {
					t.Fatal(err)
				}
				ids = append(ids, e.ID.String())
			}
			return ids
		},
		"csv": func(body string) (ids []string) {
			records, err := csv.NewReader(strings.NewReader(body)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records[1:] {
				ids = append(ids, r[0])
			}
			return ids
		},
		"parquet": func(body string) (ids []string) {
			type row struct {
				ID string `parquet:"id"`
			}
			records, err := parquet.Read[row](strings.NewReader(body), int64(len(body)))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records {
				ids = append(ids, r.ID)
			}
			return ids
		},
	}
	var want []string
	for _, e := range events {
		want = append(want, e.ID.String())
	}
	for name, read := range rows {
		a := askWith(t, h, "GET", "/v1/events."+name)
		if got := read(a.body); !slices.Equal(got, want) {
			t.Errorf("%s has %d of %d events, or in another order", name, len(got), n)
		}
		var walked []string
		pages := 0
		for target := "/v1/events." + name + "?limit=500"; target != ""; pages++ {
			a := askWith(t, h, "GET", target)
			walked = append(walked, read(a.body)...)
			target, _, _ = strings.Cut(strings.TrimPrefix(a.Header.Get("Link"), "<"), ">")
			if target != "" && !strings.HasPrefix(target, "/v1/events."+name+"?") {
				t.Fatal(target)
			}
		}
		if pages != 3 || !slices.Equal(walked, want) {
			t.Errorf("%s: %d pages with %d events", name, pages, len(walked))
		}
	}
	if a := askWith(t, h, "GET", "/v1/events.ics"); strings.Count(a.body, "BEGIN:VEVENT") != n || a.Header.Get("Link") != "" {
		t.Errorf("a calendar of %d", strings.Count(a.body, "BEGIN:VEVENT"))
	}
	if a := askWith(t, h, "GET", "/v1/events.csv?fields=id,type&type=meeting"); !strings.HasPrefix(a.body, "id,type,url\r\n") {
		t.Errorf("%.100s", a.body)
	}
	var collection struct {
		Links    []struct{ Rel, Href string }
		Features []any
		Next     string `json:"next_cursor"`
		Matched  int    `json:"numberMatched"`
	}
	a := askWith(t, h, "GET", "/v1/events.geojson?limit=2&count=exact", "X-Forwarded-Proto", "https")
	if err := json.Unmarshal([]byte(a.body), &collection); err != nil || collection.Matched != n || len(collection.Features) != 2 || len(collection.Links) != 2 || !strings.HasPrefix(collection.Links[1].Href, "https://example.com/v1/events.geojson?") || !strings.Contains(collection.Links[1].Href, collection.Next) {
		t.Errorf("%v %s", err, a.body)
	}
	if a := askWith(t, h, "GET", "/v1/changes.ndjson"); strings.Count(a.body, "\n") != n {
		t.Errorf("%d changes", strings.Count(a.body, "\n"))
	}
	// A page of Parquet can be read in parts.
	part := askWith(t, h, "GET", "/v1/events.parquet?limit=5", "Range", "bytes=0-3")
	if part.StatusCode != 206 || part.body != "PAR1" || part.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%d %q", part.StatusCode, part.body)
	}
	if head := askWith(t, h, "HEAD", "/v1/events.parquet"); head.Header.Get("Content-Length") != "" || head.Header.Get("Accept-Ranges") != "none" {
		t.Errorf("%v", head.Header)
	}
}

func TestStatisticsAsCSV(t *testing.T) {
	t.Parallel()
	h, _, _ := loaded(t, 60)
	for target, want := range map[string]string{
		"/v1/stats/timeline.csv?interval=month": "key,date,count\r\n,2016-12-01,29\r\n,2017-01-01,31\r\n",
		"/v1/stats/top.csv?field=actor":         "key,country,count,lat,lon\r\nCHL,,60,,\r\nNOR,,60,,\r\n",
		"/v1/stats/top.csv?field=place":         "key,country,count,lat,lon\r\nOslo,NOR,60,-58,-148\r\n",
	} {
		if a := askWith(t, h, "GET", target); a.body != want {
			t.Errorf("%s: %q", target, a.body)
		}
	}
	if a := askWith(t, h, "GET", "/v1/stats/dyads.csv"); !strings.HasPrefix(a.body, "source,target,count,mean_score\r\n") || strings.Count(a.body, "\r\n") != 3 {
		t.Errorf("%q", a.body)
	}
	if x, y := askWith(t, h, "GET", "/v1/stats/dyads.graphml"), askWith(t, h, "GET", "/v1/stats/dyads?format=graphml"); x.body != y.body || !strings.Contains(x.body, "<graphml") {
		t.Errorf("%q and %q", x.body, y.body)
	}
}

// The entity tag changes when the answer can be another, and only then.
func TestEntityTag(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	tag := func(target string) string {
		t.Helper()
		a := askWith(t, h, "GET", target)
		if a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("ETag"), `W/"`) {
			t.Fatalf("%s: %d %v", target, a.StatusCode, a.Header)
		}
		return a.Header.Get("ETag")
	}
	posted(t, h, "https://news.example/1", chilean)
	targets := []string{"/v1/events", "/v1/events?actor=CHL", "/v1/events.csv", "/v1/events.csv?actor=CHL", "/v1/events.parquet", "/v1/stats/top?field=actor"}
	before := map[string]string{}
	for _, target := range targets {
		before[target] = tag(target)
	}
	if before["/v1/events.csv"] == before["/v1/events.csv?actor=CHL"] || before["/v1/events.csv"] == before["/v1/events.parquet"] {
		t.Error("different answers have the same tag")
	}
	same := [][2]string{{"/v1/events.csv?actor=cl&from=2017", "/v1/events.csv?from=2017-01-01&actor=CHL"}, {"/v1/events.csv?from=-30d", "/v1/events.csv?from=2017-01-01"}}
	for _, pair := range same {
		if tag(pair[0]) != tag(pair[1]) {
			t.Errorf("%s and %s ask the same", pair[0], pair[1])
		}
	}
	// Articles without events change nothing.
	if a := ask(t, h, "POST", "/v1/articles", "application/json", `{"text":"Nothing happened in Oslo."}`); a.StatusCode != 201 {
		t.Fatal(a.body)
	}
	for _, target := range targets {
		if tag(target) != before[target] {
			t.Errorf("%s: another tag, though no event has changed", target)
		}
	}
	first := askWith(t, h, "GET", "/v1/events.csv?limit=1&order=date")
	posted(t, h, "https://news.example/2", japanese) // of the same day, and a later id
	then := askWith(t, h, "GET", "/v1/events.csv?limit=1&order=date")
	if first.body != then.body || first.Header.Get("Link") != "" || then.Header.Get("Link") == "" || first.Header.Get("ETag") == then.Header.Get("ETag") {
		t.Errorf("that there is a next page now is no change: %v, %v", first.Header, then.Header)
	}
	for _, target := range targets {
		changed := tag(target) != before[target]
		if page := target == "/v1/events?actor=CHL"; changed == page { // that answer has not changed; of an export nobody knows
			t.Errorf("%s: changed %v", target, changed)
		}
	}
	// What stood at an instant stays.
	asOf := "/v1/events.csv?as_of=2017-01-31T11:00:00Z"
	was := tag(asOf)
	posted(t, h, "https://news.example/3", "President Vladimir Putin")
	if tag(asOf) != was {
		t.Error("the past has changed")
	}
}

// onServer serves over TCP.
func onServer(t testing.TB, h http.Handler, change func(*http.Server)) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = nil
	if change != nil {
		change(s.Config)
	}
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

func fetch(t testing.TB, url string, headers ...string) (*http.Response, []byte, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	c := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer c.CloseIdleConnections()
	resp, err := c.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, body, err
}

func TestCompression(t *testing.T) {
	t.Parallel()
	h, _, _ := loaded(t, 700)
	url := onServer(t, h, nil)
	for _, target := range []string{"/v1/events", "/v1/events.csv", "/v1/events.ndjson", "/v1/events.geojson", "/v1/events.ics", "/v1/events.atom", "/v1/stats/timeline?interval=day", "/openapi.json", "/docs"} {
		_, plain, err := fetch(t, url+target)
		if err != nil {
			t.Fatal(err)
		}
		for encoding, open := range map[string]func(io.Reader) (io.Reader, error){
			"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
			"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
		} {
			resp, packed, err := fetch(t, url+target, "Accept-Encoding", encoding)
			if err != nil || resp.Header.Get("Content-Encoding") != encoding || !strings.Contains(strings.Join(resp.Header.Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("%s with %s: %v %v", target, encoding, resp.Header, err)
				continue
			}
			r, err := open(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if unpacked, err := io.ReadAll(r); err != nil || !bytes.Equal(unpacked, plain) || len(packed) > len(plain)*3/4 {
				t.Errorf("%s with %s: %d bytes of %d, %v", target, encoding, len(unpacked), len(plain), err)
			}
		}
	}
	if resp, _, err := fetch(t, url+"/v1/events.parquet", "Accept-Encoding", "gzip"); err != nil || resp.Header.Get("Content-Encoding") != "" {
		t.Errorf("Parquet is compressed already: %v %v", resp.Header, err)
	}
}

// A stream of server-sent events is not held back by a compressor, and lives
// longer than a request may take to come.
func TestStreamIsNotHeldBack(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	url := onServer(t, h, func(s *http.Server) { s.ReadTimeout = 200 * time.Millisecond })
	r, err := http.NewRequestWithContext(t.Context(), "GET", url+"/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip, zstd")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || lines.Text() != ":connected" || resp.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%q %v", lines.Text(), resp.Header)
	}
	<-time.After(400 * time.Millisecond) // past the server's ReadTimeout
	posted(t, h, "https://news.example/1", chilean)
	for lines.Scan() {
		if lines.Text() == "event: created" {
			return
		}
	}
	t.Fatalf("the stream ended: %v", lines.Err())
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	a := askWith(t, h, "OPTIONS", "/v1/events.geojson", "Origin", "https://kepler.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "if-none-match")
	if a.StatusCode != 204 || a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Access-Control-Allow-Methods") != "GET, HEAD" || !strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "If-None-Match") {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	if a := askWith(t, h, "OPTIONS", "/v1/events"); a.StatusCode != 405 {
		t.Errorf("without a question: %d", a.StatusCode)
	}
}

// spoil makes the document of the last event of a list one that is none.
func spoil(t *testing.T, url string, id uuid.UUID) {
	t.Helper()
	conn := connect(t, url)
	if tag, err := conn.Exec(t.Context(), `UPDATE event_document SET document = '{"id":17}' WHERE event_id = $1`, id); err != nil || tag.RowsAffected() != 1 {
		t.Fatal(tag, err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

// An answer that breaks off is never taken for a whole one.
func TestCutIsVisible(t *testing.T) {
	t.Parallel()
	h, events, url := loaded(t, 700)
	spoil(t, url, events[699].ID)
	server := onServer(t, h, nil)
	for _, encoding := range []string{"identity", "gzip", "zstd"} {
		resp, body, err := fetch(t, server+"/v1/events.csv", "Accept-Encoding", encoding)
		if err == nil || resp == nil || resp.StatusCode != 200 || len(body) == 0 {
			t.Errorf("%s: %v, %d bytes, %v", encoding, resp, len(body), err)
		}
	}
	// HTTP/1.0 ends an answer by closing, so it must not be closed but reset.
	conn, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /v1/events.csv HTTP/1.0\r\nHost: x\r\n\r\n")
	if b, err := io.ReadAll(conn); err == nil || len(b) == 0 {
		t.Errorf("HTTP/1.0: %d bytes, and no error", len(b))
	}
	// What is known before anything was sent is a problem document.
	spoil(t, url, events[0].ID)
	resp, body, err := fetch(t, server+"/v1/events.csv")
	if err != nil || resp.StatusCode != 500 || resp.Header.Get("Content-Type") != "application/problem+json" || resp.Header.Get("ETag") != "" || !strings.Contains(string(body), "request id") {
		t.Errorf("%v %s %v", resp, body, err)
	}
}

// The client takes an export for whole only if it is.
func TestClientExports(t *testing.T) {
	t.Parallel()
	h, events, database := loaded(t, 700)
	c := apiclient.New(onServer(t, h, nil), &http.Client{Timeout: time.Minute})
	read := func(q string) (got []event.Event, err error) {
		for e, err := range c.Export(t.Context(), mustQuery(t, q)) {
			if err != nil {
				return got, err
			}
			got = append(got, e)
		}
		return got, nil
	}
	got, err := read("")
	if diff := cmp.Diff(events, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	var problem *apiclient.Problem
	if got, err := read("actr=NOR"); len(got) != 0 || !errors.As(err, &problem) || problem.Status != 400 {
		t.Errorf("%d events, %v", len(got), err)
	}
	var file bytes.Buffer
	if err := c.Download(t.Context(), "csv", mustQuery(t, "type=meeting"), &file); err != nil || !strings.HasPrefix(file.String(), "id,type,") {
		t.Errorf("%v %.100s", err, file.String())
	}
	if err := c.Download(t.Context(), "xlsx", nil, &file); !errors.As(err, &problem) || problem.Status != 404 {
		t.Error(err)
	}
	spoil(t, database, events[699].ID)
	if err := c.Download(t.Context(), "csv", nil, io.Discard); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an answer that breaks off: %v", err)
	}
}

func mustQuery(t *testing.T, q string) url.Values {
	t.Helper()
	v, err := url.ParseQuery(q)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// running counts the questions of exports that the database works on.
func running(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'demarche'
		AND (state = 'active' OR state LIKE 'idle in transaction%')`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// await polls until something holds.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what + ": not within 20 s")
		}
	}
}

// When the client goes away the database stops working for it, whether it was
// still looking or was sending.
func TestClientGoesAway(t *testing.T) {
	t.Parallel()
	h, _, url := loaded(t, 20_000)
	server := onServer(t, h, nil)
	watch := connect(t, url)

	blocker := connect(t, url)
	tx, err := blocker.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `LOCK TABLE event_document`); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		r, err := http.NewRequestWithContext(ctx, "GET", server+"/v1/events.csv", nil)
		if err == nil {
			_, err = http.DefaultClient.Do(r)
		}
		gone <- err
	}()
	await(t, "the export waits for the lock", func() bool { return running(t, watch) == 1 })
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("the client got %v", err)
	}
	await(t, "the question ends", func() bool { return running(t, watch) == 0 })
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}

	conn, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "GET /v1/events.ndjson HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := io.ReadFull(conn, make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	await(t, "the export is under way", func() bool { return running(t, watch) == 1 })
	conn.Close()
	await(t, "the question ends", func() bool { return running(t, watch) == 0 })
}

// An export takes as long as it takes, whatever the server's time to read and
// write a request is.
func TestExportOutlivesTimeouts(t *testing.T) {
	t.Parallel()
	h, _, url := loaded(t, 700)
	server := onServer(t, h, func(s *http.Server) { s.ReadTimeout, s.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond })
	blocker := connect(t, url)
	tx, err := blocker.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `LOCK TABLE event_document`); err != nil {
		t.Fatal(err)
	}
	unlocked := make(chan error, 1)
	time.AfterFunc(500*time.Millisecond, func() { unlocked <- tx.Rollback(context.WithoutCancel(t.Context())) })
	_, body, err := fetch(t, server+"/v1/events.ndjson")
	if err != nil || bytes.Count(body, []byte("\n")) != 700 {
		t.Errorf("%d lines, %v", bytes.Count(body, []byte("\n")), err)
	}
	if err := <-unlocked; err != nil {
		t.Error(err)
	}
}

// What takes the database too long is a problem document, not a broken file.
func TestExportTakesTooLong(t *testing.T) {
	t.Parallel()
	_, _, url := loaded(t, 10)
	store, err := db.Open(t.Context(), db.Config{URL: url, MaxConns: 4, StatementTimeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	h, _ := newServer(t, func(c *Config) { c.Store = store })
	blocker := connect(t, url)
	tx, err := blocker.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	if _, err := tx.Exec(t.Context(), `LOCK TABLE event_document`); err != nil {
		t.Fatal(err)
	}
	a := askWith(t, h, "GET", "/v1/events.csv")
	if a.StatusCode != 503 || a.Header.Get("Retry-After") == "" || a.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(a.body, "too long") {
		t.Errorf("%d %v %s", a.StatusCode, a.Header, a.body)
	}
}

// Exports take turns, so that they do not take all connections.
func TestExportsTakeTurns(t *testing.T) {
	t.Parallel()
	h, _, url := loaded(t, 10)
	server := onServer(t, h, nil)
	blocker, watch := connect(t, url), connect(t, url)
	tx, err := blocker.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `LOCK TABLE event_document`); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range maxExports + 2 {
		all.Go(func() {
			if _, body, err := fetch(t, server+"/v1/events.ndjson"); err != nil || bytes.Count(body, []byte("\n")) != 10 {
				t.Errorf("%d lines, %v", bytes.Count(body, []byte("\n")), err)
			}
		})
	}
	await(t, "exports wait for the lock", func() bool { return running(t, watch) == maxExports })
	if resp, body, err := fetch(t, server+"/v1/types"); err != nil || resp.StatusCode != 200 || len(body) == 0 {
		t.Errorf("%v %v", resp, err)
	}
	if resp, _, err := fetch(t, server+"/v1/stats/top?field=type"); err != nil || resp.StatusCode != 200 {
		t.Errorf("a question beside the exports: %v %v", resp, err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	all.Wait()
}

func BenchmarkExport(b *testing.B) {
	const n = 5000
	h, _, _ := loaded(b, n)
	for _, f := range encode.Formats() {
		if !f.Whole {
			continue
		}
		b.Run(f.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if a := askWith(b, h, "GET", "/v1/events."+f.Name); a.StatusCode != 200 {
					b.Fatal(a.body)
				}
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "events/s")
		})
	}
}
