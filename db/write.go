package db

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// write brings the database to where the ledger stands and to what that makes
// of events. Everything goes in one round trip.
func (s *Store) write(ctx context.Context, tx pgx.Tx, l *ledger, claimed owners, p *placed) (*writer, error) {
	w := &writer{now: l.now, known: s.known, counts: rollup{}}
	w.identities(claimed, l.owners)
	for _, id := range slices.SortedFunc(maps.Keys(l.entries), byID) {
		if e := l.entries[id]; e.outcome != "" {
			w.article(e)
		}
	}
	w.placed(p)
	return w, w.send(ctx, tx)
}

// send sends what was queued and gathered.
func (w *writer) send(ctx context.Context, tx pgx.Tx) error {
	if err := w.queue(); err != nil {
		return err
	}
	if w.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, &w.Batch).Close(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// writer queues statements. Rows of events are gathered first, so that each
// table takes one statement.
type writer struct {
	pgx.Batch
	now   time.Time
	known *knownRows
	added []any // keys of reference rows that are written, for known

	gone     goneRows // versions that end
	rows     eventRows
	mentions mentionRows
	feeds    pairRows
	changes  changeRows
	counts   rollup
}

// identities gives up claimed keys that the articles did not need after all,
// and hands on those that turned out to be of an article stored before.
func (w *writer) identities(claimed, owners owners) {
	for key, candidate := range claimed {
		switch owner, ok := owners[key]; {
		case !ok:
			w.Queue(`DELETE FROM article_identity WHERE key = $1`, key[:])
		case owner != candidate:
			w.Queue(`UPDATE article_identity SET article_id = $2 WHERE key = $1`, key[:], owner)
		}
	}
}

func (w *writer) article(e *entry) {
	a := &e.article
	var day, at *time.Time
	var precision *event.Precision
	var offset *int
	if p := a.Published; p != nil {
		first := p.Span().Start.Time()
		day = &first
		if p.Precision != "" {
			precision = &p.Precision
		} else {
			_, seconds := p.Time.Zone()
			at, offset = &p.Time, &seconds
		}
	}
	statement := `
		UPDATE article SET title = $2, body = $3, published_on = $4, published_precision = $5, published_at = $6, published_offset = $7, source = $8, url = $9,
			language = $10, licence = $11, external_id = $12, content_hash = $13, created_at = $14, updated_at = $15, revision = $16, print = $17
		WHERE id = $1`
	if e.isNew {
		statement = `
		INSERT INTO article (id, title, body, published_on, published_precision, published_at, published_offset, source, url,
			language, licence, external_id, content_hash, created_at, updated_at, revision, print)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
	}
	w.Queue(statement, a.ID, a.Title, a.Text, day, precision, at, offset, nullable(a.Source), nullable(a.URL),
		a.Language, nullable(a.Licence), nullable(a.ExternalID), e.hash[:], a.CreatedAt, a.UpdatedAt, a.Revision, int64(e.print))
}

// reference adds the actors and places that changed events speak of and that
// are not known yet. Rows that are there are not touched, so that what every
// article speaks of is no bottleneck.
func (w *writer) reference(events []*event.Event) {
	actors, names, places := map[uuid.UUID]event.Participant{}, map[actorName]bool{}, map[uuid.UUID]event.Location{}
	for _, ev := range events {
		for _, p := range ev.Participants {
			if _, twice := actors[p.ActorID]; !twice {
				actors[p.ActorID] = p
			}
			if key := event.SearchKey(p.Name); key != "" {
				names[actorName{p.ActorID, key}] = true
			}
		}
		if id := placeID(ev.Location); id != nil {
			places[*id] = *ev.Location
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(actors), byID) {
		if w.isKnown(id) {
			continue
		}
		p := actors[id]
		w.Queue(`INSERT INTO actor (id, name, code, sector, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
			id, p.Name, p.Code, string(p.Sector), w.now)
	}
	byActor := func(a, b actorName) int { return cmp.Or(byID(a.actor, b.actor), strings.Compare(a.key, b.key)) }
	for _, n := range slices.SortedFunc(maps.Keys(names), byActor) {
		if !w.isKnown(n) {
			w.Queue(`INSERT INTO actor_name (actor_id, name_key) VALUES ($1, $2) ON CONFLICT (actor_id, name_key) DO NOTHING`, n.actor, n.key)
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(places), byID) {
		if w.isKnown(id) {
			continue
		}
		p := places[id]
		var geonames *int64
		if p.GeoNamesID != 0 {
			geonames = &p.GeoNamesID
		}
		w.Queue(`
			INSERT INTO place (id, name, name_key, country, lat, lon, geonames_id, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
			id, nullable(p.Place), nullable(event.SearchKey(p.Place)), nullable(p.Country), p.Lat, p.Lon, geonames, w.now)
	}
}

// actorName is a name under which an actor has been met.
type actorName struct {
	actor uuid.UUID
	key   string
}

// isKnown tells whether a reference row is there; if not, it is about to be.
func (w *writer) isKnown(key any) bool {
	if w.known.has(key) {
		return true
	}
	w.added = append(w.added, key)
	return false
}

// knownRows remembers reference rows that are committed. They are never
// deleted, so that what it says stays true.
type knownRows struct {
	mu   sync.Mutex
	keys map[any]struct{}
}

// maxKnown bounds what is remembered; beyond it everything is forgotten.
const maxKnown = 200_000

func (k *knownRows) has(key any) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, ok := k.keys[key]
	return ok
}

func (k *knownRows) add(keys []any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil || len(k.keys) > maxKnown {
		k.keys = make(map[any]struct{}, len(keys))
	}
	for _, key := range keys {
		k.keys[key] = struct{}{}
	}
}

// placeSpace is the name space of ids of places.
var placeSpace = uuid.MustParse("0b0e6f5c-52a4-5d0e-9d58-6a0c4f1c7b32")

// placeID gives the id of the place of a location, from all that a place is.
// It is nil if nothing is known of the location.
func placeID(l *event.Location) *uuid.UUID {
	if l == nil || l.Place == "" && l.Country == "" && l.Lat == nil {
		return nil
	}
	key := fmt.Appendf(nil, "%q %s %d", l.Place, l.Country, l.GeoNamesID)
	if l.Lat != nil && l.Lon != nil {
		key = binary.BigEndian.AppendUint64(key, math.Float64bits(*l.Lat))
		key = binary.BigEndian.AppendUint64(key, math.Float64bits(*l.Lon))
	}
	id := uuid.NewSHA1(placeSpace, key)
	return &id
}

// placed gathers what becomes of mentions and events. What is written is the
// way from the versions that the database has to those that stand now.
func (w *writer) placed(p *placed) {
	w.mentions = p.mentions
	var came []*event.Event
	for _, t := range p.turns {
		if t.new != nil {
			came = append(came, t.new)
		}
	}
	w.reference(came)
	for _, t := range p.turns {
		if t.old != nil {
			fate, at := t.action, latest(w.now, t.old.UpdatedAt)
			if t.new != nil {
				at = t.new.UpdatedAt
			}
			w.gone.add(t.old.ID, at, fate, t.reason, t.successor)
			w.counts.add(t.old, -1)
			w.feeds.remove(t.old)
		}
		if t.new == nil {
			w.changes.add(t.old.ID, t.old.Revision, t.action)
			continue
		}
		w.rows.add(t)
		w.counts.add(t.new, 1)
		w.feeds.add(t.new)
		w.changes.add(t.new.ID, t.new.Revision, t.action)
	}
}

// nullable gives NULL for an empty text.
func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// byKey orders identities for claiming.
func byKey(a, b identity) int { return bytes.Compare(a.key[:], b.key[:]) }

// byID orders ids as Postgres does.
func byID(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
