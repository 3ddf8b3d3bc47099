package db

import (
	"bytes"
	"cmp"
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

// How mentions that come, change and go become events.
//
// A writer locks the blocks of its mentions first, in order. Whether a mention
// is an anchor, and on which it hangs, is read and changed only by who holds
// all of that mention's blocks; so nobody who shares one works on it at the
// same time. Then it locks the events whose mentions change, by id. If it finds
// on the way that it needs blocks that another holds, it starts again with all
// that it knows it needs; so no writer waits while another waits for it.

// lockSpace and lockBuckets are of the locks of blocks: a transaction holds at
// most so many.
const (
	lockSpace   int32 = 0x64656d
	eventSpace  int32 = 0x64656e // of the locks of events
	lockBuckets       = 1024
)

// errMoreLocks says that a transaction must start again with more locks.
type errMoreLocks struct{ buckets map[int32]bool }

func (errMoreLocks) Error() string { return "blocks are held by another writer" }

// attempts bounds how often a write starts again before it takes all locks.
const attempts = 5

// attempt is a write within a transaction, which begins by itself; locks are
// those that it takes beforehand.
type attempt func(tx pgx.Tx, locks map[int32]bool) (*writer, error)

// writeTx runs a write in a transaction of its own.
func (s *Store) writeTx(ctx context.Context, op string, do attempt) error {
	w, err := untilDone(do, func(do func(pgx.Tx) error) error {
		return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, do)
	})
	if err != nil {
		return translate(ctx, op, err)
	}
	s.wrote(w)
	return nil
}

// writeWithin runs a write in a transaction that goes on. What is tried in vain
// is undone, its locks as well. The caller tells wrote once all is committed.
func writeWithin(ctx context.Context, tx pgx.Tx, do attempt) (*writer, error) {
	return untilDone(do, func(do func(pgx.Tx) error) error { return pgx.BeginFunc(ctx, tx, do) })
}

// untilDone runs a write, again with more locks as long as that is what it
// needs.
func untilDone(do attempt, within func(func(pgx.Tx) error) error) (*writer, error) {
	locks := map[int32]bool{}
	for n := 1; ; n++ {
		var w *writer
		err := within(func(tx pgx.Tx) (err error) {
			w, err = do(tx, maps.Clone(locks))
			return err
		})
		var more errMoreLocks
		switch {
		case errors.As(err, &more):
			maps.Copy(locks, more.buckets)
			if n >= attempts {
				for b := range int32(lockBuckets) {
					locks[b] = true
				}
			}
		case errors.Is(err, errAgain) && n < attempts:
		default:
			return w, err
		}
	}
}

// wrote takes note of what was committed; w is nil if only rows went.
func (s *Store) wrote(w *writer) {
	if w != nil {
		s.known.add(w.added)
	}
	select {
	case s.written <- struct{}{}:
	default:
	}
}

// bucket gives the lock of a block or a decision.
func bucket(key int64) int32 { return int32(uint64(key) * 0x9e3779b97f4a7c15 >> 54) }

func bucketsOf(f *event.Filed, to map[int32]bool) {
	for _, b := range f.Blocks {
		to[bucket(b.Key)] = true
	}
	if f.Decision != uuid.Nil {
		to[decisionBucket(f.Decision)] = true
	}
}

func decisionBucket(d uuid.UUID) int32 {
	return bucket(int64(uint64(d[8])<<56 | uint64(d[9])<<48 | uint64(d[10])<<40 | uint64(d[11])<<32 | uint64(d[12])<<24 | uint64(d[13])<<16 | uint64(d[14])<<8 | uint64(d[15])))
}

// placing is the work of finding the places of mentions within a transaction.
type placing struct {
	store *Store
	tx    pgx.Tx
	now   time.Time
	locks map[int32]bool // held
	// come are new or changed mentions with their readings. gone is what the
	// database has of those that change or go.
	come []event.Mention
	gone []*mention
	// why says why events end that lose their last mention, and why others
	// change; the first must not be empty if any mention goes.
	retraction, reason string

	filed map[uuid.UUID]*mention // as the database has them
	was   map[uuid.UUID]*mention // the same of gone
}

