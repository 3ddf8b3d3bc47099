package db

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"demarche/internal/event"
)

// The rows of a transaction are gathered by column and written with one
// statement a table.

// queue queues the statements that write what was gathered.
func (w *writer) queue() error {
	w.feeds.cancel()
	w.gone.queue(w)
	w.feeds.queueGone(w)
	w.mentions.queueGone(w)
	w.rows.queue(w)
	w.feeds.queue(w)
	w.mentions.queue(w)
	if err := w.counts.queue(w); err != nil {
		return err
	}
	return w.changes.queue(w) // last: the inbox has the time
}

// eventRows are versions of events that come to stand.
type eventRows struct {
	id                                  []uuid.UUID
	place                               []*uuid.UUID
	created, updated                    []time.Time
	first, last, reported, confidence   []int32
	articles, sources, revision         []int32
	typ, status, sourceNames, languages []string
	country                             []*string
	summary, quotes, documents          []string

	participant participantRows
	report      reportRows
}

type participantRows struct {
	event, actor       []uuid.UUID
	first, last        []int32
	revision           []int32
	position           []int16
	code, sector, role []string
}

type reportRows struct {
	event, article []uuid.UUID
	start          []int32
}

// listSeparator stands between the values of a list within a column.
const listSeparator = "\x1f"

// add adds the event that a turn comes to.
func (r *eventRows) add(t *turn) {
	ev := t.new
	first, last := days(ev)
	reported := event.Undated
	if ev.FirstReported != nil {
		reported = int64(*ev.FirstReported)
	}
	var country *string
	if ev.Location != nil {
		country = nullable(ev.Location.Country)
	}
	r.id, r.place = append(r.id, ev.ID), append(r.place, placeID(ev.Location))
	r.created, r.updated = append(r.created, ev.CreatedAt), append(r.updated, ev.UpdatedAt)
	r.first, r.last, r.reported = append(r.first, first), append(r.last, last), append(r.reported, int32(reported))
	r.confidence = append(r.confidence, int32(event.ConfidenceKey(ev.Confidence)))
	r.articles, r.sources = append(r.articles, int32(ev.ArticleCount)), append(r.sources, int32(ev.SourceCount))
	r.revision = append(r.revision, int32(ev.Revision))
	r.typ, r.status = append(r.typ, string(ev.Type)), append(r.status, string(ev.Status))
	r.country = append(r.country, country)
	r.sourceNames, r.languages = append(r.sourceNames, joined(t.sources)), append(r.languages, joined(t.languages))
	r.summary, r.quotes = append(r.summary, clip(ev.Summary, maxIndexedText)), append(r.quotes, clip(quotes(ev.Evidence), maxIndexedText))
	r.documents = append(r.documents, string(t.document))

	p := &r.participant
	for i, who := range ev.Participants {
		p.event, p.actor, p.position = append(p.event, ev.ID), append(p.actor, who.ActorID), append(p.position, int16(i))
		p.first, p.last, p.revision = append(p.first, first), append(p.last, last), append(p.revision, int32(ev.Revision))
		p.code, p.sector, p.role = append(p.code, who.Code), append(p.sector, string(who.Sector)), append(p.role, string(who.Role))
	}
	for _, at := range t.reports {
		r.report.event, r.report.article = append(r.report.event, ev.ID), append(r.report.article, at.article)
		r.report.start = append(r.report.start, int32(at.start))
	}
}

// joined joins values for a column that is a list.
func joined(values []string) string {
	clean := make([]string, len(values))
	for i, v := range values {
		clean[i] = strings.ReplaceAll(v, listSeparator, " ")
	}
	return strings.Join(clean, listSeparator)
}

// days gives the first and last day of an event, or the lowest integers.
func days(ev *event.Event) (first, last int32) {
	if ev.Date == nil {
		return int32(event.Undated), int32(event.Undated)
	}
	return int32(ev.Date.Start), int32(ev.Date.End)
}

