package api

import (
	"net/http"

	"demarche/internal/resolve"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// routes is the whole route table.
func (s *server) routes(r chi.Router) {
	register(s, huma.Operation{
		OperationID: "post-article", Method: http.MethodPost, Path: "/v1/articles", Tags: []string{"Articles"},
		Summary: "Code an article and store it with its events",
		Description: "The same article again (same external_id, url or content) changes nothing and is answered with 200. " +
			"Another text under the same external_id or url is a new revision: its events are coded anew, and what no longer holds is retracted. " +
			"With text/plain and text/html the other fields are query parameters. Nothing is ever fetched. " +
			"With application/x-ndjson, one article a line, the answer streams one result a line, in the order of the lines: " +
			"{line, status, outcome, id, events, error, note}; a bad line is told of, and the rest goes on.",
		Parameters: draftParameters(), RequestBody: draftBody(s.huma), MaxBodyBytes: s.maxBody(), DefaultStatus: http.StatusCreated,
		Responses:   map[string]*huma.Response{"200": s.postedResponse()},
		Middlewares: huma.Middlewares{s.manyArticles},
	}, s.postArticle)
	register(s, huma.Operation{
		OperationID: "extract", Method: http.MethodPost, Path: "/v1/extract", Tags: []string{"Articles"},
		Summary:    "Code an article without storing anything",
		Parameters: append(draftParameters(), explainParameter()), RequestBody: draftBody(s.huma), MaxBodyBytes: s.maxBody(),
	}, s.extract)
	register(s, huma.Operation{
		OperationID: "get-article", Method: http.MethodGet, Path: "/v1/articles/{id}", Tags: []string{"Articles"},
		Summary: "One article with its events",
	}, s.getArticle)
	register(s, huma.Operation{
		OperationID: "delete-article", Method: http.MethodDelete, Path: "/v1/articles/{id}", Tags: []string{"Articles"},
		Summary:       "Withdraw an article",
		Description:   "It takes back what it contributed: events that nothing else reports are retracted, the others go on without it.",
		DefaultStatus: http.StatusNoContent,
	}, s.deleteArticle)
	registerForms(s, huma.Operation{
		OperationID: "list-events", Method: http.MethodGet, Path: "/v1/events", Tags: []string{"Events"},
		Summary:     "Events by actor, place, date, type and text",
		Description: "All parameters must hold. A parameter that does not exist is refused, because ignoring it would widen the answer.",
		Parameters:  filterParameters(),
		Responses:   map[string]*huma.Response{"200": s.jsonResponse("A page of events", eventPageSchema)},
	}, s.eventForms, s.listEvents)
	registerForms(s, huma.Operation{
		OperationID: "get-event", Method: http.MethodGet, Path: "/v1/events/{id}", Tags: []string{"Events"},
		Summary:     "One event, in JSON with what each article says of it",
		Description: "An event that was merged is answered with 301 and the address of its successor.",
		Parameters:  []*huma.Param{asOfParameter()},
		Responses:   map[string]*huma.Response{"200": s.jsonResponse("The event", schemaOf[wholeEvent])},
	}, s.eventForms, s.getEvent)
	register(s, huma.Operation{
		OperationID: "merge-events", Method: http.MethodPost, Path: "/v1/events/{id}/merge", Tags: []string{"Events"},
		Summary:     "Say that events are one",
		Description: "The decision stays with their mentions and goes before the rules.",
		RequestBody: decisionBody(s.huma), MaxBodyBytes: s.maxBody(),
	}, s.mergeEvents)
	register(s, huma.Operation{
		OperationID: "split-event", Method: http.MethodPost, Path: "/v1/events/{id}/split", Tags: []string{"Events"},
		Summary:     "Take mentions out of an event and make them one of their own",
		Description: "The decision stays with all of its mentions and goes before the rules.",
		RequestBody: decisionBody(s.huma), MaxBodyBytes: s.maxBody(),
	}, s.splitEvent)
	register(s, huma.Operation{
		OperationID: "list-processes", Method: http.MethodGet, Path: "/v1/processes", Tags: []string{"Processes"},
		Summary:     "Chains of events between two sides: talks, ceasefire, violation, extension",
		Description: "Of the actors' latest 5000 events of the types that processes are made of. With from and to, processes that overlap them.",
		Parameters:  documentedProcessParameters(),
	}, s.listProcesses)
	register(s, huma.Operation{
		OperationID: "get-process", Method: http.MethodGet, Path: "/v1/processes/{id}", Tags: []string{"Processes"},
		Summary:     "One process with its events in the order of time",
		Description: "Asked for by an event that is not its first, it is answered with 301 and its address.",
		Responses:   map[string]*huma.Response{"200": s.jsonResponse("The process", schemaOf[resolve.Process])},
	}, s.getProcess)
	register(s, huma.Operation{
		OperationID: "get-event-history", Method: http.MethodGet, Path: "/v1/events/{id}/history", Tags: []string{"Events"},
		Summary: "Every version of an event, and what became of it",
	}, s.history)
	registerForms(s, huma.Operation{
		OperationID: "timeline", Method: http.MethodGet, Path: "/v1/stats/timeline", Tags: []string{"Statistics"},
		Summary: "Events over time",
		Description: "An event counts once in a series, in the step in which it begins, or in the first step if it began before. Events without a date are left out. " +
			"The numbers are exact, and every step is there.",
		Parameters: questionParameters(intervalChoice.param(), groupChoice.param()),
		Responses:  map[string]*huma.Response{"200": s.jsonResponse("The series", schemaOf[timelineAnswer])},
	}, statsForms(), sending(s.timeline))
	registerForms(s, huma.Operation{
		OperationID: "top", Method: http.MethodGet, Path: "/v1/stats/top", Tags: []string{"Statistics"},
		Summary:    "The actors, countries, places, types or sources with the most events",
		Parameters: questionParameters(fieldChoice.param(), rankLimit()),
		Responses:  map[string]*huma.Response{"200": s.jsonResponse("The ranking", schemaOf[topAnswer])},
	}, statsForms(), sending(s.top))
	registerForms(s, huma.Operation{
		OperationID: "dyads", Method: http.MethodGet, Path: "/v1/stats/dyads", Tags: []string{"Statistics"},
		Summary:     "Who did something to whom, how often, and how friendly it was",
		Description: "Source is who acts, or a side of a symmetric event; target is to whom it is done, who receives, or another side.",
		Parameters:  questionParameters(rankLimit(), formatChoice.param()),
		Responses: map[string]*huma.Response{"200": {Description: "Directed pairs", Content: map[string]*huma.MediaType{
			"application/json": {Schema: schemaOf[dyadsAnswer](s.huma)}, "application/graphml+xml": {Schema: &huma.Schema{Type: huma.TypeString}}}}},
	}, dyadForms(), sending(s.dyads))
	registerForms(s, huma.Operation{
		OperationID: "changes", Method: http.MethodGet, Path: "/v1/changes", Tags: []string{"Changes"},
		Summary: "What became of events, in the order in which it was committed",
		Description: "Going on from next_cursor neither loses nor repeats a change, whoever writes meanwhile. " +
			"With a filter, a change is answered if the event is one that the filter asks for, or was one before the change.",
		Parameters: documentedChangeParameters(sinceParameter(), changesLimit()),
		Responses:  map[string]*huma.Response{"200": s.jsonResponse("Changes", schemaOf[changesAnswer])},
	}, changesForms(), s.changes)
	register(s, huma.Operation{
		OperationID: "stream", Method: http.MethodGet, Path: "/v1/stream", Tags: []string{"Changes"},
		Summary: "Changes as they come, as server-sent events",
		Description: "Each event has the change's position as its id, the action as its name and the change as its data. Without since or Last-Event-ID it begins now. " +
			"A client that does not keep up is cut off, and goes on from Last-Event-ID.",
		Parameters: documentedChangeParameters(sinceParameter()),
		Responses: map[string]*huma.Response{"200": {Description: "Server-sent events", Content: map[string]*huma.MediaType{
			"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}}},
	}, s.stream)
	s.feedRoutes()
	register(s, huma.Operation{
		OperationID: "list-actors", Method: http.MethodGet, Path: "/v1/actors", Tags: []string{"Names"},
		Summary: "Actors by the beginnings of their names, for suggestions", Parameters: nameParameters(),
	}, s.listActors)
	register(s, huma.Operation{
		OperationID: "get-actor", Method: http.MethodGet, Path: "/v1/actors/{id}", Tags: []string{"Names"},
		Summary: "One actor with its names",
	}, s.getActor)
	register(s, huma.Operation{
		OperationID: "list-places", Method: http.MethodGet, Path: "/v1/places", Tags: []string{"Names"},
		Summary: "Places by the beginnings of their names, for suggestions", Parameters: nameParameters(),
	}, s.listPlaces)
	register(s, huma.Operation{
		OperationID: "list-types", Method: http.MethodGet, Path: "/v1/types", Tags: []string{"Events"},
		Summary: "The ontology: every type and what it maps to",
	}, s.listTypes)
	register(s, huma.Operation{
		OperationID: "audit", Method: http.MethodGet, Path: "/v1/audit", Tags: []string{"Operation"},
		Summary: "Who changed what",
		Parameters: []*huma.Param{
			{Name: "limit", In: "query", Description: "Entries a page", Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: number(1), Maximum: number(1000), Default: 100}},
			{Name: "cursor", In: "query", Description: "next_cursor of the page before", Schema: &huma.Schema{Type: huma.TypeString}},
		},
	}, s.audit)
	register(s, huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/healthz", Tags: []string{"Operation"},
		Summary: "Whether the process is alive",
	}, s.health)
	register(s, huma.Operation{
		OperationID: "ready", Method: http.MethodGet, Path: "/readyz", Tags: []string{"Operation"},
		Summary: "Whether questions can be answered: the database is there and has this program's schema",
	}, s.ready)

	s.registerOGC()
	r.Method(http.MethodGet, ogcRoot+"/api", s.ogcAPI())
	r.Handle("/mcp", s.mcp())
	r.Method(http.MethodGet, "/metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{Registry: s.Metrics}))
	s.site(r)
}
