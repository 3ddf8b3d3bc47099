// Package client talks to a Demarche server.
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
	"strings"
	"time"

	"demarche/internal/event"
)

// The types of the API, under names that a program can use.
type (
	Article  = event.Article
	Draft    = event.Draft
	Event    = event.Event
	TypeInfo = event.TypeInfo
)

// Client calls one server. The zero HTTP client is replaced by one with a
// timeout of a minute. It is safe for concurrent use.
type Client struct {
	base string
	http *http.Client
	key  string
}

// WithKey gives a client that sends a key with each request.
func (c *Client) WithKey(key string) *Client {
	with := *c
	with.key = key
	return &with
}

// authorize adds the key to a request.
func (c *Client) authorize(req *http.Request) {
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
}

// New makes a client for the server at base, such as "http://127.0.0.1:8080".
func New(base string, h *http.Client) *Client {
	if h == nil {
		h = &http.Client{Timeout: time.Minute}
	}
	return &Client{base: strings.TrimSuffix(base, "/"), http: h}
}

// Problem is an error that the server answered with (RFC 9457).
type Problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Location string `json:"location"`
		Message  string `json:"message"`
		Value    any    `json:"value"`
	} `json:"errors"`
}

// Error implements error.
func (p *Problem) Error() string {
	s := fmt.Sprintf("%d %s: %s", p.Status, p.Title, p.Detail)
	for _, e := range p.Errors {
		s += "; " + e.Location + ": " + e.Message
	}
	return s
}

// Coded is an article with the events that were coded from it.
type Coded struct {
	Article Article `json:"article"`
	Events  []Event `json:"events"`
	Created bool    `json:"-"` // false if the article was stored before
}

// PostArticle stores an article and gives it back with its events.
func (c *Client) PostArticle(ctx context.Context, d Draft) (Coded, error) {
	var out Coded
	status, err := c.send(ctx, "/v1/articles", d, &out)
	out.Created = status == http.StatusCreated
	return out, err
}

// Extract gives the events of an article without storing it.
func (c *Client) Extract(ctx context.Context, d Draft) ([]Event, error) {
	var out Coded
	_, err := c.send(ctx, "/v1/extract", d, &out)
	return out.Events, err
}

// Article gives a stored article with its events.
func (c *Client) Article(ctx context.Context, id string) (Coded, error) {
	var out Coded
	err := c.get(ctx, "/v1/articles/"+url.PathEscape(id), nil, &out)
	return out, err
}

// Event gives one event.
func (c *Client) Event(ctx context.Context, id string) (Event, error) {
	var out Event
	err := c.get(ctx, "/v1/events/"+url.PathEscape(id), nil, &out)
	return out, err
}

// Page is one page of a list.
type Page struct {
	Events     []Event `json:"events"`
	NextCursor string  `json:"next_cursor"` // empty on the last page
}

// Page gives one page of the events that match the parameters of the filter
// grammar ("actor", "from", ...).
func (c *Client) Page(ctx context.Context, q url.Values) (Page, error) {
	var out Page
	err := c.get(ctx, "/v1/events", q, &out)
	return out, err
}

// Events walks through all pages of a question; it stops at the first error.
func (c *Client) Events(ctx context.Context, q url.Values) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		at := url.Values{}
		for k, v := range q {
			at[k] = v
		}
		for {
			page, err := c.Page(ctx, at)
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, e := range page.Events {
				if !yield(e, nil) {
					return
				}
			}
			if page.NextCursor == "" {
				return
			}
			at.Set("cursor", page.NextCursor)
		}
	}
}

// Export gives all events of a question, which the server streams. It stops at
// the first error, which an answer that breaks off is, too. Only ctx bounds its
// time.
func (c *Client) Export(ctx context.Context, q url.Values) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		body, err := c.stream(ctx, "/v1/events.ndjson", q)
		if err != nil {
			yield(Event{}, err)
			return
		}
		defer body.Close()
		for lines := json.NewDecoder(body); ; {
			var e Event
			if err := lines.Decode(&e); err == io.EOF {
				return
			} else if err != nil {
				yield(Event{}, fmt.Errorf("read an export: %w", err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Download writes the events of a question in a format of the server ("csv",
// "geojson", "parquet", "ics", ...). If the answer breaks off, the error says
// so, and what was written is not whole. Only ctx bounds its time.
func (c *Client) Download(ctx context.Context, format string, q url.Values, to io.Writer) error {
	body, err := c.stream(ctx, "/v1/events."+url.PathEscape(format), q)
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err := io.Copy(to, body); err != nil {
		return fmt.Errorf("read events as %s: %w", format, err)
	}
	return nil
}

// stream gives the body of an answer of any length.
func (c *Client) stream(ctx context.Context, path string, q url.Values) (io.ReadCloser, error) {
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, err
	}
	c.authorize(req)
	patient := *c.http
	patient.Timeout = 0
	resp, err := patient.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, problem(resp)
	}
	return resp.Body, nil
}

// problem reads the problem document of an answer that is no success.
func problem(resp *http.Response) error {
	p := &Problem{Status: resp.StatusCode, Title: http.StatusText(resp.StatusCode)}
	if json.NewDecoder(resp.Body).Decode(p) != nil {
		p.Detail = "the answer is no problem document"
	}
	return p
}

// Types gives the ontology.
func (c *Client) Types(ctx context.Context) ([]TypeInfo, error) {
	var out struct {
		Types []TypeInfo `json:"types"`
	}
	err := c.get(ctx, "/v1/types", nil, &out)
	return out.Types, err
}

// Ready tells whether the server can answer questions.
func (c *Client) Ready(ctx context.Context) error { return c.get(ctx, "/readyz", nil, nil) }

func (c *Client) get(ctx context.Context, path string, q url.Values, to any) error {
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	_, err = c.do(req, to)
	return err
}

func (c *Client) send(ctx context.Context, path string, body, to any) (int, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(b))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	return c.do(req, to)
}

// do sends a request; an answer that is no success becomes a *Problem.
func (c *Client) do(req *http.Request, to any) (status int, err error) {
	c.authorize(req)
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return resp.StatusCode, problem(resp)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, fmt.Errorf("read the answer to %s %s: %w", req.Method, req.URL.Path, err)
	}
	if to == nil {
		return resp.StatusCode, nil
	}
	if err := json.Unmarshal(body, to); err != nil {
		return resp.StatusCode, fmt.Errorf("decode the answer to %s %s: %w", req.Method, req.URL.Path, err)
	}
	return resp.StatusCode, nil
}