func (r *eventRows) queue(w *writer) {
	if len(r.id) == 0 {
		return
	}
	w.Queue(`
		INSERT INTO event (id, place_id, created_at, updated_at, first_day, last_day, reported_day, confidence_ppm,
			article_count, source_count, revision, type, status, country, sources, languages, words)
		SELECT id, place_id, created_at, updated_at, first_day, last_day, reported_day, confidence_ppm,
			article_count, source_count, revision, type, status, country, string_to_array(sources, $18), string_to_array(languages, $18),
			setweight(to_tsvector('english', summary), 'A') || to_tsvector('english', quotes)
		FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::integer[], $6::integer[], $7::integer[], $8::integer[],
			$9::integer[], $10::integer[], $11::integer[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $19::text[])
			AS e (id, place_id, created_at, updated_at, first_day, last_day, reported_day, confidence_ppm,
			article_count, source_count, revision, type, status, country, sources, languages, summary, quotes)`,
		r.id, r.place, r.created, r.updated, r.first, r.last, r.reported, r.confidence,
		r.articles, r.sources, r.revision, r.typ, r.status, r.country, r.sourceNames, r.languages, r.summary, listSeparator, r.quotes)
	if p := &r.participant; len(p.event) > 0 {
		w.Queue(`
			INSERT INTO participant (event_id, actor_id, first_day, last_day, revision, position, code, sector, role)
			SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::integer[], $6::smallint[], $7::text[], $8::text[], $9::text[])`,
			p.event, p.actor, p.first, p.last, p.revision, p.position, p.code, p.sector, p.role)
	}
	w.Queue(`INSERT INTO event_article (event_id, article_id, start) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[])`,
		r.report.event, r.report.article, r.report.start)
	w.Queue(`INSERT INTO event_document (event_id, revision, document) SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[])`, r.id, r.revision, r.documents)
}

// goneRows are versions that end.
type goneRows struct {
	id     []uuid.UUID
	ended  []time.Time
	fate   []string
	reason []*string

	successor []*uuid.UUID
}

func (g *goneRows) add(id uuid.UUID, at time.Time, fate Action, reason string, successor uuid.UUID) {
	g.id, g.ended = append(g.id, id), append(g.ended, at)
	g.fate, g.reason = append(g.fate, string(fate)), append(g.reason, nullable(reason))
	var into *uuid.UUID
	if successor != uuid.Nil {
		into = &successor
	}
	g.successor = append(g.successor, into)
}

// queue moves the versions to the past.
func (g *goneRows) queue(w *writer) {
	if len(g.id) == 0 {
		return
	}
	w.Queue(`
		INSERT INTO event_past (event_id, place_id, created_at, updated_at, ended_at, first_day, last_day, reported_day, confidence_ppm,
			article_count, source_count, revision, type, status, country, fate, reason, successor, sources, languages, words, document)
		SELECT e.id, e.place_id, e.created_at, e.updated_at, g.ended_at, e.first_day, e.last_day, e.reported_day, e.confidence_ppm,
			e.article_count, e.source_count, e.revision, e.type, e.status, e.country, g.fate, g.reason, g.successor, e.sources, e.languages, e.words, d.document
		FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[]) AS g (id, ended_at, fate, reason, successor)
		JOIN event e ON e.id = g.id JOIN event_document d ON d.event_id = g.id`, g.id, g.ended, g.fate, g.reason, g.successor)
	w.Queue(`
		INSERT INTO participant_past (event_id, revision, actor_id, position, code, sector, role)
		SELECT p.event_id, e.revision, p.actor_id, p.position, p.code, p.sector, p.role
		FROM participant p JOIN event e ON e.id = p.event_id WHERE p.event_id = ANY($1)`, g.id)
	for _, table := range []string{"event_document", "event_article", "participant"} {
		w.Queue(`DELETE FROM `+table+` WHERE event_id = ANY($1)`, g.id)
	}
	w.Queue(`DELETE FROM event WHERE id = ANY($1)`, g.id)
}

// pair is a row of pair_feed.
type pair struct {
	a, b        string
	first, last int32
	revision    int32
	id          uuid.UUID
}

// pairRows are rows of pair_feed that come and go.
type pairRows struct{ come, leave map[pair]bool }

// pairsOf gives the rows of pair_feed of an event.
func pairsOf(ev *event.Event) []pair {
	codes := codesOf(ev)
	first, last := days(ev)
	var pairs []pair
	for i, a := range codes {
		for _, b := range codes[i+1:] {
			pairs = append(pairs, pair{a, b, first, last, int32(ev.Revision), ev.ID})
		}
	}
	return pairs
}

