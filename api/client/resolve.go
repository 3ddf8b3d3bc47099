package client

import (
	"context"
	"net/http"
	"net/url"

	"demarche/internal/event"
	"demarche/internal/resolve"

	"github.com/google/uuid"
)

// The types of resolution, under names that a program can use.
type (
	Mention   = event.Mention
	Judgement = resolve.Judgement
	Process   = resolve.Process
)

// Witnessed is an event with what each article says of it.
type Witnessed struct {
	Event
	Mentions []struct {
		Mention
		CopyOf *uuid.UUID `json:"copy_of"` // the article of which this one is a copy
		Why    *Judgement `json:"why"`     // why it is the same event as the first; nil for that
	} `json:"mentions"`
}

// Witnessed gives one event with its mentions. An event that was merged is
// answered with its successor.
func (c *Client) Witnessed(ctx context.Context, id string) (Witnessed, error) {
	var out Witnessed
	err := c.get(ctx, "/v1/events/"+url.PathEscape(id), nil, &out)
	return out, err
}

// MergeEvents says that events are one, and gives it.
func (c *Client) MergeEvents(ctx context.Context, id uuid.UUID, with []uuid.UUID, reason string) (Event, error) {
	events, err := c.decide(ctx, id, "merge", map[string]any{"with": with, "reason": reason})
	if err != nil || len(events) == 0 {
		return Event{}, err
	}
	return events[0], nil
}

// SplitEvent takes mentions out of an event and gives what stays and what was
// taken out.
func (c *Client) SplitEvent(ctx context.Context, id uuid.UUID, mentions []uuid.UUID, reason string) (stays, out Event, err error) {
	events, err := c.decide(ctx, id, "split", map[string]any{"mentions": mentions, "reason": reason})
	if err != nil || len(events) != 2 {
		return stays, out, err
	}
	return events[0], events[1], nil
}

func (c *Client) decide(ctx context.Context, id uuid.UUID, what string, body any) ([]Event, error) {
	var out struct {
		Events []Event `json:"events"`
	}
	_, err := c.send(ctx, "/v1/events/"+id.String()+"/"+what, body, &out)
	return out.Events, err
}

// Withdraw takes an article back.
func (c *Client) Withdraw(ctx context.Context, article uuid.UUID) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, c.base+"/v1/articles/"+article.String(), nil)
	if err != nil {
		return err
	}
	_, err = c.do(req, nil)
	return err
}

// Processes gives the processes of a question: parameters actor, from, to and
// limit.
func (c *Client) Processes(ctx context.Context, q url.Values) ([]Process, error) {
	var out struct {
		Processes []Process `json:"processes"`
	}
	err := c.get(ctx, "/v1/processes", q, &out)
	return out.Processes, err
}

// ProcessByID gives one process with its events.
func (c *Client) ProcessByID(ctx context.Context, id string) (Process, error) {
	var out Process
	err := c.get(ctx, "/v1/processes/"+url.PathEscape(id), nil, &out)
	return out, err
}
