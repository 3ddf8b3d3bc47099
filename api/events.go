package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strconv"

	"demarche/db"
	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

// answer is an answer that is ready as bytes.
type answer struct {
	contentType string
	link        string // header Link: the next page
	body        []byte
	release     func() // gives the memory of the body back; nil if it is not borrowed
}

// send writes an answer in one piece.
func (a *answer) send(hc huma.Context) {
	_, w := humachi.Unwrap(hc)
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.link != "" {
		h.Set("Link", a.link)
	}
	_, _ = w.Write(a.body) // who goes away needs no answer
	if a.release != nil {
		a.release()
	}
}

// sent makes of an answer what an operation gives.
func sent(a *answer, err error) (*huma.StreamResponse, error) {
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: a.send}, nil
}

type listInput struct{ request }

func (s *server) listEvents(ctx context.Context, in *listInput) (*huma.StreamResponse, error) {
	return sent(s.cache.get(ctx, s.cacheKey("/v1/events", &in.request), func() (*answer, error) { return s.eventList(ctx, in) }))
}

func (s *server) eventList(ctx context.Context, in *listInput) (*answer, error) {
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
	defer page.Release()
	for i, d := range page.Documents {
		if page.Documents[i], err = f.Project(d); err != nil {
			return nil, err
		}
	}
	return s.eventPage(&page, q), nil
}

// eventPage writes a page of ready documents; q is the question that gave it.
func (s *server) eventPage(page *db.Page, q url.Values) *answer {
	b, _ := s.spare.Get().(*bytes.Buffer)
	if b == nil || b.Cap() > maxSpare {
		b = new(bytes.Buffer)
	}
	b.Reset()
	out := &answer{contentType: "application/json", release: func() { s.spare.Put(b) }}
	next := ""
	if page.Next != nil {
		next = page.Next.String()
		q.Set("cursor", next)
		out.link = `</v1/events?` + q.Encode() + `>; rel="next"`
	}
	size := len(next) + 64
	for _, d := range page.Documents {
		size += len(d) + 1
	}
	b.Grow(size)
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
	out.body = b.Bytes()
	return out
}

// maxSpare bounds the memory that is kept for the next answer.
const maxSpare = 1 << 20

func (s *server) getEvent(ctx context.Context, in *byID) (*huma.StreamResponse, error) {
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
	return sent(&answer{contentType: "application/json", body: doc}, err)
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
