package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"demarche/internal/event"
)

// posted puts an article of one meeting and gives the id of its event.
func posted(t *testing.T, h http.Handler, url, guest string) string {
	t.Helper()
	a := ask(t, h, "POST", "/v1/articles", "application/json", fmt.Sprintf(`{"published_at":"2017-01-27","url":%[1]q,"title":%[1]q,
		"text":"Norwegian Foreign Minister Borge Brende met %[2]s in Oslo on Thursday."}`, url, guest))
	var body struct{ Events []event.Event }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || len(body.Events) != 1 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	return body.Events[0].ID.String()
}

const (
	chilean  = "his Chilean counterpart Heraldo Munoz"
	japanese = "his Japanese counterpart Fumio Kishida"
)

func TestChangesAndHistory(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	first := posted(t, h, "https://news.example/1", chilean)
	posted(t, h, "https://news.example/2", japanese)
	posted(t, h, "https://news.example/1", japanese) // a revision of the first
	type answerBody struct {
		Changes []struct {
			Position int64
			Action   string
			EventID  string `json:"event_id"`
			Event    event.Event
		}
		Next string `json:"next_cursor"`
		More bool
	}
	get := func(query string) answerBody {
		t.Helper()
		a := ask(t, h, "GET", "/v1/changes"+query, "", "")
		var body answerBody
		if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.StatusCode != 200 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
		return body
	}
	all := get("")
	if len(all.Changes) < 3 || all.Changes[0].Action != "created" || all.Changes[0].EventID != first || all.More {
		t.Fatalf("%+v", all)
	}
	var walked int
	for next := "0"; ; {
		page := get("?limit=1&since=" + next)
		walked += len(page.Changes)
		if next = page.Next; !page.More {
			break
		}
	}
	if walked != len(all.Changes) {
		t.Errorf("walked %d of %d changes", walked, len(all.Changes))
	}
	if got := get("?actor=CHL"); len(got.Changes) != 2 || got.Changes[0].Action != "created" || got.Changes[1].Action == "created" {
		t.Errorf("of Chile: %+v", got)
	}
	if got := get("?since=latest"); len(got.Changes) != 0 || got.Next != all.Next {
		t.Errorf("of the future: %+v", got)
	}
	history := ask(t, h, "GET", "/v1/events/"+first+"/history", "", "")
	if history.StatusCode != 200 || !strings.Contains(history.body, `"revision":1`) || !strings.Contains(history.body, `"until":`) {
		t.Errorf("%d %s", history.StatusCode, history.body)
	}
	if head := ask(t, h, "HEAD", "/v1/stream", "", ""); head.StatusCode != 200 || head.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD of the stream: %d %v", head.StatusCode, head.Header)
	}
	for target, want := range map[string]int{
		"/v1/changes?since=x": 400, "/v1/changes?since=-1": 400, "/v1/changes?limit=1001": 400, "/v1/changes?as_of=2017-01-01": 400, "/v1/changes?sinse=1": 400,
		"/v1/events/01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081/history": 404, "/v1/events/" + first + "?as_of=2017-01-01": 404, "/v1/events/" + first + "?as_of=x": 400,
		"/v1/stream?since=x": 400, "/v1/stream?order=date": 400,
	} {
		if a := ask(t, h, "GET", target, "", ""); a.StatusCode != want {
			t.Errorf("%s: %d %s", target, a.StatusCode, a.body)
		}
	}
}

// subscribe opens a stream and gives its events as "id action".
func subscribe(ctx context.Context, t *testing.T, url, last string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %d", url, a.StatusCode)
	}
	events := make(chan string, 100)
	lines := bufio.NewReader(a.Body)
	if line, err := lines.ReadString('\n'); err != nil || line != ":connected\n" {
		t.Fatalf("%q, %v", line, err)
	}
	go func() {
		defer close(events)
		defer a.Body.Close()
		id := ""
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			if v, ok := strings.CutPrefix(line, "id: "); ok {
				id = strings.TrimSpace(v)
			}
			if v, ok := strings.CutPrefix(line, "event: "); ok {
				events <- id + " " + strings.TrimSpace(v)
			}
		}
	}()
	return events
}

// TestStream has many listeners, some with a filter, some that come late: each
// gets every change that concerns it once and in order.
func TestStream(t *testing.T) {
	t.Parallel()
	h, store := newServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var tending sync.WaitGroup
	tending.Go(func() { store.Tend(ctx) })
	defer tending.Wait()
	defer cancel()
	server := httptest.NewServer(h)
	defer server.Close()
	defer cancel()
	var everything []<-chan string
	for range 50 {
		everything = append(everything, subscribe(ctx, t, server.URL+"/v1/stream", ""))
	}
	chile := subscribe(ctx, t, server.URL+"/v1/stream?actor=CHL", "")
	posted(t, h, "https://news.example/1", chilean)
	posted(t, h, "https://news.example/2", japanese)
	posted(t, h, "https://news.example/3", chilean)
	late := subscribe(ctx, t, server.URL+"/v1/stream", "1")
	beginning := subscribe(ctx, t, server.URL+"/v1/stream?since=0", "")
	expect := func(name string, events <-chan string, want ...string) {
		t.Helper()
		for _, w := range want {
			select {
			case got := <-events:
				if got != w {
					t.Errorf("%s: %q, want %q", name, got, w)
				}
			case <-ctx.Done():
				t.Fatalf("%s: nothing came, want %q", name, w)
			}
		}
	}
	for _, events := range everything {
		expect("all", events, "1 created", "2 created", "3 created")
	}
	expect("Chile", chile, "1 created", "3 created")
	expect("from the first", late, "2 created", "3 created")
	expect("from the beginning", beginning, "1 created", "2 created", "3 created")
	posted(t, h, "https://news.example/4", chilean)
	for _, events := range append(everything, chile, late, beginning) {
		expect("later", events, "4 created")
	}
}

// TestStreamCutsSlowClients fills a listener's queue.
func TestStreamCutsSlowClients(t *testing.T) {
	t.Parallel()
	_, store := newServer(t)
	b := newHub(store, func(error) {})
	l := b.join(event.Filter{})
	defer b.leave(l)
	for range cap(l.changes) + 1 {
		b.hand(l, nil)
	}
	for range cap(l.changes) {
		if _, ok := <-l.changes; !ok {
			t.Fatal("cut too early")
		}
	}
	if _, ok := <-l.changes; ok {
		t.Error("not cut")
	}
}

// TestStreamEndsWithTheProgram closes the server while somebody listens.
func TestStreamEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	closing := make(chan struct{})
	h, _ := newServer(t, func(c *Config) { c.Closing = closing })
	server := httptest.NewServer(h)
	defer server.Close()
	a, err := http.Get(server.URL + "/v1/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	close(closing)
	if _, err := io.ReadAll(a.Body); err != nil {
		t.Error(err)
	}
}
