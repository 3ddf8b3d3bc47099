package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
)

// statusOf is the one map from the domain's error codes to HTTP.
var statusOf = map[event.ErrorCode]int{
	event.Invalid:     http.StatusBadRequest,
	event.NotFound:    http.StatusNotFound,
	event.Gone:        http.StatusGone,
	event.Unsupported: http.StatusUnsupportedMediaType,
	event.TooLarge:    http.StatusRequestEntityTooLarge,
	event.Unavailable: http.StatusServiceUnavailable,
}

// retryAfter is how long, in seconds, a client is asked to wait when the
// database is away.
const retryAfter = "5"

// register adds an operation whose handler returns domain errors. Parameters
// and bodies are checked by the handlers, which know what was expected, so
// that every fault is a 400 that names it.
func register[I, O any](s *server, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	op.SkipValidateParams, op.SkipValidateBody = true, true
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	op.Responses["default"] = s.problemResponse()
	op.Security = security(op.Method, op.Path)
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		leave, err := s.slots.enter(ctx) // the body has been read: who sends it slowly takes none
		if err != nil {
			s.refused.WithLabelValues("load").Inc()
			return nil, s.problem(ctx, err)
		}
		defer leave()
		out, err := handle(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
	if op.RequestBody != nil {
		delete(op.RequestBody.Content, "application/octet-stream") // huma adds it for a raw body; nobody reads it
	}
}

// problem turns an error into the problem document that is sent. What is not a
// domain error is logged and hidden.
func (s *server) problem(ctx context.Context, err error) error {
	e, ok := event.AsError(err)
	if !ok {
		var ready *huma.ErrorModel
		switch {
		case errors.As(err, &ready):
			return ready
		case errors.Is(err, context.DeadlineExceeded):
			e = event.NewError(event.Unavailable, "the question took too long to answer: narrow it, or try again later")
		case errors.Is(err, context.Canceled):
			e = event.NewError(event.Unavailable, "the request was given up")
		default:
			s.Logger.ErrorContext(ctx, "request failed", "error", err, "request_id", requestIDOf(ctx))
			return problemOf(http.StatusInternalServerError, hiddenError(ctx), nil)
		}
	}
	if cause := errors.Unwrap(e); cause != nil {
		s.Logger.WarnContext(ctx, e.Detail, "cause", cause, "request_id", requestIDOf(ctx))
	}
	p := problemOf(statusOf[e.Code], e.Detail, e.Fields)
	if e.Code == event.Unavailable {
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {retryAfter}})
	}
	return p
}

func hiddenError(ctx context.Context) string {
	return "an internal error; the log has it under request id " + requestIDOf(ctx)
}

func problemOf(status int, detail string, fields []event.FieldError) *huma.ErrorModel {
	p := &huma.ErrorModel{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
	for _, f := range fields {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: f.Location, Message: f.Message, Value: f.Value})
	}
	return p
}

// writeProblem answers outside of an operation: unknown paths, panics.
func writeProblem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	writeModel(w, r, problemOf(status, detail, nil))
}

// sendProblem answers, instead of what was announced, with an error as problem
// gives it.
func sendProblem(w http.ResponseWriter, r *http.Request, err error) {
	for _, name := range []string{"ETag", "Link", "Cache-Control", "Accept-Ranges"} {
		w.Header().Del(name)
	}
	var headers huma.HeadersError
	if errors.As(err, &headers) {
		for name, values := range headers.GetHeaders() {
			w.Header()[name] = values
		}
	}
	p := problemOf(http.StatusInternalServerError, "an internal error", nil)
	errors.As(err, &p)
	writeModel(w, r, p)
}

func writeModel(w http.ResponseWriter, r *http.Request, p *huma.ErrorModel) {
	body, err := json.Marshal(p)
	if err != nil { // a problem of strings and a number always encodes
		slog.ErrorContext(r.Context(), "encode problem", "error", err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(append(body, '\n'))
	}
}
