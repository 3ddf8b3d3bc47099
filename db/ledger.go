package db

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"demarche/internal/event"
)

// Outcome is what writing an article came to.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"   // the article is new
	Unchanged Outcome = "unchanged" // it was stored already
	Revised   Outcome = "revised"   // it was stored with another content
)

// Put is an article as it is stored, with the events that stand for it.
type Put struct {
	Article event.Article
	Events  []event.Event
	Outcome Outcome
}

// Coded is an article with the events that were coded from it.
type Coded struct {
	Article event.Article
	Events  []event.Event
}

// Revise decides how events coded afresh replace those that stood for an
// article before: next is every event that holds now, with the stored id where
// it is the same event (a zero id is given a new one), and retracted the ids of
// stored events that no longer hold. It must be pure: it is called within a
// transaction.
type Revise func(stored, fresh []event.Event) (next []event.Event, retracted []uuid.UUID)

// revisedReason is why events of an earlier text are retracted.
const revisedReason = "article revised"

// ledger works out, in memory and in the order of the calls, what a batch of
// articles changes. It is filled with what is stored and known of the batch;
// what it holds at the end is written.
type ledger struct {
	now     time.Time
	revise  Revise
	owners  owners
	entries map[uuid.UUID]*entry // by article
}

// entry is an article in the ledger.
type entry struct {
	article   event.Article
	hash      [sha256.Size]byte
	events    []event.Event             // those that stand, in order
	retracted []event.Event             // those that this ledger retracts
	documents map[uuid.UUID][]byte      // the JSON of all of them
	dirty     map[uuid.UUID]bool        // events to write
	stored    map[uuid.UUID]event.Event // the versions of events that the database has
	retold    bool                      // source or language have changed, which events do not show
	isNew     bool                      // the database does not have the article
	outcome   Outcome                   // of the last put that changed it; empty if none did
}

func newEntry() *entry {
	return &entry{documents: map[uuid.UUID][]byte{}, dirty: map[uuid.UUID]bool{}, stored: map[uuid.UUID]event.Event{}}
}

// put enters one article.
func (l *ledger) put(c Coded) (Put, error) {
	ids := identities(&c.Article)
	hash := c.Article.ContentHash()
	id, by, known := l.owners.resolve(ids)
	e := l.entries[id]
	switch {
	case !known:
		e = newEntry()
		e.isNew, e.article.ID, e.article.CreatedAt = true, c.Article.ID, l.now
		l.entries[c.Article.ID] = e
	case e == nil:
		return Put{}, fmt.Errorf("article %s has an identity but is not stored", id)
	case by == byContent || e.hash == hash:
		return Put{e.article, slices.Clone(e.events), Unchanged}, nil
	}
	e.outcome = Created
	if known {
		e.outcome = Revised
	}
	e.replace(c.Article, hash, l.now)
	l.owners.claim(ids, e.article.ID)
	if err := e.recode(c.Events, l.revise, l.now); err != nil {
		return Put{}, fmt.Errorf("events of article %s: %w", e.article.ID, err)
	}
	return Put{e.article, slices.Clone(e.events), e.outcome}, nil
}

// replace makes a the text of the entry's article, in a new revision.
func (e *entry) replace(a event.Article, hash [sha256.Size]byte, now time.Time) {
	a.ID, a.CreatedAt, a.Revision = e.article.ID, e.article.CreatedAt, e.article.Revision+1
	a.UpdatedAt = latest(now, e.article.UpdatedAt, a.CreatedAt)
	e.retold = a.Source != e.article.Source || a.Language != e.article.Language
	e.article, e.hash = a, hash
}

// recode replaces the events that stand by what revise makes of the fresh ones.
func (e *entry) recode(fresh []event.Event, revise Revise, now time.Time) error {
	next, gone := revise(slices.Clone(e.events), fresh)
	stood := make(map[uuid.UUID]event.Event, len(e.events))
	for _, ev := range e.events {
		stood[ev.ID] = ev
	}
	for _, id := range gone {
		old, ok := stood[id]
		if !ok {
			return fmt.Errorf("event %s was retracted, but it does not stand for this article", id)
		}
		delete(stood, id)
		old.UpdatedAt, old.Revision = latest(now, old.UpdatedAt), old.Revision+1
		e.retracted = append(e.retracted, old)
	}
	e.events = make([]event.Event, 0, len(next))
	listed := make(map[uuid.UUID]bool, len(next))
	for _, ev := range next {
		ev, err := e.complete(ev)
		if err != nil {
			return err
		}
		if listed[ev.ID] || slices.Contains(gone, ev.ID) {
			return fmt.Errorf("event %s is listed twice", ev.ID)
		}
		listed[ev.ID] = true
		if old, kept := stood[ev.ID]; kept {
			delete(stood, ev.ID)
			err = e.keep(ev, old, now)
		} else {
			ev.CreatedAt, ev.UpdatedAt, ev.Revision = now, now, 1
			err = e.enter(ev)
		}
		if err != nil {
			return err
		}
	}
	for id := range stood {
		return fmt.Errorf("event %s is neither kept nor retracted", id)
	}
	slices.SortFunc(e.events, inText)
	return nil
}

