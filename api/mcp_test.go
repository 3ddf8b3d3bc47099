package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"demarche/internal/access"
	"demarche/internal/event"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// bearerTransport sends a key with each request.
type bearerTransport struct{ secret string }

func (b bearerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.secret != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+b.secret)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// agent connects the official client to a server.
func agent(t *testing.T, h http.Handler, secret string) (*mcp.ClientSession, error) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := c.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: server.URL + "/mcp", HTTPClient: &http.Client{Transport: bearerTransport{secret}}}, nil)
	if err == nil {
		t.Cleanup(func() { session.Close() })
	}
	return session, err
}

func TestAgent(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	if a := ask(t, h, "POST", "/v1/articles", "application/json", article); a.StatusCode != 201 {
		t.Fatal(a.body)
	}
	session, err := agent(t, h, "")
	if err != nil {
		t.Fatal(err)
	}
	tools, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range tools.Tools {
		names = append(names, tool.Name)
		if tool.Description == "" || !tool.Annotations.ReadOnlyHint {
			t.Errorf("%s is not described", tool.Name)
		}
	}
	if want := "dyads extract_events get_event search_events timeline top"; strings.Join(names, " ") != want {
		t.Errorf("tools %v", names)
	}
	call := func(name string, arguments map[string]any) (text string, failed bool) {
		t.Helper()
		r, err := session.CallTool(context.Background(), &mcp.CallToolParams{Name: name, Arguments: arguments})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return r.Content[0].(*mcp.TextContent).Text, r.IsError
	}
	// The answers are those of HTTP.
	for _, tt := range []struct {
		tool, target string
		arguments    map[string]any
	}{
		{"search_events", "/v1/events?limit=20&actor=NOR&actor=CHL&from=2017", map[string]any{"actor": []any{"NOR", "CHL"}, "from": "2017"}},
		{"search_events", "/v1/events?limit=1&type=attack&count=exact", map[string]any{"type": "attack", "count": "exact", "limit": 1}},
		{"timeline", "/v1/stats/timeline?interval=day&country=NO", map[string]any{"interval": "day", "country": "NO"}},
		{"top", "/v1/stats/top?field=actor&quad_class=1", map[string]any{"field": "actor", "quad_class": 1}},
		{"dyads", "/v1/stats/dyads", nil},
	} {
		got, failed := call(tt.tool, tt.arguments)
		if diff := cmp.Diff(ask(t, h, "GET", tt.target, "", "").body, got); diff != "" || failed {
			t.Errorf("%s: HTTP (-) and the tool (+):\n%s", tt.tool, diff)
		}
	}
	var page struct{ Events []event.Event }
	found, _ := call("search_events", map[string]any{"q": "oslo"})
	if err := json.Unmarshal([]byte(found), &page); err != nil || len(page.Events) != 1 {
		t.Fatalf("%s", found)
	}
	id := page.Events[0].ID.String()
	if got, failed := call("get_event", map[string]any{"id": id}); failed || got != ask(t, h, "GET", "/v1/events/"+id, "", "").body {
		t.Errorf("get_event: %s", got)
	}
	if got, failed := call("extract_events", map[string]any{"text": "Norwegian Foreign Minister Borge Brende met his Chilean counterpart Heraldo Munoz in Oslo on Thursday."}); failed || !strings.Contains(got, `"start":"2017-01-26"`) {
		t.Errorf("extract_events: %s", got)
	}
	for _, tt := range []struct {
		tool      string
		arguments map[string]any
		want      string // a word of the complaint
	}{
		{"search_events", map[string]any{"actr": "NOR"}, `did you mean \"actor\"`},
		{"search_events", map[string]any{"from": map[string]any{}}, "expected a string"},
		{"search_events", map[string]any{"type": "party"}, "is not known"},
		{"timeline", map[string]any{"interval": "hour"}, "query.interval"},
		{"get_event", map[string]any{"id": "7"}, "expected a UUID"},
		{"get_event", map[string]any{"id": "01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081"}, "no such event"},
		{"extract_events", map[string]any{"text": ""}, "not empty"},
		{"extract_events", map[string]any{"text": "A.", "txt": "B."}, "query.txt"},
	} {
		if got, failed := call(tt.tool, tt.arguments); !failed || !strings.Contains(got, tt.want) {
			t.Errorf("%s %v: %t %s", tt.tool, tt.arguments, failed, got)
		}
	}
}

func TestAgentNeedsKey(t *testing.T) {
	t.Parallel()
	h, store := newServer(t, func(c *Config) { c.Access.ReadWithKey = true })
	secret, _ := newKey(t, store, access.Read, nil)
	if _, err := agent(t, h, ""); err == nil {
		t.Error("an agent without a key is let in")
	}
	session, err := agent(t, h, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.ListTools(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
