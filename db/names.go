package db

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// Actor is somebody or something that takes part in events.
type Actor struct {
	ID     uuid.UUID    `json:"id" doc:"Id of the actor, which events have as actor_id"`
	Name   string       `json:"name" doc:"Under which it was first met"`
	Code   string       `json:"code" doc:"ISO 3166-1 alpha-3 or the acronym of an organisation; UNK if unknown"`
	Sector event.Sector `json:"sector" doc:"Part of society: GOV, MIL, OPP, REB, ..."`
}

// Place is somewhere that events take place.
type Place struct {
	Name    string   `json:"name" doc:"As the parameter place takes it"`
	Country string   `json:"country,omitempty" doc:"ISO 3166-1 alpha-3; absent on the high seas"`
	Lat     *float64 `json:"lat,omitempty" doc:"Degrees north"`
	Lon     *float64 `json:"lon,omitempty" doc:"Degrees east"`
}

// considered bounds how many names are looked at for suggestions: a single
// letter begins very many.
const considered = 2_000

// beginnings makes a full-text query of names that have words with all these
// beginnings; ok is false if there is no word.
func beginnings(q string) (query string, ok bool) {
	words := event.SearchWords(q) // letters and digits only: nothing of the syntax
	return strings.Join(words, ":* & ") + ":*", len(words) > 0
}

// Actors gives the actors that have a name with words that begin as those of q
// do: a name that is q first, then those that begin with it, then short before
// long. Without a word in q there is nobody.
func (s *Store) Actors(ctx context.Context, q string, limit int) ([]Actor, error) {
	query, ok := beginnings(q)
	if !ok {
		return []Actor{}, nil
	}
	rows, err := s.query(ctx, newQuery(`
		SELECT a.id, a.name, a.code, a.sector
		FROM (
			SELECT actor_id, min(CASE WHEN name_key = $2 THEN 0 WHEN starts_with(name_key, $2) THEN 1 ELSE 2 END) AS nearness, min(length(name_key)) AS length
			FROM (SELECT actor_id, name_key FROM actor_name WHERE to_tsvector('simple', name_key) @@ to_tsquery('simple', $1) LIMIT $3) AS found
			GROUP BY actor_id
		) AS m
		JOIN actor a ON a.id = m.actor_id
		ORDER BY m.nearness, m.length, a.name COLLATE "C", a.id LIMIT $4`, query, event.SearchKey(q), considered, limit))
	if err != nil {
		return nil, translate(ctx, "look up actors", err)
	}
	actors, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Actor])
	return actors, translate(ctx, "look up actors", err)
}

// Actor gives an actor and every name under which it has been met, as search
// keys; an *event.Error with code NotFound if there is none.
func (s *Store) Actor(ctx context.Context, id uuid.UUID) (a Actor, names []string, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT a.id, a.name, a.code, a.sector, ARRAY(SELECT n.name_key FROM actor_name n WHERE n.actor_id = a.id ORDER BY n.name_key COLLATE "C")
		FROM actor a WHERE a.id = $1`, id).Scan(&a.ID, &a.Name, &a.Code, &a.Sector, &names)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, nil, event.NewError(event.NotFound, "there is no actor "+id.String())
	}
	return a, names, translate(ctx, "read an actor", err)
}

// Places gives the places whose names have words that begin as those of q do,
// in the order of Actors. Points of one name in one country are one place.
func (s *Store) Places(ctx context.Context, q string, limit int) ([]Place, error) {
	query, ok := beginnings(q)
	if !ok {
		return []Place{}, nil
	}
	rows, err := s.query(ctx, newQuery(`
		SELECT min(name COLLATE "C"), coalesce(country, ''), min(lat), (array_agg(lon ORDER BY lat))[1]
		FROM (SELECT name, name_key, country, lat, lon FROM place WHERE to_tsvector('simple', name_key) @@ to_tsquery('simple', $1) LIMIT $3) AS found
		GROUP BY name_key, country
		ORDER BY CASE WHEN name_key = $2 THEN 0 WHEN starts_with(name_key, $2) THEN 1 ELSE 2 END, length(name_key), name_key COLLATE "C", country COLLATE "C" LIMIT $4`,
		query, event.SearchKey(q), considered, limit))
	if err != nil {
		return nil, translate(ctx, "look up places", err)
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Place])
	return places, translate(ctx, "look up places", err)
}

// newQuery makes a query of a text and its arguments.
func newQuery(sql string, args ...any) query { return query{sql: sql, args: args} }
