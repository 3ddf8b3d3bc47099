package api

import (
	"reflect"
	"slices"

	"demarche/internal/event"
	"demarche/internal/ingest"

	"github.com/danielgtaylor/huma/v2"
)

// What the OpenAPI document says beyond what huma reads off the Go types:
// parameters that the filter grammar parses itself, bodies that are decoded by
// hand, and answers that are written as ready bytes.

// grammarDoc describes one parameter.
type grammarDoc struct {
	name, doc string
	schema    huma.Schema
	repeats   bool
}

// parameterDocs describes the filter grammar of package event; a test holds the
// two together.
var parameterDocs = []grammarDoc{
	{"actor", "Code, name or actor id. Repeated: all must take part. Comma: any of. ! before a value: none of", text("IRN"), true},
	{"source", "The same, in the role actor: who does or says it", text("USA"), true},
	{"target", "The same, in the role target: to or against whom", text("RUS"), true},
	{"mediator", "The same, in the role mediator", text("UN"), true},
	{"host", "The same, in the role host", text("CHE"), true},
	{"sector", "Sector of somebody who takes part. Comma: any of", words(event.Words().Sectors), true},
	{"country", "Country of the event: ISO 3166-1 code or name. Comma: any of", text("SYR"), true},
	{"place", "Name of the event's place. Comma: any of", text("Damascus"), true},
	{"bbox", "minlon,minlat,maxlon,maxlat in degrees; a minlon above maxlon crosses the antimeridian", text("35.7,32.3,42.4,37.3"), false},
	{"near", "lat,lon in degrees; with radius_km", text("33.5,36.3"), false},
	{"radius_km", "Kilometres around near", huma.Schema{Type: huma.TypeNumber, Examples: []any{50}}, false},
	{"from", "First day: YYYY-MM-DD, YYYY-MM, YYYY or -30d. Events that overlap the days match", text("2017-01-01"), false},
	{"to", "Last day, included; the same forms", text("2017-01-31"), false},
	{"datetime", "The same as an interval of OGC API - Features, in place of from and to", text("2017-01-01/2017-01-31"), false},
	{"reported_from", "First day of first publication; the forms of from", text("2017-01-01"), false},
	{"reported_to", "Last day of first publication, included", text("2017-01-31"), false},
	{"type", "Event type. Comma: any of", words(event.Words().Types), true},
	{"family", "Family of types. Comma: any of", words(event.Words().Families), true},
	{"plover", "PLOVER root type, which takes the status into account. Comma: any of", text("CONSULT"), true},
	{"cameo", "First digits of the CAMEO code. Comma: any of", text("04"), true},
	{"quad_class", "1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict. Comma: any of",
		huma.Schema{Type: huma.TypeInteger, Minimum: number(1), Maximum: number(4)}, true},
	{"status", "Status. Comma: any of", words(event.Words().Statuses), true},
	{"q", "Full text over summary and evidence: words, \"a phrase\", or, -not", text("ceasefire"), false},
	{"min_confidence", "Least confidence", huma.Schema{Type: huma.TypeNumber, Minimum: number(0), Maximum: number(1)}, false},
	{"min_sources", "Least number of different sources", huma.Schema{Type: huma.TypeInteger, Minimum: number(1)}, false},
	{"source_name", "Name of a source that reports it, exactly. Comma: any of", text("Example Agency"), true},
	{"language", "Language of an article that reports it: en includes en-GB. Comma: any of", text("en"), true},
	{"as_of", "The database as it stood at this instant: RFC 3339, a date is its midnight UTC", text("2017-02-01T12:00:00Z"), false},
	{"order", "Order of the list", huma.Schema{Type: huma.TypeString, Enum: anys(event.Orders()), Default: event.Orders()[0]}, false},
	{"limit", "Events a page", huma.Schema{Type: huma.TypeInteger, Minimum: number(1), Maximum: number(event.MaxLimit), Default: event.DefaultLimit}, false},
	{"cursor", "next_cursor of the page before; the other parameters must be the same", huma.Schema{Type: huma.TypeString}, false},
	{"fields", "Members of the events that are answered, all if absent. Comma between", words(event.FieldNames()), true},
	{"count", "Whether the number of all events found is answered: estimated is the planner's guess", words(event.CountModes()), false},
}

