package db

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"demarche/internal/event"
)

// query is one readable SELECT with conditions and numbered arguments beside
// it. Nothing that a user wrote ever becomes part of the text.
type query struct {
	sql  string
	args []any
	// stable says that every value of the arguments is answered best by the same
	// plan, and that there are few such texts, so that it is prepared once.
	stable bool
}

// arg adds an argument and gives its placeholder.
func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return fmt.Sprintf("$%d", len(q.args))
}

// anyOf compares a column with one or several values. The single value gets
// its own form, because only that lets an index of (column, day) give the order.
func anyOf[T any](q *query, column string, values []T) string {
	if len(values) == 1 {
		return column + " = " + q.arg(values[0])
	}
	return column + " = ANY(" + q.arg(values) + ")"
}

// question is a filter with what its names stand for.
type question struct {
	*event.Filter
	actors map[string][]uuid.UUID // ids of the actors that have a name
	places []uuid.UUID            // ids of the places asked for, if placed
	placed bool                   // whether the filter asks for places
	// reach is how many days the longest event has, so that the planner sees how
	// few days are looked at; 0 has the database look it up.
	reach int32
}

// resolve looks up the names in a filter.
func (s *Store) resolve(ctx context.Context, f *event.Filter) (*question, error) {
	w := &question{Filter: f, actors: map[string][]uuid.UUID{}}
	var b pgx.Batch
	for _, t := range f.Actors {
		for _, r := range slices.Concat(t.Any, t.None) {
			if _, twice := w.actors[r.Name]; r.Name == "" || twice {
				continue
			}
			w.actors[r.Name] = nil
			if words := event.SearchWords(r.Name); len(words) > 0 { // without words it names nobody
				b.Queue(`SELECT DISTINCT actor_id FROM actor_name WHERE string_to_array(name_key, ' ') @> $1 ORDER BY actor_id`, words).
					Query(func(rows pgx.Rows) (err error) {
						w.actors[r.Name], err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
						return err
					})
			}
		}
	}
	if len(f.Places) > 0 || f.Box != nil || f.Near != nil {
		w.placed = true
		sql, args := placeQuery(f)
		b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
			var id uuid.UUID
			var lat, lon *float64
			_, err := pgx.ForEachRow(rows, []any{&id, &lat, &lon}, func() error {
				if f.Near == nil || f.Near.Contains(*lat, *lon) {
					w.places = append(w.places, id)
				}
				return nil
			})
			return err
		})
	}
	if b.Len() == 0 {
		return w, nil
	}
	return w, translate(ctx, "look up names", s.reader(ctx).SendBatch(ctx, &b).Close())
}

// placeQuery selects the places that a filter asks for; of a circle, those in
// the box around it.
func placeQuery(f *event.Filter) (string, []any) {
	var q query
	where := []string{"true"}
	if len(f.Places) > 0 {
		keys := make([]string, len(f.Places))
		for i, p := range f.Places {
			keys[i] = event.SearchKey(p)
		}
		where = append(where, anyOf(&q, "name_key", keys), "name_key <> ''")
	}
	in := func(b event.Box) {
		where = append(where, "lat BETWEEN "+q.arg(b.MinLat)+" AND "+q.arg(b.MaxLat))
		if b.MinLon > b.MaxLon {
			where = append(where, "(lon >= "+q.arg(b.MinLon)+" OR lon <= "+q.arg(b.MaxLon)+")")
		} else {
			where = append(where, "lon BETWEEN "+q.arg(b.MinLon)+" AND "+q.arg(b.MaxLon))
		}
	}
	if f.Box != nil {
		in(*f.Box)
	}
	if f.Near != nil {
		in(f.Near.Box())
	}
	return "SELECT id, lat, lon FROM place WHERE " + strings.Join(where, " AND ") + " ORDER BY id", q.args
}

// sorting is how an order is done: by a column of event, then by id.
type sorting struct {
	column string
	desc   bool
}

