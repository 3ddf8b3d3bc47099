package api

import "context"

type healthOutput struct {
	Body struct {
		Status  string `json:"status" enum:"ok"`
		Version string `json:"version" doc:"Of the program"`
	}
}

func (s *server) healthy() *healthOutput {
	out := &healthOutput{}
	out.Body.Status, out.Body.Version = "ok", s.Version
	return out
}

func (s *server) health(_ context.Context, in *nothing) (*healthOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return s.healthy(), nil
}

func (s *server) ready(ctx context.Context, in *nothing) (*healthOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := s.Store.Ready(ctx); err != nil {
		return nil, err
	}
	return s.healthy(), nil
}
