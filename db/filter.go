package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// query is one readable SELECT with conditions and numbered arguments beside
// it. Nothing that a user wrote ever becomes part of the text.
type query struct {
	sql  string
	args []any
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

// sorting is how an order is done: by a column of event_search, then by id.
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

// listQuery makes the statement that lists (event_id, sort key) for a filter,
// one more than the limit.
func (s *Store) listQuery(ctx context.Context, f *event.Filter) (query, error) {
	order, err := sortingOf(f.Order)
	if err != nil {
		return query{}, err
	}
	names, err := s.actorsNamed(ctx, f.Actors)
	if err != nil {
		return query{}, err
	}
	var q query
	where := conditions(&q, f, names)

	way, compare := "ASC", ">"
	if order.desc {
		way, compare = "DESC", "<"
	}
	if f.After != nil {
		where = append(where, fmt.Sprintf("(s.%s, s.event_id) %s (%s, %s)", order.column, compare, q.arg(f.After.Key), q.arg(f.After.ID)))
	}
	if len(where) == 0 {
		where = []string{"true"}
	}
	q.sql = fmt.Sprintf(`
		SELECT s.event_id, s.%[1]s
		FROM event_search s
		WHERE %[2]s
		ORDER BY s.%[1]s %[3]s, s.event_id %[3]s
		LIMIT %[4]s`,
		order.column, strings.Join(where, "\n\t\t  AND "), way, q.arg(f.Limit+1))
	return q, nil
}

// conditions says what must hold of a row s of event_search.
func conditions(q *query, f *event.Filter, names actorIDs) []string {
	var where []string
	must := func(condition string) { where = append(where, condition) }
	for _, term := range f.Actors {
		if len(term.Any) > 0 {
			must("EXISTS (" + takesPart(q, term.Any, names) + ")")
		}
		if len(term.None) > 0 {
			must("NOT EXISTS (" + takesPart(q, term.None, names) + ")")
		}
	}
	if len(f.Countries) > 0 {
		must(anyOf(q, "s.country", f.Countries))
	}
	if len(f.Places) > 0 {
		keys := make([]string, len(f.Places))
		for i, p := range f.Places {
			keys[i] = SearchKey(p)
		}
		must(anyOf(q, "s.place_key", keys))
	}
	if f.From != nil {
		must("s.last_day >= " + q.arg(int32(*f.From)))
	}
	if f.To != nil {
		must("s.first_day <= " + q.arg(int32(*f.To)))
		must("s.first_day > " + q.arg(int32(event.Undated)))
	}
	if len(f.Types) > 0 {
		must(anyOf(q, "s.type", f.Types))
	}
	if len(f.Statuses) > 0 {
		must(anyOf(q, "s.status", f.Statuses))
	}
	if f.Text != "" {
		must("s.words @@ websearch_to_tsquery('english', " + q.arg(f.Text) + ")")
	}
	return where
}

// takesPart selects the participants of event s that are one of refs.
func takesPart(q *query, refs []event.ActorRef, names actorIDs) string {
	var codes []string
	var ids []uuid.UUID
	for _, r := range refs {
		switch {
		case r.Code != "":
			codes = append(codes, r.Code)
		case r.Name != "":
			ids = append(ids, names[r.Name]...)
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
	return "SELECT FROM participant p WHERE p.event_id = s.event_id AND (" + strings.Join(is, " OR ") + ")"
}

// actorIDs gives the actors that have a name.
type actorIDs map[string][]uuid.UUID

// actorsNamed looks up the names in actor terms: an actor has a name if one of
// the names that it was met under has all its words.
func (s *Store) actorsNamed(ctx context.Context, terms []event.ActorTerm) (actorIDs, error) {
	found := actorIDs{}
	var q pgx.Batch
	look := func(refs []event.ActorRef) {
		for _, r := range refs {
			words := searchWords(r.Name)
			if _, twice := found[r.Name]; r.Code != "" || twice || len(words) == 0 {
				continue // without words it names nobody
			}
			found[r.Name] = nil
			q.Queue(`SELECT DISTINCT actor_id FROM actor_name WHERE string_to_array(name_key, ' ') @> $1 ORDER BY actor_id`, words).
				Query(func(rows pgx.Rows) (err error) {
					found[r.Name], err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
					return err
				})
		}
	}
	for _, t := range terms {
		look(t.Any)
		look(t.None)
	}
	if q.Len() == 0 {
		return found, nil
	}
	return found, s.pool.SendBatch(ctx, &q).Close()
}
