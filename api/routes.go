package api

import (
	"net/http"

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
			"With text/plain the other fields are query parameters.",
		Parameters: draftParameters(), RequestBody: draftBody(s.huma), MaxBodyBytes: s.maxBody(), DefaultStatus: http.StatusCreated,
		Responses: map[string]*huma.Response{"200": s.jsonResponse("The article was stored already", codedSchema)},
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
		OperationID: "list-events", Method: http.MethodGet, Path: "/v1/events", Tags: []string{"Events"},
		Summary:     "Events by actor, place, date, type and text",
		Description: "All parameters must hold. A parameter that does not exist is refused, because ignoring it would widen the answer.",
		Parameters:  filterParameters(),
		Responses:   map[string]*huma.Response{"200": s.jsonResponse("A page of events", eventPageSchema)},
	}, s.listEvents)
	register(s, huma.Operation{
		OperationID: "get-event", Method: http.MethodGet, Path: "/v1/events/{id}", Tags: []string{"Events"},
		Summary:   "One event",
		Responses: map[string]*huma.Response{"200": s.jsonResponse("The event", eventSchema)},
	}, s.getEvent)
	register(s, huma.Operation{
		OperationID: "list-types", Method: http.MethodGet, Path: "/v1/types", Tags: []string{"Events"},
		Summary: "The ontology: every type and what it maps to",
	}, s.listTypes)
	register(s, huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/healthz", Tags: []string{"Operation"},
		Summary: "Whether the process is alive",
	}, s.health)
	register(s, huma.Operation{
		OperationID: "ready", Method: http.MethodGet, Path: "/readyz", Tags: []string{"Operation"},
		Summary: "Whether questions can be answered: the database is there and has this program's schema",
	}, s.ready)

	r.Method(http.MethodGet, "/metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{Registry: s.Metrics}))
	r.Method(http.MethodGet, "/docs", s.docs())
}