// keep enters an event that stood before: in a new revision if anything of it
// changed, else as it was.
func (e *entry) keep(ev, old event.Event, now time.Time) error {
	ev.CreatedAt, ev.UpdatedAt, ev.Revision = old.CreatedAt, old.UpdatedAt, old.Revision
	document, err := json.Marshal(ev)
	if err != nil {
		return fmt.Errorf("encode event %s: %w", ev.ID, err)
	}
	if bytes.Equal(document, e.documents[ev.ID]) && !e.retold {
		e.events = append(e.events, ev)
		return nil
	}
	ev.UpdatedAt, ev.Revision = latest(now, old.UpdatedAt), old.Revision+1
	return e.enter(ev)
}

// enter adds an event that is to be written.
func (e *entry) enter(ev event.Event) (err error) {
	if e.documents[ev.ID], err = json.Marshal(ev); err != nil {
		return fmt.Errorf("encode event %s: %w", ev.ID, err)
	}
	e.dirty[ev.ID] = true
	e.events = append(e.events, ev)
	return nil
}

// inText orders events as they are read back: by where the text first has them.
func inText(a, b event.Event) int {
	first := func(e event.Event) int {
		return slices.MinFunc(e.Evidence, func(v, w event.Evidence) int { return cmp.Compare(v.Start, w.Start) }).Start
	}
	return cmp.Or(cmp.Compare(first(a), first(b)), byID(a.ID, b.ID))
}

// complete fills in what the store knows of an event, and refuses one whose
// passages are not those of the text.
func (e *entry) complete(ev event.Event) (event.Event, error) {
	if ev.ID == uuid.Nil {
		id, err := uuid.NewV7()
		if err != nil {
			return ev, fmt.Errorf("make an id: %w", err)
		}
		ev.ID = id
	}
	if len(ev.Evidence) == 0 {
		return ev, fmt.Errorf("event %s has no evidence", ev.ID)
	}
	ev.Evidence = slices.Clone(ev.Evidence)
	for i := range ev.Evidence {
		p := &ev.Evidence[i]
		p.ArticleID = e.article.ID
		if text, ok := cut(e.article.Text, p.Start, p.End); !ok || text != p.Text {
			return ev, fmt.Errorf("event %s: evidence %d is not what stands at [%d:%d] of the text", ev.ID, i, p.Start, p.End)
		}
	}
	ev.Participants = slices.Clone(ev.Participants)
	if ev.Participants == nil {
		ev.Participants = []event.Participant{} // [] in JSON, not null
	}
	for i := range ev.Participants {
		if p := &ev.Participants[i]; p.ActorID == uuid.Nil {
			p.ActorID = event.ActorID("name:" + p.Code + ":" + event.SearchKey(p.Name))
		}
	}
	ev.Recode() // the schema keeps type and status only
	// An event stands on one article as long as events of different articles
	// are not brought together.
	ev.ArticleCount, ev.SourceCount, ev.FirstReported = 1, 1, nil
	if day, ok := e.article.PublishedDay(); ok {
		ev.FirstReported = &day
	}
	return ev, nil
}

// cut gives the code points [start, end) of a text.
func cut(text string, start, end int) (string, bool) {
	if start < 0 || end <= start {
		return "", false
	}
	from, ok := skip(text, start)
	if !ok {
		return "", false
	}
	length, ok := skip(text[from:], end-start)
	return text[from : from+length], ok
}

// skip gives the length in bytes of the first n code points of s.
func skip(s string, n int) (int, bool) {
	at := 0
	for ; n > 0; n-- {
		if at == len(s) {
			return at, false
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at, true
}

// latest keeps time from running backwards when clocks disagree.
func latest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if o.After(t) {
			t = o
		}
	}
	return t
}
