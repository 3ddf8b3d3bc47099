package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"demarche/db"
	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

// Changes and the stream take the question part of the grammar; as_of has no
// meaning there.
func changeParameters() []string {
	return slices.DeleteFunc(event.QuestionParameters(), func(name string) bool { return name == "as_of" })
}

func documentedChangeParameters(own ...*huma.Param) []*huma.Param {
	return slices.DeleteFunc(questionParameters(own...), func(p *huma.Param) bool { return p.Name == "as_of" })
}

func sinceParameter() *huma.Param {
	return &huma.Param{Name: "since", In: "query", Schema: &huma.Schema{Type: huma.TypeString},
		Description: "next_cursor of an earlier answer, or the id of an event of the stream: what came after it. latest: what comes from now on. Absent: from the beginning"}
}

func changesLimit() *huma.Param {
	return &huma.Param{Name: "limit", In: "query", Description: "Changes an answer",
		Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: number(1), Maximum: number(maxChanges), Default: defaultChanges}}
}

const (
	defaultChanges, maxChanges = 100, 1000
	// scannedChanges bounds how many changes are looked at for one answer.
	scannedChanges = 10_000
)

// changesInput is a question of changes.
type changesInput struct{ request }

// ask reads the filter and the position to start from.
func (in *changesInput) ask(ctx context.Context, s *server, own ...string) (f event.Filter, since int64, err error) {
	q, err := in.query()
	if err != nil {
		return f, 0, err
	}
	f, err = event.ParseFilterOf(q, changeParameters(), append(own, "since"), s.Codes, s.today())
	if err != nil {
		return f, 0, err
	}
	since, err = s.position(ctx, q.Get("since"), len(q["since"]))
	return f, since, err
}