// turn is what becomes of an event.
type turn struct {
	old, new  *event.Event // nil: it was not there, or is not any more
	document  []byte       // of new
	action    Action       // of the change
	reason    string
	successor uuid.UUID // of a merged one
	sources   []string  // of new
	languages []string
	reports   []reportAt
}

// reportAt is an article that reports an event, and where.
type reportAt struct {
	article uuid.UUID
	start   int
}

// placed is the outcome of a placing.
type placed struct {
	turns    []*turn
	mentions mentionRows
	of       map[uuid.UUID]uuid.UUID // the event of each mention of come
	events   map[uuid.UUID]*event.Event
}

// run finds the places of the mentions and what that makes of events.
func (p *placing) run(ctx context.Context) (*placed, error) {
	p.filed, p.was = map[uuid.UUID]*mention{}, map[uuid.UUID]*mention{}
	come := make([]event.Filed, len(p.come))
	wanted := map[int32]bool{}
	for i := range p.come {
		f, err := p.store.resolver.File(&p.come[i])
		if err != nil {
			return nil, err
		}
		come[i] = f
		bucketsOf(&f, wanted)
	}
	for _, m := range p.gone {
		bucketsOf(&m.filed, wanted)
	}
	if err := p.lock(ctx, wanted); err != nil {
		return nil, err
	}
	if err := p.refresh(ctx); err != nil {
		return nil, err
	}
	gone := make([]event.Filed, len(p.gone))
	for i, m := range p.gone {
		gone[i] = m.filed
		p.was[m.filed.ID] = m
	}
	settled, err := p.store.resolver.Settle(come, gone, p.book(ctx))
	if err != nil {
		return nil, err
	}
	return p.events(ctx, settled)
}

// lock takes the locks of blocks in order, with those that an earlier attempt
// was found to need. What changes from one call to the next cannot be waited
// for.
func (p *placing) lock(ctx context.Context, wanted map[int32]bool) error {
	maps.Copy(wanted, p.locks)
	p.locks = wanted
	if len(wanted) == 0 {
		return nil
	}
	_, err := p.tx.Exec(ctx, `SELECT count(pg_advisory_xact_lock($1, b)) FROM unnest($2::integer[]) AS b`, lockSpace, slices.Sorted(maps.Keys(wanted)))
	return err
}

