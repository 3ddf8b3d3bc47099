package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// Change is one thing that became of an event.
type Change struct {
	Position  int64           `json:"position" doc:"Where it stands among all changes: 1, 2, 3, ... in the order in which they were committed"`
	Action    Action          `json:"action" enum:"created,updated,merged,retracted"`
	At        time.Time       `json:"at" doc:"When it was written"`
	EventID   uuid.UUID       `json:"event_id"`
	Revision  int             `json:"revision" doc:"Of the event below"`
	Successor *uuid.UUID      `json:"successor,omitempty" doc:"The event that it was merged into"`
	Reason    string          `json:"reason,omitempty" doc:"Why it was merged, retracted or split"`
	Event     json.RawMessage `json:"event" doc:"The event in the version that came, or, if it was merged or retracted, its last"`

	before json.RawMessage // the version that an update replaced
	facts  [2]facts        // of the event, and of the version before
}

// facts is what a filter asks of an event beside its document.
type facts struct{ sources, languages []string }

// changesChannel is the channel on which Postgres tells that there are new
// changes. It is a hint: whoever listens also looks now and then.
const changesChannel = "demarche_changes"

// inboxBatch is how many transactions get positions at a time.
const inboxBatch = 500

// sequence gives positions to the changes that have none yet: to all that were
// committed before the call.
func (s *Store) sequence(ctx context.Context) error {
	var waiting bool
	if err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM change_inbox)`).Scan(&waiting); err != nil {
		return err
	}
	for waiting {
		n, err := s.sequenceBatch(ctx)
		if err != nil {
			return err
		}
		waiting = n == inboxBatch
	}
	return nil
}

// sequenceBatch gives positions to the changes of the transactions that ended
// first, and tells of how many.
func (s *Store) sequenceBatch(ctx context.Context) (n int, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		// One at a time. Who had it before is committed when we get it.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, sequencerLock); err != nil {
			return err
		}
		var last int64
		if err := tx.QueryRow(ctx, `SELECT coalesce((SELECT position FROM change ORDER BY position DESC LIMIT 1), 0)`).Scan(&last); err != nil {
			return err
		}
		// What a transaction waited for was committed, and so written into the
		// inbox, before it wrote itself: the times have the order of whatever
		// depends on one another.
		rows, err := tx.Query(ctx, `
			DELETE FROM change_inbox WHERE id IN (SELECT id FROM change_inbox ORDER BY ended_at, id LIMIT $1)
			RETURNING id, ended_at, events, revisions, actions`, inboxBatch)
		if err != nil {
			return err
		}
		type pending struct {
			ID        uuid.UUID
			At        time.Time
			Events    []uuid.UUID
			Revisions []int32
			Actions   []string
		}
		inbox, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pending])
		if err != nil {
			return err
		}
		n = len(inbox)
		slices.SortFunc(inbox, func(a, b pending) int {
			if c := a.At.Compare(b.At); c != 0 {
				return c
			}
			return byID(a.ID, b.ID)
		})
		var changes [][]any
		for _, p := range inbox {
			for i, id := range p.Events {
				changes = append(changes, []any{last + int64(len(changes)) + 1, id, p.At, p.Revisions[i], p.Actions[i]})
			}
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"change"}, []string{"position", "event_id", "at", "revision", "action"}, pgx.CopyFromRows(changes)); err != nil {
			return err
		}
		// Not by the writers: those that notify wait for each other to commit.
		_, err = tx.Exec(ctx, `SELECT pg_notify($1, '')`, changesChannel)
		return err
	})
	return n, err
}

// Changes gives at most limit changes behind a position, in the order in which
// they were committed. All that was committed before the call is in it; walking
// on from the last position neither loses nor repeats one.
func (s *Store) Changes(ctx context.Context, since int64, limit int) ([]Change, error) {
	if err := s.sequence(ctx); err != nil {
		return nil, translate(ctx, "order changes", err)
	}
	return s.changes(ctx, since, limit)
}

// changes reads changes that have a position.
func (s *Store) changes(ctx context.Context, since int64, limit int) ([]Change, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT c.position, c.action, c.at, c.event_id, c.revision, o.successor, coalesce(o.reason, ''), coalesce(o.document, d.document),
			coalesce(o.sources, e.sources), coalesce(o.languages, e.languages), b.document, b.sources, b.languages, coalesce(b.reason, '')
		FROM change c
		LEFT JOIN event_past o ON o.event_id = c.event_id AND o.revision = c.revision
		LEFT JOIN event e ON e.id = c.event_id AND e.revision = c.revision
		LEFT JOIN event_document d ON d.event_id = e.id
		LEFT JOIN LATERAL (SELECT document, sources, languages, reason FROM event_past b
			WHERE c.action = 'updated' AND b.event_id = c.event_id AND b.revision < c.revision ORDER BY b.revision DESC LIMIT 1) b ON true
		WHERE c.position > $1 ORDER BY c.position LIMIT $2`, since, limit)
	if err != nil {
		return nil, translate(ctx, "read changes", err)
	}
	changes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
		var why string // an update has the reason for which the version before ended
		err = row.Scan(&c.Position, &c.Action, &c.At, &c.EventID, &c.Revision, &c.Successor, &c.Reason, (*[]byte)(&c.Event),
			&c.facts[0].sources, &c.facts[0].languages, (*[]byte)(&c.before), &c.facts[1].sources, &c.facts[1].languages, &why)
		c.At = c.At.UTC()
		if c.Action == Added || c.Action == Updated { // what became of this version later is another change
			c.Successor, c.Reason = nil, why
		}
		return c, err
	})
	return changes, translate(ctx, "read changes", err)
}

