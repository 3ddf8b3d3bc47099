package api

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"
	"demarche/internal/extract"
	"demarche/internal/gazetteer"
	"demarche/internal/ingest"
	"demarche/internal/nlp"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

const maxTestText = 10_000

// newServer gives the whole interface on a database of its own, in which
// every mention is an event of its own.
func newServer(t testing.TB, changes ...func(*Config)) (http.Handler, *db.Store) {
	t.Helper()
	return newServerThat(t, nil, changes...)
}

// newServerThat makes a server that resolves by the rules given.
func newServerThat(t testing.TB, rules db.Resolver, changes ...func(*Config)) (http.Handler, *db.Store) {
	t.Helper()
	store, err := db.Open(t.Context(), db.Config{URL: dbtest.New(t), MaxConns: 4, Resolver: rules})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	g, err := gazetteer.New()
	if err != nil {
		t.Fatal(err)
	}
	analyzer, err := nlp.New()
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract.New(analyzer, g)
	if err != nil {
		t.Fatal(err)
	}
	metrics := prometheus.NewRegistry()
	config := Config{
		Store: store, Pipeline: ingest.New(x, store, metrics), Codes: extract.Codes(g), Logger: slog.New(slog.DiscardHandler),
		Metrics: metrics, Now: func() time.Time { return time.Date(2017, 1, 31, 12, 0, 0, 0, time.UTC) }, Version: "test", MaxText: maxTestText, CacheBytes: 1 << 20,
	}
	for _, change := range changes {
		change(&config)
	}
	return New(config), store
}

type answered struct {
	*http.Response
	body string
}

func ask(t testing.TB, h http.Handler, method, target, contentType, body string) answered {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{w.Result(), string(b)}
}

const article = `{"title":"Ministers meet","published_at":"2017-01-27","url":"https://news.example/1",
	"text":"Norwegian Foreign Minister Borge Brende met his Chilean counterpart Heraldo Munoz in Oslo on Thursday.","unknown":[1]}`

func TestArticles(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	first := ask(t, h, "POST", "/v1/articles", "application/json", article)
	if first.StatusCode != 201 || !strings.HasPrefix(first.Header.Get("Location"), "/v1/articles/") {
		t.Fatalf("%d %s", first.StatusCode, first.body)
	}
	var got coded
	if err := json.Unmarshal([]byte(first.body), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Events) != 1 || got.Events[0].Type != event.Meeting || got.Events[0].Date.Start.String() != "2017-01-26" {
		t.Fatalf("events %+v", got.Events)
	}
	again := ask(t, h, "POST", "/v1/articles", "application/json", article)
	if again.StatusCode != 200 {
		t.Errorf("the same article again: %d", again.StatusCode)
	}
	if diff := cmp.Diff(first.body, again.body); diff != "" {
		t.Errorf("the same article again: %s", diff)
	}
	read := ask(t, h, "GET", first.Header.Get("Location"), "", "")
	if diff := cmp.Diff(first.body, read.body); read.StatusCode != 200 || diff != "" {
		t.Errorf("read back: %d %s", read.StatusCode, diff)
	}
	one := ask(t, h, "GET", "/v1/events/"+got.Events[0].ID.String(), "", "")
	var e event.Event
	if err := json.Unmarshal([]byte(one.body), &e); err != nil || one.StatusCode != 200 {
		t.Fatalf("%d %v", one.StatusCode, err)
	}
	if diff := cmp.Diff(got.Events[0], e); diff != "" {
		t.Errorf("one event: %s", diff)
	}
	text := []rune(got.Article.Text)
	for _, v := range e.Evidence {
		if string(text[v.Start:v.End]) != v.Text || string(text[v.Trigger.Start:v.Trigger.End]) != v.Trigger.Text {
			t.Errorf("the offsets of %+v do not give its text", v)
		}
	}
	revised := ask(t, h, "POST", "/v1/articles", "application/json", strings.ReplaceAll(article, "Thursday", "Wednesday"))
	var next coded
	if err := json.Unmarshal([]byte(revised.body), &next); err != nil || revised.StatusCode != 200 {
		t.Fatalf("%d %v", revised.StatusCode, err)
	}
	if next.Article.Revision != 2 || next.Events[0].ID != got.Events[0].ID || next.Events[0].Date.Start.String() != "2017-01-25" {
		t.Errorf("another text under the same url: %s", revised.body)
	}
	gone := ask(t, h, "POST", "/v1/articles", "application/json", `{"url":"https://news.example/1","text":"Nothing happened in Oslo."}`)
	if gone.StatusCode != 200 {
		t.Fatalf("%d %s", gone.StatusCode, gone.body)
	}
	if a := ask(t, h, "GET", "/v1/events/"+got.Events[0].ID.String(), "", ""); a.StatusCode != 410 {
		t.Errorf("a retracted event is answered with %d %s", a.StatusCode, a.body)
	}
	if a := ask(t, h, "GET", "/v1/events", "", ""); a.body != `{"events":[],"next_cursor":""}` {
		t.Errorf("a retracted event is listed: %s", a.body)
	}
}

