package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"demarche/internal/event"
	"demarche/internal/resolve"
)

// send posts an article and gives what it was coded to.
func sendArticle(t *testing.T, ask func(method, target, contentType, body string) answered, source, published, text string) coded {
	t.Helper()
	body, err := json.Marshal(map[string]string{"text": text, "source": source, "published_at": published, "url": "https://news.example/" + strings.ReplaceAll(source+published, " ", "-"), "title": "From " + source})
	if err != nil {
		t.Fatal(err)
	}
	a := ask("POST", "/v1/articles", "application/json", string(body))
	var got coded
	if err := json.Unmarshal([]byte(a.body), &got); a.StatusCode != 201 || err != nil || len(got.Events) == 0 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	return got
}

// TestOneEventOfManyReports follows an event from its first report on: others
// and a copy come, a stranger is merged into it and split off again, its first
// report is withdrawn.
func TestOneEventOfManyReports(t *testing.T) {
	t.Parallel()
	h, _ := newServerThat(t, resolve.Rules{})
	call := func(method, target, contentType, body string) answered {
		return ask(t, h, method, target, contentType, body)
	}
	const lead = "Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo on Thursday. They discussed fisheries, salmon exports and polar research, and agreed on nothing that anybody would tell the press."
	first := sendArticle(t, call, "Agency A", "2017-01-27", lead)
	id := first.Events[0].ID.String()
	second := sendArticle(t, call, "Paper B", "2017-01-27", "Chile's foreign minister held a meeting with his Norwegian counterpart in Oslo on Thursday about fisheries.")
	if second.Events[0].ID.String() != id || second.Events[0].ArticleCount != 2 || second.Events[0].SourceCount != 2 {
		t.Fatalf("the second report: %+v", second.Events[0])
	}
	copied := sendArticle(t, call, "Paper C", "2017-01-28", strings.Replace(lead, "Norwegian", "(Agency A) - Norwegian", 1))
	if e := copied.Events[0]; e.ID.String() != id || e.ArticleCount != 3 || e.SourceCount != 2 || e.Confidence <= first.Events[0].Confidence {
		t.Fatalf("the copy: %+v", e)
	}
	var whole wholeEvent
	a := call("GET", "/v1/events/"+id, "", "")
	if err := json.Unmarshal([]byte(a.body), &whole); err != nil || len(whole.Mentions) != 3 || whole.ID.String() != id {
		t.Fatalf("%v %s", err, a.body)
	}
	copies := 0
	for i, m := range whole.Mentions {
		if m.CopyOf != nil {
			copies++
			if *m.CopyOf != first.Article.ID || m.Report.ID != copied.Article.ID {
				t.Errorf("%+v", m)
			}
		}
		if (m.Why == nil) != (i == 0) || m.Why != nil && !m.Why.Same || m.Report.Title == "" || m.Report.URL == "" {
			t.Errorf("mention %d: %+v", i, m)
		}
	}
	if copies != 1 {
		t.Errorf("%d copies: %s", copies, a.body)
	}
	other := sendArticle(t, call, "Paper D", "2017-01-27", "Norwegian Prime Minister Erna Solberg met Chilean President Michelle Bachelet in Santiago on Monday.")
	stranger := other.Events[0].ID.String()
	if stranger == id {
		t.Fatal("another meeting was taken for the same")
	}
	for target, body := range map[string]string{
		"/v1/events/" + id + "/merge":   `{"with":[]}`,
		"/v1/events/" + id + "/split":   `{"mentions":["` + id + `"]}`,
		"/v1/events/" + id + "/merge?x": `{"with":["` + stranger + `"],"reason":"x"}`,
		"/v1/events/nonsense/split":     `{}`,
	} {
		if a := call("POST", target, "application/json", body); a.StatusCode != 400 {
			t.Errorf("%s %s: %d %s", target, body, a.StatusCode, a.body)
		}
	}
	a = call("POST", "/v1/events/"+id+"/merge", "application/json", fmt.Sprintf(`{"with":[%q],"reason":"the same trip"}`, stranger))
	if a.StatusCode != 200 || a.Header.Get("Location") == "" {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	into := strings.TrimPrefix(a.Header.Get("Location"), "/v1/events/")
	gone := stranger
	if into == stranger {
		gone = id
	}
	for _, suffix := range []string{"", ".geojson"} {
		if a := call("GET", "/v1/events/"+gone+suffix, "", ""); a.StatusCode != 301 || a.Header.Get("Location") != "/v1/events/"+into+suffix {
			t.Errorf("the merged event: %d %s %s", a.StatusCode, a.Header.Get("Location"), a.body)
		}
	}
	a = call("GET", "/v1/events/"+into, "", "")
	if err := json.Unmarshal([]byte(a.body), &whole); err != nil {
		t.Fatal(err)
	}
	var out string
	for _, m := range whole.Mentions {
		if m.Report.ID == other.Article.ID {
			out = m.ID.String()
		}
	}
	a = call("POST", "/v1/events/"+into+"/split", "application/json", fmt.Sprintf(`{"mentions":[%q],"reason":"two trips"}`, out))
	if a.StatusCode != 200 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	var decided struct{ Events []event.Event }
	if err := json.Unmarshal([]byte(a.body), &decided); err != nil || len(decided.Events) != 2 || decided.Events[0].ArticleCount != 3 || decided.Events[1].ArticleCount != 1 {
		t.Errorf("%v %s", err, a.body)
	}
	if a := call("GET", "/v1/changes?limit=100", "", ""); !strings.Contains(a.body, `"reason":"an operator: the same trip"`) || !strings.Contains(a.body, `an operator: two trips`) {
		t.Errorf("changes: %s", a.body)
	}
	if a := call("DELETE", "/v1/articles/"+first.Article.ID.String(), "", ""); a.StatusCode != 204 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := call("GET", "/v1/articles/"+first.Article.ID.String(), "", ""); a.StatusCode != 404 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := call("GET", "/v1/events/"+decided.Events[0].ID.String(), "", ""); a.StatusCode != 200 || !strings.Contains(a.body, `"article_count":2,"source_count":2`) {
		t.Errorf("after the withdrawal: %d %s", a.StatusCode, a.body)
	}
}

// TestProcesses finds a chain of talks, truce and violation by its actors and
// by any of its events.
func TestProcesses(t *testing.T) {
	t.Parallel()
	h, _ := newServerThat(t, resolve.Rules{})
	call := func(method, target, contentType, body string) answered {
		return ask(t, h, method, target, contentType, body)
	}
	sendArticle(t, call, "A", "2017-01-03", "Armenia and Azerbaijan held talks in Geneva on Monday.")
	last := sendArticle(t, call, "A", "2017-01-13", "Armenia and Azerbaijan agreed on a ceasefire on Thursday.")
	sendArticle(t, call, "A", "2017-01-20", "France and Chile held talks in Paris on Thursday.")
	var list struct{ Processes []resolve.Process }
	a := call("GET", "/v1/processes?actor=Armenia", "", "")
	if err := json.Unmarshal([]byte(a.body), &list); err != nil || len(list.Processes) != 1 {
		t.Fatalf("%v %s", err, a.body)
	}
	p := list.Processes[0]
	if p.Title != "Armenia and Azerbaijan: talks, ceasefire, 2017-01-02 to 2017-01-12" || len(p.Steps) != 1 || p.Steps[0].Rule != "talks-outcome" {
		t.Errorf("%+v", p)
	}
	of := call("GET", "/v1/processes?event="+p.Steps[0].From.String(), "", "")
	if !strings.Contains(of.body, `"id":"`+p.ID+`"`) || !strings.Contains(of.body, `"events":[`) {
		t.Errorf("of one event: %d %s", of.StatusCode, of.body)
	}
	a = call("GET", "/v1/processes/"+p.ID, "", "")
	var one resolve.Process
	if err := json.Unmarshal([]byte(a.body), &one); err != nil || a.StatusCode != 200 || len(one.Events) != 2 || one.Events[1].ID != last.Events[0].ID {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := call("GET", "/v1/processes/ARM.AZE."+last.Events[0].ID.String(), "", ""); a.StatusCode != 301 || a.Header.Get("Location") != "/v1/processes/"+p.ID {
		t.Errorf("by its last event: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	for target, status := range map[string]int{
		"/v1/processes": 400, "/v1/processes?actor=FRA&limit=0": 400, "/v1/processes?event=x": 400, "/v1/processes?event=01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081&actor=FRA": 400,
		"/v1/processes?event=01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081": 404, "/v1/processes?actor=FRA&type=talks": 400, "/v1/processes/x": 400,
		"/v1/processes/ARM.AZE." + strings.Repeat("0", 8) + "-0000-0000-0000-000000000000": 404,
		"/v1/processes?actor=FRA": 200, "/v1/processes?actor=ARM&from=2017-02-01": 200,
	} {
		a := call("GET", target, "", "")
		if a.StatusCode != status || status == 200 && !strings.Contains(a.body, `"processes":[]`) {
			t.Errorf("%s: %d %s", target, a.StatusCode, a.body)
		}
	}
}
