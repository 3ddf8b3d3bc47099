package db

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// withdrawnReason is why events end whose last article was withdrawn.
const withdrawnReason = "article withdrawn"

// Withdraw takes an article back, and exactly what it contributed: events that
// nothing else reports are retracted, the others go on without it. The same
// article may come again. The error is NotFound if there is no such article.
func (s *Store) Withdraw(ctx context.Context, article uuid.UUID) error {
	return s.writeTx(ctx, "withdraw an article", func(tx pgx.Tx, locks map[int32]bool) (*writer, error) {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, writerLock); err != nil {
			return nil, err
		}
		entries, err := loadEntries(ctx, tx, []uuid.UUID{article})
		if err != nil {
			return nil, err
		}
		e, ok := entries[article]
		if !ok {
			return nil, event.NewError(event.NotFound, "there is no such article")
		}
		p := &placing{store: s, tx: tx, now: s.now(), locks: locks, gone: e.stored, retraction: withdrawnReason}
		return s.place(ctx, p, func(w *writer) {
			w.Queue(`DELETE FROM article_identity WHERE article_id = $1`, article)
			w.Queue(`DELETE FROM article WHERE id = $1`, article)
		})
	})
}

// place runs a placing and writes what it comes to, with what else is queued.
func (s *Store) place(ctx context.Context, p *placing, also func(w *writer)) (*writer, error) {
	found, err := p.run(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{now: p.now, known: s.known, counts: rollup{}}
	if also != nil {
		also(w)
	}
	w.placed(found)
	return w, w.send(ctx, p.tx)
}

// Put together, or apart, by an operator: the decision stays with the mentions
// for ever, and later ones go by the rules.

// MergeEvents puts the mentions of two or more events together, and gives the
// id of the event that they are now. The error is NotFound if one of them is
// not there, Gone if one does not stand any more.
func (s *Store) MergeEvents(ctx context.Context, ids []uuid.UUID, reason string) (uuid.UUID, error) {
	ids = slices.SortedFunc(slices.Values(ids), byID)
	if ids = slices.Compact(ids); len(ids) < 2 {
		return uuid.Nil, event.NewError(event.Invalid, "an event cannot be merged with itself")
	}
	decision, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("make an id: %w", err)
	}
	return s.decide(ctx, ids, reason, func(*mention) uuid.UUID { return decision })
}

// SplitEvent takes mentions out of an event and makes them one of their own,
// whose id it gives. What is taken out and what stays will not be one event
// again by the rules.
func (s *Store) SplitEvent(ctx context.Context, id uuid.UUID, mentions []uuid.UUID, reason string) (uuid.UUID, error) {
	var sides [2]uuid.UUID
	for i := range sides {
		var err error
		if sides[i], err = uuid.NewV7(); err != nil {
			return uuid.Nil, fmt.Errorf("make an id: %w", err)
		}
	}
	return s.decide(ctx, []uuid.UUID{id}, reason, func(m *mention) uuid.UUID {
		if slices.Contains(mentions, m.filed.ID) {
			return sides[1]
		}
		return sides[0]
	}, mentions...)
}

// decide gives the mentions of events decisions, and the event of the last
// decision. out must be among the mentions, and not be all of them.
func (s *Store) decide(ctx context.Context, ids []uuid.UUID, reason string, decision func(*mention) uuid.UUID, out ...uuid.UUID) (uuid.UUID, error) {
	var result uuid.UUID
	err := s.writeTx(ctx, "decide on events", func(tx pgx.Tx, locks map[int32]bool) (*writer, error) {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, writerLock); err != nil {
			return nil, err
		}
		// Articles first, so that no revision changes what they say meanwhile.
		if _, err := tx.Exec(ctx, `SELECT FROM article WHERE id IN (SELECT article_id FROM mention WHERE event_id = ANY($1)) ORDER BY id FOR UPDATE`, ids); err != nil {
			return nil, err
		}
		mentions, err := mentionsWhere(ctx, tx, `m.event_id = ANY($1)`, ids)
		if err != nil {
			return nil, err
		}
		stands := map[uuid.UUID]bool{}
		wanted := map[uuid.UUID]bool{}
		for _, id := range out {
			wanted[id] = true
		}
		var articles []uuid.UUID
		for _, m := range mentions {
			stands[m.event] = true
			delete(wanted, m.filed.ID)
			articles = append(articles, m.article)
		}
		for _, id := range ids {
			if !stands[id] {
				return nil, s.whyGone(ctx, id)
			}
		}
		if len(wanted) > 0 || len(out) > 0 && len(out) >= len(mentions) {
			return nil, event.NewError(event.Invalid, "the event cannot be split like this", event.FieldError{Location: "body.mentions",
				Message: "expected ids of some, but not all, of the event's mentions"})
		}
		known, err := reports(ctx, tx, articles)
		if err != nil {
			return nil, err
		}
		p := &placing{store: s, tx: tx, now: s.now(), locks: locks, gone: mentions, reason: "an operator: " + reason, retraction: reason}
		var last uuid.UUID // a mention of the last decision
		for _, m := range mentions {
			e, err := decode(m.document)
			if err != nil {
				return nil, err
			}
			if len(out) == 0 || slices.Contains(out, m.filed.ID) {
				last = m.filed.ID
			}
			p.come = append(p.come, event.Mention{ID: m.filed.ID, Report: known[m.article], Event: e, Decision: decision(m)})
		}
		found, err := p.run(ctx)
		if err != nil {
			return nil, err
		}
		result = found.of[last]
		w := &writer{now: p.now, known: s.known, counts: rollup{}}
		w.placed(found)
		return w, w.send(ctx, tx)
	})
	return result, err
}