// position reads the place of a change.
func (s *server) position(ctx context.Context, value string, times int) (int64, error) {
	switch {
	case times == 0:
		return 0, nil
	case value == "latest" && times == 1:
		return s.Store.LastChange(ctx)
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 || times != 1 {
		return 0, event.NewError(event.Invalid, "the question is not valid",
			event.FieldError{Location: "query.since", Message: "expected the next_cursor of an earlier answer, or latest, once", Value: value})
	}
	return n, nil
}

type changesAnswer struct {
	Changes []change `json:"changes" doc:"In the order in which they were committed"`
	Next    string   `json:"next_cursor" doc:"Where to go on from: always given, for there will be more"`
	More    bool     `json:"more" doc:"Whether there is more already"`
}

func changesForms() []form { return []form{jsonForm, ndjsonForm} }

// change documents the event of a change.
type change struct {
	db.Change
	Event document `json:"event" doc:"The event in the version that came, or, if it was merged or retracted, its last"`
}

func (s *server) changes(ctx context.Context, in *changesInput) (*huma.StreamResponse, error) {
	ctx = db.Pin(ctx, false) // asking gives positions, which is writing
	form, err := in.choose(changesForms())
	if err != nil {
		return nil, err
	}
	f, since, err := in.ask(ctx, s, "limit")
	if err != nil {
		return nil, err
	}
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	limit, err := limitOf(q["limit"], defaultChanges, maxChanges)
	if err != nil {
		return nil, err
	}
	if changesForms()[form].name == ndjsonForm.name && !q.Has("limit") {
		return s.exportChanges(ctx, &f, since)
	}
	page, err := s.changesPage(ctx, &f, since, limit)
	if err != nil {
		return nil, err
	}
	q.Set("since", page.Next)
	out := &answer{media: changesForms()[form].media}
	if page.More {
		out.link = "<" + in.path + "?" + q.Encode() + `>; rel="next"`
	}
	if changesForms()[form].name == jsonForm.name {
		out.body, err = json.Marshal(page)
		return sent(out, err)
	}
	var lines bytes.Buffer
	err = writeLines(&lines, page.Changes)
	out.body = lines.Bytes()
	return sent(out, err)
}

// writeLines writes values as JSON, one a line.
func writeLines[T any](b *bytes.Buffer, values []T) error {
	lines := json.NewEncoder(b)
	for _, v := range values {
		if err := lines.Encode(v); err != nil {
			return fmt.Errorf("encode a change: %w", err)
		}
	}
	return nil
}

// changesPage gives up to so many changes behind a position.
func (s *server) changesPage(ctx context.Context, f *event.Filter, since int64, limit int) (*changesAnswer, error) {
	out := &changesAnswer{Changes: []change{}}
	for scanned := 0; scanned < scannedChanges; {
		batch, selected, err := s.changesBehind(ctx, f, since)
		if err != nil {
			return nil, err
		}
		for _, c := range selected {
			if len(out.Changes) == limit {
				out.More = true
				break
			}
			out.Changes, since = append(out.Changes, change{c, document(c.Event)}), c.Position
		}
		if out.More {
			break
		}
		scanned += len(batch)
		if len(batch) > 0 {
			since = batch[len(batch)-1].Position
		}
		if out.More = len(batch) == maxChanges; !out.More || len(out.Changes) == limit {
			break
		}
	}
	out.Next = strconv.FormatInt(since, 10)
	return out, nil
}

// changesBehind reads the next changes behind a position, and selects those
// that a filter asks for.
func (s *server) changesBehind(ctx context.Context, f *event.Filter, since int64) (batch, selected []db.Change, err error) {
	if batch, err = s.Store.Changes(ctx, since, maxChanges); err != nil {
		return nil, nil, err
	}
	selected, err = s.Store.Select(batch).For(ctx, f)
	return batch, selected, err
}

// exportChanges sends all changes behind a position, up to the last there is.
func (s *server) exportChanges(ctx context.Context, f *event.Filter, since int64) (*huma.StreamResponse, error) {
	version, err := s.cache.version(ctx)
	if err != nil {
		return nil, err
	}
	tag := hashOf("changes", f.Query().Encode(), strconv.FormatInt(since, 10), strconv.FormatInt(version, 10))
	return s.whole(ndjsonForm.media, tag, func(ctx context.Context, out *pieces) error {
		for {
			batch, selected, err := s.changesBehind(ctx, f, since)
			if err == nil {
				err = writeLines(&out.Buffer, selected)
			}
			if err == nil && out.Len() > 0 {
				err = out.send()
			}
			if err != nil || len(batch) < maxChanges {
				return err
			}
			since = batch[len(batch)-1].Position
		}
	}), nil
}

type historyOutput struct {
	Body struct {
		Versions []version `json:"versions" doc:"The first one first"`
	}
}

type version struct {
	db.Version
	Event document `json:"event"`
}

func (s *server) history(ctx context.Context, in *byID) (*historyOutput, error) {
	id, err := in.check()
	if err != nil {
		return nil, err
	}
	versions, err := s.Store.History(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &historyOutput{}
	for _, v := range versions {
		out.Body.Versions = append(out.Body.Versions, version{v, document(v.Event)})
	}
	return out, nil
}

// The stream's timing.
const (
	heartbeat = 15 * time.Second
	// writeWithin is how long a client may take to read what it is sent.
	writeWithin = 10 * time.Second
	// waiting is how many changes may wait for one client.
	waiting = 1000
)

type streamInput struct {
	changesInput
	LastEventID string `header:"Last-Event-ID" doc:"Where to go on from, which a browser sends by itself; goes before since"`
}

// stream sends changes as server-sent events (WHATWG HTML, 9.2) as they come:
// the id is the change's position, the event its action, the data the change.
func (s *server) stream(ctx context.Context, in *streamInput) (*huma.StreamResponse, error) {
	ctx = db.Pin(ctx, false)
	f, since, err := in.ask(ctx, s)
	if err != nil {
		return nil, err
	}
	if q, _ := in.query(); !q.Has("since") { // a stream begins now
		if since, err = s.Store.LastChange(ctx); err != nil {
			return nil, err
		}
	}
	if in.LastEventID != "" {
		if since, err = s.position(ctx, in.LastEventID, 1); err != nil {
			return nil, err
		}
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Accel-Buffering", "no")
		if r.Method == http.MethodHead {
			return
		}
		c := &client{out: w, control: http.NewResponseController(w)}
		if err := s.follow(hc.Context(), c, f, since); err != nil && hc.Context().Err() == nil {
			s.Logger.InfoContext(ctx, "a stream ended", "error", err, "request_id", requestIDOf(ctx))
		}
	}}, nil
}

// follow sends what is there behind a position, then what comes, until the
// client goes or does not keep up.
func (s *server) follow(ctx context.Context, c *client, f event.Filter, since int64) error {
	l := s.hub.join(f)
	defer s.hub.leave(l)
	if err := c.comment("connected"); err != nil {
		return err
	}
	select {
	case <-l.ready:
	case <-ctx.Done():
		return nil
	case <-s.Closing:
		return nil
	}
	// What comes while we catch up waits in the hub; what we have then is skipped.
	for {
		batch, selected, err := s.changesBehind(ctx, &f, since)
		if err != nil {
			return err
		}
		if err := c.send(selected); err != nil {
			return err
		}
		if len(batch) > 0 {
			since = batch[len(batch)-1].Position
		}
		if len(batch) < maxChanges {
			break
		}
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.Closing:
			return nil
		case <-beat.C:
			if err := c.comment(""); err != nil {
				return err
			}
		case changes, ok := <-l.changes:
			if !ok {
				return fmt.Errorf("the client did not keep up: it can go on from Last-Event-ID")
			}
			changes = slices.DeleteFunc(slices.Clone(changes), func(c db.Change) bool { return c.Position <= since })
			if err := c.send(changes); err != nil {
				return err
			}
			if len(changes) > 0 {
				since = changes[len(changes)-1].Position
			}
		}
	}
}

