package resolve

import (
	"fmt"
	"slices"
	"testing"

	"demarche/internal/event"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func ids() func() uuid.UUID {
	n := byte(100)
	return func() uuid.UUID { n++; return uuid.UUID{15: n} }
}

func ev(id byte, t event.Type, day event.Day, codes ...string) event.Event {
	e := event.Event{Type: t, Status: event.Occurred, Date: &event.Date{Start: day, End: day, Precision: event.DayPrecision}}
	if id != 0 {
		e.ID, e.Revision = uuid.UUID{15: id}, 1
	}
	for _, c := range codes {
		e.Participants = append(e.Participants, event.Participant{Code: c, Name: c, Role: event.Party})
	}
	return e
}

func TestRevise(t *testing.T) {
	const d = event.Day(17000)
	tests := []struct {
		name          string
		stored, fresh []event.Event
		want          []string // id/revision of next
		retracted     []byte
	}{
		{"nothing stored", nil, []event.Event{ev(0, event.Meeting, d, "IRN", "SYR")}, []string{"101/1"}, nil},
		{"unchanged", []event.Event{ev(1, event.Meeting, d, "IRN", "SYR")}, []event.Event{ev(0, event.Meeting, d, "IRN", "SYR")}, []string{"1/1"}, nil},
		{"another day", []event.Event{ev(1, event.Meeting, d, "IRN", "SYR")}, []event.Event{ev(0, event.Meeting, d+1, "IRN", "SYR")}, []string{"1/2"}, nil},
		{"another type is another event", []event.Event{ev(1, event.Meeting, d, "IRN", "SYR")}, []event.Event{ev(0, event.Talks, d, "IRN", "SYR")}, []string{"101/1"}, []byte{1}},
		{"no shared actor is another event", []event.Event{ev(1, event.Visit, d, "IRN")}, []event.Event{ev(0, event.Visit, d, "SYR")}, []string{"101/1"}, []byte{1}},
		{
			"best pairs first", []event.Event{ev(1, event.Call, d, "RUS", "TUR"), ev(2, event.Call, d, "RUS", "IRN")},
			[]event.Event{ev(0, event.Call, d, "RUS", "IRN"), ev(0, event.Call, d, "RUS", "FRA")}, []string{"2/1", "1/2"}, nil,
		},
		{"all gone", []event.Event{ev(1, event.Call, d, "RUS")}, nil, []string{}, []byte{1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			next, retracted := Revise(tt.stored, tt.fresh, ids())
			got := []string{}
			for _, e := range next {
				got = append(got, fmt.Sprintf("%d/%d", e.ID[15], e.Revision))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("next: %s", diff)
			}
			var gone []byte
			for _, id := range retracted {
				gone = append(gone, id[15])
			}
			if !slices.Equal(tt.retracted, gone) {
				t.Errorf("retracted %v, want %v", gone, tt.retracted)
			}
		})
	}
}

// Whatever the two readings hold, every fresh event is kept once, no id is used
// twice, and every stored event is either continued or retracted.
func TestReviseAccountsForEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		gen := func(label string, withID bool) []event.Event {
			n := rapid.IntRange(0, 6).Draw(t, label)
			var es []event.Event
			for i := range n {
				id := byte(0)
				if withID {
					id = byte(i + 1)
				}
				codes := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"RUS", "TUR", "IRN", "UN"}), 1, 3, rapid.ID[string]).Draw(t, "codes")
				es = append(es, ev(id, rapid.SampledFrom([]event.Type{event.Call, event.Meeting}).Draw(t, "type"), event.Day(rapid.IntRange(1, 3).Draw(t, "day")), codes...))
			}
			return es
		}
		stored, fresh := gen("stored", true), gen("fresh", false)
		next, retracted := Revise(stored, fresh, ids())
		if len(next) != len(fresh) {
			t.Fatalf("%d events of %d", len(next), len(fresh))
		}
		seen := map[uuid.UUID]bool{}
		for i, e := range next {
			if seen[e.ID] || e.ID == uuid.Nil || e.Type != fresh[i].Type {
				t.Fatalf("event %d: id %v used twice, missing or put on another event", i, e.ID)
			}
			seen[e.ID] = true
		}
		for _, id := range retracted {
			if seen[id] {
				t.Fatalf("%v is both kept and retracted", id)
			}
			seen[id] = true
		}
		for _, e := range stored {
			if !seen[e.ID] {
				t.Fatalf("stored event %v is unaccounted for", e.ID)
			}
		}
		again, none := Revise(next, fresh, ids())
		if len(none) != 0 {
			t.Fatalf("a second reading retracts %v", none)
		}
		for i := range again {
			if again[i].ID != next[i].ID {
				// Equal events may change places, but no id may appear or vanish.
				if !seen[again[i].ID] {
					t.Fatalf("a second reading makes %v", again[i].ID)
				}
			}
		}
	})
}
