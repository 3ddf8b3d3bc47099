package resolve

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"demarche/internal/event"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// mentions draws mentions from so small a world that many are alike.
func mentions(t *rapid.T, n int) []event.Mention {
	var out []event.Mention
	words := []string{"oil", "grain", "border", "harbour", "prisoners", "missile", "embassy", "tariff"}
	for i := range n {
		day := event.Day(17000 + rapid.IntRange(0, 14).Draw(t, "reported"))
		m := event.Mention{ID: uuid.UUID{14: byte(i >> 8), 15: byte(i + 1)}, Report: event.Report{
			ID: uuid.UUID{0: 1, 15: byte(rapid.IntRange(0, n/2).Draw(t, "article"))}, Day: &day, Published: day.Time(), Hash: [32]byte{byte(i), byte(i >> 8)}}}
		e := &m.Event
		e.Type = rapid.SampledFrom([]event.Type{event.Meeting, event.Talks, event.Criticism, event.Ceasefire}).Draw(t, "type")
		e.Status = rapid.SampledFrom([]event.Status{event.Occurred, event.Occurred, event.Planned, event.Cancelled}).Draw(t, "status")
		if rapid.IntRange(0, 2).Draw(t, "dated") > 0 {
			first := day - event.Day(rapid.IntRange(0, 3).Draw(t, "ago"))
			e.Date = &event.Date{Start: first, End: first + event.Day(rapid.SampledFrom([]int{0, 0, 0, 2, 30}).Draw(t, "length")), Precision: event.DayPrecision}
		}
		if rapid.Bool().Draw(t, "placed") {
			e.Location = &event.Location{Country: "SYR", Place: rapid.SampledFrom([]string{"Damascus", "Aleppo"}).Draw(t, "place"), Precision: "city"}
		}
		for _, code := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"SYR", "IRN", "USA", "UN"}), 1, 3, rapid.ID).Draw(t, "codes") {
			role := rapid.SampledFrom([]event.Role{event.Party, event.Actor, event.Target}).Draw(t, "role")
			p := event.Participant{Name: code, Code: code, Role: role}
			if rapid.IntRange(0, 3).Draw(t, "person") == 0 {
				p.Name, p.Title = rapid.SampledFrom([]string{"Assad", "Muallem"}).Draw(t, "name"), "President"
			}
			e.Participants = append(e.Participants, p)
		}
		text := ""
		for _, w := range rapid.SliceOfN(rapid.SampledFrom(words), 2, 6).Draw(t, "words") {
			text += w + " "
		}
		e.Evidence = []event.Evidence{{Start: i, End: i + len(text), Text: text}}
		if rapid.IntRange(0, 9).Draw(t, "decided") == 0 {
			m.Decision = uuid.UUID{15: byte(rapid.IntRange(1, 2).Draw(t, "decision"))}
		}
		out = append(out, m)
	}
	return out
}

// shelf is an event.Book in memory.
type shelf map[uuid.UUID]event.Filed

func (s shelf) book() event.Book {
	get := func(want func(f *event.Filed) bool) []event.Filed {
		var found []event.Filed
		for _, f := range s {
			if want(&f) {
				found = append(found, f)
			}
		}
		return found
	}
	return event.Book{
		Near: func(blocks []event.Block, all bool) ([]event.Filed, error) {
			return get(func(f *event.Filed) bool {
				return (all || f.Anchor == f.ID) && slices.ContainsFunc(f.Blocks, func(x event.Block) bool {
					return slices.ContainsFunc(blocks, func(y event.Block) bool {
						return x.Key == y.Key && max(x.Day-y.Day, y.Day-x.Day) <= event.BlockReach
					})
				})
			}), nil
		},
		Under: func(anchors []uuid.UUID) ([]event.Filed, error) {
			return get(func(f *event.Filed) bool { return slices.Contains(anchors, f.Anchor) }), nil
		},
		Decided: func(decisions []uuid.UUID) ([]event.Filed, error) {
			return get(func(f *event.Filed) bool { return slices.Contains(decisions, f.Decision) }), nil
		},
	}
}

// change settles what comes and goes and files the outcome.
func (s shelf) change(t *rapid.T, come, gone []event.Mention) {
	var in, out []event.Filed
	for i := range gone {
		out = append(out, s[gone[i].ID])
	}
	for i := range come {
		f, err := File(&come[i])
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, f)
	}
	moved, err := Settle(in, out, s.book())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range out {
		delete(s, f.ID)
	}
	for _, f := range moved {
		s[f.ID] = f
	}
}