func sortingOf(o event.Order) (sorting, error) {
	switch o {
	case event.NewestFirst, "":
		return sorting{"first_day", true}, nil
	case event.OldestFirst:
		return sorting{"first_day", false}, nil
	case event.NewestReportedFirst:
		return sorting{"reported_day", true}, nil
	case event.SurestFirst:
		return sorting{"confidence_ppm", true}, nil
	case event.MostReportedFirst:
		return sorting{"article_count", true}, nil
	}
	return sorting{}, event.NewError(event.Invalid, "there is no such order")
}

// by gives the ORDER BY of columns.
func (o sorting) by(columns ...string) string {
	way := " ASC"
	if o.desc {
		way = " DESC"
	}
	return strings.Join(columns, way+", ") + way
}

// behind says that a position is behind the cursor.
func (o sorting) behind(q *query, after *event.Cursor, key, id string) string {
	compare := " > "
	if o.desc {
		compare = " < "
	}
	return "(" + key + ", " + id + ")" + compare + "(" + q.arg(int32(after.Key)) + ", " + q.arg(after.ID) + ")"
}

// aYear is the least that longest gives.
const aYear = 366

// longest is the length of the longest event in days, at least a year's. An
// event that reaches a day began at most so long before it.
const longest = "(SELECT coalesce(max(last_day - first_day), 366) FROM event WHERE last_day - first_day > 366)"

// listQuery makes the statement that gives (key, id, revision) of what a
// question asks for, in order, at most limit if that is not 0.
func (w *question) listQuery(limit int) (q query, order sorting, err error) {
	if order, err = sortingOf(w.Order); err != nil {
		return q, order, err
	}
	q.stable = true
	var tail string
	if w.AsOf != nil {
		q.stable = false
		var parts []string
		for _, t := range []tables{present, past} {
			parts = append(parts, w.listOf(&q, t, order, limit))
		}
		q.sql = "SELECT * FROM ((" + strings.Join(parts, ") UNION ALL (") + ")) AS l (key, id, revision)"
		tail = "\nORDER BY " + order.by("key", "id")
	} else {
		q.sql = w.listOf(&q, present, order, limit)
	}
	if tail != "" && limit > 0 {
		tail += fmt.Sprintf(" LIMIT %d", limit)
	}
	q.sql += tail
	return q, order, nil
}

// tables are where versions of events are.
type tables struct {
	event, id, participant, same string
}

// What stands, and what stood.
var (
	present = tables{"event", "s.id", "participant", "p.event_id = s.id"}
	past    = tables{"event_past", "s.event_id", "participant_past", "p.event_id = s.event_id AND p.revision = s.revision"}
)

// feed is what a list is read from: the narrow feed of a pair or of an
// actor, in order, or the events themselves.
type feed struct {
	from       string
	conditions []string
	distinct   bool // the feed may have an event more than once
	used       map[int]bool
}

// feedOf finds the narrowest feed for the actors of a question. Feeds are in
// the order of days.
func (w *question) feedOf(q *query, order sorting) (d feed, ok bool) {
	if order.column != "first_day" || w.AsOf != nil {
		return d, false
	}
	var codes []string
	at := map[string]int{}
	best := -1
	for i, t := range w.Actors {
		if len(t.Any) != 1 || len(t.None) > 0 {
			continue
		}
		r := t.Any[0]
		if r.Code != "" && t.Role == "" {
			if _, twice := at[r.Code]; !twice {
				codes = append(codes, r.Code)
			}
			at[r.Code] = i
		}
		single := r.Name == "" || len(w.actors[r.Name]) == 1
		if single && (best < 0 || w.Actors[best].Any[0].Code != "" && r.Code == "") { // a person takes part in less than a state
			best = i
		}
	}
	if len(codes) >= 2 {
		slices.Sort(codes)
		return feed{from: "pair_feed d", used: map[int]bool{at[codes[0]]: true, at[codes[1]]: true},
			conditions: []string{"d.a = " + q.arg(codes[0]), "d.b = " + q.arg(codes[1])}}, true
	}
	if best < 0 {
		return d, false
	}
	t := w.Actors[best]
	r := t.Any[0]
	d = feed{from: "participant d", distinct: true, used: map[int]bool{best: true}}
	switch {
	case r.Code != "":
		d.conditions = []string{"d.code = " + q.arg(r.Code)}
	case r.Name != "":
		d.conditions = []string{"d.actor_id = " + q.arg(w.actors[r.Name][0])}
	default:
		d.conditions = []string{"d.actor_id = " + q.arg(r.ID)}
	}
	if t.Role != "" {
		d.conditions = append(d.conditions, "d.role = "+q.arg(string(t.Role)))
	}
	return d, true
}

