package db

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// Interval is the width of the steps of a timeline.
type Interval string

// The intervals. Weeks begin on Monday.
const (
	Daily   Interval = "day"
	Weekly  Interval = "week"
	Monthly Interval = "month"
	Yearly  Interval = "year"
)

// Intervals lists them; the default is Monthly.
func Intervals() []string {
	return []string{string(Daily), string(Weekly), string(Monthly), string(Yearly)}
}

// step numbers the steps: that of a day.
func (i Interval) step(d event.Day) int {
	switch i {
	case Weekly:
		return int(math.Floor(float64(d+3) / 7)) // 1970-01-01 is a Thursday
	case Monthly:
		t := d.Time()
		return (t.Year()-1970)*12 + int(t.Month()) - 1
	case Yearly:
		return d.Year()
	}
	return int(d)
}

// first gives the first day of a step.
func (i Interval) first(step int) event.Day {
	switch i {
	case Weekly:
		return event.Day(step*7 - 3)
	case Monthly:
		return event.DayOf(1970, time.Month(step+1), 1)
	case Yearly:
		return event.DayOf(step, time.January, 1)
	}
	return event.Day(step)
}

// sql gives the first day of the step of a column of days since 1970.
func (i Interval) sql(day string) string {
	switch i {
	case Weekly:
		return day + " - ((" + day + " + 3) % 7 + 7) % 7"
	case Monthly, Yearly:
		return "date_trunc('" + string(i) + "', ('1970-01-01'::date + " + day + ")::timestamp)::date - '1970-01-01'::date"
	}
	return day
}

// Group is what the series of a timeline are.
type Group string

// The groups.
const (
	Ungrouped Group = ""
	ByType    Group = "type"
	ByFamily  Group = "family"
	ByCountry Group = "country" // where it takes place; events without one are in no series
	ByActor   Group = "actor"   // the codes that take part: an event is in the series of each
)

// Groups lists those that can be asked for.
func Groups() []string {
	return []string{string(ByType), string(ByFamily), string(ByCountry), string(ByActor)}
}

// Series is one line of a timeline.
type Series struct {
	Key    string  `json:"key" doc:"What is counted; empty if everything is"`
	Points []Point `json:"points" doc:"Every step in order, also those without an event"`
}

// Point is one step of a timeline.
type Point struct {
	Date  event.Day `json:"date" doc:"First day of the step"`
	Count int64     `json:"count" doc:"Events that begin in it, or reach the first day asked for"`
}

// maxPoints bounds a timeline.
const maxPoints = 200_000

// Timeline counts the events of a question by when they begin, the greatest
// series first; an event that began before the first day asked for counts on
// that day. Events without a date are on no timeline. The steps run from the
// first to the last day asked for, where those are given, else of the events.
func (s *Store) Timeline(ctx context.Context, f event.Filter, interval Interval, group Group) ([]Series, error) {
	ctx, err := s.settle(ctx, f.AsOf)
	if err != nil {
		return nil, err
	}
	t := tally{interval: interval, at: map[string]int{}}
	if group == Ungrouped {
		t.series("")
	}
	rolled, err := s.timelineRolled(ctx, &f, interval, group, &t)
	if err == nil && !rolled {
		err = s.timelineCounted(ctx, &f, interval, group, &t)
	}
	if err != nil {
		return nil, translate(ctx, "count a timeline", err)
	}
	return t.fill(f.From, f.To)
}

// tally gathers the numbers of a timeline.
type tally struct {
	interval Interval
	keys     []string
	at       map[string]int // places of keys
	counts   []stepCount
}

// stepCount is a number of a series.
type stepCount struct {
	series, step int
	n            int64
}

// series gives the place of a series.
func (t *tally) series(key string) int {
	i, ok := t.at[key]
	if !ok {
		i = len(t.keys)
		t.at[key], t.keys = i, append(t.keys, key)
	}
	return i
}