// shape gives the anchor of each mention.
func (s shelf) shape() string {
	var b bytes.Buffer
	for _, id := range slices.SortedFunc(maps.Keys(s), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) {
		fmt.Fprintf(&b, "%d:%d ", id[15], s[id].Anchor[15])
	}
	return b.String()
}

// Whatever the order, the batches and the detours, the end is that of all
// mentions settled at once.
func TestSettleDependsOnTheSetOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := mentions(t, rapid.IntRange(1, 40).Draw(t, "n"))
		want := shelf{}
		want.change(t, all, nil)
		for _, order := range []string{"first", "second"} {
			got := shelf{}
			rest := rapid.Permutation(all).Draw(t, order)
			for len(rest) > 0 {
				n := rapid.IntRange(1, min(len(rest), 8)).Draw(t, "batch")
				got.change(t, rest[:n], nil)
				rest = rest[n:]
				if n%2 == 0 { // some go, change or come again
					some := rapid.SampledFrom(all).Draw(t, "some")
					if _, here := got[some.ID]; here {
						switch rapid.IntRange(0, 2).Draw(t, "what") {
						case 0:
							got.change(t, nil, []event.Mention{some})
							got.change(t, []event.Mention{some}, nil)
						case 1:
							other := some
							other.Event.Type = event.Talks
							got.change(t, []event.Mention{other}, []event.Mention{some})
							got.change(t, []event.Mention{some}, []event.Mention{other})
						case 2:
							got.change(t, []event.Mention{some}, []event.Mention{some})
						}
					}
				}
			}
			if w, g := want.shape(), got.shape(); w != g {
				t.Fatalf("at once:   %s\n%s order: %s", w, order, g)
			}
		}
	})
}

// A mention that is withdrawn leaves what there would be without it.
func TestSettleTakesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := mentions(t, rapid.IntRange(1, 30).Draw(t, "n"))
		kept := rapid.IntRange(0, len(all)).Draw(t, "kept")
		got, want := shelf{}, shelf{}
		got.change(t, all, nil)
		got.change(t, nil, all[kept:])
		want.change(t, all[:kept], nil)
		if w, g := want.shape(), got.shape(); w != g {
			t.Fatalf("without:   %s\ntaken back: %s", w, g)
		}
	})
}

// Every mention of an event agrees with its anchor, and no two anchors agree:
// events neither snowball nor are told twice.
func TestEventsCohere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := mentions(t, 60)
		anchors, err := Group(all)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range anchors {
			if i != a && !Explain(&all[i], &all[a]).Same {
				t.Fatalf("%d hangs on %d, with which it does not agree", i, a)
			}
			if anchors[a] != a {
				t.Fatalf("%d hangs on %d, which hangs on %d", i, a, anchors[a])
			}
		}
	})
}

// Judging is symmetric, and its reasons add up.
func TestExplainIsSymmetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := mentions(t, 2)
		a, b := Explain(&m[0], &m[1]), Explain(&m[1], &m[0])
		if a.Same != b.Same || a.Score != b.Score {
			t.Fatalf("%+v\n%+v", a, b)
		}
		sum := 0.0
		for _, r := range a.Reasons {
			sum += r.Weight
		}
		if d := sum - a.Score; d > 0.05 || d < -0.05 {
			t.Fatalf("the reasons come to %f of %f", sum, a.Score)
		}
	})
}

// A chain in which each agrees with the next falls into events of bounded
// length: a hundred daily reports without a day of their own.
func TestNoSnowball(t *testing.T) {
	t.Parallel()
	var chain []event.Mention
	for i := range 100 {
		day := event.Day(17000 + i)
		chain = append(chain, event.Mention{ID: uuid.UUID{15: byte(i + 1)}, Report: event.Report{ID: uuid.UUID{0: 1, 15: byte(i + 1)}, Day: &day, Published: day.Time()},
			Event: event.Event{Type: event.Talks, Status: event.Occurred, Participants: []event.Participant{{Code: "IRN"}, {Code: "SYR"}}}})
	}
	anchors, err := Group(chain)
	if err != nil {
		t.Fatal(err)
	}
	events := map[int]int{}
	for i, a := range anchors {
		events[a]++
		if d := i - a; d > 7 || d < -7 {
			t.Errorf("day %d hangs on day %d", i, a)
		}
	}
	if len(events) < 8 || len(events) > 20 {
		t.Errorf("%d events", len(events))
	}
}