// need makes sure of further locks without waiting.
func (p *placing) need(ctx context.Context, wanted map[int32]bool) error {
	var missing []int32
	for b := range wanted {
		if !p.locks[b] {
			missing = append(missing, b)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var all bool
	err := p.tx.QueryRow(ctx, `SELECT bool_and(pg_try_advisory_xact_lock($1, b)) FROM unnest($2::integer[]) AS b`, lockSpace, missing).Scan(&all)
	if err != nil {
		return err
	}
	for _, b := range missing {
		p.locks[b] = true
	}
	if !all {
		return errMoreLocks{maps.Clone(p.locks)}
	}
	return nil
}

// refresh reads again where the mentions stand that change or go: before their
// blocks were locked, others could move them.
func (p *placing) refresh(ctx context.Context) error {
	if len(p.gone) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(p.gone))
	for i, m := range p.gone {
		ids[i] = m.filed.ID
	}
	fresh, err := mentionsWhere(ctx, p.tx, `m.id = ANY($1)`, ids)
	if err != nil {
		return fmt.Errorf("read mentions: %w", err)
	}
	if len(fresh) != len(ids) {
		return errAgain
	}
	p.gone = fresh
	return nil
}

// book reads mentions from the database.
func (p *placing) book(ctx context.Context) event.Book {
	read := func(condition string, args ...any) ([]event.Filed, error) {
		rows, err := p.tx.Query(ctx, `SELECT `+mentionColumns+` FROM mention m WHERE m.rank IS NOT NULL AND `+condition, args...)
		if err != nil {
			return nil, err
		}
		found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*mention, error) { return scanMention(row) })
		if err != nil {
			return nil, err
		}
		out := make([]event.Filed, len(found))
		for i, m := range found {
			out[i] = m.filed
			if _, twice := p.filed[m.filed.ID]; !twice {
				p.filed[m.filed.ID] = m
			}
		}
		return out, nil
	}
	return event.Book{
		Near: func(blocks []event.Block, all bool) ([]event.Filed, error) {
			wanted := map[int32]bool{}
			seen := map[event.Block]bool{}
			var keys []int64
			var first, last []int32
			for _, b := range blocks {
				wanted[bucket(b.Key)] = true
				if seen[b] {
					continue
				}
				seen[b] = true
				keys, first, last = append(keys, b.Key), append(first, b.Day), append(last, b.Day)
				if n := len(keys) - 1; b.Day != int32(event.Undated) {
					first[n], last[n] = b.Day-event.BlockReach, b.Day+event.BlockReach
				}
			}
			if err := p.need(ctx, wanted); err != nil {
				return nil, err
			}
			return read(`m.id = ANY(ARRAY(
				SELECT b.mention_id FROM unnest($1::bigint[], $2::integer[], $3::integer[]) AS k (block, first, last)
				JOIN mention_block b ON b.block = k.block AND b.day BETWEEN k.first AND k.last AND (b.anchor OR $4)))`, keys, first, last, all)
		},
		Under: func(anchors []uuid.UUID) ([]event.Filed, error) {
			return read(`m.event_id = ANY(ARRAY(SELECT a.event_id FROM mention a WHERE a.id = ANY($1))) AND m.anchor_id = ANY($1)`, anchors)
		},
		Decided: func(decisions []uuid.UUID) ([]event.Filed, error) {
			wanted := map[int32]bool{}
			for _, d := range decisions {
				wanted[decisionBucket(d)] = true
			}
			if err := p.need(ctx, wanted); err != nil {
				return nil, err
			}
			return read(`m.decision = ANY($1)`, decisions)
		},
	}
}

// stood gives a mention as the database has it, if it does.
func (p *placing) stood(id uuid.UUID) (*mention, bool) {
	if m, ok := p.was[id]; ok {
		return m, true
	}
	m, ok := p.filed[id]
	return m, ok
}

// events works out what settled mentions make of events.
func (p *placing) events(ctx context.Context, settled []event.Filed) (*placed, error) {
	out := &placed{of: map[uuid.UUID]uuid.UUID{}, events: map[uuid.UUID]*event.Event{}}
	arrived := make(map[uuid.UUID]*event.Mention, len(p.come))
	for i := range p.come {
		arrived[p.come[i].ID] = &p.come[i]
	}
	named, err := p.name(settled)
	if err != nil {
		return nil, err
	}
	// Which events are concerned: where mentions come to stand, and stood.
	touched, left := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	moved := make(map[uuid.UUID]*mention, len(settled))
	for i := range settled {
		f := settled[i]
		m := &mention{filed: f, event: named[f.Anchor]}
		moved[f.ID], touched[m.event] = m, true
		if old, ok := p.stood(f.ID); ok {
			left[old.event] = true
			out.mentions.leave = append(out.mentions.leave, old)
		}
		if a, ok := arrived[f.ID]; ok {
			out.of[f.ID] = m.event
			m.article, m.start = a.Report.ID, start(&a.Event)
		}
	}
	for _, m := range p.gone {
		if moved[m.filed.ID] == nil {
			left[m.event] = true
			out.mentions.leave = append(out.mentions.leave, m)
		}
	}
	all := slices.SortedFunc(maps.Keys(union(touched, left)), byID)
	stored := slices.DeleteFunc(slices.Clone(all), func(id uuid.UUID) bool { // not those that begin now
		return arrived[id] != nil && p.was[id] == nil && !left[id]
	})
	old, err := p.lockEvents(ctx, stored)
	if err != nil {
		return nil, err
	}
	members, err := p.members(ctx, stored, moved)
	if err != nil {
		return nil, err
	}
	under := map[uuid.UUID][]*mention{}
	for _, m := range members {
		if arrived[m.filed.ID] != nil {
			continue
		}
		if now := moved[m.filed.ID]; now != nil {
			now.article, now.start, now.document = m.article, m.start, m.document
		} else if p.was[m.filed.ID] == nil {
			under[m.event] = append(under[m.event], m)
		}
	}
	for _, m := range moved {
		if a := arrived[m.filed.ID]; a != nil {
			if m.document, err = json.Marshal(reading(a.Event)); err != nil {
				return nil, fmt.Errorf("encode mention %s: %w", m.filed.ID, err)
			}
		}
		under[m.event] = append(under[m.event], m)
		out.mentions.come = append(out.mentions.come, m)
	}
	slices.SortFunc(out.mentions.come, func(a, b *mention) int { return byID(a.filed.ID, b.filed.ID) })
	known, err := p.reports(ctx, under, arrived)
	if err != nil {
		return nil, err
	}
	for _, id := range all {
		mentions := under[id]
		if len(mentions) == 0 {
			if o := old[id]; o != nil {
				out.turns = append(out.turns, p.end(id, o, moved))
			}
			continue
		}
		t, err := p.tell(id, mentions, known, arrived, old[id])
		if err != nil {
			return nil, err
		}
		for _, m := range mentions {
			if m.alone && len(mentions) > 1 && moved[m.filed.ID] == nil {
				out.mentions.told = append(out.mentions.told, m)
			}
			m.alone = len(mentions) == 1
		}
		out.events[id] = t.new
		if t.action != "" {
			out.turns = append(out.turns, t)
		}
	}
	p.sayWhy(out, moved)
	return out, nil
}

