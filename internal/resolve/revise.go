// Package resolve decides when two readings speak of one event.
package resolve

import (
	"cmp"
	"encoding/json"
	"slices"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// Revise compares the events that stand for an article with those of a fresh
// reading of it. next holds every event that holds now: with the stored id
// where it is the same event (its revision counted up if anything about it
// changed), with an id from newID where it is new. retracted holds the ids of
// stored events that the fresh reading does not support. The result depends
// only on the arguments; neither slice is changed.
//
// A fresh event is taken for a stored one if they have the same type and share
// an actor; of several such pairs those that agree best go first.
func Revise(stored, fresh []event.Event, newID func() uuid.UUID) (next []event.Event, retracted []uuid.UUID) {
	type pair struct {
		stored, fresh int
		likeness      float64
	}
	var pairs []pair
	for i := range stored {
		for j := range fresh {
			if l := likeness(&stored[i], &fresh[j]); l > 0 {
				pairs = append(pairs, pair{i, j, l})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return -cmp.Compare(a.likeness, b.likeness) })
	heir := make([]int, len(fresh)) // index of the stored event that each fresh one continues, plus 1
	kept := make([]bool, len(stored))
	for _, p := range pairs {
		if heir[p.fresh] == 0 && !kept[p.stored] {
			heir[p.fresh], kept[p.stored] = p.stored+1, true
		}
	}
	next = make([]event.Event, len(fresh))
	for j, e := range fresh {
		if heir[j] == 0 {
			e.ID, e.Revision = newID(), 1
		} else {
			before := &stored[heir[j]-1]
			e.ID, e.Revision, e.CreatedAt, e.UpdatedAt = before.ID, before.Revision, before.CreatedAt, before.UpdatedAt
			e.ArticleCount, e.SourceCount, e.FirstReported = before.ArticleCount, before.SourceCount, before.FirstReported
			if !same(before, &e) {
				e.Revision++
			}
		}
		next[j] = e
	}
	for i := range stored {
		if !kept[i] {
			retracted = append(retracted, stored[i].ID)
		}
	}
	return next, retracted
}

// likeness is 0 for events that cannot be the same one, else grows with what
// they share: the participants first, then day, status and place.
func likeness(a, b *event.Event) float64 {
	if a.Type != b.Type {
		return 0
	}
	l := overlap(codes(a), codes(b))
	if l == 0 {
		return 0
	}
	if a.Date != nil && b.Date != nil && a.Date.Start == b.Date.Start {
		l += 0.5
	}
	if a.Location != nil && b.Location != nil && a.Location.Place == b.Location.Place && a.Location.Country == b.Location.Country {
		l += 0.25
	}
	if a.Status == b.Status {
		l += 0.125
	}
	return l
}

// overlap is the Jaccard index of two sorted sets.
func overlap(a, b []string) float64 {
	shared := 0
	for _, c := range a {
		if _, ok := slices.BinarySearch(b, c); ok {
			shared++
		}
	}
	if shared == 0 {
		return 0
	}
	return float64(shared) / float64(len(a)+len(b)-shared)
}

func codes(e *event.Event) []string {
	var cs []string
	for _, p := range e.Participants {
		cs = append(cs, p.Code)
	}
	slices.Sort(cs)
	return slices.Compact(cs)
}

// same tells whether two events read the same to whoever asks for them.
func same(a, b *event.Event) bool {
	x, errX := json.Marshal(stripped(a))
	y, errY := json.Marshal(stripped(b))
	return errX == nil && errY == nil && string(x) == string(y)
}

// stripped leaves out what the store fills in.
func stripped(e *event.Event) event.Event {
	c := *e
	c.Revision = 0
	c.Evidence = slices.Clone(e.Evidence)
	for i := range c.Evidence {
		c.Evidence[i].ArticleID = uuid.Nil
	}
	return c
}
