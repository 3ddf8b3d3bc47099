package db

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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

// start gives the first day of the step that a day is in.
func (i Interval) start(d event.Day) event.Day {
	t := d.Time()
	switch i {
	case Weekly:
		return d - event.Day((int(t.Weekday())+6)%7)
	case Monthly:
		return event.DayOf(t.Year(), t.Month(), 1)
	case Yearly:
		return event.DayOf(t.Year(), time.January, 1)
	}
	return d
}

// next gives the first day of the step after the one that begins with d.
func (i Interval) next(d event.Day) event.Day {
	t := d.Time()
	switch i {
	case Weekly:
		return d + 7
	case Monthly:
		return event.DayOf(t.Year(), t.Month()+1, 1)
	case Yearly:
		return event.DayOf(t.Year()+1, time.January, 1)
	}
	return d + 1
}

// sql gives the same as start, of a column of days since 1970.
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
	if err := s.settle(ctx, f.AsOf); err != nil {
		return nil, err
	}
	counts := map[string]map[event.Day]int64{}
	var first, last *event.Day
	count := func(key string, day event.Day, n int64) {
		if counts[key] == nil {
			counts[key] = map[event.Day]int64{}
		}
		counts[key][day] += n
		if first == nil || day < *first {
			first = &day
		}
		if last == nil || day > *last {
			last = &day
		}
	}
	rolled, err := s.timelineRolled(ctx, &f, interval, group, count)
	if err == nil && !rolled {
		err = s.timelineCounted(ctx, &f, interval, group, count)
	}
	if err != nil {
		return nil, translate(ctx, "count a timeline", err)
	}
	if f.From != nil {
		d := interval.start(*f.From)
		first = &d
	}
	if f.To != nil {
		d := interval.start(*f.To)
		last = &d
	}
	if group == Ungrouped && counts[""] == nil {
		counts[""] = map[event.Day]int64{}
	}
	return fill(counts, first, last, interval)
}

