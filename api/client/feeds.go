package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Feed is an RSS or Atom feed that the server polls, and how that went. Of a feed
// that is added or changed, what is nil has its default or stays.
type Feed struct {
	ID         string     `json:"id,omitempty"`
	URL        string     `json:"url,omitempty"`
	Source     *string    `json:"source,omitempty"`
	Licence    *string    `json:"licence,omitempty"`
	Every      *int       `json:"every_seconds,omitempty"`
	FetchPages *bool      `json:"fetch_pages,omitempty"`
	Paused     *bool      `json:"paused,omitempty"`
	NextAt     *time.Time `json:"next_at,omitempty"`
	Title      string     `json:"title,omitempty"`
	PolledAt   *time.Time `json:"polled_at,omitempty"`
	SucceedAt  *time.Time `json:"succeeded_at,omitempty"`
	Status     *int       `json:"status,omitempty"`
	Failures   int        `json:"failures,omitempty"`
	Error      string     `json:"error,omitempty"`
	ErrorAt    *time.Time `json:"error_at,omitempty"`
	Warning    string     `json:"warning,omitempty"`
	Entries    int        `json:"entries,omitempty"`
	Articles   int64      `json:"articles,omitempty"`
}

// AddFeed adds a feed.
func (c *Client) AddFeed(ctx context.Context, f Feed) (Feed, error) {
	var out Feed
	_, err := c.send(ctx, "/v1/feeds", f, &out)
	return out, err
}

// Feeds gives all feeds.
func (c *Client) Feeds(ctx context.Context) ([]Feed, error) {
	var out struct {
		Feeds []Feed `json:"feeds"`
	}
	err := c.get(ctx, "/v1/feeds", nil, &out)
	return out.Feeds, err
}

// Feed gives one feed.
func (c *Client) Feed(ctx context.Context, id string) (Feed, error) {
	var out Feed
	err := c.get(ctx, "/v1/feeds/"+url.PathEscape(id), nil, &out)
	return out, err
}

// ChangeFeed changes what is not nil in f of the feed with f's id.
func (c *Client) ChangeFeed(ctx context.Context, f Feed) (Feed, error) {
	body, err := json.Marshal(Feed{Source: f.Source, Licence: f.Licence, Every: f.Every, FetchPages: f.FetchPages, Paused: f.Paused})
	if err != nil {
		return Feed{}, err
	}
	var out Feed
	err = c.call(ctx, http.MethodPatch, "/v1/feeds/"+url.PathEscape(f.ID), body, &out)
	return out, err
}

// RemoveFeed removes a feed.
func (c *Client) RemoveFeed(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, "/v1/feeds/"+url.PathEscape(id), nil, nil)
}

func (c *Client) call(ctx context.Context, method, path string, body []byte, to any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	_, err = c.do(req, to)
	return err
}

// Posted is what became of one article of many.
type Posted struct {
	Line    int     `json:"line"`
	Status  int     `json:"status"` // as a request of its own would be answered
	Outcome string  `json:"outcome"`
	ID      string  `json:"id"`
	Events  []Event `json:"events"`
	Note    string  `json:"note"`
	Error   string  `json:"error"`
}

// PostArticles stores articles, at most as many as the server takes in a request,
// and gives what became of each, in order and as it happens. It stops at the
// first error, which an answer that breaks off is, too; that of a single article is
// in its Posted.
func (c *Client) PostArticles(ctx context.Context, articles iter.Seq[Draft]) iter.Seq2[Posted, error] {
	return func(yield func(Posted, error) bool) {
		body, out := io.Pipe()
		defer body.Close()
		go func() {
			lines := json.NewEncoder(out)
			for a := range articles {
				if lines.Encode(a) != nil {
					return // nobody reads any more
				}
			}
			out.Close()
		}()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/v1/articles", body)
		if err != nil {
			yield(Posted{}, err)
			return
		}
		req.Header.Set("Content-Type", "application/x-ndjson")
		patient := *c.http
		patient.Timeout = 0
		resp, err := patient.Do(req)
		if err != nil {
			yield(Posted{}, err)
			return
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			yield(Posted{}, problem(resp))
			return
		}
		for lines := json.NewDecoder(resp.Body); ; {
			var p Posted
			if err := lines.Decode(&p); err == io.EOF {
				return
			} else if err != nil {
				yield(Posted{}, fmt.Errorf("read results: %w", err))
				return
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}
