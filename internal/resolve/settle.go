package resolve

import (
	"bytes"
	"fmt"
	"slices"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// How mentions become events.
//
// All mentions stand in one order, by rank, which depends on what they say and
// not on when they came in. A mention is an anchor if no anchor above it is one
// event with it; any other hangs on that anchor above it with which it agrees
// best. An event is an anchor with what hangs on it. (Pivot clustering: Ailon,
// Charikar, Newman 2008; as a greedy maximal independent set in a fixed order
// it can be kept up to date locally: Censor-Hillel, Haramaty, Karnin 2016.)
//
// So the events are a function of the set of mentions; every mention of an
// event agrees with its anchor, so that events do not snowball; and what comes
// in changes only what it reaches: a mention that finds an anchor concerns
// nobody else.

// Settle finds the place of mentions that come, and of those that what comes
// and goes concerns. come are new or changed, go are withdrawn, as the book has
// them; a mention that changes is in both, under its id. The answer is the
// mentions that have another anchor than in the book, and all of come.
func Settle(come, gone []event.Filed, book event.Book) ([]event.Filed, error) {
	t := &table{book: book, all: map[uuid.UUID]*filed{}, blocks: map[int64][]*filed{}, dirty: map[uuid.UUID]bool{}, known: map[uuid.UUID]bool{}, out: map[uuid.UUID]bool{}}
	var orphaned []uuid.UUID
	for _, f := range gone {
		t.out[f.ID] = true
		if f.Anchor == f.ID {
			orphaned = append(orphaned, f.ID)
		}
	}
	for _, f := range come {
		f.Anchor = uuid.Nil
		o, err := open(f)
		if err != nil {
			return nil, err
		}
		t.enter(o)
		t.dirty[f.ID], t.moved = true, append(t.moved, o)
	}
	if err := t.orphans(orphaned); err != nil {
		return nil, err
	}
	for len(t.dirty) > 0 || len(t.fresh) > 0 {
		if len(t.dirty) == 0 {
			if err := t.invite(); err != nil {
				return nil, err
			}
			continue
		}
		if err := t.step(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(t.moved, func(a, b *filed) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	t.moved = slices.Compact(t.moved)
	var out []event.Filed
	for _, f := range t.moved {
		out = append(out, f.Filed)
	}
	return out, nil
}

// table is what is known of the mentions around those that move.
type table struct {
	book   event.Book
	all    map[uuid.UUID]*filed
	blocks map[int64][]*filed
	dirty  map[uuid.UUID]bool // must look for their place
	known  map[uuid.UUID]bool // all anchors near them are in all
	out    map[uuid.UUID]bool // as the book has them, they are gone
	fresh  []*filed           // new anchors, on which others may want to hang
	moved  []*filed
}

// enter adds a mention.
func (t *table) enter(f *filed) {
	t.all[f.ID] = f
	for _, b := range f.Blocks {
		t.blocks[b.Key] = append(t.blocks[b.Key], f)
	}
}

// meet adds mentions from the book, unless they are here or gone.
func (t *table) meet(found []event.Filed, err error) ([]*filed, error) {
	if err != nil {
		return nil, err
	}
	var met []*filed
	for _, f := range found {
		if t.out[f.ID] {
			continue
		}
		o, here := t.all[f.ID]
		if !here {
			if o, err = open(f); err != nil {
				return nil, err
			}
			t.enter(o)
		}
		met = append(met, o)
	}
	return met, nil
}

// orphans has those look for a new place that hang on anchors which are none
// any more.
func (t *table) orphans(anchors []uuid.UUID) error {
	if len(anchors) == 0 {
		return nil
	}
	if _, err := t.meet(t.book.Under(anchors)); err != nil {
		return err
	}
	for _, f := range t.all {
		if slices.Contains(anchors, f.Anchor) {
			t.dirty[f.ID] = true
		}
	}
	return nil
}

// look makes sure that all anchors near the dirty ones are at hand.
func (t *table) look() error {
	var blocks []event.Block
	var decisions []uuid.UUID
	for id := range t.dirty {
		if t.known[id] {
			continue
		}
		t.known[id] = true
		blocks = append(blocks, t.all[id].Blocks...)
		if d := t.all[id].Decision; d != uuid.Nil && !slices.Contains(decisions, d) {
			decisions = append(decisions, d)
		}
	}
	if len(decisions) > 0 {
		if _, err := t.meet(t.book.Decided(decisions)); err != nil {
			return err
		}
	}
	if len(blocks) == 0 {
		return nil
	}
	_, err := t.meet(t.book.Near(blocks, false))
	return err
}

// step finds the place of the dirty mention that ranks first: whatever its
// place depends on ranks above it and is settled.
func (t *table) step() error {
	if err := t.look(); err != nil {
		return err
	}
	var f *filed
	for id := range t.dirty {
		if o := t.all[id]; f == nil || before(o, f) {
			f = o
		}
	}
	delete(t.dirty, f.ID)
	old, place := f.Anchor, f.ID
	var best *filed
	var most float64
	for _, o := range t.around(f) {
		if o.Anchor != o.ID || !before(o, f) {
			continue
		}
		if s, ok := score(f, o); ok && (best == nil || s > most || s == most && before(o, best)) {
			best, most = o, s
		}
	}
	if best != nil {
		place = best.ID
	}
	if place == old {
		return nil
	}
	f.Anchor = place
	t.moved = append(t.moved, f)
	switch {
	case place == f.ID: // the anchors below it that agree with it are none any more
		t.fresh = append(t.fresh, f)
		for _, o := range t.around(f) {
			if o.Anchor == o.ID && before(f, o) {
				if _, ok := score(f, o); ok {
					t.dirty[o.ID] = true
				}
			}
		}
	case old == f.ID:
		return t.orphans([]uuid.UUID{f.ID})
	}
	return nil
}

// invite has those that hang on others look whether a new anchor suits them
// better. Where they hang concerns nobody else, so that it can wait.
func (t *table) invite() error {
	var blocks []event.Block
	for _, f := range t.fresh {
		if f.Anchor == f.ID {
			blocks = append(blocks, f.Blocks...)
		}
	}
	if len(blocks) > 0 {
		if _, err := t.meet(t.book.Near(blocks, true)); err != nil {
			return err
		}
	}
	for _, f := range t.fresh {
		if f.Anchor != f.ID {
			continue
		}
		for _, o := range t.around(f) {
			if o.Anchor != f.ID && before(f, o) {
				if _, ok := score(f, o); ok {
					t.dirty[o.ID] = true
				}
			}
		}
	}
	t.fresh = nil
	return nil
}

// around gives the mentions at hand that share a block with f, each once.
func (t *table) around(f *filed) []*filed {
	var found []*filed
	for _, b := range f.Blocks {
		found = append(found, t.blocks[b.Key]...)
	}
	if f.Decision != uuid.Nil { // those that were put together need share no block
		for _, o := range t.all {
			if o.Decision == f.Decision {
				found = append(found, o)
			}
		}
	}
	slices.SortFunc(found, func(a, b *filed) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	found = slices.Compact(found)
	return slices.DeleteFunc(found, func(o *filed) bool { return o == f })
}

// Group settles mentions of which none is filed yet, and gives for each the
// index of its event's anchor.
func Group(mentions []event.Mention) ([]int, error) {
	come := make([]event.Filed, len(mentions))
	at := make(map[uuid.UUID]int, len(mentions))
	for i := range mentions {
		f, err := File(&mentions[i])
		if err != nil {
			return nil, err
		}
		if _, twice := at[f.ID]; twice {
			return nil, fmt.Errorf("mention %s comes twice", f.ID)
		}
		come[i], at[f.ID] = f, i
	}
	none := event.Book{
		Near:    func([]event.Block, bool) ([]event.Filed, error) { return nil, nil },
		Under:   func([]uuid.UUID) ([]event.Filed, error) { return nil, nil },
		Decided: func([]uuid.UUID) ([]event.Filed, error) { return nil, nil },
	}
	settled, err := Settle(come, nil, none)
	if err != nil {
		return nil, err
	}
	anchors := make([]int, len(mentions))
	for _, f := range settled {
		anchors[at[f.ID]] = at[f.Anchor]
	}
	return anchors, nil
}
