package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"

	"demarche/db"
	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
)

// jsonBytes is an answer that is ready as bytes.
type jsonBytes struct {
	ContentType string `header:"Content-Type"`
	Link        string `header:"Link" doc:"The next page, rel=next"`
	Length      string `header:"Content-Length" doc:"Bytes of the body"`
	Body        []byte
}

type listInput struct{ request }

func (s *server) listEvents(ctx context.Context, in *listInput) (*jsonBytes, error) {
	return s.cache.get(ctx, s.cacheKey("/v1/events", &in.request), func() (*jsonBytes, error) { return s.eventList(ctx, in) })
}

func (s *server) eventList(ctx context.Context, in *listInput) (*jsonBytes, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	f, err := event.ParseFilter(q, s.Codes, s.today())
	if err != nil {
		return nil, err
	}
	page, err := s.Store.Events(ctx, f)
	if err != nil {
		return nil, err
	}
	for i, d := range page.Documents {
		if page.Documents[i], err = f.Project(d); err != nil {
			return nil, err
		}
	}
	return eventPage(page, q)
}

// eventPage writes a page of ready documents; q is the question that gave it.
func eventPage(page db.Page, q url.Values) (*jsonBytes, error) {
	out := &jsonBytes{ContentType: "application/json"}
	next := ""
	if page.Next != nil {
		next = page.Next.String()
		q.Set("cursor", next)
		out.Link = `</v1/events?` + q.Encode() + `>; rel="next"`
	}
	size := len(next) + 64
	for _, d := range page.Documents {
		size += len(d) + 1
	}
	b := bytes.NewBuffer(make([]byte, 0, size))
	b.WriteString(`{"events":[`)
	for i, d := range page.Documents {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(d)
	}
	b.WriteString(`],"next_cursor":"` + next + `"`) // a cursor is base64url: nothing to escape
	if page.Count != nil {
		fmt.Fprintf(b, `,"count":%d`, *page.Count)
	}
	b.WriteByte('}')
	out.Body = b.Bytes()
	return out, nil
}

func (s *server) getEvent(ctx context.Context, in *byID) (*jsonBytes, error) {
	id, err := in.check("as_of")
	if err != nil {
		return nil, err
	}
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	f, err := event.ParseFilterOf(q, []string{"as_of"}, nil, s.Codes, s.today())
	if err != nil {
		return nil, err
	}
	var doc json.RawMessage
	if f.AsOf != nil {
		doc, err = s.Store.EventAsOf(ctx, id, *f.AsOf)
	} else {
		doc, err = s.Store.Event(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	return &jsonBytes{ContentType: "application/json", Body: doc}, nil
}

type typesOutput struct {
	Body struct {
		Types []event.TypeInfo `json:"types"`
	}
}

func (s *server) listTypes(_ context.Context, in *nothing) (*typesOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	out := &typesOutput{}
	out.Body.Types = event.Ontology()
	return out, nil
}

// document is an event as the store keeps it: ready JSON.
type document json.RawMessage

// MarshalJSON implements json.Marshaler.
func (d document) MarshalJSON() ([]byte, error) { return d, nil }

// Schema implements huma.SchemaProvider.
func (document) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[event.Event](), true, "Event")
}