// fill writes every step of every series, the greatest series first.
func (t *tally) fill(from, to *event.Day) ([]Series, error) {
	first, last := math.MaxInt, math.MinInt
	for _, c := range t.counts {
		first, last = min(first, c.step), max(last, c.step)
	}
	if from != nil {
		first = t.interval.step(*from)
	}
	if to != nil {
		last = t.interval.step(*to)
	}
	steps := 0
	if first <= last && first != math.MaxInt && last != math.MinInt {
		steps = last - first + 1
	}
	if steps*max(len(t.keys), 1) > maxPoints {
		return nil, event.NewError(event.Invalid, fmt.Sprintf("the timeline has more than %d points: ask for fewer days, a wider interval or fewer series", maxPoints))
	}
	series := make([]Series, len(t.keys))
	total := make([]int64, len(t.keys))
	order := make([]int, len(t.keys))
	days := make([]event.Day, steps)
	for i := range days {
		days[i] = t.interval.first(first + i)
	}
	for i, key := range t.keys {
		order[i], series[i] = i, Series{Key: key, Points: make([]Point, steps)}
		for j, d := range days {
			series[i].Points[j].Date = d
		}
	}
	for _, c := range t.counts {
		series[c.series].Points[c.step-first].Count += c.n
		total[c.series] += c.n
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(-cmp.Compare(total[a], total[b]), strings.Compare(t.keys[a], t.keys[b]))
	})
	sorted := make([]Series, len(series))
	for i, at := range order {
		sorted[i] = series[at]
	}
	return sorted, nil
}

// rollupKey gives the key of the rollup that has the numbers of a question: if
// it asks for nothing but kinds, and at most one code that takes part.
func rollupKey(f *event.Filter) (string, bool) {
	rest := *f
	rest.Actors, rest.Types, rest.Families, rest.PLOVER, rest.CAMEO, rest.Quads, rest.Statuses = nil, nil, nil, nil, nil, nil, nil
	if len(rest.Question()) > 0 || len(f.Actors) > 1 {
		return "", false
	}
	if len(f.Actors) == 0 {
		return "", true
	}
	t := f.Actors[0]
	return cmp.Or(append(t.Any, event.ActorRef{})[0].Code), len(t.Any) == 1 && t.Any[0].Code != "" && len(t.None) == 0 && t.Role == ""
}

// timelineRolled answers from the rollup, if it can.
func (s *Store) timelineRolled(ctx context.Context, f *event.Filter, interval Interval, group Group, t *tally) (bool, error) {
	key, ok := rollupKey(f)
	if !ok || interval != Monthly && interval != Yearly || group != Ungrouped && group != ByType && group != ByFamily {
		return false, nil
	}
	var series []int // of the kinds, as they come
	return true, s.kindsRolled(ctx, f, key, func(i int, k event.Kind, month int32, n int64) {
		if month == noMonth {
			return
		}
		for len(series) <= i {
			series = append(series, -1)
		}
		if series[i] < 0 {
			series[i] = t.series(group.of(k.Type))
		}
		step := int(month)
		if interval == Yearly {
			step = Yearly.step(Monthly.first(step))
		}
		t.counts = append(t.counts, stepCount{series[i], step, n})
	})
}

// of gives the series of a type.
func (g Group) of(t event.Type) string {
	switch g {
	case ByType:
		return string(t)
	case ByFamily:
		info, _ := t.Info()
		return info.Family
	}
	return ""
}

// The statements that read the rollup.
const (
	KindsStatement = `
		SELECT month, value, sum(n) FROM rollup WHERE key = $1 AND field = $2
		GROUP BY month, value HAVING sum(n) > 0 ORDER BY month, value`
	RankStatement = `
		SELECT value, sum(n) AS total FROM rollup WHERE key = $1 AND field = $2
		GROUP BY value HAVING sum(n) > 0 ORDER BY total DESC, value LIMIT $3`
)