func text(example string) huma.Schema {
	return huma.Schema{Type: huma.TypeString, Examples: []any{example}}
}

// words is a schema of a closed vocabulary.
func words(values []string) huma.Schema {
	return huma.Schema{Type: huma.TypeString, Enum: anys(values)}
}

func number(n float64) *float64 { return &n }

func anys(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

func filterParameters() []*huma.Param {
	var out []*huma.Param
	for _, d := range parameterDocs {
		p := &huma.Param{Name: d.name, In: "query", Description: d.doc, Schema: &d.schema}
		if d.repeats {
			explode := true
			p.Explode = &explode
			p.Schema = &huma.Schema{Type: huma.TypeArray, Items: &d.schema}
		}
		out = append(out, p)
	}
	return out
}

func draftParameters() []*huma.Param {
	var out []*huma.Param
	for _, f := range draftFields {
		out = append(out, &huma.Param{
			Name: f.name, In: "query", Description: f.doc + " (with a text/plain or text/html body)", Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	return out
}

func explainParameter() *huma.Param {
	return &huma.Param{
		Name: "explain", In: "query", Schema: &huma.Schema{Type: huma.TypeBoolean},
		Description: "Also show how each sentence was read: the parse, the names and what they resolved to, the rules that were tried",
	}
}

func asOfParameter() *huma.Param {
	return filterParameters()[slices.IndexFunc(parameterDocs, func(d grammarDoc) bool { return d.name == "as_of" })]
}

func draftBody(api huma.API) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: schemaOf[event.Draft](api), Example: map[string]any{
			"title": "Ministers meet", "published_at": "2017-01-26", "text": "The foreign minister of Norway met his Chilean counterpart in Oslo on Thursday.",
		}},
		"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}},
		"text/html":  {Schema: &huma.Schema{Type: huma.TypeString, Description: "A page: its article becomes text, title, date and language"}},
	}}
}

// maxBody bounds a request body: JSON may write a byte of text as up to three
// bytes on average before the text itself is over its limit, and a page may have
// more.
func (s *server) maxBody() int64 { return int64(ingest.MaxHTML(s.MaxText)) + 64<<10 }

func schemaOf[T any](api huma.API) *huma.Schema {
	t := reflect.TypeFor[T]()
	return api.OpenAPI().Components.Schemas.Schema(t, true, t.Name())
}

func eventSchema(api huma.API) *huma.Schema { return schemaOf[event.Event](api) }

// chosenSchema is an event of a list: with the parameter fields it has only some
// of its members.
func chosenSchema(api huma.API) *huma.Schema {
	registry := api.OpenAPI().Components.Schemas
	const name = "EventInList"
	if registry.Map()[name] == nil {
		whole := *registry.SchemaFromRef(eventSchema(api).Ref)
		whole.Required, whole.Description = nil, "An event; with the parameter fields only the members that it names"
		registry.Map()[name] = &whole
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

func codedSchema(api huma.API) *huma.Schema { return schemaOf[coded](api) }

func eventPageSchema(api huma.API) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject, Required: []string{"events", "next_cursor"},
		Properties: map[string]*huma.Schema{
			"events":      {Type: huma.TypeArray, Items: chosenSchema(api)},
			"next_cursor": {Type: huma.TypeString, Description: "Cursor of the next page; empty on the last one"},
			"count":       {Type: huma.TypeInteger, Description: "Number of all events found; only if it was asked for"},
		},
	}
}

func (s *server) jsonResponse(what string, schema func(huma.API) *huma.Schema) *huma.Response {
	return &huma.Response{Description: what, Content: map[string]*huma.MediaType{"application/json": {Schema: schema(s.huma)}}}
}

func (s *server) problemResponse() *huma.Response {
	return &huma.Response{
		Description: "A problem document (RFC 9457) that says what was wrong where",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schemaOf[huma.ErrorModel](s.huma)}},
	}
}
