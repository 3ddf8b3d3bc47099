package api

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	public "demarche/api/client"
	"demarche/db"
)

func TestFeeds(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	const address = "https://news.example/feed.xml"
	w := ask(t, h, "POST", "/v1/feeds", "application/json", `{"url":"`+address+`","source":"Example"}`)
	var f db.Feed
	if err := json.Unmarshal([]byte(w.body), &f); err != nil || w.StatusCode != 201 || w.Header.Get("Location") != "/v1/feeds/"+f.ID.String() {
		t.Fatalf("%d %s", w.StatusCode, w.body)
	}
	if f.URL != address || f.Every != 900 || !f.FetchPages || f.Paused || f.Source != "Example" || f.Failures != 0 || f.Status != nil {
		t.Errorf("%+v", f)
	}
	one := w.Header.Get("Location")
	for _, tt := range []struct {
		method, target, body string
		status               int
		holds                string
	}{
		{"POST", "/v1/feeds", `{"url":"` + address + `","every_seconds":3600}`, 200, `"every_seconds":3600`},
		{"GET", "/v1/feeds", "", 200, address},
		{"GET", "/v1/feeds?x=1", "", 400, "query.x"},
		{"GET", one, "", 200, address},
		{"PATCH", one, `{"paused":true,"fetch_pages":false}`, 200, `"fetch_pages":false`},
		{"PATCH", one, `{"url":"https://other.example/"}`, 400, "body.url"},
		{"PATCH", one, `{"every_seconds":5}`, 400, "body.every_seconds"},
		{"POST", "/v1/feeds", `{}`, 400, "body.url"},
		{"POST", "/v1/feeds", `{"url":"file:///etc/passwd"}`, 400, "body.url"},
		{"POST", "/v1/feeds", `{"url":"https://a:b@news.example/"}`, 400, "body.url"},
		{"POST", "/v1/feeds", `{`, 400, "body"},
		{"DELETE", one, "", 204, ""},
		{"DELETE", one, "", 404, "no such feed"},
		{"GET", one, "", 404, "no such feed"},
		{"PATCH", one, `{}`, 404, "no such feed"},
		{"GET", "/v1/feeds", "", 200, `"feeds":[]`},
	} {
		w := ask(t, h, tt.method, tt.target, "application/json", tt.body)
		if w.StatusCode != tt.status || !strings.Contains(w.body, tt.holds) {
			t.Errorf("%s %s %s: %d %s", tt.method, tt.target, tt.body, w.StatusCode, w.body)
		}
	}
}

func TestClientOfFeeds(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	server := httptest.NewServer(h)
	defer server.Close()
	c, ctx := public.New(server.URL, nil), t.Context()
	f, err := c.AddFeed(ctx, public.Feed{URL: "https://news.example/feed.xml"})
	if err != nil || *f.Every != 900 {
		t.Fatalf("%+v %v", f, err)
	}
	paused := true
	if f, err = c.ChangeFeed(ctx, public.Feed{ID: f.ID, Paused: &paused}); err != nil || !*f.Paused || *f.Every != 900 {
		t.Errorf("%+v %v", f, err)
	}
	if f, err = c.Feed(ctx, f.ID); err != nil || !*f.Paused {
		t.Errorf("%+v %v", f, err)
	}
	if err := c.RemoveFeed(ctx, f.ID); err != nil {
		t.Error(err)
	}
	if all, err := c.Feeds(ctx); err != nil || len(all) != 0 {
		t.Errorf("%v %v", all, err)
	}
	n := 0
	for p, err := range c.PostArticles(ctx, func(yield func(public.Draft) bool) {
		for i := range 40 {
			var d public.Draft
			if err := json.Unmarshal([]byte(meetingLine(i)), &d); err != nil || !yield(d) {
				return
			}
		}
	}) {
		if n++; err != nil || p.Status != 201 || p.Line != n || len(p.Events) != 1 {
			t.Fatalf("%+v %v", p, err)
		}
	}
	if n != 40 {
		t.Errorf("%d results", n)
	}
}