// listOf lists from one set of tables.
func (w *question) listOf(q *query, t tables, order sorting, limit int) string {
	d, fed := w.feedOf(q, order)
	var where []string
	key, id, from, revision := "s."+order.column, t.id, t.event+" s", "s.revision"
	t.id = id
	if fed {
		where = d.conditions
		key, id, from, revision = "d.first_day", "d.event_id", d.from, "d.revision"
		where = append(where, w.span(q, "d", t)...)
		actors := w.actorConditions(q, tables{participant: t.participant, same: "p.event_id = d.event_id"}, d.used)
		rest := w.eventConditions(q)
		if len(rest) > 0 {
			from += " JOIN event s ON s.id = d.event_id AND s.first_day = d.first_day"
			where = append(where, rest...)
		}
		where = append(where, actors...)
		q.stable = q.stable && len(rest)+len(actors) == 0
	} else {
		where = append(where, w.span(q, "s", t)...)
		actors, rest := w.actorConditions(q, t, nil), w.eventConditions(q)
		where = append(append(where, rest...), actors...)
		q.stable = q.stable && len(actors) == 0 && w.indexed(order)
	}
	if w.AsOf != nil {
		where = append(where, w.standing(q, t)...)
	}
	if w.After != nil {
		where = append(where, order.behind(q, w.After, key, id))
	}
	columns := key + " AS key, " + id + " AS id, " + revision + " AS revision"
	if d.distinct { // by the order alone: what is sorted so already is not sorted again
		columns = "DISTINCT ON (" + key + ", " + id + ") " + columns
	}
	if len(where) == 0 {
		where = []string{"true"}
	}
	sql := "SELECT " + columns + "\nFROM " + from + "\nWHERE " + strings.Join(where, "\n  AND ")
	if limit >= 0 {
		sql += "\nORDER BY " + order.by(key, id)
	}
	if limit > 0 {
		sql += fmt.Sprintf("\nLIMIT %d", limit)
	}
	return sql
}

// indexed tells whether one index answers a question without actors in order,
// whatever the values: then there is no choice of plans.
func (w *question) indexed(order sorting) bool {
	others := w.placed || w.Text != "" || w.MinConfidence > 0 || w.MinSources > 1 || len(w.Sectors)+len(w.SourceNames)+len(w.Languages) > 0 ||
		w.ReportedFrom != nil || w.ReportedTo != nil
	rest := len(w.Families)+len(w.PLOVER)+len(w.CAMEO)+len(w.Quads)+len(w.Statuses) > 0
	types, kinds := len(w.Types) == 1 && !rest, len(w.Types) > 0 || rest
	if others || len(w.Countries) > 1 || kinds && !types {
		return false
	}
	return order.column == "first_day" || len(w.Countries) == 0 && !kinds && w.From == nil && w.To == nil
}

// standing says that a version stood at the instant asked for.
func (w *question) standing(q *query, t tables) []string {
	at := q.arg(*w.AsOf)
	where := []string{"s.updated_at <= " + at}
	if t.event == past.event {
		where = append(where, "s.ended_at > "+at)
	}
	return where
}

