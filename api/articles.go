package api

import (
	"context"
	"net/http"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/extract"
)

// coded is an article with its events.
type coded struct {
	Article event.Article `json:"article"`
	Events  []event.Event `json:"events" doc:"In the order of the text"`
}

type codedOutput struct {
	Status   int
	Location string `header:"Location" doc:"Address of the article"`
	Body     coded
}

func (s *server) postArticle(ctx context.Context, in *draftInput) (*codedOutput, error) {
	a, err := in.article(s.MaxText)
	if err != nil {
		return nil, err
	}
	put, err := s.Pipeline.Put(ctx, a)
	if err != nil {
		return nil, err
	}
	out := &codedOutput{Status: http.StatusOK, Location: "/v1/articles/" + put.Article.ID.String(), Body: coded{put.Article, put.Events}}
	if put.Outcome == db.Created {
		out.Status = http.StatusCreated
	}
	return out, nil
}

type extractOutput struct {
	Body extract.Explanation
}

func (s *server) extract(_ context.Context, in *draftInput) (*extractOutput, error) {
	explain, err := in.takeFlag("explain")
	if err != nil {
		return nil, err
	}
	a, err := in.article(s.MaxText)
	if err != nil {
		return nil, err
	}
	out := &extractOutput{}
	if explain {
		out.Body = s.Pipeline.Explain(&a)
	} else {
		out.Body.Events = s.Pipeline.Code(&a)
	}
	return out, nil
}

type articleOutput struct {
	Body struct {
		Article event.Article `json:"article"`
		Events  []document    `json:"events" doc:"Events that it reports"`
	}
}

func (s *server) getArticle(ctx context.Context, in *byID) (*articleOutput, error) {
	id, err := in.check()
	if err != nil {
		return nil, err
	}
	a, events, err := s.Store.Article(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &articleOutput{}
	out.Body.Article = a
	out.Body.Events = make([]document, len(events))
	for i, e := range events {
		out.Body.Events[i] = document(e)
	}
	return out, nil
}