// kindsRolled gives the numbers of the kinds that a filter allows, by month.
// The kinds are also numbered, in the order in which they come. Where the
// status does not matter, one stands for all.
func (s *Store) kindsRolled(ctx context.Context, f *event.Filter, key string, do func(i int, k event.Kind, month int32, n int64)) error {
	kinds, all := f.Kinds()
	allowed := map[event.Kind]bool{}
	for _, k := range kinds {
		allowed[k] = true
	}
	field := "type" // a quarter of the rows, if the status does not matter
	if len(f.Statuses)+len(f.PLOVER)+len(f.Quads) > 0 {
		field = "kind"
	}
	type place struct {
		i    int
		kind event.Kind
		skip bool
	}
	known := map[string]place{} // by value, so that the many rows of one are not read anew
	return s.onConn(ctx, func(c *pgx.Conn) error {
		rows, err := run(ctx, c, KindsStatement, query{args: []any{key, field}, stable: true})
		if err != nil {
			return err
		}
		for rows.NextRow() {
			v := rows.Values() // integer, text, bigint in binary
			p, ok := known[string(v[1])]
			if !ok {
				typ, status, _ := strings.Cut(string(v[1]), " ")
				p.kind = event.Kind{Type: event.Type(typ), Status: cmp.Or(event.Status(status), event.Occurred)}
				p.i, p.skip = len(known), !all && !allowed[p.kind]
				known[string(v[1])] = p
			}
			if !p.skip {
				do(p.i, p.kind, int32(binary.BigEndian.Uint32(v[0])), int64(binary.BigEndian.Uint64(v[2])))
			}
		}
		_, err = rows.Close()
		return err
	})
}

// codes gives an expression for the codes that take part in an event.
func (t tables) codes() string {
	return "unnest(ARRAY(SELECT DISTINCT p.code FROM " + t.participant + " p WHERE " + t.same + "))"
}

// timelineCounted counts the events themselves.
func (s *Store) timelineCounted(ctx context.Context, f *event.Filter, interval Interval, group Group, t *tally) error {
	w, err := s.resolve(ctx, f)
	if err != nil {
		return err
	}
	var q query
	day := "s.first_day"
	if f.From != nil {
		day = "greatest(s.first_day, " + q.arg(int32(*f.From)) + ")"
	}
	matches := w.matches(&q, func(t tables) string {
		key := map[Group]string{Ungrouped: "''", ByType: "s.type", ByFamily: "s.type", ByCountry: "s.country", ByActor: t.codes()}[group]
		return day + " AS day, " + key + " AS key"
	}, noJoin)
	q.sql = "SELECT " + interval.sql("day") + " AS step, key, count(*) FROM (\n" + matches + "\n) AS m" +
		fmt.Sprintf("\nWHERE day > '%d'::integer AND key IS NOT NULL GROUP BY step, key ORDER BY step, key", event.Undated)
	rows, err := s.query(ctx, q)
	if err != nil {
		return err
	}
	var step int32
	var key string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&step, &key, &n}, func() error {
		if group == ByFamily {
			key = group.of(event.Type(key))
		}
		t.counts = append(t.counts, stepCount{t.series(key), interval.step(event.Day(step)), n})
		return nil
	})
	return err
}

// TopField is what a ranking is of.
type TopField string

// The fields of rankings.
const (
	TopActor   TopField = "actor" // codes that take part
	TopCountry TopField = "country"
	TopPlace   TopField = "place"
	TopType    TopField = "type"
	TopSource  TopField = "source_name"
)

// TopFields lists them.
func TopFields() []string {
	return []string{string(TopActor), string(TopCountry), string(TopPlace), string(TopType), string(TopSource)}
}

// Rank is one place in a ranking.
type Rank struct {
	Key     string `json:"key" doc:"Code, country, place, type or source"`
	Country string `json:"country,omitempty" doc:"Of a place"`
	Count   int64  `json:"count" doc:"Events; one that has several keys counts for each"`
	// Of a place: where most of its events are, if one name stands for several points.
	Lat *float64 `json:"lat,omitempty" doc:"Degrees north, of a place"`
	Lon *float64 `json:"lon,omitempty" doc:"Degrees east, of a place"`
}