// span says that the days of a row overlap those asked for.
func (w *question) span(q *query, alias string, t tables) []string {
	var where []string
	if w.From != nil {
		from := q.arg(int32(*w.From))
		where = append(where, alias+".last_day >= "+from)
		switch {
		case t.event == past.event:
		case w.reach > 0:
			where = append(where, alias+".first_day >= "+q.arg(max(int32(*w.From)-w.reach, -math.MaxInt32)))
		default:
			where = append(where, alias+".first_day >= "+from+" - "+longest)
		}
	}
	if w.To != nil {
		where = append(where, alias+".first_day <= "+q.arg(int32(*w.To)))
		if w.From == nil {
			where = append(where, fmt.Sprintf("%s.first_day > '%d'::integer", alias, event.Undated))
		}
	}
	return where
}

// actorConditions says who must take part and who must not, the terms in
// skip aside.
func (w *question) actorConditions(q *query, t tables, skip map[int]bool) []string {
	var where []string
	for i, term := range w.Actors {
		if skip[i] {
			continue
		}
		if len(term.Any) > 0 {
			where = append(where, "EXISTS ("+w.takesPart(q, t, term.Role, term.Any)+")")
		}
		if len(term.None) > 0 {
			where = append(where, "NOT EXISTS ("+w.takesPart(q, t, term.Role, term.None)+")")
		}
	}
	if len(w.Sectors) > 0 {
		where = append(where, "EXISTS (SELECT FROM "+t.participant+" p WHERE "+t.same+" AND "+anyOf(q, "p.sector", words(w.Sectors))+")")
	}
	return where
}

// takesPart selects the participants of an event that are one of refs.
func (w *question) takesPart(q *query, t tables, role event.Role, refs []event.ActorRef) string {
	var codes []string
	var ids []uuid.UUID
	for _, r := range refs {
		switch {
		case r.Code != "":
			codes = append(codes, r.Code)
		case r.Name != "":
			ids = append(ids, w.actors[r.Name]...)
		default:
			ids = append(ids, r.ID)
		}
	}
	var is []string
	if len(codes) > 0 {
		is = append(is, anyOf(q, "p.code", codes))
	}
	if len(ids) > 0 || len(codes) == 0 {
		is = append(is, anyOf(q, "p.actor_id", ids))
	}
	sql := "SELECT FROM " + t.participant + " p WHERE " + t.same + " AND (" + strings.Join(is, " OR ") + ")"
	if role != "" {
		sql += " AND p.role = " + q.arg(string(role))
	}
	return sql
}

// kindConditions says which types and statuses there may be.
func (w *question) kindConditions(q *query) []string {
	if len(w.Families)+len(w.PLOVER)+len(w.CAMEO)+len(w.Quads) == 0 { // plain types and statuses
		var where []string
		if len(w.Types) > 0 {
			where = append(where, anyOf(q, "s.type", words(w.Types)))
		}
		if len(w.Statuses) > 0 {
			where = append(where, anyOf(q, "s.status", words(w.Statuses)))
		}
		return where
	}
	kinds, all := w.Kinds()
	if all {
		return nil
	}
	var types, statuses, pairs []string
	for _, k := range kinds {
		types, statuses = append(types, string(k.Type)), append(statuses, string(k.Status))
		pairs = append(pairs, string(k.Type)+" "+string(k.Status))
	}
	slices.Sort(types)
	slices.Sort(statuses)
	types, statuses = slices.Compact(types), slices.Compact(statuses)
	var where []string
	if len(types) < len(event.Words().Types) {
		where = append(where, anyOf(q, "s.type", types))
	}
	if len(statuses) < len(event.Words().Statuses) {
		where = append(where, anyOf(q, "s.status", statuses))
	}
	if len(types)*len(statuses) != len(kinds) { // not every one of the types has every one of the statuses
		where = append(where, "s.type || ' ' || s.status = ANY("+q.arg(pairs)+")")
	}
	return where
}

