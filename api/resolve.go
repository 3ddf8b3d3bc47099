package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"demarche/internal/event"
	"demarche/internal/resolve"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/google/uuid"
)

// wholeEvent is an event with all that is behind it.
type wholeEvent struct {
	event.Event
	Mentions []mentionAnswer `json:"mentions" doc:"What each article says of it; the first is the one that the others were compared with"`
}

// mentionAnswer is a mention as it is shown.
type mentionAnswer struct {
	event.Mention
	CopyOf *uuid.UUID         `json:"copy_of,omitempty" doc:"The article of this event of which this one is a copy"`
	Why    *resolve.Judgement `json:"why,omitempty" doc:"Why it is the same event as the first"`
}

// mentionsOf gives the mentions of an event as they are shown.
func (s *server) mentionsOf(ctx context.Context, id uuid.UUID) ([]mentionAnswer, error) {
	mentions, err := s.Store.Mentions(ctx, id)
	if err != nil {
		return nil, err
	}
	reports := make([]event.Report, len(mentions))
	for i := range mentions {
		reports[i] = mentions[i].Report
	}
	copies := resolve.Copies(reports)
	out := make([]mentionAnswer, len(mentions))
	for i := range mentions {
		out[i].Mention = mentions[i]
		if original, ok := copies[mentions[i].Report.ID]; ok {
			out[i].CopyOf = &original
		}
		if i > 0 {
			why := resolve.Explain(&mentions[0], &mentions[i])
			out[i].Why = &why
		}
	}
	return out, nil
}

// wholeEvent gives the document of an event with its mentions behind its own
// members.
func (s *server) wholeEvent(ctx context.Context, id uuid.UUID) (json.RawMessage, error) {
	document, err := s.Store.Event(ctx, id)
	if err != nil {
		return nil, err
	}
	mentions, err := s.mentionsOf(ctx, id)
	if err != nil {
		return nil, err
	}
	list, err := json.Marshal(mentions)
	if err != nil {
		return nil, fmt.Errorf("encode the mentions of event %s: %w", id, err)
	}
	return slices.Concat(bytes.TrimSuffix(document, []byte("}")), []byte(`,"mentions":`), list, []byte("}")), nil
}

// moved answers 301 with the address of what now stands in the place of what
// was asked for.
func moved(location string) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		w.Header().Set("Location", location)
		w.Header().Set("Cache-Control", "no-cache") // an operator may split it off again
		w.WriteHeader(http.StatusMovedPermanently)
	}}
}

// successor answers with the way to the event that another was merged into, or
// with the error that it does not stand.
func (s *server) successor(ctx context.Context, in *byID, id uuid.UUID, gone error) (*huma.StreamResponse, error) {
	to, ok, err := s.Store.Successor(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, gone
	}
	return moved(strings.Replace(in.self(), in.ID, to.String(), 1)), nil
}

// decisionInput is an operator's decision on an event.
type decisionInput struct {
	request
	ID      string `path:"id" format:"uuid" doc:"Its id"`
	RawBody []byte
}

// decision is what a decision says.
type decision struct {
	With     []uuid.UUID `json:"with,omitempty" doc:"Events that are the same event"`
	Mentions []uuid.UUID `json:"mentions,omitempty" doc:"Mentions of the event that are of another one"`
	Reason   string      `json:"reason" doc:"Why, in a sentence; it is told in the change feed" maxLength:"500"`
}

const maxReason = 500

func decisionBody(api huma.API) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schemaOf[decision](api)}}}
}