// client is the other end of a stream.
type client struct {
	out     http.ResponseWriter
	control *http.ResponseController
}

// comment sends a line that clients ignore.
func (c *client) comment(text string) error { return c.write([]byte(":" + text + "\n\n")) }

func (c *client) send(changes []db.Change) error {
	if len(changes) == 0 {
		return nil
	}
	var b []byte
	for _, ch := range changes {
		data, err := json.Marshal(ch) // one line: JSON has no bare line breaks
		if err != nil {
			return fmt.Errorf("encode change %d: %w", ch.Position, err)
		}
		b = fmt.Appendf(b, "id: %d\nevent: %s\ndata: %s\n\n", ch.Position, ch.Action, data)
	}
	return c.write(b)
}

func (c *client) write(b []byte) error {
	// Not every writer has deadlines: those of tests do not.
	_ = c.control.SetWriteDeadline(time.Now().Add(writeWithin))
	if _, err := c.out.Write(b); err != nil {
		return err
	}
	return c.control.Flush()
}

// hub reads new changes once for all streams. It works while anybody listens.
type hub struct {
	store *db.Store
	fail  func(error)

	mu        sync.Mutex
	listeners map[*listener]bool
	stop      context.CancelFunc // ends the reading; nil if nobody listens
	ready     chan struct{}      // closed once the reading has a place to begin
}

// listener is a stream in the hub.
type listener struct {
	filter  event.Filter
	ready   <-chan struct{}  // closed once nothing that is committed from now on will be missed
	changes chan []db.Change // closed if the listener does not keep up
}

func newHub(store *db.Store, fail func(error)) *hub {
	return &hub{store: store, fail: fail, listeners: map[*listener]bool{}}
}

func (h *hub) join(f event.Filter) *listener {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stop == nil {
		ctx, stop := context.WithCancel(context.Background())
		h.stop, h.ready = stop, make(chan struct{})
		go h.run(ctx, h.ready)
	}
	l := &listener{f, h.ready, make(chan []db.Change, 64)}
	h.listeners[l] = true
	return l
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, l)
	if len(h.listeners) == 0 && h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

// run reads changes as they come, until the context ends. What was committed
// before it is ready, listeners read from the database themselves.
func (h *hub) run(ctx context.Context, ready chan<- struct{}) {
	var since int64
	begun := false
	h.store.Listen(ctx, func() {
		for {
			var err error
			n := 0
			if begun {
				n, err = h.read(ctx, &since)
			} else if since, err = h.store.LastChange(ctx); err == nil {
				begun = true
				close(ready)
			}
			if err != nil && ctx.Err() == nil {
				h.fail(err)
			}
			if err != nil || n < waiting {
				return
			}
		}
	})
}

// read hands out what is new; n is how much that was.
func (h *hub) read(ctx context.Context, since *int64) (n int, err error) {
	changes, err := h.store.Changes(ctx, *since, waiting)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	selector := h.store.Select(changes)
	h.mu.Lock()
	all := make([]*listener, 0, len(h.listeners))
	for l := range h.listeners {
		all = append(all, l)
	}
	h.mu.Unlock()
	for _, l := range all {
		selected, err := selector.For(ctx, &l.filter)
		if err != nil {
			return 0, err
		}
		if len(selected) > 0 {
			h.hand(l, selected)
		}
	}
	*since = changes[len(changes)-1].Position
	return len(changes), nil
}

// hand gives changes to a listener, or gives the listener up.
func (h *hub) hand(l *listener, changes []db.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.listeners[l] {
		return
	}
	select {
	case l.changes <- changes:
	default:
		delete(h.listeners, l)
		close(l.changes)
	}
}
