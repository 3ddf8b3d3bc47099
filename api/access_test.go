package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"demarche/db"
	"demarche/internal/access"

	"github.com/google/uuid"
)

var testNow = time.Date(2017, 1, 31, 12, 0, 0, 0, time.UTC)

// newKey makes a key and gives its secret.
func newKey(t testing.TB, store *db.Store, scope access.Scope, expires *time.Time) (secret string, id uuid.UUID) {
	t.Helper()
	secret, hash := access.NewSecret()
	k, err := store.CreateKey(t.Context(), access.Key{Name: string(scope), Scope: scope, ExpiresAt: expires}, hash)
	if err != nil {
		t.Fatal(err)
	}
	return secret, k.ID
}

// askAs asks with an Authorization header, if it is not empty.
func askAs(t testing.TB, h http.Handler, method, target, authorization, body string, headers ...string) answered {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answered{w.Result(), w.Body.String()}
}

// operations gives every operation of the OpenAPI document, with ids filled in,
// and the routes beside it.
func operations(t testing.TB, h http.Handler) [][2]string {
	t.Helper()
	var spec struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(ask(t, h, "GET", "/openapi.json", "", "").body), &spec); err != nil {
		t.Fatal(err)
	}
	all := [][2]string{{"GET", "/metrics"}, {"POST", "/v1/unknown"}, {"PUT", "/"}, {"DELETE", "/v1/events"}}
	for path, methods := range spec.Paths {
		path = strings.NewReplacer("{id}", uuid.NewString(), "{suffix}", "json").Replace(path)
		for method := range methods {
			if path != "/v1/stream" { // it does not end
				all = append(all, [2]string{strings.ToUpper(method), path})
			}
		}
	}
	if len(all) < 20 {
		t.Fatalf("only %d operations", len(all))
	}
	return all
}