func TestPlainTextAndExtract(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	text := "Norwegian Foreign Minister Borge Brende met his Chilean counterpart Heraldo Munoz in Oslo on Thursday."
	a := ask(t, h, "POST", "/v1/extract?published_at=2017-01-27", "text/plain; charset=utf-8", text)
	if a.StatusCode != 200 || !strings.Contains(a.body, `"start":"2017-01-26"`) {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if list := ask(t, h, "GET", "/v1/events", "", ""); list.body != `{"events":[],"next_cursor":""}` {
		t.Errorf("extract stored something: %s", list.body)
	}
	if a := ask(t, h, "POST", "/v1/extract?explain=true", "text/plain", text); a.StatusCode != 200 || !strings.Contains(a.body, `"upos":"VERB"`) {
		t.Errorf("explain: %d %s", a.StatusCode, a.body)
	}
	if a := ask(t, h, "POST", "/v1/articles?title=Ministers+meet&published_at=2017-01-27", "text/plain", text); a.StatusCode != 201 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := ask(t, h, "POST", "/v1/articles", "application/json", `{"language":"fr","text":"Le ministre a rencontré son homologue."}`); a.StatusCode != 201 || !strings.Contains(a.body, `"events":[]`) {
		t.Errorf("another language: %d %s", a.StatusCode, a.body)
	}
}

// Whatever is wrong is a problem document that says where.
func TestProblems(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	const ct = "application/json"
	missing := "/01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081"
	tests := []struct {
		name, method, target, contentType, body string
		status                                  int
		says                                    string
	}{
		{"no such path", "GET", "/v2/events", "", "", 404, "/docs"},
		{"wrong method", "PUT", "/v1/events", "", "", 405, "PUT is not allowed"},
		{"misspelt parameter", "GET", "/v1/events?actr=IRN", "", "", 400, `did you mean \"actor\"`},
		{"malformed query", "GET", "/v1/events?actor=%zz", "", "", 400, "query string"},
		{"semicolon", "GET", "/v1/events?actor=IRN;from=2017", "", "", 400, "query string"},
		{"parameter where none is", "GET", "/v1/types?limit=3", "", "", 400, "query.limit"},
		{"no such event", "GET", "/v1/events" + missing, "", "", 404, "no such event"},
		{"no such article", "GET", "/v1/articles" + missing, "", "", 404, "no such article"},
		{"bad id", "GET", "/v1/events/17", "", "", 400, "path.id"},
		{"form body", "POST", "/v1/articles", "application/x-www-form-urlencoded", "text=a", 415, "send application/json"},
		{"charset", "POST", "/v1/articles", "text/plain; charset=latin1", "a", 415, "send UTF-8"},
		{"no body", "POST", "/v1/articles", ct, "", 400, "body"},
		{"not JSON", "POST", "/v1/articles", ct, "{text}", 400, "at byte 2"},
		{"cut JSON", "POST", "/v1/articles", ct, `{"text":"a`, 400, "ends too early"},
		{"array", "POST", "/v1/articles", ct, `[1]`, 400, "expected an object, got array"},
		{"wrong kind", "POST", "/v1/articles", ct, `{"text":17}`, 400, "body.text"},
		{"two objects", "POST", "/v1/articles", ct, `{"text":"a"}{}`, 400, "nothing behind"},
		{"empty text", "POST", "/v1/articles", ct, `{"text":" "}`, 400, "not empty"},
		{"NUL", "POST", "/v1/articles", ct, `{"text":"a\u0000b"}`, 400, "without NUL"},
		{"invalid UTF-8", "POST", "/v1/articles", ct, "{\"text\":\"a\xff\"}", 400, "offset 10"},
		{"absurd date", "POST", "/v1/articles", ct, `{"text":"a","published_at":"9999-01-01"}`, 400, "body.published_at"},
		{"bad url", "POST", "/v1/articles", ct, `{"text":"a","url":"ftp://x"}`, 400, "body.url"},
		{"text too long", "POST", "/v1/articles", ct, `{"text":"` + strings.Repeat("a", maxTestText+1) + `"}`, 413, "10000 bytes"},
		{"body too long", "POST", "/v1/articles", ct, `{"text":"` + strings.Repeat("a", 10<<20) + `"}`, 413, ""},
		{"several faults", "POST", "/v1/extract", ct, `{"text":"","url":"x","published_at":"y"}`, 400, "body.url"},
		{"parameter with JSON", "POST", "/v1/articles?title=x", ct, `{"text":"a"}`, 400, "query.title"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := ask(t, h, tt.method, tt.target, tt.contentType, tt.body)
			if a.StatusCode != tt.status || !strings.Contains(a.body, tt.says) {
				t.Errorf("%d %s; want %d and %q", a.StatusCode, a.body, tt.status, tt.says)
			}
			if ct := a.Header.Get("Content-Type"); ct != "application/problem+json" {
				t.Errorf("content type %q", ct)
			}
			var p struct {
				Type, Title, Detail string
				Status              int
			}
			if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Status != tt.status || p.Title != http.StatusText(tt.status) || p.Detail == "" {
				t.Errorf("%+v, %v", p, err)
			}
			if a.Header.Get("X-Request-Id") == "" {
				t.Error("no request id")
			}
		})
	}
}

