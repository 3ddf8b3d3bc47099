package db_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"demarche/db"
	"demarche/internal/event"
)

// Names are found by the beginnings of their words, the nearest first.
func TestNames(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	lat, lon, south := 41.0, 29.0, -33.0
	for i, name := range []string{"Recep Tayyip Erdoğan", "Emine Erdoğan", "Erdoğan", "Ali Tayyip", "the 3rd Army"} {
		a, e := article(), meeting()
		a.URL, a.ExternalID, a.Text = "", "", strings.Repeat("x", i+1)
		e.Participants = []event.Participant{{Name: name, Code: "TUR", Sector: event.Government, Role: event.Party, ActorID: event.ActorID(name)}}
		e.Location = &event.Location{Place: []string{"Istanbul", "San José", "San Jose", "Santa Fe", ""}[i], Country: []string{"TUR", "CRI", "CRI", "ARG", "TUR"}[i], Lat: &lat, Lon: &lon}
		if i == 2 {
			e.Location.Lat = &south
		}
		e.Evidence = []event.Evidence{{Start: 0, End: 1, Text: "x"}}
		put(t, s, a, e)
	}
	for q, want := range map[string][]string{
		"erd": {"Erdoğan", "Emine Erdoğan", "Recep Tayyip Erdoğan"}, "ERDOĞAN": {"Erdoğan", "Emine Erdoğan", "Recep Tayyip Erdoğan"},
		"tay": {"Ali Tayyip", "Recep Tayyip Erdoğan"}, "tayyip rec": {"Recep Tayyip Erdoğan"}, "3rd": {"the 3rd Army"}, "emine x": nil, "": nil, "&|!:*('": nil,
	} {
		actors, err := s.Actors(ctx, q, 10)
		var got []string
		for _, a := range actors {
			got = append(got, a.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("actors %q: %v %s", q, err, diff)
		}
	}
	if first, err := s.Actors(ctx, "erd", 1); err != nil || len(first) != 1 {
		t.Errorf("the first of three: %v, %v", first, err)
	}
	places, err := s.Places(ctx, "san", 10)
	if err != nil || len(places) != 2 || places[0].Country != "CRI" || *places[0].Lat != south || *places[0].Lon != lon || places[1].Name != "Santa Fe" {
		t.Errorf("%+v, %v", places, err)
	}

	a, names, err := s.Actor(ctx, event.ActorID("Recep Tayyip Erdoğan"))
	if err != nil || a.Name != "Recep Tayyip Erdoğan" || a.Code != "TUR" || !slices.Contains(names, "recep tayyip erdogan") {
		t.Errorf("%+v %q, %v", a, names, err)
	}
	if _, _, err := s.Actor(ctx, uuid.New()); !has(err, event.NotFound) {
		t.Errorf("nobody: %v", err)
	}
	// A place of two points is where most of its events are.
	top, err := s.Top(ctx, event.Filter{Countries: []string{"ARG"}}, db.TopPlace, 5)
	if err != nil || len(top) != 1 || *top[0].Lat != lat || *top[0].Lon != lon {
		t.Errorf("%+v, %v", top, err)
	}
}
