package api

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"demarche/api/encode"
	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/ingest"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a Server needs. All fields but the limits and Closing are required.
type Config struct {
	Store    *db.Store
	Pipeline *ingest.Pipeline
	Codes    event.Codes
	Logger   *slog.Logger
	Metrics  *prometheus.Registry
	Now      func() time.Time
	Version  string // of the program, shown in the OpenAPI document
	MaxText  int    // bytes of an article's text; 1 MiB if 0
	// CacheBytes is how much memory answers are kept in, for questions that are
	// asked again while nothing has changed; 0 for none.
	CacheBytes int
	// Closing is closed when the program stops: streams end then. Nil: never.
	Closing <-chan struct{}
	Access  Access
}

const defaultMaxText = 1 << 20

// server holds what the handlers share; it does not change after New.
type server struct {
	Config
	huma  huma.API
	hub   *hub
	cache *cache
	spare sync.Pool // *bytes.Buffer, for answers

	formats    []*encode.Format
	eventForms []form        // the same, to choose from
	exports    chan struct{} // has one for each export under way
	bulk       chan struct{} // has one for each request of many articles
	slots      *slots
	refused    *prometheus.CounterVec // by reason
}

// New gives the handler of the whole HTTP interface.
func New(c Config) http.Handler {
	if c.MaxText == 0 {
		c.MaxText = defaultMaxText
	}
	s := &server{Config: c, cache: newCache(c.Store, c.CacheBytes), formats: encode.Formats(), eventForms: eventForms(), exports: make(chan struct{}, maxExports), bulk: make(chan struct{}, maxBulk),
		slots: newSlots(c.Access.Slots)}
	s.hub = newHub(c.Store, func(err error) { c.Logger.Warn("read changes for streams", "error", err) })
	s.refused = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "demarche_http_requests_refused_total", Help: "Requests that were refused to protect the service, by reason: rate or load.",
	}, []string{"reason"})
	c.Metrics.MustRegister(s.refused)
	for _, reason := range []string{"rate", "load"} {
		s.refused.WithLabelValues(reason) // shown from the start, as 0
	}
	r := chi.NewMux()
	r.Use(requestID, s.logRequests, s.measure(), s.recoverPanics, middleware.GetHead, allowOrigins, secure, s.guard, compress)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, r, http.StatusNotFound, "there is nothing at "+r.URL.Path+": see /docs for what there is")
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, r, http.StatusMethodNotAllowed, r.Method+" is not allowed at "+r.URL.Path+": see /docs")
	})
	s.huma = humachi.New(r, humaConfig(c.Version))
	s.routes(r)
	return r
}

func humaConfig(version string) huma.Config {
	c := huma.DefaultConfig("Demarche", version)
	c.Info.Description = "Diplomatic events, coded from news articles with the sentences that prove them: " +
		"who met whom, where and when; which ceasefire holds; who mediates."
	c.Components.SecuritySchemes = securitySchemes()
	c.Info.License = &huma.License{Name: "Apache-2.0", URL: "https://www.apache.org/licenses/LICENSE-2.0"} // not an identifier, which version 3.0 does not have
	// Huma's own documentation page loads its viewer from elsewhere; ours is embedded.
	c.DocsPath = ""
	c.SchemasPath = ""
	// The default hook would add a $schema link to every answer.
	c.CreateHooks = nil
	return c
}
