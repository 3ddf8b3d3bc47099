package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"slices"

	"demarche/api/encode"
	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
)

type listInput struct{ request }

func (s *server) listEvents(ctx context.Context, in *listInput) (*huma.StreamResponse, error) {
	form, err := in.choose(s.eventForms)
	if err != nil {
		return nil, err
	}
	if s.formats[form].Whole {
		if q, err := in.query(); err == nil && !q.Has("limit") {
			return s.export(ctx, in, s.formats[form])
		}
	}
	return sent(s.pageAs(ctx, in, form))
}

// pageAs gives a page of events in a form, from the cache if nothing has
// changed.
func (s *server) pageAs(ctx context.Context, in *listInput, form int) (*answer, error) {
	f := s.formats[form]
	return s.cache.get(ctx, s.cacheKey(&in.request, form, f.Addresses), func() (*answer, error) { return s.eventPage(ctx, in, f) })
}

// ask reads the question: a format that has no place for what a parameter asks
// for does not take it.
func (in *listInput) ask(s *server, f *encode.Format) (event.Filter, url.Values, error) {
	q, err := in.query()
	if err != nil {
		return event.Filter{}, nil, err
	}
	names := event.FilterParameters()
	if !f.Fields {
		names = slices.DeleteFunc(names, func(name string) bool { return name == "fields" })
	}
	if !f.Count {
		names = slices.DeleteFunc(names, func(name string) bool { return name == "count" })
	}
	filter, err := event.ParseFilterOf(q, names, nil, s.Codes, s.today())
	if f.Limit != 0 && !q.Has("limit") {
		filter.Limit = f.Limit
	}
	return filter, q, err
}

// eventPage writes a page of events.
func (s *server) eventPage(ctx context.Context, in *listInput, f *encode.Format) (*answer, error) {
	filter, q, err := in.ask(s, f)
	if err != nil {
		return nil, err
	}
	page, err := s.Store.Events(ctx, filter)
	if err != nil {
		return nil, err
	}
	defer page.Release()
	shape := encode.Shape{Fields: filter.Fields, Base: in.base, Self: in.self(), Count: page.Count}
	b, release := s.borrow()
	out := &answer{media: f.Media, ranges: f.Dense, release: release}
	if page.Next != nil {
		shape.Cursor = page.Next.String()
		q.Set("cursor", shape.Cursor)
		shape.Next = in.path + "?" + q.Encode()
		out.link = "<" + shape.Next + `>; rel="next"`
	}
	size := len(shape.Cursor) + 64
	for _, d := range page.Documents {
		size += len(d) + 1
	}
	b.Grow(size)
	if err := encodeAll(f.Open(b, &shape), page.Documents...); err != nil {
		return nil, err
	}
	out.body = b.Bytes()
	return out, nil
}

func encodeAll(e encode.Encoder, documents ...json.RawMessage) error {
	for _, d := range documents {
		if err := e.Event(d); err != nil {
			return err
		}
	}
	return e.End()
}

func (s *server) getEvent(ctx context.Context, in *byID) (*huma.StreamResponse, error) {
	form, err := in.choose(s.eventForms)
	if err != nil {
		return nil, err
	}
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
	format := s.formats[form]
	switch {
	case f.AsOf != nil:
		doc, err = s.Store.EventAsOf(ctx, id, *f.AsOf)
	case format.Name == jsonForm.name:
		doc, err = s.wholeEvent(ctx, id)
	default:
		doc, err = s.Store.Event(ctx, id)
	}
	if e, ok := event.AsError(err); ok && e.Code == event.Gone && f.AsOf == nil {
		return s.successor(ctx, in, id, err)
	}
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := encodeAll(format.Open(&b, &encode.Shape{Single: true, Base: in.base, Self: in.self()}), doc); err != nil {
		return nil, err
	}
	return sent(&answer{media: format.Media, ranges: format.Dense, body: b.Bytes()}, nil)
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
