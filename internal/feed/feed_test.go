package feed

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/extract"
	"demarche/internal/gazetteer"
	"demarche/internal/ingest"
	"demarche/internal/nlp"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/text/encoding/charmap"
)

// coder is made once: it takes a while.
var coder = sync.OnceValues(func() (*extract.Extractor, error) {
	g, err := gazetteer.New()
	if err != nil {
		return nil, err
	}
	analyzer, err := nlp.New()
	if err != nil {
		return nil, err
	}
	return extract.New(analyzer, g)
})

// site is a web server that keeps the requests that it had.
type site struct {
	*httptest.Server
	mux  *http.ServeMux
	mu   sync.Mutex
	seen []string
}

func newSite(t *testing.T) *site {
	s := &site{mux: http.NewServeMux()}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, r.URL.Path)
		s.mu.Unlock()
		s.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) requests(path string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.seen {
		if p == path {
			n++
		}
	}
	return n
}

func (s *site) says(path, contentType, body string) {
	s.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(body))
	})
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func newWatcher(t *testing.T, allowed []netip.Prefix) (*Watcher, *db.Store) {
	t.Helper()
	x, err := coder()
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(t.Context(), db.Config{URL: dbtest.New(t), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return New(store, ingest.New(x, store, prometheus.NewRegistry()), 1<<20, slog.New(slog.DiscardHandler),
		Config{Agent: "Demarche/test", Allowed: allowed, Now: time.Now}), store
}

// poll adds a feed and polls it.
func poll(t *testing.T, w *Watcher, store *db.Store, f db.Feed) db.Feed {
	t.Helper()
	if f.Every == 0 {
		f.Every = 900
	}
	f, _, err := store.AddFeed(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if polled, err := w.PollNext(t.Context()); err != nil || !polled {
		t.Fatalf("%t %v", polled, err)
	}
	if f, err = store.Feed(t.Context(), f.ID); err != nil {
		t.Fatal(err)
	}
	return f
}

const sentence = "Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo on Thursday, and they spoke about the sea."

func newsPage(title string) string {
	return "<html><head><title>" + title + "</title></head><body><nav>Home</nav><article><h1>" + title + "</h1><p>" + sentence + "</p></article></body></html>"
}

func rss(items ...string) string {
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>World news</title><link>/</link>` + strings.Join(items, "") + `</channel></rss>`
}

func entry(link, date string) string {
	return "<item><title>Entry " + link + "</title><link>" + link + "</link><pubDate>" + date + "</pubDate></item>"
}

const day = "Fri, 27 Jan 2017 10:00:00 GMT"

func TestPoll(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, store := newWatcher(t, loopback)
	s.mux.HandleFunc("/feed", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, rss(entry("/a", day), entry("/b#part", day)))
	})
	s.says("/a", "text/html", newsPage("A"))
	s.says("/b", "text/html; charset=utf-8", newsPage("B")+" ")
	f := poll(t, w, store, db.Feed{URL: s.URL + "/feed", FetchPages: true, Source: "Example"})
	if f.Error != "" || f.Warning != "" || *f.Status != 200 || f.Articles != 2 || f.Entries != 2 || f.Title != "World news" || f.SucceedAt == nil || f.ChangedAt == nil {
		t.Fatalf("%+v", f)
	}
	found, err := store.KnownURLs(t.Context(), []string{s.URL + "/a", s.URL + "/b"})
	if err != nil || len(found) != 2 {
		t.Errorf("%v %v", found, err)
	}
	f = poll(t, w, store, f) // adding it again polls it again
	if f.Error != "" || *f.Status != 304 || f.Articles != 2 || s.requests("/a") != 1 || s.requests("/robots.txt") != 1 {
		t.Errorf("again: %+v", f)
	}
	if wait := f.NextAt.Sub(*f.PolledAt); wait < 15*time.Minute || wait > 17*time.Minute {
		t.Errorf("the next poll is in %s", wait)
	}
	if polled, err := w.PollNext(t.Context()); polled || err != nil {
		t.Errorf("none is due: %t %v", polled, err)
	}
}

func TestPollTakesTheTextOfTheFeed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, store := newWatcher(t, loopback)
	atom := `<feed xmlns="http://www.w3.org/2005/Atom"><title>Søk</title><entry><id>tag:1</id><title>One</title><updated>2017-01-27T10:00:00Z</updated>
		<content type="html">&lt;p&gt;` + sentence + `&lt;/p&gt;</content></entry></feed>`
	latin, err := charmap.ISO8859_1.NewEncoder().String(`<?xml version="1.0" encoding="ISO-8859-1"?>` + atom)
	if err != nil {
		t.Fatal(err)
	}
	s.says("/atom", "application/atom+xml", latin)
	f := poll(t, w, store, db.Feed{URL: s.URL + "/atom"})
	if f.Error != "" || f.Warning != "" || f.Articles != 1 || f.Title != "Søk" {
		t.Errorf("%+v", f)
	}
	if f = poll(t, w, store, f); f.Articles != 1 || f.Error != "" {
		t.Errorf("again: %+v", f)
	}
}

// Whatever comes from outside changes nothing but the state of its feed.
func TestHostileFeeds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, store := newWatcher(t, loopback)
	w.fetch.client.Timeout = 2 * time.Second
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 300 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	packed := func(path, contentType string) {
		s.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		})
	}
	endless := func(path, contentType, begin string) {
		s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write([]byte(begin))
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte(" "), 1<<16)); err != nil {
					return
				}
			}
		})
	}
	packed("/bomb", "application/rss+xml")
	packed("/bombpage", "text/html")
	endless("/endless", "application/rss+xml", "<rss>")
	endless("/endlesspage", "text/html", "<html>")
	s.mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	s.mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	for name, to := range map[string]string{"private": "http://10.0.0.1/", "metadata": "http://169.254.169.254/latest/", "six": "http://[::1]:1/", "file": "file:///etc/passwd"} {
		s.mux.HandleFunc("/to/"+name, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	}
	s.says("/broken", "application/rss+xml", `<rss><channel><title>x</title><item><title>a</ti`)
	s.says("/page", "text/html", newsPage("x"))
	s.says("/charset", "application/rss+xml", `<?xml version="1.0" encoding="klingon"?><rss version="2.0"><channel><title>x</title></channel></rss>`)
	s.says("/laughs", "application/rss+xml", `<!DOCTYPE a [<!ENTITY b "`+strings.Repeat("ha", 1000)+`"><!ENTITY c "&b;&b;&b;">]><rss version="2.0"><channel><title>&c;</title></channel></rss>`)
	s.mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	s.mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	for path, want := range map[string]string{
		"/bomb": "more than", "/endless": "more than", "/slow": "in time", "/loop": "redirects", "/to/private": "not on the open internet",
		"/to/metadata": "not on the open internet", "/to/six": "not on the open internet", "/to/file": "file", "/broken": "no RSS", "/page": "no RSS",
		"/none": "404", "/gone": "410", "/busy": "429",
	} {
		f := poll(t, w, store, db.Feed{URL: s.URL + path, FetchPages: true})
		if !strings.Contains(f.Error, want) || f.Failures != 1 || f.ErrorAt == nil || f.Articles != 0 || !f.NextAt.After(time.Now().Add(29*time.Minute)) {
			t.Errorf("%s: %+v", path, f)
		}
		if path == "/gone" && !f.Paused || path == "/busy" && f.NextAt.Before(time.Now().Add(2*time.Hour-time.Minute)) {
			t.Errorf("%s: %+v", path, f)
		}
	}
	for _, path := range []string{"/charset", "/laughs"} { // read or not: nothing comes of it
		if f := poll(t, w, store, db.Feed{URL: s.URL + path, FetchPages: true}); f.Articles != 0 {
			t.Errorf("%s: %+v", path, f)
		}
	}
	s.says("/pdf", "application/pdf", "%PDF")
	s.says("/empty", "text/html", "")
	s.says("/deep", "text/html", strings.Repeat("<b>a", 5000))
	s.says("/good", "text/html", newsPage("Good"))
	s.says("/pages", "application/rss+xml", rss(entry("/bombpage", day), entry("/endlesspage", day), entry("/to/private", day), entry("/pdf", day), entry("/empty", day), entry("/deep", day),
		entry("javascript:alert(1)", day), entry("http://[bad", day), "<item></item>", "<item><title>\x01</title></item>", entry("/good", "Fri, 31 Dec 9999 23:59:59 GMT")))
	f := poll(t, w, store, db.Feed{URL: s.URL + "/pages", FetchPages: true})
	if f.Articles != 1 || f.Error != "" || !strings.Contains(f.Warning, "entries could not be read") {
		t.Errorf("%+v", f)
	}
}

// Without a word from the configuration, nothing on this machine is reached.
func TestLoopbackIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, store := newWatcher(t, nil)
	s.says("/feed", "application/rss+xml", rss())
	for _, url := range []string{s.URL + "/feed", strings.Replace(s.URL, "127.0.0.1", "localhost", 1) + "/feed", strings.Replace(s.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1) + "/feed"} {
		if f := poll(t, w, store, db.Feed{URL: url}); !strings.Contains(f.Error, "not on the open internet") {
			t.Errorf("%s: %+v", url, f)
		}
	}
	if len(s.seen) != 0 {
		t.Errorf("the server was asked for %v", s.seen)
	}
}

func TestRobots(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, store := newWatcher(t, loopback)
	s.says("/robots.txt", "text/plain", "User-agent: demarche\nDisallow: /secret\n\nUser-agent: *\nDisallow: /\n")
	s.says("/feed", "application/rss+xml", rss(entry("/secret/a", day), entry("/b", day)))
	s.says("/b", "text/html", newsPage("B"))
	f := poll(t, w, store, db.Feed{URL: s.URL + "/feed", FetchPages: true})
	if f.Articles != 1 || !strings.Contains(f.Warning, "robots.txt") || s.requests("/secret/a") != 0 {
		t.Errorf("%+v", f)
	}
	away := newSite(t)
	away.mux.HandleFunc("/robots.txt", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	if f := poll(t, w, store, db.Feed{URL: away.URL + "/feed"}); !strings.Contains(f.Error, "robots.txt: the server answered 500") || away.requests("/feed") != 0 {
		t.Errorf("%+v", f)
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	w := &Watcher{fetch: &fetcher{Config: Config{Now: time.Now}}}
	f := db.Feed{Every: 900}
	for i, want := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		w.settle(&f, fmt.Errorf("no"))
		if wait := f.NextAt.Sub(*f.PolledAt); wait < want || wait > want*11/10+time.Second || f.Failures != i+1 {
			t.Errorf("after %d failures: %s, want %s", i+1, wait, want)
		}
	}
	if w.settle(&f, nil); f.Failures != 0 || f.Error != "" || f.ErrorAt == nil {
		t.Errorf("%+v", f)
	}
}

func TestOneWatcherAtATime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, store := newWatcher(t, loopback)
	s.says("/feed", "application/rss+xml", rss())
	if _, _, err := store.AddFeed(t.Context(), db.Feed{URL: s.URL + "/feed", Every: 900}); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { _, _ = w.PollNext(t.Context()) })
	}
	wait.Wait()
	if n := s.requests("/feed"); n != 1 {
		t.Errorf("polled %d times", n)
	}
}
