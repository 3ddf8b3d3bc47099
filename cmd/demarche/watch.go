package main

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"demarche/db"
	"demarche/internal/feed"
	"demarche/internal/ingest"

	"github.com/prometheus/client_golang/prometheus"
)

// fetchFlags say how feeds and pages are fetched.
type fetchFlags struct {
	AllowAddress []netip.Prefix `placeholder:"PREFIX" help:"Fetch feeds and pages from these addresses too, such as 10.0.0.0/8; else from the open internet alone."`
	HostDelay    time.Duration  `default:"1s" help:"Least time between two requests to a host; its robots.txt may ask for more."`
	Polls        int            `default:"4" help:"Feeds polled at once."`
}

func (f *fetchFlags) config() feed.Config {
	return feed.Config{Agent: "Demarche/" + version(), Allowed: f.AllowAddress, HostDelay: f.HostDelay, Now: time.Now}
}

type watchCmd struct {
	databaseFlags
	coderFlags
	fetchFlags
	MaxText int `default:"1048576" placeholder:"BYTES" help:"Longest text of an article."`
}

// watchConns is how many connections watching needs beside those of its polls.
const watchConns = 3

// Run polls feeds until the context ends.
func (c *watchCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	return c.with(ctx, log, func(url string) error {
		store, err := openStore(ctx, false, db.Config{URL: url, MaxConns: int32(max(c.Polls, 1)) + watchConns, Logger: log})
		if err != nil {
			return err
		}
		defer store.Close()
		defer tend(ctx, store)()
		_, x, err := c.coder(s)
		if err != nil {
			return err
		}
		pipeline := ingest.New(x, store, prometheus.NewRegistry())
		log.Info("watching feeds")
		feed.New(store, pipeline, c.MaxText, log, c.config()).Watch(ctx, max(c.Polls, 1))
		return nil
	})
}
