package main

import (
	"net/url"
	"testing"

	"demarche/api/client"
	"demarche/db/dbtest"
)

// TestStatisticsAndChanges asks through the client for what the pages count.
func TestStatisticsAndChanges(t *testing.T) {
	t.Parallel()
	p := serve(t, "--database-url", dbtest.New(t))
	const n = 7
	for i := range n {
		if _, err := p.PostArticle(t.Context(), draft(i)); err != nil {
			t.Fatal(err)
		}
	}
	series, err := p.Timeline(t.Context(), url.Values{"interval": {"year"}, "group_by": {"type"}})
	if err != nil || len(series) != 1 || series[0].Key != "meeting" || series[0].Points[0].Count != n || series[0].Points[0].Date != "2017-01-01" {
		t.Errorf("%+v %v", series, err)
	}
	top, err := p.Top(t.Context(), "country", url.Values{"type": {"meeting"}})
	if err != nil || len(top) != 1 || top[0].Key != "NOR" || top[0].Count != n {
		t.Errorf("%+v %v", top, err)
	}
	dyads, err := p.Dyads(t.Context(), url.Values{"actor": {"CHL"}})
	if err != nil || len(dyads) != 2 || dyads[0].Count != n {
		t.Errorf("%+v %v", dyads, err)
	}
	seen := 0
	for change, err := range p.Changes(t.Context(), 2, url.Values{"limit": {"2"}}) {
		if seen++; err != nil || change.Position != int64(seen+2) || change.Action != "created" || change.Event.Type != "meeting" {
			t.Fatalf("%+v %v", change, err)
		}
	}
	if seen != n-2 {
		t.Errorf("%d changes behind the second", seen)
	}
	// A client whose question is wrong is told so, and stops.
	for _, err := range p.Changes(t.Context(), 0, url.Values{"actr": {"NOR"}}) {
		if p, ok := err.(*client.Problem); !ok || p.Status != 400 {
			t.Errorf("%v", err)
		}
	}
}