// Top gives the values of a field that the most events of a question have; of
// equals, the first in the alphabet.
func (s *Store) Top(ctx context.Context, f event.Filter, field TopField, limit int) ([]Rank, error) {
	ctx, err := s.settle(ctx, f.AsOf)
	if err != nil {
		return nil, err
	}
	ranks, rolled, err := s.topRolled(ctx, &f, field, limit)
	if err == nil && !rolled {
		ranks, err = s.topCounted(ctx, &f, field, limit)
	}
	return ranks, translate(ctx, "rank", err)
}

// topRolled answers from the rollup, if it can.
func (s *Store) topRolled(ctx context.Context, f *event.Filter, field TopField, limit int) ([]Rank, bool, error) {
	key, ok := rollupKey(f)
	_, allKinds := f.Kinds()
	switch {
	case !ok:
		return nil, false, nil
	case field == TopType:
		types := map[event.Type]int64{}
		err := s.kindsRolled(ctx, f, key, func(_ int, k event.Kind, _ int32, n int64) { types[k.Type] += n })
		ranks := make([]Rank, 0, len(types))
		for t, n := range types {
			ranks = append(ranks, Rank{Key: string(t), Count: n})
		}
		slices.SortFunc(ranks, func(a, b Rank) int { return cmp.Or(-cmp.Compare(a.Count, b.Count), strings.Compare(a.Key, b.Key)) })
		return ranks[:min(len(ranks), limit)], true, err
	case field == TopCountry && allKinds, field == TopActor && allKinds && key == "":
		rows, err := s.reader(ctx).Query(ctx, RankStatement, key, string(field), limit)
		if err != nil {
			return nil, true, err
		}
		ranks := []Rank{}
		var value string
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&value, &n}, func() error { ranks = append(ranks, Rank{Key: value, Count: n}); return nil })
		return ranks, true, err
	}
	return nil, false, nil
}

// topCounted counts the events themselves.
func (s *Store) topCounted(ctx context.Context, f *event.Filter, field TopField, limit int) ([]Rank, error) {
	w, err := s.resolve(ctx, f)
	if err != nil {
		return nil, err
	}
	var q query
	matches := w.matches(&q, func(t tables) string {
		return map[TopField]string{
			TopActor: t.codes(), TopCountry: "s.country", TopType: "s.type", TopSource: "unnest(s.sources)", TopPlace: "s.place_id",
		}[field] + " AS key"
	}, noJoin)
	counted := "SELECT key, count(*) AS n FROM (\n" + matches + "\n) AS m WHERE key IS NOT NULL GROUP BY key"
	ranked := "SELECT key, '' AS country, n, NULL::double precision AS lat, NULL::double precision AS lon FROM (" + counted + ") AS c"
	if field == TopPlace { // points of one name in one country are one place
		ranked = `SELECT l.name AS key, coalesce(l.country, '') AS country, sum(c.n)::bigint AS n,
			(array_agg(l.lat ORDER BY c.n DESC, l.id))[1] AS lat, (array_agg(l.lon ORDER BY c.n DESC, l.id))[1] AS lon
			FROM (` + counted + `) AS c JOIN place l ON l.id = c.key WHERE l.name IS NOT NULL GROUP BY l.name, l.country`
	}
	q.sql = "SELECT * FROM (" + ranked + `) AS r ORDER BY n DESC, key COLLATE "C", country COLLATE "C" LIMIT ` + q.arg(int64(limit))
	rows, err := s.query(ctx, q)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Rank])
}