// LastChange gives the position of the last change of all that was committed
// before the call; 0 if there is none.
func (s *Store) LastChange(ctx context.Context) (int64, error) {
	if err := s.sequence(ctx); err != nil {
		return 0, translate(ctx, "order changes", err)
	}
	var last int64
	err := s.pool.QueryRow(ctx, `SELECT coalesce((SELECT position FROM change ORDER BY position DESC LIMIT 1), 0)`).Scan(&last)
	return last, translate(ctx, "read the last change", err)
}

// Selector finds the changes that concern filters. What it looks up for one
// filter it keeps for the next.
type Selector struct {
	store   *Store
	changes []Change
	events  [][2]*event.Event // of each change: the version shown and, of an update, the one before
	names   map[string][]uuid.UUID
	says    map[string]map[int]bool // by full-text query: versions that satisfy it, two for each change
}

// Select makes a selector of changes.
func (s *Store) Select(changes []Change) *Selector {
	return &Selector{store: s, changes: changes, names: map[string][]uuid.UUID{}, says: map[string]map[int]bool{}}
}

// For gives those of the changes that concern a filter: the event is one that
// it asks for, or was one before the change.
func (l *Selector) For(ctx context.Context, f *event.Filter) ([]Change, error) {
	if len(f.Question()) == 0 || len(l.changes) == 0 {
		return l.changes, nil
	}
	if err := l.prepare(ctx, f); err != nil {
		return nil, translate(ctx, "look for changes", err)
	}
	var selected []Change
	for i, c := range l.changes {
		for version, e := range l.events[i] {
			if e != nil && f.Match(e, event.Facts{
				Sources: c.facts[version].sources, Languages: c.facts[version].languages,
				Named: func(actor uuid.UUID, name string) bool { return slices.Contains(l.names[name], actor) },
				Says:  func(query string) bool { return l.says[query][2*i+version] },
			}) {
				selected = append(selected, c)
				break
			}
		}
	}
	return selected, nil
}

// prepare looks up what a filter needs and is not known yet.
func (l *Selector) prepare(ctx context.Context, f *event.Filter) error {
	if l.events == nil {
		l.events = make([][2]*event.Event, len(l.changes))
		for i, c := range l.changes {
			for version, document := range [][]byte{c.Event, c.before} {
				if document == nil {
					continue
				}
				l.events[i][version] = new(event.Event)
				if err := json.Unmarshal(document, l.events[i][version]); err != nil {
					return fmt.Errorf("decode event %s: %w", c.EventID, err)
				}
			}
		}
	}
	var names event.Filter // a filter of the names that are not known
	for _, t := range f.Actors {
		for _, r := range slices.Concat(t.Any, t.None) {
			if _, ok := l.names[r.Name]; r.Name != "" && !ok {
				names.Actors = append(names.Actors, event.ActorTerm{Any: []event.ActorRef{r}})
			}
		}
	}
	found, err := l.store.resolve(ctx, &names)
	if err != nil {
		return err
	}
	maps.Copy(l.names, found.actors)
	if _, ok := l.says[f.Text]; f.Text == "" || ok {
		return nil
	}
	l.says[f.Text], err = l.saying(ctx, f.Text)
	return err
}

// saying tells which versions satisfy a full-text query.
func (l *Selector) saying(ctx context.Context, query string) (map[int]bool, error) {
	var at []int32
	var summaries, quoted []string
	for i := range l.events {
		for version, e := range l.events[i] {
			if e != nil {
				at, summaries = append(at, int32(2*i+version)), append(summaries, clip(e.Summary, maxIndexedText))
				quoted = append(quoted, clip(quotes(e.Evidence), maxIndexedText))
			}
		}
	}
	rows, err := l.store.pool.Query(ctx, `
		SELECT n FROM unnest($1::integer[], $2::text[], $3::text[]) AS v (n, summary, quotes)
		WHERE (to_tsvector('english', summary) || to_tsvector('english', quotes)) @@ websearch_to_tsquery('english', $4)`, at, summaries, quoted, query)
	if err != nil {
		return nil, err
	}
	says := map[int]bool{}
	var n int32
	_, err = pgx.ForEachRow(rows, []any{&n}, func() error { says[int(n)] = true; return nil })
	return says, err
}