// TestEveryRouteWithEveryKey asks for each route with each sort of key.
func TestEveryRouteWithEveryKey(t *testing.T) {
	t.Parallel()
	for _, closed := range []bool{false, true} {
		t.Run(fmt.Sprintf("reading closed %t", closed), func(t *testing.T) {
			t.Parallel()
			h, store := newServer(t, func(c *Config) { c.Access.ReadWithKey = closed })
			routes := operations(t, h)
			for _, route := range routes { // while there are no keys everything is open
				if a := askAs(t, h, route[0], route[1], "", "{}"); a.StatusCode == 401 || a.StatusCode == 403 {
					t.Errorf("no keys: %s %s is answered with %d", route[0], route[1], a.StatusCode)
				}
			}
			read, _ := newKey(t, store, access.Read, nil)
			write, _ := newKey(t, store, access.Write, nil)
			admin, _ := newKey(t, store, access.Admin, nil)
			expired, _ := newKey(t, store, access.Admin, &testNow)
			revoked, id := newKey(t, store, access.Admin, nil)
			if a := askAs(t, h, "GET", "/v1/audit", "Bearer "+revoked, ""); a.StatusCode != 200 {
				t.Fatalf("before it is revoked: %d %s", a.StatusCode, a.body)
			}
			if _, err := store.RevokeKey(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			unknown, _ := access.NewSecret()
			for _, route := range routes {
				need := scopeOf(route[0], route[1])
				for _, tt := range []struct {
					name, authorization string
					scope               access.Scope
					bad                 bool
				}{
					{"none", "", "", false},
					{"read", "Bearer " + read, access.Read, false},
					{"write", "bearer " + write, access.Write, false},
					{"admin", "Bearer " + admin, access.Admin, false},
					{"expired", "Bearer " + expired, "", true},
					{"revoked", "Bearer " + revoked, "", true},
					{"unknown", "Bearer " + unknown, "", true},
					{"malformed", "Bearer ' OR 1=1 --", "", true},
					{"basic", "Basic dXNlcjpwYXNz", "", true},
				} {
					a := askAs(t, h, route[0], route[1], tt.authorization, "{}")
					open := need == "" || need == access.Read && !closed
					want := 0 // whatever the route says
					switch {
					case tt.bad:
						want = 401
					case open || tt.scope.Allows(need):
					case tt.scope == "":
						want = 401
					default:
						want = 403
					}
					if got := a.StatusCode; got != want && (want != 0 || got == 401 || got == 403) || got >= 500 {
						t.Errorf("%s %s with the key %q: %d, want %d: %s", route[0], route[1], tt.name, got, want, a.body)
					}
					if want != 0 {
						if a.Header.Get("Content-Type") != "application/problem+json" || a.Header.Get("WWW-Authenticate") == "" {
							t.Errorf("%s %s with the key %q: headers %v", route[0], route[1], tt.name, a.Header)
						}
						for _, secret := range []string{read, write, admin, expired, revoked, unknown} {
							if strings.Contains(a.body, secret) {
								t.Errorf("the answer repeats a secret: %s", a.body)
							}
						}
					}
				}
			}
		})
	}
}

// TestScopesOfRoutes states what the routes need, so that a change of a rule is
// seen.
func TestScopesOfRoutes(t *testing.T) {
	t.Parallel()
	for route, want := range map[string]access.Scope{
		"GET /healthz": "", "GET /": "", "GET /docs": "", "GET /openapi.json": "", "GET /assets/app.js": "",
		"GET /metrics": access.Read, "GET /v1/events": access.Read, "HEAD /v1/events": access.Read, "GET /v1/stream": access.Read, "GET /ogc/collections": access.Read,
		"POST /v1/extract": access.Read, "POST /mcp": access.Read, "DELETE /mcp": access.Read,
		"POST /v1/articles": access.Write, "DELETE /v1/articles/1": access.Write, "POST /v1/events/1/split": access.Write, "GET /v1/feeds": access.Write,
		"POST /v1/extract/": access.Write, "PROPFIND /v1/events": access.Write, "POST /": access.Write,
		"GET /v1/audit": access.Admin,
	} {
		method, path, _ := strings.Cut(route, " ")
		if got := scopeOf(method, path); got != want {
			t.Errorf("%s needs %q, want %q", route, got, want)
		}
	}
}

func TestWritingIsClosedForGood(t *testing.T) {
	t.Parallel()
	h, store := newServer(t)
	_, id := newKey(t, store, access.Write, nil)
	if _, err := store.RevokeKey(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if a := askAs(t, h, "POST", "/v1/articles", "", article); a.StatusCode != 401 {
		t.Errorf("with only a revoked key writing is open: %d", a.StatusCode)
	}
}

func TestAudit(t *testing.T) {
	t.Parallel()
	h, store := newServer(t, func(c *Config) { c.Access.Proxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	if a := askAs(t, h, "POST", "/v1/articles", "", article); a.StatusCode != 201 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	write, id := newKey(t, store, access.Write, nil)
	admin, _ := newKey(t, store, access.Admin, nil)
	askAs(t, h, "POST", "/v1/articles", "Bearer "+write, `{"text":""}`, "X-Request-Id", "second", "X-Forwarded-For", "203.0.113.9, 192.0.2.7")
	askAs(t, h, "POST", "/v1/articles", "", article)                     // not let in
	askAs(t, h, "POST", "/v1/extract", "Bearer "+write, `{"text":"A."}`) // changes nothing
	var got struct {
		Entries []db.Audit
		Next    string `json:"next_cursor"`
	}
	page := func(target string) {
		a := askAs(t, h, "GET", target, "Bearer "+admin, "")
		got.Entries, got.Next = nil, ""
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.StatusCode != 200 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	page("/v1/audit?limit=1")
	if e := got.Entries; len(e) != 1 || *e[0].KeyID != id || e[0].Key != "write" || e[0].Status != 400 || e[0].Request != "second" || e[0].Address != "203.0.113.9" {
		t.Errorf("%+v", got)
	}
	page("/v1/audit?limit=1&cursor=" + got.Next)
	if e := got.Entries; len(e) != 1 || e[0].KeyID != nil || e[0].Status != 201 || e[0].Path != "/v1/articles" || e[0].Address != "192.0.2.1" || got.Next != "" {
		t.Errorf("%+v", got)
	}
}

func TestAddressOf(t *testing.T) {
	t.Parallel()
	s := &server{Config: Config{Access: Access{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}}}
	for _, tt := range []struct{ peer, forwarded, want string }{
		{"198.51.100.1:5", "", "198.51.100.1"},
		{"198.51.100.1:5", "203.0.113.9", "198.51.100.1"}, // no proxy of ours
		{"10.0.0.1:5", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:5", "1.1.1.1, 203.0.113.9", "203.0.113.9"}, // the client's own claim counts for nothing
		{"10.0.0.1:5", "203.0.113.9, 10.2.3.4", "203.0.113.9"},
		{"[::ffff:10.0.0.1]:5", "203.0.113.9", "203.0.113.9"},
		{"[fd00::1]:5", "2001:db8::5", "2001:db8::5"},
		{"10.0.0.1:5", "nonsense", "10.0.0.1"},
		{"@", "203.0.113.9", "invalid IP"}, // a unix socket
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		if got := s.addressOf(r).String(); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
	if a, b := network(netip.MustParseAddr("2001:db8::1")), network(netip.MustParseAddr("2001:db8::ffff:0:0:1")); a != b {
		t.Errorf("%s and %s are one network", a, b)
	}
	if a, b := network(netip.MustParseAddr("192.0.2.1")), network(netip.MustParseAddr("192.0.2.2")); a == b {
		t.Error("two IPv4 addresses are taken for one")
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	now := testNow
	h, store := newServer(t, func(c *Config) {
		c.Access.PerAddress, c.Access.PerKey = 3, 5
		c.Now = func() time.Time { return now }
	})
	statuses := func(n int, authorization string) (got []int, last answered) {
		for range n {
			last = askAs(t, h, "GET", "/v1/types", authorization, "")
			got = append(got, last.StatusCode)
		}
		return got, last
	}
	got, last := statuses(4, "")
	if fmt.Sprint(got) != "[200 200 200 429]" || last.Header.Get("Retry-After") != "20" ||
		last.Header["Ratelimit"][0] != `"address";r=0;t=60` || last.Header["Ratelimit-Policy"][0] != `"address";q=3;w=60` {
		t.Errorf("%v %v", got, last.Header)
	}
	if now = now.Add(20 * time.Second); true {
		if got, _ := statuses(2, ""); fmt.Sprint(got) != "[200 429]" {
			t.Errorf("after Retry-After: %v", got)
		}
	}
	now = now.Add(time.Minute)
	secret, _ := newKey(t, store, access.Read, nil)
	if got, last := statuses(6, "Bearer "+secret); fmt.Sprint(got) != "[200 200 200 200 200 429]" || last.Header["Ratelimit"][0] != `"key";r=0;t=60` {
		t.Errorf("with a key: %v %v", got, last.Header)
	}
	if got, _ := statuses(1, ""); fmt.Sprint(got) != "[200]" {
		t.Errorf("what a key asked for counts for its address: %v", got)
	}
	// Guessing keys ends soon, whatever is guessed then.
	if got, _ := statuses(4, "Bearer wrong"); fmt.Sprint(got) != "[401 401 429 429]" {
		t.Errorf("guessing: %v", got)
	}
}

func TestLimiterForgets(t *testing.T) {
	t.Parallel()
	now := testNow
	l := newLimiter("address", 10, func() time.Time { return now })
	for i := range 10 * leastSweep {
		l.take(httptest.NewRecorder(), fmt.Sprint(i))
		now = now.Add(time.Second)
	}
	if n := len(l.callers); n > leastSweep+1 {
		t.Errorf("%d callers are remembered", n)
	}
}

func TestLoadIsShed(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t, func(c *Config) { c.Access.Slots = 1 })
	ctx := t.Context()
	s := newSlots(1)
	leave, err := s.enter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	entered := make(chan error)
	for range queuePerSlot + 1 { // one more than the queue takes
		go func() {
			leave, err := s.enter(ctx)
			if err == nil {
				leave()
			}
			entered <- err
		}()
	}
	if err := <-entered; err == nil {
		t.Error("the queue has no end")
	}
	leave()
	for range queuePerSlot {
		if err := <-entered; err != nil {
			t.Errorf("who waited is refused: %v", err)
		}
	}
	for range 3 { // slots are given back
		if a := ask(t, h, "GET", "/v1/events", "", ""); a.StatusCode != 200 {
			t.Errorf("%d %s", a.StatusCode, a.body)
		}
	}
}
