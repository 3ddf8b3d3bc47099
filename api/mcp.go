package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"demarche/internal/event"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// mcpInstructions tell an agent what it has here.
const mcpInstructions = "Diplomatic events coded from news: who met whom, where and when, ceasefires, agreements, sanctions and more, each with the sentence that proves it. " +
	"Search with search_events; quote the evidence of what you report, and mind status (planned is not occurred) and confidence. " +
	"For trends use timeline, for rankings top, for pairs of actors dyads. extract_events reads events out of a text of yours and stores nothing."

// agentLimit is how many events an agent gets if it does not say.
const agentLimit = 20

// agentTool is a tool: its parameters are those of a question over HTTP, with
// the same names and meanings, and its answer is that question's JSON.
type agentTool struct {
	name, title, description string
	parameters               []grammarDoc
	required                 []string
	answer                   func(ctx context.Context, q url.Values) (*answer, error)
}

// mcp gives the Model Context Protocol, over streamable HTTP without sessions:
// each request stands alone, so that any process behind a balancer answers it.
func (s *server) mcp() http.Handler {
	server := mcp.NewServer(&mcp.Implementation{Name: "demarche", Title: "Demarche", Version: s.Version}, &mcp.ServerOptions{Instructions: mcpInstructions})
	for _, tool := range s.agentTools() {
		closed := false
		server.AddTool(&mcp.Tool{
			Name: tool.name, Title: tool.title, Description: tool.description, InputSchema: tool.schema(),
			Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, OpenWorldHint: &closed},
		}, func(ctx context.Context, r *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return s.call(ctx, &tool, r.Params.Arguments)
		})
	}
	return mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, MaxRequestBodyBytes: s.maxBody(), PropagateRequestCancellation: true,
		DisableLocalhostProtection: true, // what is read is open to every origin, as over HTTP: see allowOrigins
	})
}

func (s *server) agentTools() []agentTool {
	only := func(names []string) []grammarDoc {
		var out []grammarDoc
		for _, d := range parameterDocs {
			if slices.Contains(names, d.name) {
				out = append(out, d)
			}
		}
		return out
	}
	question := only(event.QuestionParameters())
	with := func(own ...grammarDoc) []grammarDoc { return append(slices.Clone(question), own...) }
	chosen := func(c choice) grammarDoc { return grammarDoc{c.name, c.doc, words(c.words), false} }
	ranks := grammarDoc{"limit", fmt.Sprintf("How many at most, %d if absent", defaultRanks), *rankLimit().Schema, false}
	stats := func(path string, ask func(context.Context, *statsInput) (*answer, error)) func(context.Context, url.Values) (*answer, error) {
		return func(ctx context.Context, q url.Values) (*answer, error) {
			return ask(ctx, &statsInput{request{path: path, rawQuery: q.Encode()}})
		}
	}
	id := grammarDoc{"id", "Id of the event", text("01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081"), false}
	var article []grammarDoc
	for _, f := range draftFields {
		article = append(article, grammarDoc{f.name, f.doc, text(""), false})
	}
	return []agentTool{
		{"search_events", "Search events",
			fmt.Sprintf("Events by actor, place, date, type and text, the newest first unless order says otherwise. Gives %d if limit is absent; go on with cursor = next_cursor until it is empty. With count=exact also the number of all that were found.", agentLimit),
			only(event.FilterParameters()), nil, func(ctx context.Context, q url.Values) (*answer, error) {
				if !q.Has("limit") {
					q.Set("limit", strconv.Itoa(agentLimit))
				}
				return s.pageAs(ctx, &listInput{request{path: "/v1/events", rawQuery: q.Encode()}}, 0)
			}},
		{"get_event", "One event with its evidence", "An event with its participants, the articles that report it and the sentences that prove it.", []grammarDoc{id}, []string{"id"}, s.agentEvent},
		{"timeline", "Events over time", "Numbers of events by day, week, month or year, for everything or a series for each type, family, country or actor. Narrow it by dates: every step is there.",
			with(chosen(intervalChoice), chosen(groupChoice)), nil, stats("/v1/stats/timeline", s.timeline)},
		{"top", "Rankings", "The actors, countries, places, types or sources with the most events.", with(chosen(fieldChoice), ranks), []string{fieldChoice.name}, stats("/v1/stats/top", s.top)},
		{"dyads", "Who does what to whom", "Directed pairs of actors with numbers of events and mean score, from -10 (conflict) to 10 (cooperation).", with(ranks), nil, stats("/v1/stats/dyads", s.dyads)},
		{"extract_events", "Read events out of a text", "Codes the events of a news text without storing anything.",
			append([]grammarDoc{{"text", "The text, in English", text(""), false}}, article...), []string{"text"}, s.agentExtract},
	}
}