func TestPanicIsHidden(t *testing.T) {
	var log strings.Builder
	s := &server{Config: Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
	h := requestID(s.recoverPanics(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret") })))
	a := ask(t, h, "GET", "/", "", "")
	if a.StatusCode != 500 || strings.Contains(a.body, "secret") || !strings.Contains(a.body, a.Header.Get("X-Request-Id")) {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if !strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), "api_test.go") {
		t.Errorf("the log does not say where: %s", log.String())
	}
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	h, store := newServer(t)
	store.Close()
	for _, target := range []string{"/v1/events", "/readyz"} {
		if a := ask(t, h, "GET", target, "", ""); a.StatusCode != 503 || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", target, a.StatusCode, a.body)
		}
	}
	if a := ask(t, h, "GET", "/healthz", "", ""); a.StatusCode != 200 {
		t.Errorf("/healthz: %d", a.StatusCode)
	}
}

func TestPlainAnswers(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	ask(t, h, "POST", "/v1/articles", "application/json", article)
	for target, want := range map[string]string{
		"/healthz": `"status":"ok"`, "/readyz": `"status":"ok"`, "/v1/types": `"type":"ceasefire_violation"`,
		"/metrics": `demarche_articles_total{outcome="created"} 1`, "/docs/reference": "GET</span> /v1/events", "/openapi.json": `"openapi":"3.1`,
		"/openapi-3.0.json": `"openapi":"3.0`,
	} {
		a := ask(t, h, "GET", target, "", "")
		if a.StatusCode != 200 || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d, %q is missing in %.300s", target, a.StatusCode, want, a.body)
		}
		if head := ask(t, h, "HEAD", target, "", ""); head.StatusCode != 200 {
			t.Errorf("HEAD %s: %d", target, head.StatusCode)
		}
	}
}

