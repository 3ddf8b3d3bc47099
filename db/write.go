package db

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// write brings the database to where the ledger stands. Everything goes in one
// round trip.
func (l *ledger) write(ctx context.Context, tx pgx.Tx, claimed owners) error {
	w := &writer{now: l.now}
	w.identities(claimed, l.owners)
	changed := make([]*entry, 0, len(l.entries))
	for _, id := range slices.SortedFunc(maps.Keys(l.entries), byID) {
		if e := l.entries[id]; e.outcome != "" {
			w.article(e)
			changed = append(changed, e)
		}
	}
	w.reference(changed)
	for _, e := range changed {
		w.events(e)
	}
	if w.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, &w.Batch).Close(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// writer queues statements.
type writer struct {
	pgx.Batch
	now time.Time
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
			language = $10, licence = $11, external_id = $12, content_hash = $13, created_at = $14, updated_at = $15, revision = $16
		WHERE id = $1`
	if e.isNew {
		statement = `
		INSERT INTO article (id, title, body, published_on, published_precision, published_at, published_offset, source, url,
			language, licence, external_id, content_hash, created_at, updated_at, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	}
	w.Queue(statement, a.ID, a.Title, a.Text, day, precision, at, offset, nullable(a.Source), nullable(a.URL),
		a.Language, nullable(a.Licence), nullable(a.ExternalID), e.hash[:], a.CreatedAt, a.UpdatedAt, a.Revision)
}

// reference adds the actors and places that changed events speak of and that
// are not known yet. Rows that are there are not touched, so that what every
// article speaks of is no bottleneck.
func (w *writer) reference(entries []*entry) {
	type name struct {
		actor uuid.UUID
		key   string
	}
	actors, names, places := map[uuid.UUID]event.Participant{}, map[name]bool{}, map[uuid.UUID]event.Location{}
	for _, e := range entries {
		for _, ev := range slices.Concat(e.events, e.retracted) {
			for _, p := range ev.Participants {
				if _, twice := actors[p.ActorID]; !twice {
					actors[p.ActorID] = p
				}
				if key := SearchKey(p.Name); key != "" {
					names[name{p.ActorID, key}] = true
				}
			}
			if id := placeID(ev.Location); id != nil {
				places[*id] = *ev.Location
			}
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(actors), byID) {
		p := actors[id]
		w.Queue(`INSERT INTO actor (id, name, code, sector, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
			id, p.Name, p.Code, string(p.Sector), w.now)
	}
	byActor := func(a, b name) int { return cmp.Or(byID(a.actor, b.actor), strings.Compare(a.key, b.key)) }
	for _, n := range slices.SortedFunc(maps.Keys(names), byActor) {
		w.Queue(`INSERT INTO actor_name (actor_id, name_key) VALUES ($1, $2) ON CONFLICT (actor_id, name_key) DO NOTHING`, n.actor, n.key)
	}
	for _, id := range slices.SortedFunc(maps.Keys(places), byID) {
		p := places[id]
		var geonames *int64
		if p.GeoNamesID != 0 {
			geonames = &p.GeoNamesID
		}
		w.Queue(`
			INSERT INTO place (id, name, name_key, country, lat, lon, geonames_id, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
			id, p.Place, SearchKey(p.Place), nullable(p.Country), p.Lat, p.Lon, geonames, w.now)
	}
}

// placeSpace is the name space of ids of places.
var placeSpace = uuid.MustParse("0b0e6f5c-52a4-5d0e-9d58-6a0c4f1c7b32")

// placeID gives the id of the place of a location: from its GeoNames id, else
// from its name and country. It is nil if the location has no place.
func placeID(l *event.Location) *uuid.UUID {
	if l == nil || l.Place == "" {
		return nil
	}
	key := "name:" + SearchKey(l.Place) + ":" + l.Country
	if l.GeoNamesID != 0 {
		key = "geonames:" + strconv.FormatInt(l.GeoNamesID, 10)
	}
	id := uuid.NewSHA1(placeSpace, []byte(key))
	return &id
}

// events writes the events of an entry that changed.
func (w *writer) events(e *entry) {
	length := utf8.RuneCountInString(e.article.Text)
	for i := range e.retracted {
		ev := &e.retracted[i]
		if !e.stored[ev.ID] {
			w.event(ev, e.documents[ev.ID], length)
		}
		w.retract(ev)
	}
	for i := range e.events {
		ev := &e.events[i]
		if !e.dirty[ev.ID] {
			continue
		}
		if e.stored[ev.ID] {
			w.remove(ev.ID)
		}
		w.event(ev, e.documents[ev.ID], length)
	}
}

// retract takes an event out of the lists; the rest of it stays.
func (w *writer) retract(ev *event.Event) {
	w.Queue(`DELETE FROM event_search WHERE event_id = $1`, ev.ID)
	w.Queue(`UPDATE event SET retracted_at = $2, retracted_reason = $3, updated_at = $2, revision = $4 WHERE id = $1`,
		ev.ID, ev.UpdatedAt, revisedReason, ev.Revision)
}

// remove deletes the rows of an event, which is written anew.
func (w *writer) remove(id uuid.UUID) {
	w.Queue(`DELETE FROM event_search WHERE event_id = $1`, id)
	w.Queue(`DELETE FROM event_document WHERE event_id = $1`, id)
	w.Queue(`DELETE FROM evidence WHERE event_id = $1`, id)
	w.Queue(`DELETE FROM participant WHERE event_id = $1`, id)
	w.Queue(`DELETE FROM event WHERE id = $1`, id)
}

// event writes the rows of an event.
func (w *writer) event(ev *event.Event, document []byte, articleLength int) {
	var date event.Date
	var start, end *time.Time
	firstDay, lastDay := event.Undated, event.Undated
	if ev.Date != nil {
		date = *ev.Date
		from, to := date.Start.Time(), date.End.Time()
		start, end = &from, &to
		firstDay, lastDay = int64(date.Start), int64(date.End)
	}
	var place event.Location
	if ev.Location != nil {
		place = *ev.Location
	}
	var reported *time.Time
	reportedDay := event.Undated
	if ev.FirstReported != nil {
		t := ev.FirstReported.Time()
		reported, reportedDay = &t, int64(*ev.FirstReported)
	}
	w.Queue(`
		INSERT INTO event (id, type, status, date_start, date_end, date_precision, date_text,
			place_id, place, country, lat, lon, location_precision, summary,
			plover_type, plover_mode, cameo, quad_class, score, confidence,
			article_count, source_count, first_reported, created_at, updated_at, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)`,
		ev.ID, string(ev.Type), string(ev.Status), start, end, nullable(string(date.Precision)), nullable(date.Text),
		placeID(ev.Location), nullable(place.Place), nullable(place.Country), place.Lat, place.Lon, nullable(place.Precision), ev.Summary,
		ev.PLOVER.Type, ev.PLOVER.Mode, ev.CAMEO, ev.Quad, ev.Score, ev.Confidence,
		ev.ArticleCount, ev.SourceCount, reported, ev.CreatedAt, ev.UpdatedAt, ev.Revision)
	for i, p := range ev.Participants {
		w.Queue(`
			INSERT INTO participant (event_id, position, name, code, sector, role, title, actor_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			ev.ID, i, p.Name, p.Code, string(p.Sector), string(p.Role), nullable(p.Title), p.ActorID)
	}
	for i, v := range ev.Evidence {
		var from, to *int
		var words *string
		if t := v.Trigger; t != nil {
			from, to, words = &t.Start, &t.End, &t.Text
		}
		w.Queue(`
			INSERT INTO evidence (event_id, position, article_id, article_length, start_offset, end_offset, quote,
				trigger_start, trigger_end, trigger_text, rule)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			ev.ID, i, v.ArticleID, articleLength, v.Start, v.End, v.Text, from, to, words, nullable(v.Rule))
	}
	w.Queue(`INSERT INTO event_document (event_id, document) VALUES ($1, $2)`, ev.ID, string(document))
	w.Queue(`
		INSERT INTO event_search (event_id, first_day, last_day, reported_day, confidence_ppm, article_count,
			type, status, country, place_key, words)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
			setweight(to_tsvector('english', $11), 'A') || to_tsvector('english', $12))`,
		ev.ID, firstDay, lastDay, reportedDay, confidenceKey(ev.Confidence), ev.ArticleCount,
		string(ev.Type), string(ev.Status), nullable(place.Country), nullable(SearchKey(place.Place)),
		clip(ev.Summary, maxIndexedText), clip(quotes(ev.Evidence), maxIndexedText))
}

// confidenceKey is what the order by confidence sorts by.
func confidenceKey(confidence float64) int64 { return int64(math.Round(confidence * 1e6)) }

// maxIndexedText bounds what one event adds to the full-text index, in bytes:
// a tsvector holds at most 1 MiB.
const maxIndexedText = 200_000

// quotes joins the passages of an event for the full-text index.
func quotes(evidence []event.Evidence) string {
	texts := make([]string, len(evidence))
	for i := range evidence {
		texts[i] = evidence[i].Text
	}
	return strings.Join(texts, "\n")
}

// clip cuts a text to at most n bytes, between code points.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
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
