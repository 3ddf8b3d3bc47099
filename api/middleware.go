package api

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httplog/v3"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
)

type requestIDKey struct{}

// requestID gives every request an id, the client's own if it is a plain word,
// and sends it back, so that an answer and a log line can be matched.
func requestID(next http.Handler) http.Handler {
	plain := regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if !plain.MatchString(id) {
			id = uuid.NewString()
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

func requestIDOf(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// logRequests writes one line a request; health checks and metrics only when
// they fail, since they come every few seconds for ever.
func (s *server) logRequests(next http.Handler) http.Handler {
	return httplog.RequestLogger(s.Logger, &httplog.Options{
		Level:  slog.LevelInfo,
		Schema: httplog.SchemaECS.Concise(true),
		Skip: func(r *http.Request, status int) bool {
			quiet := r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || r.URL.Path == "/metrics"
			return quiet && status < 500
		},
		LogExtraAttrs: func(r *http.Request, _ string, _ int) []slog.Attr {
			return []slog.Attr{slog.String("request_id", requestIDOf(r.Context()))}
		},
	})(next)
}

// recoverPanics turns a panic into a logged 500 that shows nothing of it.
func (s *server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler:
				panic(p)
			default:
				s.Logger.ErrorContext(r.Context(), "panic", "value", p, "request_id", requestIDOf(r.Context()), "stack", string(debug.Stack()))
				writeProblem(w, r, http.StatusInternalServerError, hiddenError(r.Context()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// measure counts requests and their durations by route, not by path, so that
// the number of series stays bounded.
func (s *server) measure() func(http.Handler) http.Handler {
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "demarche_http_request_duration_seconds", Help: "Time to answer a request.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "code"})
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "demarche_http_requests_in_flight", Help: "Requests that are being answered.",
	})
	s.Metrics.MustRegister(duration, inFlight)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			inFlight.Inc()
			defer inFlight.Dec()
			start := time.Now()
			ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			defer func() { // also of an answer that is cut
				route := "none"
				if c := chi.RouteContext(r.Context()); c != nil && c.RoutePattern() != "" {
					route = c.RoutePattern()
				}
				duration.WithLabelValues(method(r), route, strconv.Itoa(ww.Status())).Observe(time.Since(start).Seconds())
			}()
			next.ServeHTTP(ww, r)
		})
	}
}

// method bounds the values of the label: anybody may send any word.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}