// read reads and checks a decision; name is that of the list that it must have.
func (in *decisionInput) read(name string) (uuid.UUID, decision, error) {
	var d decision
	id, err := (&byID{in.request, in.ID}).check()
	if err != nil {
		return id, d, err
	}
	if err := decodeJSON(in.RawBody, &d); err != nil {
		return id, d, err
	}
	var bad []event.FieldError
	list, other, otherName := d.With, d.Mentions, "mentions"
	if name == "mentions" {
		list, other, otherName = d.Mentions, d.With, "with"
	}
	if len(list) == 0 {
		bad = append(bad, event.FieldError{Location: "body." + name, Message: "expected at least one id"})
	}
	if len(other) > 0 {
		bad = append(bad, event.FieldError{Location: "body." + otherName, Message: "there is no such member here: expected " + name + " and reason"})
	}
	if d.Reason = strings.TrimSpace(d.Reason); d.Reason == "" || len(d.Reason) > maxReason {
		bad = append(bad, event.FieldError{Location: "body.reason", Message: fmt.Sprintf("expected a text of 1 to %d bytes", maxReason)})
	}
	if bad != nil {
		return id, d, event.NewError(event.Invalid, "the decision is not valid", bad...)
	}
	return id, d, nil
}

type decisionOutput struct {
	Location string `header:"Location" doc:"Address of the event that the decision made"`
	Body     struct {
		Events []document `json:"events" doc:"The events that stand now: the one decided on first"`
	}
}

// decided answers with the events that stand after a decision.
func (s *server) decided(ctx context.Context, made uuid.UUID, ids ...uuid.UUID) (*decisionOutput, error) {
	out := &decisionOutput{Location: "/v1/events/" + made.String()}
	for _, id := range ids {
		d, err := s.Store.Event(ctx, id)
		if err != nil {
			return nil, err
		}
		out.Body.Events = append(out.Body.Events, document(d))
	}
	return out, nil
}

func (s *server) mergeEvents(ctx context.Context, in *decisionInput) (*decisionOutput, error) {
	id, d, err := in.read("with")
	if err != nil {
		return nil, err
	}
	made, err := s.Store.MergeEvents(ctx, append([]uuid.UUID{id}, d.With...), d.Reason)
	if err != nil {
		return nil, err
	}
	return s.decided(ctx, made, made)
}

func (s *server) splitEvent(ctx context.Context, in *decisionInput) (*decisionOutput, error) {
	id, d, err := in.read("mentions")
	if err != nil {
		return nil, err
	}
	made, err := s.Store.SplitEvent(ctx, id, d.Mentions, d.Reason)
	if err != nil {
		return nil, err
	}
	return s.decided(ctx, made, id, made)
}

func (s *server) deleteArticle(ctx context.Context, in *byID) (*struct{}, error) {
	id, err := in.check()
	if err != nil {
		return nil, err
	}
	return nil, s.Store.Withdraw(ctx, id)
}

const (
	defaultProcesses, maxProcesses = 50, 500
	// processEvents bounds the events in which processes are looked for: the
	// latest.
	processEvents = 5000
	// maxSides bounds the pairs of sides of an event whose processes are looked
	// for: a summit of twenty has 190.
	maxSides = 6
)

type processesInput struct{ request }

type processesOutput struct {
	Body struct {
		Processes []resolve.Process `json:"processes" doc:"The latest first; with their events only if they are those of one event"`
	}
}

func processesLimit() *huma.Param {
	return &huma.Param{Name: "limit", In: "query", Description: "Processes an answer",
		Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: number(1), Maximum: number(maxProcesses), Default: defaultProcesses}}
}

// processParameters are those of the grammar that processes take.
func processParameters() []string { return []string{"actor", "from", "to"} }

func documentedProcessParameters() []*huma.Param {
	params := slices.DeleteFunc(filterParameters(), func(p *huma.Param) bool { return !slices.Contains(processParameters(), p.Name) })
	return append(params, processesLimit(), &huma.Param{Name: "event", In: "query", Description: "Id of an event: the processes that it is a step of, with their events. It stands alone",
		Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}})
}

// processesOf gives the processes that an event is a step of.
func (s *server) processesOf(ctx context.Context, in *processesInput) (*processesOutput, error) {
	given, err := in.parameters("event")
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(given["event"])
	if err != nil {
		return nil, badParameter("event", "expected the id of an event", given["event"])
	}
	doc, err := s.Store.Event(ctx, id)
	if err != nil {
		return nil, err
	}
	var e event.Event
	if err := json.Unmarshal(doc, &e); err != nil {
		return nil, fmt.Errorf("decode an event: %w", err)
	}
	out := &processesOutput{}
	out.Body.Processes = []resolve.Process{}
	if !slices.Contains(resolve.ProcessTypes(), e.Type) {
		return out, nil
	}
	sides := resolve.SidesOf(&e)
	for _, sides := range sides[:min(len(sides), maxSides)] {
		all, err := s.processes(ctx, between(sides))
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			if p.Sides == sides && slices.ContainsFunc(p.Events, func(e event.Event) bool { return e.ID == id }) {
				out.Body.Processes = append(out.Body.Processes, p)
			}
		}
	}
	return out, nil
}

