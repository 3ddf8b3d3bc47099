package api

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"demarche/api/encode"
	"demarche/internal/event"

	"github.com/cespare/xxhash/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

const (
	// maxExports bounds the exports at a time: each has a connection to the
	// database for as long as it takes.
	maxExports = 3
	// exportWait is how long an export waits for its turn.
	exportWait = 10 * time.Second
	// pieceSize is about how much is sent at once, in bytes.
	pieceSize = 64 << 10
)

// export answers with everything that a question asks for, as it comes from the
// database: it needs the same memory for any number of events.
func (s *server) export(ctx context.Context, in *listInput, f *encode.Format) (*huma.StreamResponse, error) {
	filter, _, err := in.ask(s, f)
	if err != nil {
		return nil, err
	}
	filter.Limit = 0
	tag, err := s.exportTag(ctx, &filter, in, f)
	if err != nil {
		return nil, err
	}
	shape := encode.Shape{Fields: filter.Fields, Base: in.base, Self: in.self()}
	return s.whole(f.Media, tag, func(ctx context.Context, out *pieces) error {
		shape.Drain = out.drain
		e := f.Open(&out.Buffer, &shape)
		err := s.Store.EachEvent(ctx, filter, func(document []byte) error {
			if err := e.Event(document); err != nil {
				return err
			}
			return out.drain()
		})
		if err == nil {
			err = e.End()
		}
		return err
	}), nil
}

// exportTag gives the entity tag of an export without making it: of the
// question, and of the version of the events. What stood at an instant of the
// past stays.
func (s *server) exportTag(ctx context.Context, filter *event.Filter, in *listInput, f *encode.Format) (string, error) {
	version := int64(-1)
	if filter.AsOf == nil {
		var err error
		if version, err = s.cache.version(ctx); err != nil {
			return "", err
		}
	}
	return hashOf(filter.Query().Encode(), f.Name, in.base, strconv.FormatInt(version, 10)), nil
}

// hashOf gives the entity tag of something that all these decide.
func hashOf(parts ...string) string {
	d := xxhash.New()
	for _, p := range parts {
		_, _ = d.WriteString(p + "\n") // a hash takes everything
	}
	return weak(d.Sum64())
}

// whole sends an answer of any length as it is written.
func (s *server) whole(media, tag string, write func(ctx context.Context, out *pieces) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		announce(hc, media, tag, "")
		w.Header().Set("Accept-Ranges", "none") // how long it will be is not known
		switch {
		case holds(r.Header.Values("If-None-Match"), tag):
			w.WriteHeader(http.StatusNotModified)
		case r.Method != http.MethodHead:
			s.sendPieces(w, r, write)
		}
	}}
}

// pieces sends what is in its buffer whenever it is full.
type pieces struct {
	bytes.Buffer
	w       http.ResponseWriter
	control *http.ResponseController
	begun   bool // something was sent
}

// drain sends what there is if it is enough.
func (p *pieces) drain() error {
	if p.Len() < pieceSize {
		return nil
	}
	return p.send()
}

func (p *pieces) send() error {
	// Not every writer has deadlines: those of tests do not.
	_ = p.control.SetWriteDeadline(time.Now().Add(writeWithin))
	p.begun = true
	_, err := p.Buffer.WriteTo(p.w)
	return err
}

// sendPieces sends what write writes. What goes wrong before anything was sent
// is a problem document; after that the connection is cut, so that the client
// knows that something is missing.
func (s *server) sendPieces(w http.ResponseWriter, r *http.Request, write func(context.Context, *pieces) error) {
	ctx := r.Context()
	out := &pieces{w: w, control: http.NewResponseController(w)}
	err := s.inTurn(ctx, func() error { return write(ctx, out) })
	if err == nil {
		err = out.send()
	}
	switch {
	case err == nil:
	case !out.begun:
		sendProblem(w, r, s.problem(ctx, err))
	default:
		if ctx.Err() == nil {
			s.Logger.WarnContext(ctx, "an answer was cut", "error", err, "request_id", requestIDOf(ctx))
		}
		cut(w, r)
	}
}

// inTurn does something when there are not too many exports.
func (s *server) inTurn(ctx context.Context, do func() error) error {
	late := time.NewTimer(exportWait)
	defer late.Stop()
	select {
	case s.exports <- struct{}{}:
		defer func() { <-s.exports }()
		return do()
	case <-late.C:
		return event.NewError(event.Unavailable, "there are too many exports at a time: try again later")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// cut ends an answer such that the client can tell that it is not whole: the
// last chunk is missing (HTTP/1.1), the stream is reset (HTTP/2). HTTP/1.0 knows
// no chunks, so the connection is reset.
func cut(w http.ResponseWriter, r *http.Request) {
	if !r.ProtoAtLeast(1, 1) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
		}
	}
	panic(http.ErrAbortHandler)
}