// schema describes the arguments (JSON Schema).
func (t *agentTool) schema() json.RawMessage {
	properties := map[string]any{}
	for _, d := range t.parameters {
		p := map[string]any{"type": d.schema.Type, "description": d.doc}
		if len(d.schema.Enum) > 0 {
			p["enum"] = d.schema.Enum
		}
		if d.repeats { // one value, or several of which each must hold
			p = map[string]any{"description": d.doc, "oneOf": []any{map[string]any{"type": "string"}, map[string]any{"type": "integer"},
				map[string]any{"type": "array", "items": map[string]any{"type": "string"}}}}
		}
		properties[d.name] = p
	}
	schema := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if t.required != nil {
		schema["required"] = t.required
	}
	b, err := json.Marshal(schema)
	if err != nil {
		panic(err) // it is made of texts and lists
	}
	return b
}

// call answers a call of a tool. What is wrong with it is told to the agent,
// which can then ask better.
func (s *server) call(ctx context.Context, t *agentTool, arguments json.RawMessage) (*mcp.CallToolResult, error) {
	leave, err := s.slots.enter(ctx)
	if err == nil {
		defer leave()
		var q url.Values
		if q, err = t.query(arguments); err == nil {
			var a *answer
			if a, err = t.answer(ctx, q); err == nil {
				text := string(a.body)
				if a.release != nil {
					a.release()
				}
				return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil
			}
		}
	}
	body, marshalErr := json.Marshal(s.problem(ctx, err))
	if marshalErr != nil {
		return nil, marshalErr
	}
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: string(body)}}}, nil
}

// query makes parameters of arguments. The grammar judges the values.
func (t *agentTool) query(arguments json.RawMessage) (url.Values, error) {
	var given map[string]any
	if len(arguments) > 0 {
		if err := json.Unmarshal(arguments, &given); err != nil {
			return nil, event.NewError(event.Invalid, "the arguments are not valid: expected a JSON object")
		}
	}
	q := url.Values{}
	var bad []event.FieldError
	for _, name := range slices.Sorted(maps.Keys(given)) {
		values, isList := given[name].([]any)
		if !isList {
			values = []any{given[name]}
		}
		for _, v := range values {
			switch v := v.(type) {
			case string:
				q.Add(name, v)
			case float64:
				q.Add(name, strconv.FormatFloat(v, 'f', -1, 64))
			default:
				bad = append(bad, event.FieldError{Location: "query." + name, Message: "expected a string, a number or a list of these", Value: v})
			}
		}
	}
	if bad != nil {
		return nil, event.NewError(event.Invalid, "the arguments are not valid", bad...)
	}
	return q, nil
}

func (s *server) agentEvent(ctx context.Context, q url.Values) (*answer, error) {
	in := &byID{request{path: "/v1/events/" + q.Get("id")}, q.Get("id")}
	q.Del("id")
	in.rawQuery = q.Encode()
	id, err := in.check()
	if err != nil {
		return nil, err
	}
	doc, err := s.wholeEvent(ctx, id)
	return &answer{body: doc}, err
}

func (s *server) agentExtract(_ context.Context, q url.Values) (*answer, error) {
	d := event.Draft{Text: q.Get("text")}
	q.Del("text")
	var names []string
	for _, f := range draftFields {
		names = append(names, f.name)
		f.set(&d, q.Get(f.name))
	}
	r := request{rawQuery: q.Encode()}
	if _, err := r.parameters(names...); err != nil {
		return nil, err
	}
	if d.Published == "" {
		d.Published = s.Now().UTC().Format(time.DateOnly) // "on Thursday" means one near today
	}
	a, err := d.Check(s.MaxText)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string]any{"events": s.Pipeline.Code(&a)})
	return &answer{body: body}, err
}