// fill writes every step of every series, the greatest series first.
func fill(counts map[string]map[event.Day]int64, first, last *event.Day, interval Interval) ([]Series, error) {
	var days []event.Day
	for d := first; first != nil && last != nil && *d <= *last; {
		days = append(days, *d)
		if len(days)*max(len(counts), 1) > maxPoints {
			return nil, event.NewError(event.Invalid, fmt.Sprintf("the timeline has more than %d points: ask for fewer days, a wider interval or fewer series", maxPoints))
		}
		next := interval.next(*d)
		d = &next
	}
	series := make([]Series, 0, len(counts))
	total := map[string]int64{}
	for key, points := range counts {
		line := Series{Key: key, Points: make([]Point, len(days))}
		for i, d := range days {
			line.Points[i] = Point{d, points[d]}
			total[key] += points[d]
		}
		series = append(series, line)
	}
	slices.SortFunc(series, func(a, b Series) int {
		return cmp.Or(-cmp.Compare(total[a.Key], total[b.Key]), strings.Compare(a.Key, b.Key))
	})
	return series, nil
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
func (s *Store) timelineRolled(ctx context.Context, f *event.Filter, interval Interval, group Group, count func(string, event.Day, int64)) (bool, error) {
	key, ok := rollupKey(f)
	if !ok || interval != Monthly && interval != Yearly || group != Ungrouped && group != ByType && group != ByFamily {
		return false, nil
	}
	return true, s.kindsRolled(ctx, f, key, func(k event.Kind, month int32, n int64) {
		if month != noMonth {
			count(group.of(k.Type), interval.start(event.DayOf(1970, time.Month(month+1), 1)), n)
		}
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
		SELECT month, value, sum(n) FROM rollup WHERE key = $1 AND field = 'kind'
		GROUP BY month, value HAVING sum(n) > 0 ORDER BY month, value`
	RankStatement = `
		SELECT value, sum(n) FROM rollup WHERE key = $1 AND field = $2
		GROUP BY value HAVING sum(n) > 0 ORDER BY value`
)

// kindsRolled gives the numbers of the kinds that a filter allows, by month.
func (s *Store) kindsRolled(ctx context.Context, f *event.Filter, key string, do func(k event.Kind, month int32, n int64)) error {
	kinds, all := f.Kinds()
	allowed := map[event.Kind]bool{}
	for _, k := range kinds {
		allowed[k] = true
	}
	rows, err := s.pool.Query(ctx, KindsStatement, key)
	if err != nil {
		return err
	}
	var month int32
	var value string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&month, &value, &n}, func() error {
		typ, status, _ := strings.Cut(value, " ")
		if k := (event.Kind{Type: event.Type(typ), Status: event.Status(status)}); all || allowed[k] {
			do(k, month, n)
		}
		return nil
	})
	return err
}

// codes gives an expression for the codes that take part in an event.
func (t tables) codes() string {
	return "unnest(ARRAY(SELECT DISTINCT p.code FROM " + t.participant + " p WHERE " + t.same + "))"
}

// timelineCounted counts the events themselves.
func (s *Store) timelineCounted(ctx context.Context, f *event.Filter, interval Interval, group Group, count func(string, event.Day, int64)) error {
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
		count(key, event.Day(step), n)
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
}

// Top gives the values of a field that the most events of a question have; of
// equals, the first in the alphabet.
func (s *Store) Top(ctx context.Context, f event.Filter, field TopField, limit int) ([]Rank, error) {
	if err := s.settle(ctx, f.AsOf); err != nil {
		return nil, err
	}
	ranks, rolled, err := s.topRolled(ctx, &f, field)
	if err == nil && !rolled {
		ranks, err = s.topCounted(ctx, &f, field, limit)
	}
	if err != nil {
		return nil, translate(ctx, "rank", err)
	}
	slices.SortFunc(ranks, func(a, b Rank) int {
		return cmp.Or(-cmp.Compare(a.Count, b.Count), strings.Compare(a.Key, b.Key), strings.Compare(a.Country, b.Country))
	})
	return ranks[:min(len(ranks), limit)], nil
}

// topRolled answers from the rollup, if it can.
func (s *Store) topRolled(ctx context.Context, f *event.Filter, field TopField) ([]Rank, bool, error) {
	key, ok := rollupKey(f)
	_, allKinds := f.Kinds()
	switch {
	case !ok:
		return nil, false, nil
	case field == TopType:
		types := map[event.Type]int64{}
		err := s.kindsRolled(ctx, f, key, func(k event.Kind, _ int32, n int64) { types[k.Type] += n })
		ranks := make([]Rank, 0, len(types))
		for t, n := range types {
			ranks = append(ranks, Rank{Key: string(t), Count: n})
		}
		return ranks, true, err
	case field == TopCountry && allKinds, field == TopActor && allKinds && key == "":
		rows, err := s.pool.Query(ctx, RankStatement, key, string(field))
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
	join := noJoin
	if field == TopPlace {
		join = func(tables) string { return " JOIN place l ON l.id = s.place_id" }
	}
	matches := w.matches(&q, func(t tables) string {
		return map[TopField]string{
			TopActor: t.codes() + " AS key, '' AS country", TopCountry: "s.country AS key, '' AS country", TopType: "s.type AS key, '' AS country",
			TopSource: "unnest(s.sources) AS key, '' AS country", TopPlace: "l.name AS key, coalesce(l.country, '') AS country",
		}[field]
	}, join)
	q.sql = "SELECT key, country, count(*) AS n FROM (\n" + matches + "\n) AS m WHERE key IS NOT NULL\n" +
		`GROUP BY key, country ORDER BY n DESC, key COLLATE "C", country COLLATE "C" LIMIT ` + q.arg(int64(limit))
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
	if err := s.settle(ctx, f.AsOf); err != nil {
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

// rollupEvery is how many rows of the rollup may wait to be brought together.
const rollupEvery = 2000

// RollUp brings the parts of the rollup together, if they have become many. It
// changes no number. If another process is at it, it leaves it to that one.
func (s *Store) RollUp(ctx context.Context) error {
	return s.rollUp(ctx, rollupEvery)
}

func (s *Store) rollUp(ctx context.Context, least int) error {
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{}, func(tx pgx.Tx) error {
		var mine bool
		var waiting int
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, rollupLock).Scan(&mine); err != nil || !mine {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM rollup WHERE part <> $1`, noPart).Scan(&waiting); err != nil || waiting < least {
			return err
		}
		rows, err := tx.Query(ctx, `DELETE FROM rollup WHERE part <> $1 RETURNING key, field, month, value, n`, noPart)
		if err != nil {
			return err
		}
		sums := rollup{}
		var c cell
		var n int32
		if _, err := pgx.ForEachRow(rows, []any{&c.key, &c.field, &c.month, &c.value, &n}, func() error { sums[c] += n; return nil }); err != nil {
			return err
		}
		var b pgx.Batch
		for _, c := range slices.SortedFunc(maps.Keys(sums), cell.compare) {
			if sums[c] != 0 {
				b.Queue(`INSERT INTO rollup (key, field, month, value, part, n) VALUES ($1, $2, $3, $4, $5, $6)
					ON CONFLICT (key, field, month, value, part) DO UPDATE SET n = rollup.n + excluded.n`, c.key, c.field, c.month, c.value, noPart, sums[c])
			}
		}
		return tx.SendBatch(ctx, &b).Close()
	})
	return translate(ctx, "roll up", err)
}
