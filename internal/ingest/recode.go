package ingest

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/resolve"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Recode reads all stored articles again, several at a time, and stores what
// changed: an event that is the same keeps its id. It goes on where it was
// interrupted, and several processes may share it. Each chunk that is done is
// reported, from several goroutines.
func (p *Pipeline) Recode(ctx context.Context, workers int, done func(articles int)) (*db.Recode, error) {
	r, err := p.store.BeginRecode(ctx, p.coder)
	if err != nil {
		return nil, err
	}
	group, running := errgroup.WithContext(ctx)
	for range workers {
		group.Go(func() error {
			for wait := false; ; {
				n, err := r.Step(running, wait, p.safelyCode, revise)
				switch {
				case err != nil:
					return err
				case n > 0:
					done(n)
				case wait:
					return nil
				default: // others are at the last ones: they may be killed
					wait = true
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return r, err
	}
	return r, r.Finish(ctx)
}

// revise decides which of the events of a fresh reading are those that stood
// before. An event that another version of the coder reads just as before stays
// as it is, with the version that first read it so.
func revise(stored, fresh []event.Event) ([]event.Event, []uuid.UUID) {
	next, retracted := resolve.Revise(stored, fresh, func() uuid.UUID { return uuid.Must(uuid.NewV7()) })
	for i := range next {
		e := &next[i]
		at := slices.IndexFunc(stored, func(s event.Event) bool { return s.ID == e.ID })
		if at >= 0 && e.Coder != stored[at].Coder && reading(e) == reading(&stored[at]) {
			*e = stored[at]
		}
	}
	return next, retracted
}

// reading is what was read of an event, without what the store fills in and who
// read it.
func reading(e *event.Event) string {
	c := *e
	c.Coder, c.Revision, c.ArticleCount, c.SourceCount, c.FirstReported = "", 0, 0, 0, nil
	c.CreatedAt, c.UpdatedAt = time.Time{}, time.Time{}
	c.Evidence, c.Participants = slices.Clone(c.Evidence), slices.Clone(c.Participants)
	for i := range c.Evidence {
		c.Evidence[i].ArticleID = uuid.Nil
	}
	for i := range c.Participants {
		c.Participants[i].ActorID = uuid.Nil // follows from name and code
	}
	c.Recode()
	b, err := json.Marshal(c)
	if err != nil { // an event of strings and numbers always encodes
		return err.Error() + e.ID.String()
	}
	return string(b)
}
