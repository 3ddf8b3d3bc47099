package api

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"demarche/web"
)

// Every page forbids what does not come from the server, has nothing written
// into it that the policy would stop, and what it loads is there.
func TestSite(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	inline := regexp.MustCompile(`(?i)<style|<script(\s[^>]*)?>[^<]|\sstyle=|\son[a-z]+=`)
	loads := regexp.MustCompile(`(?:src|<link[^>]*href)="([^"]*)"`)
	pages := []string{"/", "/events/01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081", "/code"}
	for _, c := range contents() {
		for _, name := range c.names {
			if name == "tour" {
				name = ""
			}
			pages = append(pages, strings.TrimSuffix("/docs/"+name, "/"))
		}
	}
	for _, page := range pages {
		a := ask(t, h, "GET", page, "", "")
		policy := a.Header.Get("Content-Security-Policy")
		if a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %d %v", page, a.StatusCode, a.Header)
		}
		if found := inline.FindString(a.body); found != "" && !strings.Contains(page, "reference") {
			t.Errorf("%s has %q in it", page, found)
		}
		for _, m := range loads.FindAllStringSubmatch(a.body, -1) {
			if part := ask(t, h, "GET", m[1], "", ""); part.StatusCode != 200 || !strings.HasPrefix(m[1], "/") {
				t.Errorf("%s loads %s: %d", page, m[1], part.StatusCode)
			}
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, page, nil)
		r.Header.Set("If-None-Match", a.Header.Get("ETag"))
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", page, w.Code)
		}
	}
	for _, missing := range []string{"/static/", "/static/app/", "/static/nothing.css", "/static/../web.go", "/docs/nothing", "/docs/nothing.svg", "/docs/docs.go"} {
		if a := ask(t, h, "GET", missing, "", ""); a.StatusCode != 404 || !strings.Contains(a.body, `"status":404`) {
			t.Errorf("%s: %d %.200s", missing, a.StatusCode, a.body)
		}
	}
	if bundle, err := fs.Glob(web.Static(), "app/*.js"); err == nil && len(bundle) > 0 {
		if a := ask(t, h, "GET", "/static/"+bundle[0], "", ""); !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("the bundle is not kept: %v", a.Header)
		}
	}
	// A program that was built without the bundle says how to have it.
	page, err := fs.ReadFile(web.Static(), "unbuilt.html")
	if err != nil || !strings.Contains(string(page), "make web build") {
		t.Errorf("%v", err)
	}
}
