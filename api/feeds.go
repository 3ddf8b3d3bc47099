package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"demarche/db"
	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
)

const (
	leastEvery   = 60
	mostEvery    = 30 * 24 * 60 * 60
	defaultEvery = 15 * 60
)

// feedWish is what may be asked for a feed; what is absent stays as it is, or has
// its default.
type feedWish struct {
	URL        *string `json:"url,omitempty" doc:"Address of the RSS or Atom feed; it cannot be changed later"`
	Source     *string `json:"source,omitempty" doc:"Source of its articles; the feed's title if absent"`
	Licence    *string `json:"licence,omitempty" doc:"Licence of its articles"`
	Every      *int    `json:"every_seconds,omitempty" minimum:"60" maximum:"2592000" doc:"Seconds between two polls; 900 if absent"`
	FetchPages *bool   `json:"fetch_pages,omitempty" doc:"Whether the pages that it links to are read (default); else the text in the feed is taken"`
	Paused     *bool   `json:"paused,omitempty" doc:"Whether it is not polled for now"`
}

// apply changes a feed as it is wished, or says what is wrong with the wish.
func (w *feedWish) apply(f *db.Feed, fresh bool) error {
	var bad []event.FieldError
	fault := func(field, message string, value any) {
		bad = append(bad, event.FieldError{Location: "body." + field, Message: message, Value: value})
	}
	if w.URL != nil {
		address := strings.TrimSpace(*w.URL)
		u, err := url.Parse(address)
		switch {
		case !fresh && address != f.URL:
			fault("url", "expected none: the address of a feed cannot be changed", address)
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(address) > 2_000:
			fault("url", "expected an absolute http or https address of at most 2000 bytes", address)
		case u.User != nil:
			fault("url", "expected an address without a user and password", nil)
		}
		f.URL = address
	} else if fresh {
		fault("url", "expected the address of the feed", nil)
	}
	for _, t := range []struct {
		name string
		from *string
		to   *string
	}{{"source", w.Source, &f.Source}, {"licence", w.Licence, &f.Licence}} {
		if t.from == nil {
			continue
		}
		if *t.to = strings.TrimSpace(*t.from); len(*t.to) > 2_000 || strings.ContainsRune(*t.to, 0) {
			fault(t.name, "expected at most 2000 bytes, without NUL characters", nil)
		}
	}
	if w.Every != nil {
		if f.Every = *w.Every; f.Every < leastEvery || f.Every > mostEvery {
			fault("every_seconds", fmt.Sprintf("expected %d to %d", leastEvery, mostEvery), f.Every)
		}
	}
	if w.FetchPages != nil {
		f.FetchPages = *w.FetchPages
	}
	if w.Paused != nil {
		f.Paused = *w.Paused
	}
	if bad != nil {
		return event.NewError(event.Invalid, "the feed is not valid", bad...)
	}
	return nil
}

type newFeedInput struct {
	request
	RawBody []byte
}

type feedInput struct {
	request
	ID      string `path:"id" format:"uuid" doc:"Its id"`
	RawBody []byte
}

type feedOutput struct {
	Status   int
	Location string `header:"Location" doc:"Address of the feed"`
	Body     db.Feed
}

type feedsOutput struct {
	Body struct {
		Feeds []db.Feed `json:"feeds" doc:"In the order of their addresses"`
	}
}

// feedRoutes are the routes of feeds.
func (s *server) feedRoutes() {
	const tag = "Feeds"
	body := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schemaOf[feedWish](s.huma)}}}
	register(s, huma.Operation{
		OperationID: "list-feeds", Method: http.MethodGet, Path: "/v1/feeds", Tags: []string{tag},
		Summary: "All feeds, and how polling them goes",
	}, s.listFeeds)
	register(s, huma.Operation{
		OperationID: "add-feed", Method: http.MethodPost, Path: "/v1/feeds", Tags: []string{tag},
		Summary:     "Add an RSS or Atom feed",
		Description: "It is polled by a server with --watch, or by demarche watch. Adding the same address again changes what is asked for it, and is answered with 200.",
		RequestBody: body, DefaultStatus: http.StatusCreated,
		Responses: map[string]*huma.Response{"200": s.jsonResponse("The feed was there already", schemaOf[db.Feed])},
	}, s.addFeed)
	register(s, huma.Operation{
		OperationID: "get-feed", Method: http.MethodGet, Path: "/v1/feeds/{id}", Tags: []string{tag},
		Summary: "One feed, and how polling it goes",
	}, s.getFeed)
	register(s, huma.Operation{
		OperationID: "change-feed", Method: http.MethodPatch, Path: "/v1/feeds/{id}", Tags: []string{tag},
		Summary: "Change what is asked for a feed; it is polled again at once", RequestBody: body,
	}, s.changeFeed)
	register(s, huma.Operation{
		OperationID: "remove-feed", Method: http.MethodDelete, Path: "/v1/feeds/{id}", Tags: []string{tag},
		Summary: "Remove a feed; its articles stay", DefaultStatus: http.StatusNoContent,
	}, s.removeFeed)
}

func (s *server) listFeeds(ctx context.Context, in *nothing) (*feedsOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	feeds, err := s.Store.Feeds(ctx)
	if err != nil {
		return nil, err
	}
	out := &feedsOutput{}
	out.Body.Feeds = append([]db.Feed{}, feeds...)
	return out, nil
}

func (s *server) addFeed(ctx context.Context, in *newFeedInput) (*feedOutput, error) {
	if _, err := in.parameters(); err != nil {
		return nil, err
	}
	var wish feedWish
	if err := decodeJSON(in.RawBody, &wish); err != nil {
		return nil, err
	}
	f := db.Feed{Every: defaultEvery, FetchPages: true}
	if err := wish.apply(&f, true); err != nil {
		return nil, err
	}
	f, added, err := s.Store.AddFeed(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &feedOutput{Status: http.StatusOK, Location: "/v1/feeds/" + f.ID.String(), Body: f}
	if added {
		out.Status = http.StatusCreated
	}
	return out, nil
}

func (s *server) getFeed(ctx context.Context, in *byID) (*feedOutput, error) {
	id, err := in.check()
	if err != nil {
		return nil, err
	}
	f, err := s.Store.Feed(ctx, id)
	if err != nil {
		return nil, err
	}
	return &feedOutput{Status: http.StatusOK, Location: in.path, Body: f}, nil
}

func (s *server) changeFeed(ctx context.Context, in *feedInput) (*feedOutput, error) {
	id, err := (&byID{in.request, in.ID}).check()
	if err != nil {
		return nil, err
	}
	var wish feedWish
	if err := decodeJSON(in.RawBody, &wish); err != nil {
		return nil, err
	}
	f, err := s.Store.Feed(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := wish.apply(&f, false); err != nil {
		return nil, err
	}
	if f, err = s.Store.ChangeFeed(ctx, f); err != nil {
		return nil, err
	}
	return &feedOutput{Status: http.StatusOK, Location: in.path, Body: f}, nil
}

func (s *server) removeFeed(ctx context.Context, in *byID) (*struct{}, error) {
	id, err := in.check()
	if err != nil {
		return nil, err
	}
	return nil, s.Store.RemoveFeed(ctx, id)
}