// between asks for the events of two sides.
func between(sides [2]string) (f event.Filter) {
	for _, code := range slices.Compact(sides[:]) {
		f.Actors = append(f.Actors, event.ActorTerm{Any: []event.ActorRef{{Code: code}}})
	}
	return f
}

func (s *server) listProcesses(ctx context.Context, in *processesInput) (*processesOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	if q.Has("event") {
		return s.processesOf(ctx, in)
	}
	f, err := event.ParseFilterOf(q, processParameters(), []string{"limit"}, s.Codes, s.today())
	if err != nil {
		return nil, err
	}
	limit, err := limitOf(q["limit"], defaultProcesses, maxProcesses)
	if err != nil {
		return nil, err
	}
	if len(f.Actors) == 0 {
		return nil, event.NewError(event.Invalid, "the question is not valid",
			event.FieldError{Location: "query.actor", Message: "expected at least one actor: a code, a name or an id"})
	}
	from, to := f.From, f.To
	f.From, f.To = nil, nil // of processes, which must be whole
	all, err := s.processes(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &processesOutput{}
	out.Body.Processes = []resolve.Process{}
	for _, p := range all {
		if from != nil && p.To < *from || to != nil && p.From > *to || len(out.Body.Processes) == limit {
			continue
		}
		p.Events = nil
		out.Body.Processes = append(out.Body.Processes, p)
	}
	return out, nil
}

// processes finds the processes among the events of a filter.
func (s *server) processes(ctx context.Context, f event.Filter) ([]resolve.Process, error) {
	f.Types, f.Order, f.Limit = resolve.ProcessTypes(), event.NewestFirst, processEvents
	var events []event.Event
	err := s.Store.EachEvent(ctx, f, func(d []byte) error {
		var e event.Event
		if err := json.Unmarshal(d, &e); err != nil {
			return fmt.Errorf("decode an event: %w", err)
		}
		events = append(events, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resolve.Processes(events, s.nameOf), nil
}

// nameOf gives what a code is called.
func (s *server) nameOf(code string) string {
	if names, ok := s.Codes.(interface{ Name(code string) string }); ok {
		return names.Name(code)
	}
	return code
}

// oneProcess is the input of a question for one process.
type oneProcess struct {
	request
	ID string `path:"id" doc:"Its id: two codes and the id of one of its events" example:"IRN.SYR.01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081"`
}

func (s *server) getProcess(ctx context.Context, in *oneProcess) (*huma.StreamResponse, error) {
	if _, err := in.parameters(); err != nil {
		return nil, err
	}
	sides, id, err := resolve.ParseProcessID(in.ID)
	if err != nil {
		return nil, event.NewError(event.Invalid, "the id is not valid", event.FieldError{Location: "path.id", Message: err.Error()})
	}
	if to, ok, err := s.Store.Successor(ctx, id); err != nil {
		return nil, err
	} else if ok {
		id = to
	}
	all, err := s.processes(ctx, between(sides))
	if err != nil {
		return nil, err
	}
	for i := range all {
		p := &all[i]
		if p.Sides != sides || !slices.ContainsFunc(p.Events, func(e event.Event) bool { return e.ID == id }) {
			continue
		}
		if p.ID != in.ID {
			return moved("/v1/processes/" + p.ID), nil
		}
		body, err := json.Marshal(p)
		return sent(&answer{media: "application/json", body: body}, err)
	}
	return nil, event.NewError(event.NotFound, "there is no such process: its events may have been withdrawn, or lie further back than the latest "+strconv.Itoa(processEvents)+" of the two sides")
}