// The documented parameters are those that the grammar reads, and the document
// describes every route.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	var documented []string
	for _, p := range parameterDocs {
		documented = append(documented, p.name)
	}
	slices.Sort(documented)
	if diff := cmp.Diff(event.FilterParameters(), documented); diff != "" {
		t.Error(diff)
	}
	h, _ := newServer(t)
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Summary     string
			Responses   map[string]any
		}
	}
	if err := json.Unmarshal([]byte(ask(t, h, "GET", "/openapi.json", "", "").body), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Paths) < 7 {
		t.Errorf("%d paths", len(doc.Paths))
	}
	for path, ops := range doc.Paths {
		for method, op := range ops {
			if op.OperationID == "" || op.Summary == "" || op.Responses["default"] == nil {
				t.Errorf("%s %s is not described: %+v", method, path, op)
			}
		}
	}
}

func TestLinkToNextPage(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	for day := range 3 {
		body := fmt.Sprintf(`{"published_at":"2017-01-1%d","text":"Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo on Monday."}`, day)
		if a := ask(t, h, "POST", "/v1/articles", "application/json", body); a.StatusCode != 201 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	target, seen := "/v1/events?limit=1&actor=NOR", 0
	for target != "" {
		a := ask(t, h, "GET", target, "", "")
		var page struct {
			Events     []event.Event `json:"events"`
			NextCursor *string       `json:"next_cursor"`
		}
		if err := json.Unmarshal([]byte(a.body), &page); err != nil || page.NextCursor == nil {
			t.Fatalf("%s: %v in %s", target, err, a.body)
		}
		seen += len(page.Events)
		target = ""
		if link := a.Header.Get("Link"); link != "" {
			target, _, _ = strings.Cut(strings.TrimPrefix(link, "<"), ">")
		}
		if (*page.NextCursor == "") != (target == "") || seen > 3 {
			t.Fatalf("cursor %q with link %q after %d events", *page.NextCursor, target, seen)
		}
	}
	if seen != 3 {
		t.Errorf("%d events over all pages, want 3", seen)
	}
}

func FuzzBody(f *testing.F) {
	f.Add("application/json", []byte(article))
	f.Add("text/plain", []byte("Ministers met."))
	f.Add("text/plain; charset=utf-8", []byte("\xff"))
	f.Add("", []byte(`{"text":17}`))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		in := draftInput{request: request{contentType: contentType}, RawBody: body}
		a, err := in.article(maxTestText, time.Now())
		if err != nil {
			if e, ok := event.AsError(err); !ok || statusOf[e.Code] == 0 || e.Detail == "" {
				t.Fatalf("%v is no answer", err)
			}
			return
		}
		if a.Text == "" || len(a.Text) > maxTestText || strings.ContainsRune(a.Text, 0) {
			t.Fatalf("accepted %q", a.Text)
		}
	})
}

func BenchmarkPostArticle(b *testing.B) {
	h, _ := newServer(b)
	text := strings.Repeat("Norwegian Foreign Minister Borge Brende met his Chilean counterpart Heraldo Munoz in Oslo on Thursday, "+
		"and the two ministers signed an agreement on fisheries after talks that had begun in March. ", 13) // about 400 words
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		body := fmt.Sprintf(`{"published_at":"2017-01-27","external_id":"%d","text":"%d. %s"}`, i, i, text)
		if a := ask(b, h, "POST", "/v1/articles", "application/json", body); a.StatusCode != 201 {
			b.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
}

func BenchmarkGetPage(b *testing.B) {
	h, _ := newServer(b)
	for i := range 60 {
		body := fmt.Sprintf(`{"published_at":"2017-01-27","external_id":"%d","text":"%d. Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo."}`, i, i)
		if a := ask(b, h, "POST", "/v1/articles", "application/json", body); a.StatusCode != 201 {
			b.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if a := ask(b, h, "GET", "/v1/events?limit=50&actor=NOR", "", ""); a.StatusCode != 200 || strings.Count(a.body, `"type":"meeting"`) != 50 {
			b.Fatalf("%d", a.StatusCode)
		}
	}
}
