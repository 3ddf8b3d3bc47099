package api

import (
	"context"
	"strings"
	"unicode/utf8"

	"demarche/db"

	"github.com/danielgtaylor/huma/v2"
)

const defaultSuggestions, maxSuggestions = 10, 100

func nameParameters() []*huma.Param {
	q := text("erd")
	return []*huma.Param{
		{Name: "q", In: "query", Required: true, Description: "Beginnings of words of the name, in any order", Schema: &q},
		{Name: "limit", In: "query", Description: "How many at most",
			Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: number(1), Maximum: number(maxSuggestions), Default: defaultSuggestions}},
	}
}

// namesInput asks for names that begin with something.
type namesInput struct{ request }

func (in *namesInput) ask() (q string, limit int, err error) {
	given, err := in.parameters("q", "limit")
	if err != nil {
		return "", 0, err
	}
	if q = given["q"]; strings.TrimSpace(q) == "" || !utf8.ValidString(q) {
		return "", 0, badParameter("q", "expected the beginning of a name, such as erd", q)
	}
	all, err := in.query()
	if err == nil {
		limit, err = limitOf(all["limit"], defaultSuggestions, maxSuggestions)
	}
	return q, limit, err
}

type actorsOutput struct {
	Body struct {
		Actors []db.Actor `json:"actors" doc:"The nearest first"`
	}
}

func (s *server) listActors(ctx context.Context, in *namesInput) (*actorsOutput, error) {
	q, limit, err := in.ask()
	if err != nil {
		return nil, err
	}
	out := &actorsOutput{}
	out.Body.Actors, err = s.Store.Actors(ctx, q, limit)
	return out, err
}

type actorOutput struct {
	Body struct {
		db.Actor
		Names []string `json:"names" doc:"Every name under which it has been met: lower case, ASCII"`
	}
}

func (s *server) getActor(ctx context.Context, in *byID) (*actorOutput, error) {
	id, err := in.check()
	if err != nil {
		return nil, err
	}
	out := &actorOutput{}
	out.Body.Actor, out.Body.Names, err = s.Store.Actor(ctx, id)
	return out, err
}

type placesOutput struct {
	Body struct {
		Places []db.Place `json:"places" doc:"The nearest first"`
	}
}

func (s *server) listPlaces(ctx context.Context, in *namesInput) (*placesOutput, error) {
	q, limit, err := in.ask()
	if err != nil {
		return nil, err
	}
	out := &placesOutput{}
	out.Body.Places, err = s.Store.Places(ctx, q, limit)
	return out, err
}
