package accuracy

import (
	"encoding/json"
	"strings"
	"testing"

	"demarche/internal/event"
)

const reference = `{"id":"a","text":"Iran met Syria. Russia thanked Iran. Turkey left.","sentences":[[0,15],[16,36],[37,49]],"events":[
	{"type":"meeting","alt_types":["talks"],"status":"occurred","date":{"start":"2017-01-26","end":"2017-01-26","precision":"day"},
	 "location":{"place":"Damascus","country":"SYR"},"participants":[{"code":"IRN","role":"party"},{"code":"SYR","role":"party"}],"evidence":[0]},
	{"type":"support","status":"occurred","date":null,"location":null,"participants":[{"code":"RUS","role":"actor"},{"code":"IRN","role":"target"}],"evidence":[1]},
	{"type":"visit","status":"planned","date":null,"location":null,"participants":[{"code":"TUR","role":"actor"}],"evidence":[2],"optional":true}]}`

func coded(t event.Type, confidence float64, start, end int, parts ...string) event.Event {
	e := event.Event{Type: t, Status: event.Occurred, Confidence: confidence, Evidence: []event.Evidence{{Start: start, End: end, Rule: "r"}}}
	for _, p := range parts {
		code, role, _ := strings.Cut(p, ":")
		e.Participants = append(e.Participants, event.Participant{Code: code, Role: event.Role(role)})
	}
	return e
}

func measure(t *testing.T, events ...event.Event) Report {
	t.Helper()
	var ref Reference
	if err := json.Unmarshal([]byte(reference), &ref); err != nil {
		t.Fatal(err)
	}
	return Measure([]Reference{ref}, func(*Reference) []event.Event { return events })
}

func TestMeasure(t *testing.T) {
	tests := []struct {
		name          string
		events        []event.Event
		events3, dyad Score
	}{
		{"nothing coded", nil, Score{0, 0, 2}, Score{0, 0, 2}},
		{"all right", []event.Event{coded("meeting", .9, 0, 15, "IRN:party", "SYR:party"), coded("support", .8, 16, 36, "RUS:actor", "IRN:target")}, Score{2, 2, 2}, Score{2, 2, 2}},
		{"another defensible type", []event.Event{coded("talks", .9, 0, 15, "IRN:party", "SYR:party")}, Score{1, 1, 2}, Score{1, 1, 2}},
		{"wrong type", []event.Event{coded("call", .9, 0, 15, "IRN:party", "SYR:party")}, Score{0, 1, 2}, Score{0, 1, 2}},
		{"a participant too few", []event.Event{coded("meeting", .9, 0, 15, "IRN:party")}, Score{1, 1, 2}, Score{0, 1, 2}},
		{"another sentence, half of the participants", []event.Event{coded("meeting", .9, 37, 49, "IRN:party")}, Score{1, 1, 2}, Score{0, 1, 2}},
		{"another sentence, a third of them", []event.Event{coded("meeting", .9, 37, 49, "IRN:party", "FRA:party")}, Score{0, 1, 2}, Score{0, 1, 2}},
		{"optional", []event.Event{coded("visit", .9, 37, 49, "TUR:actor")}, Score{0, 0, 2}, Score{0, 0, 2}},
		{"twice", []event.Event{coded("support", .9, 16, 36, "RUS:actor"), coded("support", .9, 16, 36, "RUS:actor", "IRN:target")}, Score{1, 2, 2}, Score{1, 2, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := measure(t, tt.events...)
			if r.Events != tt.events3 || r.Dyads != tt.dyad {
				t.Errorf("events %+v, dyads %+v; want %+v, %+v", r.Events, r.Dyads, tt.events3, tt.dyad)
			}
			if missed := r.Events.Reference - r.Events.Matched; len(r.Errors) != missed+r.Events.Coded-r.Events.Matched {
				t.Errorf("%d errors for %+v", len(r.Errors), r.Events)
			}
		})
	}
}

func TestAttributesAndConfidence(t *testing.T) {
	e := coded("meeting", .85, 0, 15, "IRN:party", "SYR:host")
	e.Location = &event.Location{Place: "Dâmascus", Country: "SYR"}
	e.Date = &event.Date{Start: event.DayOf(2017, 1, 25)}
	r := measure(t, e, coded("call", .15, 0, 15, "IRN:party"))
	for name, got := range map[string]struct{ got, want Share }{
		"roles": {r.Roles, Share{1, 2}}, "status": {r.Status, Share{1, 1}}, "date": {r.Date, Share{0, 1}},
		"country": {r.Country, Share{1, 1}}, "place": {r.Place, Share{1, 1}},
	} {
		if got.got != got.want {
			t.Errorf("%s: %+v, want %+v", name, got.got, got.want)
		}
	}
	if b := r.Confidence[8]; b.Share != (Share{1, 1}) || b.Sure != .85 {
		t.Errorf("confidence from 0.8: %+v", b)
	}
	if b := r.Confidence[1]; b.Share != (Share{0, 1}) {
		t.Errorf("confidence from 0.1: %+v", b)
	}
	var out strings.Builder
	if err := r.Print(&out, 10); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"events               P 0.500  R 0.500  F1 0.500", "status 1.000 (1)", "missed  a  support IRN RUS", "extra   a  call IRN"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
}
