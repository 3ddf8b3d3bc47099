package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"demarche/api/client"
	"demarche/db/dbtest"
)

// A server that watches takes in what a feed has, and says how it went.
func TestServeWatches(t *testing.T) {
	t.Parallel()
	news := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/feed":
			fmt.Fprint(w, `<rss version="2.0"><channel><title>News</title><item><title>Oslo</title><link>/a</link><pubDate>Fri, 27 Jan 2017 10:00:00 GMT</pubDate></item></channel></rss>`)
		case "/a":
			fmt.Fprint(w, `<html><body><article><p>Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo on Thursday.</p></article></body></html>`)
		default:
			http.NotFound(w, r)
		}
	}))
	defer news.Close()
	ctx := t.Context()
	for _, tt := range []struct {
		arguments []string
		articles  int64
		failures  int
	}{{[]string{"--allow-address", "127.0.0.0/8"}, 1, 0}, {nil, 0, 1}} {
		p := serve(t, append([]string{"--watch", "--host-delay", "1ms", "--database-url", dbtest.New(t)}, tt.arguments...)...)
		f, err := p.AddFeed(ctx, client.Feed{URL: news.URL + "/feed"})
		if err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); f.PolledAt == nil; {
			if f, err = p.Feed(ctx, f.ID); err != nil || time.Now().After(deadline) {
				t.Fatalf("it is not polled: %+v %v %s", f, err, p.stderr)
			}
		}
		page, err := p.Page(ctx, nil)
		if f.Articles != tt.articles || f.Failures != tt.failures || (f.Error != "") != (tt.failures > 0) || err != nil || len(page.Events) != int(tt.articles) {
			t.Errorf("%v: %+v, %d events, %v", tt.arguments, f, len(page.Events), err)
		}
	}
}