// Dyad is a directed pair of codes: what the one did to or with the other.
type Dyad struct {
	Source    string  `json:"source" doc:"Code of a participant in the role actor or party"`
	Target    string  `json:"target" doc:"Code of another in the role target, host or party"`
	Count     int64   `json:"count" doc:"Events between them"`
	MeanScore float64 `json:"mean_score" doc:"Mean of their conflict-cooperation scores, -10 to 10"`
}

// Dyads counts the events of a question by who did something to whom. The
// sides of a symmetric event are each other's source and target.
func (s *Store) Dyads(ctx context.Context, f event.Filter, limit int) ([]Dyad, error) {
	ctx, err := s.settle(ctx, f.AsOf)
	if err != nil {
		return nil, err
	}
	w, err := s.resolve(ctx, &f)
	if err != nil {
		return nil, err
	}
	var q query
	matches := w.matches(&q, func(t tables) string {
		return "DISTINCT " + t.id + ", a.code AS source, b.code AS target, s.type, s.status"
	}, func(t tables) string {
		of := func(alias string) string {
			return t.participant + " " + alias + " ON " + strings.ReplaceAll(t.same, "p.", alias+".")
		}
		return " JOIN " + of("a") + " AND a.role IN ('actor', 'party') JOIN " + of("b") + " AND b.role IN ('target', 'host', 'party') AND b.code <> a.code"
	})
	q.sql = "SELECT source, target, count(*) AS n, avg(k.score) FROM (\n" + matches + "\n) AS m JOIN kind k ON k.type = m.type AND k.status = m.status\n" +
		"GROUP BY source, target ORDER BY n DESC, source, target LIMIT " + q.arg(int64(limit))
	rows, err := s.query(ctx, q)
	if err != nil {
		return nil, translate(ctx, "count dyads", err)
	}
	dyads, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Dyad])
	return dyads, translate(ctx, "count dyads", err)
}

// How many rows of the rollup may wait to be brought together, and how many are
// taken at a time.
const (
	rollupEvery = 2_000
	rollupBatch = 50_000
)

// RollUp brings the parts of the rollup together, if they have become many. It
// changes no number. If another process is at it, it leaves it to that one.
func (s *Store) RollUp(ctx context.Context) error { return s.rollUp(ctx, rollupEvery) }

func (s *Store) rollUp(ctx context.Context, least int) error {
	for more := true; more; {
		err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
			more, err = rollUpBatch(ctx, tx, least)
			return err
		})
		if err != nil {
			return translate(ctx, "roll up", err)
		}
	}
	return nil
}

// rollUpBatch brings the oldest parts together, and tells whether there may be
// more.
func rollUpBatch(ctx context.Context, tx pgx.Tx, least int) (more bool, err error) {
	var mine bool
	if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, rollupLock).Scan(&mine); err != nil || !mine {
		return false, err
	}
	rows, err := tx.Query(ctx, `SELECT part FROM rollup WHERE part <> $1 ORDER BY part LIMIT $2`, noPart, rollupBatch)
	if err != nil {
		return false, err
	}
	parts, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil || len(parts) < max(least, 1) {
		return false, err
	}
	more = len(parts) == rollupBatch
	rows, err = tx.Query(ctx, `DELETE FROM rollup WHERE part = ANY($1) RETURNING key, field, month, value, n`, slices.Compact(parts))
	if err != nil {
		return false, err
	}
	sums := rollup{}
	var c cell
	var n int32
	if _, err := pgx.ForEachRow(rows, []any{&c.key, &c.field, &c.month, &c.value, &n}, func() error { sums[c] += n; return nil }); err != nil {
		return false, err
	}
	var b pgx.Batch
	for _, c := range slices.SortedFunc(maps.Keys(sums), cell.compare) {
		if sums[c] != 0 {
			b.Queue(`INSERT INTO rollup (key, field, month, value, part, n) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (key, field, month, value, part) DO UPDATE SET n = rollup.n + excluded.n`, c.key, c.field, c.month, c.value, noPart, sums[c])
		}
	}
	return more, tx.SendBatch(ctx, &b).Close()
}