// codesOf gives the codes that take part in an event, each once, in order.
func codesOf(ev *event.Event) []string {
	codes := make([]string, len(ev.Participants))
	for i, p := range ev.Participants {
		codes[i] = p.Code
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func (r *pairRows) add(ev *event.Event) {
	if r.come == nil {
		r.come = map[pair]bool{}
	}
	for _, p := range pairsOf(ev) {
		r.come[p] = true
	}
}

func (r *pairRows) remove(ev *event.Event) {
	if r.leave == nil {
		r.leave = map[pair]bool{}
	}
	for _, p := range pairsOf(ev) {
		r.leave[p] = true
	}
}

// cancel leaves out rows that go and come again.
func (r *pairRows) cancel() {
	for p := range r.leave {
		if r.come[p] {
			delete(r.come, p)
			delete(r.leave, p)
		}
	}
}

// pairColumns are pairs by column.
func pairColumns(pairs map[pair]bool) []any {
	var a, b []string
	var first, last, revision []int32
	var id []uuid.UUID
	for p := range pairs {
		a, b, first, last, id = append(a, p.a), append(b, p.b), append(first, p.first), append(last, p.last), append(id, p.id)
		revision = append(revision, p.revision)
	}
	return []any{a, b, first, id, last, revision}
}

func (r *pairRows) queue(w *writer) {
	if len(r.come) > 0 {
		w.Queue(`
			INSERT INTO pair_feed (a, b, first_day, event_id, last_day, revision)
			SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::uuid[], $5::integer[], $6::integer[])`,
			pairColumns(r.come)...)
	}
}

func (r *pairRows) queueGone(w *writer) {
	if len(r.leave) > 0 {
		w.Queue(`
			DELETE FROM pair_feed f USING unnest($1::text[], $2::text[], $3::integer[], $4::uuid[], $5::integer[], $6::integer[])
				AS g (a, b, first_day, event_id, last_day, revision)
			WHERE f.a = g.a AND f.b = g.b AND f.first_day = g.first_day AND f.event_id = g.event_id`, pairColumns(r.leave)...)
	}
}

// Action is what became of an event in a change.
type Action string

// The actions.
const (
	Added     Action = "created"
	Updated   Action = "updated"
	Merged    Action = "merged"    // into another event, its successor
	Retracted Action = "retracted" // for a reason
)

// changeRows are what a transaction changes.
type changeRows struct {
	events    []uuid.UUID
	revisions []int32
	actions   []string
}

func (c *changeRows) add(id uuid.UUID, revision int, action Action) {
	c.events, c.revisions, c.actions = append(c.events, id), append(c.revisions, int32(revision)), append(c.actions, string(action))
}

func (c *changeRows) queue(w *writer) error {
	if len(c.events) == 0 {
		return nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	w.Queue(`INSERT INTO change_inbox (id, events, revisions, actions) VALUES ($1, $2, $3, $4)`, id, c.events, c.revisions, c.actions)
	return nil
}

// cell is a number of the rollup.
type cell struct {
	key, field string
	month      int32
	value      string
}

func (c cell) compare(d cell) int {
	return cmp.Or(strings.Compare(c.key, d.key), strings.Compare(c.field, d.field), cmp.Compare(c.month, d.month), strings.Compare(c.value, d.value))
}

// noPart is the part of the rows of the rollup in which others are brought
// together.
var noPart uuid.UUID

// rollup is what events add to the numbers of the rollup.
type rollup map[cell]int32

// noMonth is the month of cells that have none.
const noMonth = int32(event.Undated)

// monthOf gives the month in which an event begins, counted from 1970-01.
func monthOf(ev *event.Event) int32 {
	if ev.Date == nil {
		return noMonth
	}
	t := ev.Date.Start.Time()
	return int32((t.Year()-1970)*12 + int(t.Month()) - 1)
}

// add counts an event n times.
func (r rollup) add(ev *event.Event, n int32) {
	codes := codesOf(ev)
	typ := cell{"", "type", monthOf(ev), string(ev.Type)}
	kind := cell{"", "kind", typ.month, string(ev.Type) + " " + string(ev.Status)}
	var country cell
	if ev.Location != nil && ev.Location.Country != "" {
		country = cell{"", "country", noMonth, ev.Location.Country}
	}
	count := func(key string) {
		typ.key, kind.key, country.key = key, key, key
		r[typ] += n
		r[kind] += n
		if country.field != "" {
			r[country] += n
		}
	}
	count("")
	for _, code := range codes {
		count(code)
		r[cell{"", "actor", noMonth, code}] += n
	}
}

// columns gives the cells that change, by column.
func (r rollup) columns() (keys, fields, values []string, months, n []int32) {
	for c, count := range r {
		if count != 0 {
			keys, fields, values = append(keys, c.key), append(fields, c.field), append(values, c.value)
			months, n = append(months, c.month), append(n, count)
		}
	}
	return keys, fields, values, months, n
}

func (r rollup) queue(w *writer) error {
	keys, fields, values, months, n := r.columns()
	if len(n) == 0 {
		return nil
	}
	part, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	w.Queue(`
		INSERT INTO rollup (key, field, month, value, part, n)
		SELECT key, field, month, value, $6, n FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::integer[]) AS r (key, field, month, value, n)`,
		keys, fields, months, values, n, part)
	return nil
}

// gap stands before each passage of the full text: words that are not indexed
// but take up places, so that no phrase goes from one passage into the next.
const gap = "\nthe the the the\n"

// quotes joins the passages of an event for the full-text index, behind the
// summary.
func quotes(evidence []event.Evidence) string {
	var b strings.Builder
	for i := range evidence {
		b.WriteString(gap)
		b.WriteString(evidence[i].Text)
	}
	return b.String()
}

// maxIndexedText bounds what one event adds to the full-text index, in bytes:
// a tsvector holds at most 1 MiB.
const maxIndexedText = 200_000

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
