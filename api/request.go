package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"demarche/internal/event"
	"demarche/internal/ingest"
	"demarche/internal/page"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/google/uuid"
)

// request is embedded in every input: it keeps for the handler what it checks
// itself.
type request struct {
	path, rawQuery string
	contentType    string
	accept         string // all of the header Accept
	suffix         string // of the path: the form that is asked for
	base           string // scheme and host of the server, as the client sees it
}

// Resolve implements huma.Resolver.
func (r *request) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	r.path, r.rawQuery, r.contentType = u.Path, u.RawQuery, ctx.Header("Content-Type")
	in, _ := humachi.Unwrap(ctx)
	r.accept, r.suffix = strings.Join(in.Header.Values("Accept"), ","), ctx.Param("suffix")
	r.base = "http://" + in.Host
	if in.TLS != nil || in.Header.Get("X-Forwarded-Proto") == "https" {
		r.base = "https://" + in.Host
	}
	return nil
}

// self is the path and query that were asked for.
func (r *request) self() string {
	if r.rawQuery == "" {
		return r.path
	}
	return r.path + "?" + r.rawQuery
}

// query gives the parameters, or says why the query string is malformed.
func (r *request) query() (url.Values, error) {
	q, err := url.ParseQuery(r.rawQuery)
	if err != nil {
		return nil, event.NewError(event.Invalid, "the query string is not valid: "+err.Error())
	}
	return q, nil
}

// parameters gives the single-valued parameters of an operation that takes
// only these names.
func (r *request) parameters(names ...string) (map[string]string, error) {
	q, err := r.query()
	if err != nil {
		return nil, err
	}
	var bad []event.FieldError
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(q)) {
		switch {
		case !slices.Contains(names, name):
			bad = append(bad, event.FieldError{Location: "query." + name, Message: "there is no such parameter here" + expected(names)})
		case len(q[name]) != 1:
			bad = append(bad, event.FieldError{Location: "query." + name, Message: fmt.Sprintf("expected once, got it %d times", len(q[name]))})
		default:
			out[name] = q.Get(name)
		}
	}
	if bad != nil {
		return nil, event.NewError(event.Invalid, "the query string is not valid", bad...)
	}
	return out, nil
}

// limitOf gives the parameter limit, a number from 1 to most that stands once; as
// a fault it says what was expected.
func limitOf(given []string, otherwise, most int) (n int, fault error) {
	if len(given) == 0 {
		return otherwise, nil
	}
	n, err := strconv.Atoi(given[0])
	if err != nil || n < 1 || n > most || len(given) != 1 {
		return 0, badParameter("limit", fmt.Sprintf("expected a number from 1 to %d, once", most), given[0])
	}
	return n, nil
}

func badParameter(name, message, value string) error {
	return event.NewError(event.Invalid, "the query string is not valid", event.FieldError{Location: "query." + name, Message: message, Value: value})
}

func expected(names []string) string {
	if len(names) == 0 {
		return ": expected none"
	}
	return ": expected one of " + strings.Join(names, ", ")
}

// takeFlag reads a parameter that is true or false and takes it out of the
// query, which goes on to be read without it.
func (r *request) takeFlag(name string) (bool, error) {
	q, err := r.query()
	if err != nil || !q.Has(name) {
		return false, err
	}
	value, err := strconv.ParseBool(q.Get(name))
	if err != nil || len(q[name]) != 1 {
		return false, event.NewError(event.Invalid, "the query string is not valid",
			event.FieldError{Location: "query." + name, Message: "expected true or false, once", Value: q.Get(name)})
	}
	q.Del(name)
	r.rawQuery = q.Encode()
	return value, nil
}

// nothing is the input of an operation that takes no parameters.
type nothing struct{ request }

func (in *nothing) check() error { _, err := in.parameters(); return err }

// byID is the input of an operation on one thing.
type byID struct {
	request
	ID string `path:"id" format:"uuid" doc:"Its id"`
}

// check gives the id; names are the parameters that the operation takes.
func (in *byID) check(names ...string) (uuid.UUID, error) {
	if _, err := in.parameters(names...); err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.Parse(in.ID)
	if err != nil || len(in.ID) != len(uuid.Nil.String()) {
		return uuid.Nil, event.NewError(event.Invalid, "the id is not valid",
			event.FieldError{Location: "path.id", Message: "expected a UUID such as 01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081", Value: in.ID})
	}
	return id, nil
}

