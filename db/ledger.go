package db

import (
	"cmp"
	"crypto/sha256"
	"errors"
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

// Revise decides how events coded afresh replace those that an article told of
// before, which come under the ids of their mentions: next is every event that holds now, with the stored id where
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
	print   func(text string) uint64
	owners  owners
	entries map[uuid.UUID]*entry // by article
}

// entry is an article in the ledger.
type entry struct {
	article  event.Article
	hash     [sha256.Size]byte
	print    uint64        // of the text, once it changes
	mentions []event.Event // what the article says now, under the ids of its mentions, in order
	stored   []*mention    // what the database has of it
	isNew    bool          // the database does not have the article
	outcome  Outcome       // of the last put that changed it; empty if none did
}

// put enters one article.
func (l *ledger) put(c Coded) (*entry, Outcome, error) {
	ids := identities(&c.Article)
	hash := c.Article.ContentHash()
	id, by, known := l.owners.resolve(ids)
	e := l.entries[id]
	switch {
	case !known:
		e = &entry{isNew: true}
		e.article.ID, e.article.CreatedAt = c.Article.ID, l.now
		l.entries[c.Article.ID] = e
	case e == nil:
		return nil, "", errAgain
	case by == byContent || e.hash == hash:
		return e, Unchanged, nil
	}
	e.outcome = Created
	if known {
		e.outcome = Revised
	}
	e.replace(c.Article, hash, l.now)
	e.print = l.print(c.Article.Text)
	l.owners.claim(ids, e.article.ID)
	if err := e.recode(c.Events, l.revise); err != nil {
		return nil, "", fmt.Errorf("events of article %s: %w", e.article.ID, err)
	}
	return e, e.outcome, nil
}

// errAgain says that what was read first was gone later: an article is being
// withdrawn or revised in this moment.
var errAgain = errors.New("an article is being withdrawn or revised: try again")

// replace makes a the text of the entry's article, in a new revision.
func (e *entry) replace(a event.Article, hash [sha256.Size]byte, now time.Time) {
	a.ID, a.CreatedAt, a.Revision = e.article.ID, e.article.CreatedAt, e.article.Revision+1
	a.UpdatedAt = latest(now, e.article.UpdatedAt, a.CreatedAt)
	e.article, e.hash = a, hash
}

// recode replaces what the article says by what revise makes of the fresh
// reading.
func (e *entry) recode(fresh []event.Event, revise Revise) error {
	next, gone := revise(slices.Clone(e.mentions), fresh)
	stood := make(map[uuid.UUID]bool, len(e.mentions))
	for _, ev := range e.mentions {
		stood[ev.ID] = true
	}
	for _, id := range gone {
		if !stood[id] {
			return fmt.Errorf("event %s was retracted, but it does not stand for this article", id)
		}
		delete(stood, id)
	}
	e.mentions = make([]event.Event, 0, len(next))
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
		delete(stood, ev.ID)
		e.mentions = append(e.mentions, ev)
	}
	for id := range stood {
		return fmt.Errorf("event %s is neither kept nor retracted", id)
	}
	slices.SortStableFunc(e.mentions, func(a, b event.Event) int { return cmp.Or(cmp.Compare(start(&a), start(&b)), byID(a.ID, b.ID)) })
	return nil
}

// witness gives what the article says as mentions. Decisions of an operator
// stay with theirs.
func (e *entry) witness() []event.Mention {
	r := event.ReportOf(&e.article)
	r.Print = e.print
	decided := map[uuid.UUID]uuid.UUID{}
	for _, m := range e.stored {
		decided[m.filed.ID] = m.filed.Decision
	}
	mentions := make([]event.Mention, len(e.mentions))
	for i, ev := range e.mentions {
		mentions[i] = event.Mention{ID: ev.ID, Report: r, Event: reading(ev), Decision: decided[ev.ID]}
	}
	return mentions
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
