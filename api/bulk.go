package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/ingest"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

const (
	// maxLines bounds the articles of one request.
	maxLines = 10_000
	// maxBulk bounds such requests at a time: each keeps the processors busy.
	maxBulk = 4
	// bulkChunk is how many of them are stored together: few, so that the first
	// results come soon.
	bulkChunk = 16
	// readWithin is how long a client may take to send the next piece of a body.
	readWithin = 30 * time.Second
)

// postedLine is what became of one line.
type postedLine struct {
	Line    int                `json:"line" doc:"1-based line of the request"`
	Status  int                `json:"status" doc:"As a request of its own would be answered: 201 stored, 200 stored before or revised, 400, 413, 503"`
	Outcome db.Outcome         `json:"outcome,omitempty" enum:"created,unchanged,revised"`
	ID      string             `json:"id,omitempty" doc:"Of the article"`
	Events  []event.Event      `json:"events,omitempty"`
	Note    string             `json:"note,omitempty" doc:"What the sender should know, such as that the language is not coded"`
	Error   string             `json:"error,omitempty" doc:"Why the line is refused"`
	Errors  []huma.ErrorDetail `json:"errors,omitempty" doc:"What was wrong where"`
}

func (s *server) postedResponse() *huma.Response {
	r := s.jsonResponse("The article was stored already", codedSchema)
	r.Content[ndjsonForm.media] = &huma.MediaType{Schema: schemaOf[postedLine](s.huma)}
	return r
}

// manyArticles answers a request that has one article a line; others it leaves to
// the next.
func (s *server) manyArticles(ctx huma.Context, next func(huma.Context)) {
	media, _, _ := strings.Cut(ctx.Header("Content-Type"), ";")
	if !ndjsonForm.is(strings.ToLower(strings.TrimSpace(media))) {
		next(ctx)
		return
	}
	r, w := humachi.Unwrap(ctx)
	if r.URL.RawQuery != "" {
		sendProblem(w, r, s.problem(r.Context(), event.NewError(event.Invalid, "the query string is not valid",
			event.FieldError{Location: "query", Message: "with application/x-ndjson there are no parameters: each line has its own fields"})))
		return
	}
	select {
	case s.bulk <- struct{}{}:
		defer func() { <-s.bulk }()
		s.storeLines(w, r)
	default:
		sendProblem(w, r, s.problem(r.Context(), event.NewError(event.Unavailable, fmt.Sprintf("there are %d requests of many articles already: try again later", maxBulk))))
	}
}

func (s *server) storeLines(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // results go out while lines still come in; HTTP/2 does so anyway
	out := &lineWriter{control: control, buffer: bufio.NewWriterSize(w, pieceSize)}
	w.Header().Set("Content-Type", ndjsonForm.media)

	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	next, over := 1, false
	body := &patientReader{r: r.Body, control: control}
	options := ingest.Options{Format: ingest.NDJSON, MaxText: s.MaxText, Now: s.Now()}
	records := func(yield func(ingest.Raw) bool) {
		n := 0
		for raw := range ingest.Read(body, options) {
			if n++; n > maxLines {
				over = true
				return
			}
			if !yield(raw) {
				return
			}
		}
	}
	_, err := s.Pipeline.Load(ctx, records, ingest.LoadOptions{Workers: runtime.GOMAXPROCS(0), Chunk: bulkChunk, Events: true}, func(res ingest.Result) {
		if next = res.Line + 1; out.err == nil {
			out.write(s.posted(ctx, &res))
		}
		if out.err != nil {
			stop() // nobody listens any more
		}
	})
	switch {
	case out.err != nil || r.Context().Err() != nil:
		return
	case err != nil:
		out.write(s.refusal(ctx, next, err)) // from this line on nothing was stored
	case over:
		out.write(postedLine{Line: next, Status: http.StatusRequestEntityTooLarge,
			Error: fmt.Sprintf("expected at most %d articles a request: this line and those behind it were not read", maxLines)})
	}
	out.flush()
	if err != nil && out.err == nil {
		cut(w, r) // so that the client knows that the answer is not whole
	}
}

// posted says what became of a record.
func (s *server) posted(ctx context.Context, r *ingest.Result) postedLine {
	if r.Err != nil {
		return s.refusal(ctx, r.Line, r.Err)
	}
	p := postedLine{Line: r.Line, Status: http.StatusOK, Outcome: r.Outcome, ID: r.Article.ID.String(), Events: r.Events, Note: ingest.Note(&r.Article)}
	if r.Outcome == db.Created {
		p.Status = http.StatusCreated
	}
	return p
}

func (s *server) refusal(ctx context.Context, line int, err error) postedLine {
	if _, ok := event.AsError(err); !ok && !errors.Is(err, context.Canceled) { // of the form of the line
		err = event.NewError(event.Invalid, err.Error())
	}
	p := problemOf(http.StatusInternalServerError, "an internal error", nil)
	errors.As(s.problem(ctx, err), &p)
	out := postedLine{Line: line, Status: p.Status, Error: p.Detail}
	for _, e := range p.Errors {
		out.Errors = append(out.Errors, *e)
	}
	return out
}

// lineWriter writes JSON lines and sends them soon.
type lineWriter struct {
	control *http.ResponseController
	buffer  *bufio.Writer
	last    time.Time
	err     error
}

// sendEvery is how long a result waits for others to be sent with it.
const sendEvery = 100 * time.Millisecond

func (l *lineWriter) write(p postedLine) {
	b, err := json.Marshal(p)
	if err == nil {
		_, err = l.buffer.Write(append(b, '\n'))
	}
	if l.err = err; err == nil && time.Since(l.last) > sendEvery {
		l.flush()
	}
}

func (l *lineWriter) flush() {
	// Not every writer has deadlines: those of tests do not.
	_ = l.control.SetWriteDeadline(time.Now().Add(writeWithin))
	if l.err = l.buffer.Flush(); l.err == nil {
		l.err = l.control.Flush()
	}
	l.last = time.Now()
}

// patientReader lets a body take any time as long as something comes.
type patientReader struct {
	r       io.Reader
	control *http.ResponseController
}

// Read implements io.Reader.
func (p *patientReader) Read(b []byte) (int, error) {
	_ = p.control.SetReadDeadline(time.Now().Add(readWithin))
	return p.r.Read(b)
}
