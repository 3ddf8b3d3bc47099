package client

import (
	"context"
	"iter"
	"net/url"
	"strconv"
	"time"
)

// Series is a line of a timeline: what is counted (empty if everything is) and
// every step in order, also those without an event.
type Series struct {
	Key    string `json:"key"`
	Points []struct {
		Date  string `json:"date"` // first day of the step
		Count int64  `json:"count"`
	} `json:"points"`
}

// Timeline counts the events that match parameters of the filter grammar by
// day, week, month or year ("interval"), as one series or one for each type,
// family, country or actor ("group_by"). The greatest series comes first.
func (c *Client) Timeline(ctx context.Context, q url.Values) ([]Series, error) {
	var out struct{ Series []Series }
	err := c.get(ctx, "/v1/stats/timeline", q, &out)
	return out.Series, err
}

// Rank is a value and how many events have it.
type Rank struct {
	Key     string `json:"key"`
	Country string `json:"country"` // of a place
	Count   int64  `json:"count"`
}

// Top gives the values of a field ("actor", "country", "place", "type",
// "source_name") that the most events have, the greatest first.
func (c *Client) Top(ctx context.Context, field string, q url.Values) ([]Rank, error) {
	asked := url.Values{"field": {field}}
	for name, values := range q {
		asked[name] = values
	}
	var out struct{ Top []Rank }
	err := c.get(ctx, "/v1/stats/top", asked, &out)
	return out.Top, err
}

// Dyad is who does something to whom, in how many events, and the mean of their
// scores, from -10 (conflict) to 10 (cooperation).
type Dyad struct {
	Source    string  `json:"source"`
	Target    string  `json:"target"`
	Count     int64   `json:"count"`
	MeanScore float64 `json:"mean_score"`
}

// Dyads gives directed pairs of codes, the greatest first.
func (c *Client) Dyads(ctx context.Context, q url.Values) ([]Dyad, error) {
	var out struct{ Dyads []Dyad }
	err := c.get(ctx, "/v1/stats/dyads", q, &out)
	return out.Dyads, err
}

// Change is what became of an event: "created", "updated", "merged" (into
// Successor) or "retracted" (for Reason). Event is the version that came, or the
// last one of an event that went.
type Change struct {
	Position  int64     `json:"position"`
	Action    string    `json:"action"`
	At        time.Time `json:"at"`
	EventID   string    `json:"event_id"`
	Revision  int       `json:"revision"`
	Successor string    `json:"successor"`
	Reason    string    `json:"reason"`
	Event     Event     `json:"event"`
}

// Changes walks through the changes behind a position (0: all) in the order in
// which they were committed, none lost or repeated, up to the last there is;
// go on later from the Position of the last one. It stops at the first error.
func (c *Client) Changes(ctx context.Context, since int64, q url.Values) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		at := url.Values{}
		for name, values := range q {
			at[name] = values
		}
		for next := strconv.FormatInt(since, 10); ; {
			at.Set("since", next)
			var page struct {
				Changes []Change
				Next    string `json:"next_cursor"`
				More    bool
			}
			if err := c.get(ctx, "/v1/changes", at, &page); err != nil {
				yield(Change{}, err)
				return
			}
			for _, change := range page.Changes {
				if !yield(change, nil) {
					return
				}
			}
			if next = page.Next; !page.More {
				return
			}
		}
	}
}
