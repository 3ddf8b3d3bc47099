package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"demarche/db"
	"demarche/internal/ingest"

	"github.com/prometheus/client_golang/prometheus"
)

type recodeCmd struct {
	databaseFlags
	coderFlags
	Workers int `placeholder:"N" help:"Articles coded at once. Default: one a processor."`
}

// recodeConns is how many connections recoding needs beside those of its workers.
const recodeConns = 3

// Run reads all stored articles again and prints what changed, by type. It goes on
// where it was interrupted, and several processes may share the work; a server may
// run beside it.
func (c *recodeCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	collectRarely()
	workers := c.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	boundMemory(workers)
	return c.with(ctx, log, func(url string) error {
		store, err := openStore(ctx, false, db.Config{URL: url, MaxConns: int32(workers) + recodeConns, Logger: log})
		if err != nil {
			return err
		}
		defer store.Close()
		defer tend(ctx, store)()
		_, x, err := c.coder(s)
		if err != nil {
			return err
		}
		start := time.Now()
		var articles, told atomic.Int64
		run, err := ingest.New(x, store, prometheus.NewRegistry()).Recode(ctx, workers, func(n int) {
			sum := articles.Add(int64(n))
			if now := int64(time.Since(start) / progressEvery); now > told.Load() {
				told.Store(now)
				log.Info("recoding", "articles", sum, "per_second", int(float64(sum)/time.Since(start).Seconds()))
			}
		})
		if run == nil {
			return err
		}
		if reportErr := printRecode(context.WithoutCancel(ctx), s.out, run); err == nil {
			err = reportErr
		}
		if errors.Is(err, context.Canceled) {
			return errors.New("interrupted: demarche recode goes on from here")
		}
		return withCause(err)
	})
}

func printRecode(ctx context.Context, w io.Writer, run *db.Recode) error {
	report, err := run.Report(ctx)
	if err != nil {
		return err
	}
	var sum db.RecodeTally
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "type\tkept\tchanged\tadded\tretracted\t")
	row := func(name string, t db.RecodeTally) {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t\n", name, t.Kept, t.Changed, t.Added, t.Retracted)
	}
	for _, t := range slices.Sorted(maps.Keys(report.Types)) {
		n := report.Types[t]
		row(string(t), n)
		sum = db.RecodeTally{Kept: sum.Kept + n.Kept, Changed: sum.Changed + n.Changed, Added: sum.Added + n.Added, Retracted: sum.Retracted + n.Retracted}
	}
	row("all", sum)
	if err := table.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%d of %d articles read by coder %s\n", report.Done, report.Articles, run.Coder)
	return err
}
