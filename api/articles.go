package api

import (
	"context"
	"net/http"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/extract"
	"demarche/internal/ingest"
)

// coded is an article with its events.
type coded struct {
	Article event.Article `json:"article"`
	Events  []event.Event `json:"events" doc:"In the order of the text"`
	Note    string        `json:"note,omitempty" doc:"What the sender should know, such as that the language is not coded"`
}

type codedOutput struct {
	Status   int
	Location string `header:"Location" doc:"Address of the article"`
	Body     coded
}

func (s *server) postArticle(ctx context.Context, in *draftInput) (*codedOutput, error) {
	a, err := in.article(s.MaxText, s.Now())
	if err != nil {
		return nil, err
	}
	put, err := s.Pipeline.Put(ctx, a)
	if err != nil {
		return nil, err
	}
	out := &codedOutput{Status: http.StatusOK, Location: "/v1/articles/" + put.Article.ID.String(), Body: coded{put.Article, put.Events, ingest.Note(&put.Article)}}
	if put.Outcome == db.Created {
		out.Status = http.StatusCreated
	}
	return out, nil
}

type extractOutput struct {
	Body struct {
		extract.Explanation
		Note string `json:"note,omitempty" doc:"What the sender should know, such as that the language is not coded"`
	}
}

func (s *server) extract(_ context.Context, in *draftInput) (*extractOutput, error) {
	explain, err := in.takeFlag("explain")
	if err != nil {
		return nil, err
	}
	a, err := in.article(s.MaxText, s.Now())
	if err != nil {
		return nil, err
	}
	out := &extractOutput{}
	if explain {
		out.Body.Explanation = s.Pipeline.Explain(&a)
	} else {
		out.Body.Events = s.Pipeline.Code(&a)
	}
	out.Body.Note = ingest.Note(&a)
	return out, nil
}

type articleOutput struct {
	Body struct {
		Article event.Article `json:"article"`
		Events  []document    `json:"events" doc:"Events that it reports"`
		Note    string        `json:"note,omitempty" doc:"What the reader should know, such as that the language is not coded"`
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
	out.Body.Article, out.Body.Note = a, ingest.Note(&a)
	out.Body.Events = make([]document, len(events))
	for i, e := range events {
		out.Body.Events[i] = document(e)
	}
	return out, nil
}