// draftFields are the parts of an article that come as query parameters with a
// text/plain or text/html body.
var draftFields = []struct {
	name, doc string
	set       func(*event.Draft, string)
}{
	{"title", "Headline", func(d *event.Draft, v string) { d.Title = v }},
	{"published_at", "RFC 3339 date or date-time", func(d *event.Draft, v string) { d.Published = v }},
	{"source", "Name of the source", func(d *event.Draft, v string) { d.Source = v }},
	{"url", "Address of the article", func(d *event.Draft, v string) { d.URL = v }},
	{"language", "BCP 47 language tag", func(d *event.Draft, v string) { d.Language = v }},
	{"licence", "Licence of the text", func(d *event.Draft, v string) { d.Licence = v }},
	{"external_id", "The caller's own id", func(d *event.Draft, v string) { d.ExternalID = v }},
}

// draftInput is an article as JSON, as plain text or as a page of HTML.
type draftInput struct {
	request
	RawBody []byte
}

// article reads and checks the article of a request.
func (in *draftInput) article(maxText int, now time.Time) (event.Article, error) {
	d, err := in.draft()
	if err != nil {
		return event.Article{}, err
	}
	return ingest.Article(d, maxText, now)
}

func (in *draftInput) draft() (d event.Draft, err error) {
	media, params, err := mime.ParseMediaType(in.contentType)
	if err != nil {
		media = in.contentType
	}
	if cs, ok := params["charset"]; ok && media != "text/html" && !strings.EqualFold(cs, "utf-8") && !strings.EqualFold(cs, "us-ascii") {
		return d, event.NewError(event.Unsupported, fmt.Sprintf("the charset %q is not read: send UTF-8", cs))
	}
	if media != "text/html" && !utf8.Valid(in.RawBody) {
		return d, event.NewError(event.Invalid, "the body is not valid UTF-8",
			event.FieldError{Location: "body", Message: fmt.Sprintf("the first invalid byte is at offset %d", invalidAt(in.RawBody))})
	}
	switch media {
	case "application/json", "":
		if _, err := in.parameters(); err != nil {
			return d, err
		}
		return d, decodeJSON(in.RawBody, &d)
	case "text/plain", "text/html":
		var names []string
		for _, f := range draftFields {
			names = append(names, f.name)
		}
		given, err := in.parameters(names...)
		for _, f := range draftFields {
			f.set(&d, given[f.name])
		}
		switch {
		case err != nil:
		case media == "text/html":
			d.HTML, err = page.Decode(in.RawBody, in.contentType)
		default:
			d.Text = string(in.RawBody)
		}
		return d, err
	}
	return d, event.NewError(event.Unsupported, fmt.Sprintf("the content type %q is not read: send application/json, text/plain or text/html", in.contentType))
}

// invalidAt gives the offset of the first byte that is not UTF-8.
func invalidAt(b []byte) int {
	at := 0
	for at < len(b) {
		r, n := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return at
}

// decodeJSON reads one JSON object; unknown members are ignored, since articles
// come with whatever their source had.
func decodeJSON(body []byte, to any) error {
	invalid := func(where, message string) error {
		return event.NewError(event.Invalid, "the body is not a valid JSON article", event.FieldError{Location: where, Message: message})
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	err := dec.Decode(to)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		return invalid("body", "expected a JSON object, got nothing")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return invalid("body", "the JSON ends too early")
	case errors.As(err, &syntax):
		return invalid("body", fmt.Sprintf("at byte %d: %s", syntax.Offset, syntax))
	case errors.As(err, &kind):
		where := "body"
		if kind.Field != "" {
			where += "." + kind.Field
		}
		return invalid(where, fmt.Sprintf("expected %s, got %s", jsonName(kind.Type), kind.Value))
	default:
		return invalid("body", err.Error())
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return invalid("body", fmt.Sprintf("expected nothing behind the JSON object, which ends at byte %d", dec.InputOffset()))
	}
	return nil
}

func jsonName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.String:
		return "a string"
	}
	return "a " + t.String()
}