// name gives each anchor of settled mentions the id of its event. An anchor that
// was one keeps its event. A new one takes the event, of those that have lost
// their anchor, most of whose mentions hang on it now; else it begins one.
func (p *placing) name(settled []event.Filed) (map[uuid.UUID]uuid.UUID, error) {
	place := make(map[uuid.UUID]uuid.UUID, len(settled))
	for _, f := range settled {
		place[f.ID] = f.Anchor
	}
	named := map[uuid.UUID]uuid.UUID{}
	for _, anchor := range place {
		if m, ok := p.stood(anchor); ok && m.filed.Anchor == anchor {
			named[anchor] = m.event
		}
	}
	lost := func(anchor uuid.UUID) bool {
		now, moved := place[anchor]
		return moved && now != anchor || !moved && p.was[anchor] != nil
	}
	type claim struct{ event, anchor uuid.UUID }
	claims := map[claim]int{}
	for id, anchor := range place {
		if m, ok := p.stood(id); ok && named[anchor] == uuid.Nil && lost(m.filed.Anchor) {
			claims[claim{m.event, anchor}]++
		}
	}
	taken := map[uuid.UUID]bool{}
	for _, c := range slices.SortedFunc(maps.Keys(claims), func(a, b claim) int {
		return cmp.Or(cmp.Compare(claims[b], claims[a]), byID(a.event, b.event), byID(a.anchor, b.anchor))
	}) {
		if !taken[c.event] && named[c.anchor] == uuid.Nil {
			taken[c.event], named[c.anchor] = true, c.event
		}
	}
	for _, anchor := range place {
		if named[anchor] != uuid.Nil {
			continue
		}
		named[anchor] = anchor // the event of a new mention has its id
		if _, ok := p.stood(anchor); ok {
			fresh, err := uuid.NewV7()
			if err != nil {
				return nil, fmt.Errorf("make an id: %w", err)
			}
			named[anchor] = fresh
		}
	}
	return named, nil
}

// standing is an event as the database has it.
type standing struct {
	event              event.Event
	document           []byte
	sources, languages []string
}