// Version of an event, as its history tells it.
type Version struct {
	Revision  int             `json:"revision"`
	From      time.Time       `json:"from" doc:"When this version came"`
	Until     *time.Time      `json:"until,omitempty" doc:"When it went; absent if it stands"`
	Fate      Action          `json:"fate,omitempty" enum:"updated,merged,retracted" doc:"What became of it"`
	Successor *uuid.UUID      `json:"successor,omitempty" doc:"The event that it was merged into"`
	Reason    string          `json:"reason,omitempty" doc:"Why it ended, if more is to be told than that reports came or changed"`
	Event     json.RawMessage `json:"event"`
}

// History gives every version of an event, the first one first. The error is
// NotFound if there never was such an event.
func (s *Store) History(ctx context.Context, id uuid.UUID) ([]Version, error) {
	rows, err := s.reader(ctx).Query(ctx, `
		SELECT revision, updated_at, ended_at, fate, successor, coalesce(reason, ''), document FROM event_past WHERE event_id = $1
		UNION ALL
		SELECT e.revision, e.updated_at, NULL, '', NULL, '', d.document FROM event e JOIN event_document d ON d.event_id = e.id WHERE e.id = $1
		ORDER BY revision`, id)
	if err != nil {
		return nil, translate(ctx, "read a history", err)
	}
	versions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		err = row.Scan(&v.Revision, &v.From, &v.Until, &v.Fate, &v.Successor, &v.Reason, (*[]byte)(&v.Event))
		v.From = v.From.UTC()
		if v.Until != nil {
			*v.Until = v.Until.UTC()
		}
		return v, err
	})
	if err == nil && len(versions) == 0 {
		return nil, event.NewError(event.NotFound, "there is no such event")
	}
	return versions, translate(ctx, "read a history", err)
}

// EventAsOf gives the document of an event as it stood at an instant. The error
// is NotFound if it was not there yet, and Gone if it was not there any more.
func (s *Store) EventAsOf(ctx context.Context, id uuid.UUID, at time.Time) (json.RawMessage, error) {
	ctx, err := s.settle(ctx, &at)
	if err != nil {
		return nil, err
	}
	versions, err := s.History(ctx, id)
	if err != nil {
		return nil, err
	}
	gone := false
	for _, v := range versions {
		switch {
		case v.From.After(at):
		case v.Until == nil || v.Until.After(at):
			return v.Event, nil
		default:
			gone = true
		}
	}
	if gone {
		return nil, event.NewError(event.Gone, "the event did not stand any more at that instant: see its history")
	}
	return nil, event.NewError(event.NotFound, "the event was not known yet at that instant")
}

// Tend keeps the house until the context ends: it gives changes their
// positions soon after they are committed, tells those who listen, and brings
// the rollup together. Several processes may do so; they take turns. Failures
// are logged and tried again.
func (s *Store) Tend(ctx context.Context) {
	every := time.NewTicker(tendEvery)
	defer every.Stop()
	for {
		if err := s.tend(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "tend the database", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.written:
		case <-every.C:
		}
	}
}

func (s *Store) tend(ctx context.Context) error {
	var replica bool // which is tended where it comes from
	if err := s.pool.QueryRow(ctx, `SELECT pg_is_in_recovery()`).Scan(&replica); err != nil || replica {
		return err
	}
	return errors.Join(s.sequence(ctx), s.RollUp(ctx))
}

// tendEvery is how often the house is looked after though nothing is heard of
// it: another process may have written and gone.
const tendEvery = time.Second

// Listen calls heard whenever there may be new changes, at least once at the
// start and then now and then, until the context ends. It holds a connection
// of its own, and makes a new one when it is lost.
func (s *Store) Listen(ctx context.Context, heard func()) {
	for ctx.Err() == nil {
		err := s.listen(ctx, heard)
		if ctx.Err() != nil {
			return
		}
		s.log.WarnContext(ctx, "listen to changes", "error", err)
		heard()
		select {
		case <-ctx.Done():
		case <-time.After(tendEvery):
		}
	}
}

func (s *Store) listen(ctx context.Context, heard func()) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+changesChannel); err != nil {
		return err
	}
	for {
		heard()
		waiting, cancel := context.WithTimeout(ctx, tendEvery)
		_, err := conn.WaitForNotification(waiting)
		timedOut := waiting.Err() != nil
		cancel()
		if err != nil && !timedOut || ctx.Err() != nil {
			return err
		}
	}
}