// Mentions gives what each article says of an event, the anchor first. The
// error is that of Event if the event does not stand.
func (s *Store) Mentions(ctx context.Context, id uuid.UUID) ([]event.Mention, error) {
	found, err := s.readMentions(ctx, `m.event_id = $1 ORDER BY m.decision IS NULL, m.rank, m.id`, id)
	if err == nil && len(found) == 0 {
		return nil, s.whyGone(ctx, id)
	}
	return found, translate(ctx, "read mentions", err)
}

// Mention gives a mention by its own id, or the anchor of an event by the
// event's.
func (s *Store) Mention(ctx context.Context, id uuid.UUID) (event.Mention, error) {
	found, err := s.readMentions(ctx, `m.id = $1`, id)
	if err == nil && len(found) == 0 {
		found, err = s.readMentions(ctx, `m.event_id = $1 AND m.id = m.anchor_id`, id)
	}
	if err == nil && len(found) == 0 {
		return event.Mention{}, event.NewError(event.NotFound, fmt.Sprintf("%s is neither a mention nor an event", id))
	}
	if err != nil {
		return event.Mention{}, translate(ctx, "read a mention", err)
	}
	return found[0], nil
}

func (s *Store) readMentions(ctx context.Context, condition string, args ...any) ([]event.Mention, error) {
	rows, err := mentionsWhere(ctx, s.pool, condition, args...)
	if err != nil {
		return nil, err
	}
	var articles []uuid.UUID
	for _, m := range rows {
		articles = append(articles, m.article)
	}
	known, err := reports(ctx, s.pool, articles)
	if err != nil {
		return nil, err
	}
	out := make([]event.Mention, len(rows))
	for i, m := range rows {
		e, err := decode(m.document)
		if err != nil {
			return nil, err
		}
		out[i] = event.Mention{ID: m.filed.ID, Report: known[m.article], Event: e, Decision: m.filed.Decision}
	}
	return out, nil
}

// fileBatch is how many mentions are filed in one transaction.
const fileBatch = 100

// FileMentions compares with all others what was stored before there was
// resolution, and gives how many mentions that were. Others may write
// meanwhile; after an interruption it goes on where it was.
func (s *Store) FileMentions(ctx context.Context, progress func(done int)) (done int, err error) {
	for {
		n := 0
		err := s.writeTx(ctx, "file mentions", func(tx pgx.Tx, locks map[int32]bool) (*writer, error) {
			if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, writerLock); err != nil {
				return nil, err
			}
			var ids []uuid.UUID // articles first, which a revision of theirs locks first, too
			rows, err := tx.Query(ctx, `SELECT id FROM article WHERE id IN (SELECT article_id FROM mention WHERE rank IS NULL LIMIT $1) ORDER BY id FOR UPDATE`, fileBatch)
			if err != nil {
				return nil, err
			}
			if ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
				return nil, err
			}
			entries, err := loadEntries(ctx, tx, ids)
			if err != nil {
				return nil, err
			}
			p := &placing{store: s, tx: tx, now: s.now(), locks: locks}
			n = 0
			prints := map[uuid.UUID]uint64{}
			for _, id := range slices.SortedFunc(slices.Values(ids), byID) {
				e := entries[id]
				e.print = s.resolver.Print(e.article.Text)
				prints[id] = e.print
				p.come, p.gone = append(p.come, e.witness()...), append(p.gone, e.stored...)
				n += len(e.stored)
			}
			return s.place(ctx, p, func(w *writer) {
				for id, print := range prints {
					w.Queue(`UPDATE article SET print = $2 WHERE id = $1`, id, int64(print))
				}
			})
		})
		if err != nil {
			return done, err
		}
		if n == 0 {
			return done, nil
		}
		if done += n; progress != nil {
			progress(done)
		}
	}
}

// Successor gives the event that an event was merged into, and that one again,
// as far as they go; false if it was not merged.
func (s *Store) Successor(ctx context.Context, id uuid.UUID) (uuid.UUID, bool, error) {
	at, found := id, false
	for range 1000 { // an event is merged once for all, so that there is no circle
		var next *uuid.UUID
		err := s.pool.QueryRow(ctx, `
			SELECT successor FROM event_past o WHERE event_id = $1 AND NOT EXISTS (SELECT FROM event e WHERE e.id = $1) ORDER BY revision DESC LIMIT 1`, at).Scan(&next)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && next == nil {
			break
		}
		if err != nil {
			return at, false, translate(ctx, "find a successor", err)
		}
		at, found = *next, true
	}
	return at, found, nil
}