// lockEvents locks events that exist and reads them. Their rows are replaced
// when they change, so that it is not rows that are locked.
func (p *placing) lockEvents(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*standing, error) {
	out := map[uuid.UUID]*standing{}
	if len(ids) == 0 {
		return out, nil
	}
	buckets := map[int32]bool{}
	for _, id := range ids {
		buckets[decisionBucket(id)] = true
	}
	if _, err := p.tx.Exec(ctx, `SELECT count(pg_advisory_xact_lock($1, b)) FROM unnest($2::integer[]) AS b`, eventSpace, slices.Sorted(maps.Keys(buckets))); err != nil {
		return nil, fmt.Errorf("lock events: %w", err)
	}
	rows, err := p.tx.Query(ctx, `SELECT e.id, e.sources, e.languages, d.document FROM event e JOIN event_document d ON d.event_id = e.id WHERE e.id = ANY($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (*standing, error) {
		st := &standing{}
		var id uuid.UUID
		if err := row.Scan(&id, &st.sources, &st.languages, &st.document); err != nil {
			return nil, err
		}
		out[id] = st
		return st, json.Unmarshal(st.document, &st.event)
	})
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return out, nil
}

// maxRead bounds how many mentions an event is made from: those that rank
// first. All of them are counted.
const maxRead = 100

// members reads the mentions of events: their readings, of each event's as many
// as are read, and of those that move.
func (p *placing) members(ctx context.Context, events []uuid.UUID, moved map[uuid.UUID]*mention) ([]*mention, error) {
	if len(events) == 0 {
		return nil, nil
	}
	rows, err := p.tx.Query(ctx, `
		SELECT `+mentionColumns+`, m.document IS NULL, CASE WHEN m.n <= $2 OR m.id = ANY($3) THEN coalesce(m.document, d.document) END
		FROM (SELECT *, row_number() OVER (PARTITION BY event_id ORDER BY decision IS NULL, rank, id) AS n FROM mention WHERE event_id = ANY($1)) m
		LEFT JOIN event_document d ON m.document IS NULL AND d.event_id = m.event_id`, events, maxRead, slices.Collect(maps.Keys(moved)))
	if err != nil {
		return nil, fmt.Errorf("read mentions: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*mention, error) {
		var document []byte
		var alone bool
		m, err := scanMention(row, &alone, &document)
		if err == nil {
			m.document, m.alone = document, alone
		}
		if err == nil && alone && document != nil { // as it would stand by itself
			var e event.Event
			if e, err = decode(document); err == nil {
				m.document, err = json.Marshal(e)
			}
		}
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("read mentions: %w", err)
	}
	return found, nil
}

// reports gives the articles of mentions as witnesses.
func (p *placing) reports(ctx context.Context, under map[uuid.UUID][]*mention, arrived map[uuid.UUID]*event.Mention) (map[uuid.UUID]event.Report, error) {
	known := map[uuid.UUID]event.Report{}
	for _, a := range arrived {
		known[a.Report.ID] = a.Report
	}
	missing := map[uuid.UUID]bool{}
	for _, mentions := range under {
		for _, m := range mentions {
			if _, ok := known[m.article]; !ok {
				missing[m.article] = true
			}
		}
	}
	found, err := reports(ctx, p.tx, slices.Collect(maps.Keys(missing)))
	if err != nil {
		return nil, fmt.Errorf("read articles: %w", err)
	}
	for id := range missing {
		r, ok := found[id]
		if !ok {
			r.ID = id // an event that was loaded without its articles
		}
		known[id] = r
	}
	return known, nil
}

// tell makes the event of its mentions.
func (p *placing) tell(id uuid.UUID, mentions []*mention, known map[uuid.UUID]event.Report, arrived map[uuid.UUID]*event.Mention, old *standing) (*turn, error) {
	slices.SortFunc(mentions, func(a, b *mention) int {
		if x, y := a.filed.Decision == uuid.Nil, b.filed.Decision == uuid.Nil; x != y {
			if x {
				return 1
			}
			return -1
		}
		return cmp.Or(bytes.Compare(a.filed.Rank, b.filed.Rank), byID(a.filed.ID, b.filed.ID))
	})
	var read []event.Mention
	var witnesses []event.Report
	starts := map[uuid.UUID]int{}
	var sources, languages []string
	for _, m := range mentions {
		r := known[m.article]
		if at, twice := starts[m.article]; !twice || m.start < at {
			starts[m.article] = m.start
		}
		witnesses = append(witnesses, r)
		if r.Source != "" {
			sources = append(sources, r.Source)
		}
		if r.Language != "" {
			languages = append(languages, r.Language)
		}
		if len(read) >= maxRead {
			continue
		}
		if a := arrived[m.filed.ID]; a != nil {
			told := *a
			told.Event = reading(a.Event)
			read = append(read, told)
		} else if m.document != nil {
			e, err := decode(m.document)
			if err != nil {
				return nil, err
			}
			read = append(read, event.Mention{ID: m.filed.ID, Report: r, Event: e, Decision: m.filed.Decision})
		}
	}
	slices.Sort(sources)
	e := p.store.resolver.Merge(read, witnesses)
	t := &turn{new: &e, sources: slices.Compact(sources), languages: event.LanguageKeys(languages), action: Added}
	for _, article := range slices.SortedFunc(maps.Keys(starts), byID) {
		t.reports = append(t.reports, reportAt{article, starts[article]})
	}
	e.ID, e.CreatedAt, e.UpdatedAt, e.Revision = id, p.now, p.now, 1
	var err error
	if old != nil {
		e.CreatedAt, e.UpdatedAt, e.Revision = old.event.CreatedAt, old.event.UpdatedAt, old.event.Revision
		if t.document, err = json.Marshal(&e); err != nil {
			return nil, fmt.Errorf("encode event %s: %w", id, err)
		}
		if bytes.Equal(t.document, old.document) && slices.Equal(t.sources, old.sources) && slices.Equal(t.languages, old.languages) && len(mentions) <= maxRead/2 {
			t.action = ""
			return t, nil
		}
		t.old, t.action = &old.event, Updated
		e.UpdatedAt, e.Revision = latest(p.now, e.UpdatedAt), e.Revision+1
	}
	if t.document, err = json.Marshal(&e); err != nil {
		return nil, fmt.Errorf("encode event %s: %w", id, err)
	}
	return t, nil
}

// end says what becomes of an event that has lost all of its mentions: it is
// merged into the event where its anchor went, or most of what hung on it.
func (p *placing) end(id uuid.UUID, old *standing, moved map[uuid.UUID]*mention) *turn {
	t := &turn{old: &old.event, action: Retracted, reason: p.retraction}
	went := map[uuid.UUID]int{}
	for mention, m := range moved {
		before, ok := p.stood(mention)
		if !ok || before.event != id {
			continue
		}
		went[m.event]++
		if before.filed.Anchor == mention {
			went[m.event] += len(moved)
		}
	}
	for _, to := range slices.SortedFunc(maps.Keys(went), byID) {
		if t.successor == uuid.Nil || went[to] > went[t.successor] {
			t.successor, t.action, t.reason = to, Merged, cmp.Or(p.reason, mergedReason)
		}
	}
	return t
}

const (
	mergedReason = "its reports are of the same event"
	splitReason  = "some of its reports are of another event: "
)

// sayWhy gives the reason of events from which others were split off.
func (p *placing) sayWhy(out *placed, moved map[uuid.UUID]*mention) {
	parts := map[uuid.UUID]map[uuid.UUID]bool{}
	for id, m := range moved {
		if old, ok := p.stood(id); ok && old.event != m.event {
			if parts[old.event] == nil {
				parts[old.event] = map[uuid.UUID]bool{}
			}
			parts[old.event][m.event] = true
		}
	}
	for _, t := range out.turns {
		if t.action == Updated && len(parts[t.new.ID]) > 0 {
			t.reason = cmp.Or(p.reason, splitReason)
			for _, id := range slices.SortedFunc(maps.Keys(parts[t.new.ID]), byID) {
				t.reason += " " + id.String()
			}
		}
	}
}

// start gives where the text first has an event.
func start(e *event.Event) int {
	at := -1
	for i := range e.Evidence {
		if s := e.Evidence[i].Start; at < 0 || s < at {
			at = s
		}
	}
	return max(at, 0)
}

func union(a, b map[uuid.UUID]bool) map[uuid.UUID]bool {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
