package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime/debug"
	"time"

	"demarche/api"
	"demarche/db"
	"demarche/internal/extract"
	"demarche/internal/feed"
	"demarche/internal/ingest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

type serveCmd struct {
	databaseFlags
	coderFlags
	fetchFlags
	Watch          bool          `help:"Also poll the feeds of the database, as the command watch does."`
	Listen         string        `default:"127.0.0.1:8080" help:"Address and port to listen on; port 0 takes a free one."`
	ReadURL        string        `placeholder:"URL" help:"Streaming replica that questions go to while it is near enough; who has written reads from the primary until the replica has it."`
	MaxLag         time.Duration `default:"10s" help:"How far the replica may be behind and still be asked."`
	NoMigrate      bool          `help:"Refuse to start on an old schema instead of migrating it."`
	MaxConns       int32         `default:"8" help:"Most connections to the database."`
	MaxText        int           `default:"1048576" placeholder:"BYTES" help:"Longest text of an article."`
	DocumentMB     int           `name:"document-cache-mb" default:"128" placeholder:"MB" help:"Memory for documents of events that were read before; 0 for none."`
	CacheMB        int           `default:"64" placeholder:"MB" help:"Memory for answers that are given again while nothing has changed; 0 for none."`
	Load           []string      `placeholder:"FILE" help:"Articles to load before serving, as with the command load."`
	ReadWithKey    bool          `help:"Reading needs a key as well, once there is one."`
	RatePerAddress int           `default:"6000" placeholder:"N" help:"Requests a minute from one address without a key; 0 for any number."`
	RatePerKey     int           `default:"60000" placeholder:"N" help:"Requests a minute with one key; 0 for any number."`
	TrustedProxy   []string      `placeholder:"NET" help:"Networks such as 10.0.0.0/8 of proxies whose X-Forwarded-For is believed."`
	MaxRequests    int           `default:"64" placeholder:"N" help:"Requests that are worked on at once; more wait, and too many are refused. 0 for any number."`
	Grace          time.Duration `default:"20s" help:"How long requests in flight may take to finish at a shutdown."`
}

// Validate names the option that is wrong.
func (c *serveCmd) Validate() error {
	switch {
	case c.MaxConns < 1:
		return errors.New("--max-conns: expected 1 or more")
	case c.MaxText < 1:
		return errors.New("--max-text: expected 1 or more")
	case c.DocumentMB < 0:
		return errors.New("--document-cache-mb: expected 0 or more")
	case c.CacheMB < 0:
		return errors.New("--cache-mb: expected 0 or more")
	case c.RatePerAddress < 0:
		return errors.New("--rate-per-address: expected 0 or more")
	case c.RatePerKey < 0:
		return errors.New("--rate-per-key: expected 0 or more")
	case c.MaxRequests < 0:
		return errors.New("--max-requests: expected 0 or more")
	case c.MaxLag <= 0:
		return errors.New("--max-lag: expected a time above 0")
	case c.Grace < 0:
		return errors.New("--grace: expected no negative time")
	}
	_, err := c.access()
	return err
}

// access gives who may do what.
func (c *serveCmd) access() (api.Access, error) {
	a := api.Access{ReadWithKey: c.ReadWithKey, PerAddress: c.RatePerAddress, PerKey: c.RatePerKey, Slots: c.MaxRequests}
	for _, network := range c.TrustedProxy {
		p, err := netip.ParsePrefix(network)
		if err != nil {
			return a, fmt.Errorf("--trusted-proxy: %q is no network: expected for example 10.0.0.0/8 or ::1/128", network)
		}
		a.Proxies = append(a.Proxies, p)
	}
	return a, nil
}

// collectRarely has the garbage collector run less often than it would by itself:
// the model and the gazetteer are a large heap that never changes, and going
// over it costs more than the little that requests and articles leave behind.
func collectRarely() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
}

// boundMemory has the collector work harder before the process takes more than
// coding on that many processors needs.
func boundMemory(workers int) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(640+64*workers) << 20)
	}
}

// Run serves until the context ends, then finishes the requests in flight.
func (c *serveCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	collectRarely()
	return c.with(ctx, log, func(url string) error {
		store, err := openStore(ctx, c.NoMigrate, db.Config{URL: url, ReplicaURL: c.ReadURL, MaxLag: c.MaxLag, MaxConns: c.MaxConns, DocumentCache: c.DocumentMB << 20, Logger: log})
		if err != nil {
			return err
		}
		defer store.Close()
		g, x, err := c.coder(s)
		if err != nil {
			return err
		}
		metrics := prometheus.NewRegistry()
		metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), store.Metrics())
		pipeline := ingest.New(x, store, metrics)
		if len(c.Load) > 0 {
			flags := inputFlags{Files: c.Load, MaxText: c.MaxText}
			inputs, _, err := flags.inputs(s)
			if err != nil {
				return err
			}
			if err := flags.load(ctx, pipeline, inputs, nil, nil, log, streams{s.in, s.err, s.err}); err != nil {
				return err
			}
		}
		defer tend(ctx, store)()
		if c.Watch {
			watcher := feed.New(store, pipeline, c.MaxText, log, c.config())
			defer beside(ctx, func(ctx context.Context) { watcher.Watch(ctx, c.Polls) })()
		}
		access, err := c.access()
		if err != nil {
			return err
		}
		handler := api.New(api.Config{
			Store: store, Pipeline: pipeline, Codes: extract.Codes(g),
			Logger: log, Metrics: metrics, Now: time.Now, Version: version(), MaxText: c.MaxText, CacheBytes: c.CacheMB << 20, Closing: ctx.Done(), Access: access,
		})
		return c.serve(ctx, handler, log, s)
	})
}

func (c *serveCmd) serve(ctx context.Context, handler http.Handler, log *slog.Logger, s streams) error {
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	server := &http.Server{
		Handler: handler, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	fmt.Fprintf(s.out, "listening on http://%s\n", listener.Addr())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("shutting down", "grace", c.Grace)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Grace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(fmt.Errorf("requests in flight did not finish in %s", c.Grace), server.Close())
	}
	return nil
}