// eventConditions says what else must hold of a row s of event.
func (w *question) eventConditions(q *query) []string {
	where := w.kindConditions(q)
	must := func(condition string) { where = append(where, condition) }
	if len(w.Countries) > 0 {
		must(anyOf(q, "s.country", w.Countries))
	}
	if w.placed {
		if len(w.places) == 0 {
			must("false")
		} else {
			must(anyOf(q, "s.place_id", w.places))
		}
	}
	if w.ReportedFrom != nil {
		must("s.reported_day >= " + q.arg(int32(*w.ReportedFrom)))
	}
	if w.ReportedTo != nil {
		must("s.reported_day <= " + q.arg(int32(*w.ReportedTo)))
		must(fmt.Sprintf("s.reported_day > '%d'::integer", event.Undated))
	}
	if w.MinConfidence > 0 {
		must("s.confidence_ppm >= " + q.arg(int32(event.ConfidenceKey(w.MinConfidence))))
	}
	if w.MinSources > 1 {
		must("s.source_count >= " + q.arg(int32(w.MinSources)))
	}
	if len(w.SourceNames) > 0 {
		must("s.sources && " + q.arg(w.SourceNames))
	}
	if len(w.Languages) > 0 {
		must("s.languages && " + q.arg(w.Languages))
	}
	if w.Text != "" {
		must("s.words @@ websearch_to_tsquery('english', " + q.arg(w.Text) + ")")
	}
	return where
}

// matches makes a SELECT of columns of all events s that a question asks for,
// for statistics and counts. join may add tables and conditions.
func (w *question) matches(q *query, columns, join func(tables) string) string {
	var parts []string
	for _, t := range []tables{present, past} {
		if t.event == past.event && w.AsOf == nil {
			break
		}
		where := append(w.span(q, "s", t), w.eventConditions(q)...)
		where = append(where, w.actorConditions(q, t, nil)...)
		if w.AsOf != nil {
			where = append(where, w.standing(q, t)...)
		}
		if len(where) == 0 {
			where = []string{"true"}
		}
		parts = append(parts, "SELECT "+columns(t)+"\nFROM "+t.event+" s"+join(t)+"\nWHERE "+strings.Join(where, "\n  AND "))
	}
	return strings.Join(parts, "\nUNION ALL\n")
}

// all makes a SELECT of the ids of all events that a question asks for.
func (w *question) all(q *query) string {
	return w.matches(q, func(t tables) string { return t.id }, noJoin)
}

func noJoin(tables) string { return "" }

func words[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// encode gives arguments as Postgres takes them in binary, with their types.
func encode(m *pgtype.Map, args []any) (values [][]byte, types []uint32, formats []int16, err error) {
	values, types, formats = make([][]byte, len(args)), make([]uint32, len(args)), make([]int16, len(args))
	for i, a := range args {
		switch a.(type) {
		case string:
			types[i] = pgtype.TextOID
		case []string:
			types[i] = pgtype.TextArrayOID
		case int32:
			types[i] = pgtype.Int4OID
		case int64:
			types[i] = pgtype.Int8OID
		case float64:
			types[i] = pgtype.Float8OID
		case uuid.UUID:
			types[i] = pgtype.UUIDOID
		case []uuid.UUID:
			types[i] = pgtype.UUIDArrayOID
		case time.Time:
			types[i] = pgtype.TimestamptzOID
		default:
			return nil, nil, nil, fmt.Errorf("argument %d has no type: %T", i+1, a)
		}
		formats[i] = pgtype.BinaryFormatCode
		if values[i], err = m.Encode(types[i], pgtype.BinaryFormatCode, a, []byte{}); err != nil {
			return nil, nil, nil, err
		}
	}
	return values, types, formats, nil
}
