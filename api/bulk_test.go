package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"demarche/db"
)

func meetingLine(i int) string {
	return fmt.Sprintf(`{"id":"m%d","published_at":"2017-01-27","text":"Report %d: Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo."}`, i, i)
}

func TestManyArticles(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	body := meetingLine(1) + "\n{bad\n\n" + meetingLine(1) + "\n" + `{"text":"` + strings.Repeat("a", maxTestText+1) + `"}` + "\n" +
		`{"id":"f","text":"Le ministre des Affaires étrangères a rencontré jeudi à Paris son homologue chilien, avec qui il a parlé de la guerre."}` + "\n" + meetingLine(2)
	for round, outcome := range []db.Outcome{db.Created, db.Unchanged} {
		status := 201 - round
		w := ask(t, h, "POST", "/v1/articles", "application/x-ndjson; charset=utf-8", body)
		if w.StatusCode != 200 || w.Header.Get("Content-Type") != "application/x-ndjson" {
			t.Fatalf("%d %s", w.StatusCode, w.body)
		}
		var got []postedLine
		for l := range strings.Lines(w.body) {
			var p postedLine
			if err := json.Unmarshal([]byte(l), &p); err != nil {
				t.Fatalf("%s: %v", l, err)
			}
			got = append(got, p)
		}
		if len(got) != 6 {
			t.Fatalf("%d results: %s", len(got), w.body)
		}
		for i, want := range []struct {
			line, status int
			outcome      db.Outcome
			events       int
		}{{1, status, outcome, 1}, {2, 400, "", 0}, {4, 200, db.Unchanged, 1}, {5, 413, "", 0}, {6, status, outcome, 0}, {7, status, outcome, 1}} {
			p := got[i]
			if p.Line != want.line || p.Status != want.status || p.Outcome != want.outcome || len(p.Events) != want.events {
				t.Errorf("round %d: %+v, want %+v", round, p, want)
			}
		}
		if got[0].ID == "" || got[0].ID != got[2].ID || !strings.Contains(got[1].Error, "JSON object") || !strings.Contains(got[4].Note, "language is fr") {
			t.Errorf("%s", w.body)
		}
	}
	if w := ask(t, h, "POST", "/v1/articles?title=x", "application/x-ndjson", meetingLine(3)); w.StatusCode != 400 {
		t.Errorf("a parameter: %d %s", w.StatusCode, w.body)
	}
	if w := ask(t, h, "POST", "/v1/articles", "application/x-ndjson", ""); w.StatusCode != 200 || w.body != "" {
		t.Errorf("nothing: %d %q", w.StatusCode, w.body)
	}
}

// The first results come while the client still sends.
func TestManyArticlesStream(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	server := httptest.NewServer(h)
	defer server.Close()
	in, out := io.Pipe()
	defer out.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/v1/articles", in)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	go func() {
		for i := range 2 * bulkChunk {
			fmt.Fprintln(out, meetingLine(i))
		}
	}()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewReader(resp.Body)
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, `"status":201`) {
		t.Errorf("%q %v", line, err)
	}
	out.Close()
	rest, err := io.ReadAll(lines)
	if n := strings.Count(string(rest), "\n"); err != nil || n != 2*bulkChunk-1 {
		t.Errorf("%d further results, %v", n, err)
	}
}

// The database goes away between two chunks: the answer says from where on
// nothing was stored, and breaks off.
func TestManyArticlesLoseTheDatabase(t *testing.T) {
	t.Parallel()
	h, store := newServer(t)
	server := httptest.NewServer(h)
	defer server.Close()
	in, out := io.Pipe()
	defer out.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/v1/articles", in)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	go func() {
		for i := range bulkChunk {
			fmt.Fprintln(out, meetingLine(i))
		}
	}()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewReader(resp.Body)
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, `"status":201`) {
		t.Fatalf("%q %v", line, err)
	}
	store.Close()
	fmt.Fprintln(out, meetingLine(bulkChunk))
	out.Close()
	rest, err := io.ReadAll(lines)
	if want := fmt.Sprintf(`{"line":%d,"status":503,`, bulkChunk+1); err == nil || !strings.Contains(string(rest), want) {
		t.Errorf("%q %v", rest, err)
	}
}

const newsPage = `<html lang="en"><head><title>Ministers meet in Oslo</title><meta property="article:published_time" content="2017-01-27T09:00:00Z"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Ministers meet in Oslo</h1>
<p>Norwegian Foreign Minister Borge Brende met his Chilean counterpart Heraldo Munoz in Oslo on Thursday.</p>
<p>They said that a treaty on fishing would be signed within the year, and that both sides were content.</p></article>
<footer>All rights reserved.</footer></body></html>`

func TestPageIsArticle(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	asJSON, err := json.Marshal(map[string]string{"html": newsPage, "external_id": "p"})
	if err != nil {
		t.Fatal(err)
	}
	for media, body := range map[string]string{"text/html": newsPage, "application/json": string(asJSON)} {
		w := ask(t, h, "POST", "/v1/extract", media, body)
		if w.StatusCode != 200 || !strings.Contains(w.body, `"type":"meeting"`) || !strings.Contains(w.body, `"start":"2017-01-26"`) {
			t.Errorf("%s: %d %s", media, w.StatusCode, w.body)
		}
	}
	w := ask(t, h, "POST", "/v1/articles?url=https://news.example/oslo&source=Example", "text/html; charset=utf-8", newsPage)
	var got coded
	if err := json.Unmarshal([]byte(w.body), &got); err != nil || w.StatusCode != 201 {
		t.Fatalf("%d %s", w.StatusCode, w.body)
	}
	a := got.Article
	if a.Title != "Ministers meet in Oslo" || a.Published.String() != "2017-01-27" || a.URL != "https://news.example/oslo" || strings.Contains(a.Text, "rights") || !strings.HasPrefix(a.Text, "Norwegian") {
		t.Errorf("%+v", a)
	}
	for body, status := range map[string]int{"<html><body></body></html>": 400, strings.Repeat("<p>a</p>", maxTestText): 413} {
		if w := ask(t, h, "POST", "/v1/articles", "text/html", body); w.StatusCode != status {
			t.Errorf("%.20s: %d %s", body, w.StatusCode, w.body)
		}
	}
}

func TestLanguageIsTold(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	w := ask(t, h, "POST", "/v1/articles", "text/plain", "Der deutsche Außenminister traf am Donnerstag seinen norwegischen Kollegen in Berlin und sprach mit ihm über den Krieg.")
	if w.StatusCode != 201 || !strings.Contains(w.body, `"language":"de"`) || !strings.Contains(w.body, `"events":[]`) || !strings.Contains(w.body, "only English is coded") {
		t.Errorf("%d %s", w.StatusCode, w.body)
	}
	if r := ask(t, h, "GET", w.Header.Get("Location"), "", ""); !strings.Contains(r.body, "only English is coded") {
		t.Errorf("%s", r.body)
	}
}
