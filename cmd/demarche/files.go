package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/extract"
	"demarche/internal/ingest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// inputFlags name the articles of extract and load.
type inputFlags struct {
	Files   []string `arg:"" optional:"" help:"NDJSON files (one article a line: text, title, published_at, ...) or plain text files; - or none is standard input."`
	MaxText int      `default:"1048576" placeholder:"BYTES" help:"Longest text of an article."`
	Workers int      `placeholder:"N" help:"Articles coded at once. Default: one a processor."`
}

func (f *inputFlags) workers() int {
	if f.Workers > 0 {
		return f.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// each calls do for every input in turn.
func (f *inputFlags) each(s streams, do func(name string, r io.Reader, size int64) error) error {
	files := f.Files
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, name := range files {
		if name == "-" {
			if err := do("standard input", s.in, -1); err != nil {
				return err
			}
			continue
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		size := int64(-1)
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
		if err := errors.Join(do(name, file, size), file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// refuse says on standard error which record was refused and why.
func refuse(s streams, name string, r *ingest.Record) {
	if r.Line == 0 {
		fmt.Fprintf(s.err, "%s: %v\n", name, r.Err)
	} else {
		fmt.Fprintf(s.err, "%s: line %d: %v\n", name, r.Line, r.Err)
	}
}

type extractCmd struct {
	inputFlags
	coderFlags
	Explain bool `help:"Also print how each sentence was read: parse, entities, rules."`
}

// Run prints one line an article, {"id":…,"events":[…]}, in the order of the
// input. It fails if a record was refused, after all others are done.
func (c *extractCmd) Run(ctx context.Context, s streams) error {
	_, x, err := c.coder(s)
	if err != nil {
		return err
	}
	out := json.NewEncoder(s.out)
	out.SetEscapeHTML(false)
	refused := 0
	err = c.each(s, func(name string, r io.Reader, _ int64) error {
		code := func(r ingest.Record) coded {
			out := coded{record: r, ID: r.ID}
			switch {
			case r.Err != nil:
			case c.Explain:
				e := x.Explain(&r.Article)
				out.Events, out.Sentences = e.Events, e.Sentences
			default:
				out.Events = x.Events(&r.Article)
			}
			return out
		}
		for r := range ingest.Ordered(ctx, ingest.Read(r, c.MaxText), c.workers(), code) {
			if r.record.Err != nil {
				refused++
				refuse(s, name, &r.record)
				continue
			}
			if err := out.Encode(r); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	if err == nil && refused > 0 {
		err = fmt.Errorf("%d records were refused: %w", refused, errReported)
	}
	return err
}

// coded is a line of extract's output.
type coded struct {
	record    ingest.Record
	ID        json.RawMessage           `json:"id,omitempty"`
	Events    []event.Event             `json:"events"`
	Sentences []extract.SentenceReading `json:"sentences,omitempty"`
}

type loadCmd struct {
	databaseFlags
	coderFlags
	inputFlags
}

// Run loads every article and prints a summary. It fails if a record was
// refused, after all others are stored.
func (c *loadCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	return c.with(ctx, log, func(url string) error {
		store, err := openStore(ctx, false, db.Config{URL: url, MaxConns: int32(c.workers()) + 2, Logger: log})
		if err != nil {
			return err
		}
		defer store.Close()
		defer tend(ctx, store)()
		_, x, err := c.coder(s)
		if err != nil {
			return err
		}
		return c.load(ctx, ingest.New(x, store, prometheus.NewRegistry()), log, s)
	})
}

// load stores every article of the input and prints a summary on s.out.
func (f *inputFlags) load(ctx context.Context, pipeline *ingest.Pipeline, log *slog.Logger, s streams) error {
	start, count := time.Now(), tally{outcomes: map[db.Outcome]int{}}
	err := f.each(s, func(name string, r io.Reader, size int64) error {
		progress := newProgress(s.err, name, size, log)
		defer progress.close()
		records := ingest.Read(io.TeeReader(r, progress), f.MaxText)
		return pipeline.Load(ctx, records, f.workers(), func(r ingest.Result) {
			if r.Err != nil {
				refuse(s, name, &r.Record)
			}
			count.add(&r)
			progress.articles.Add(1)
		})
	})
	count.print(s.out, time.Since(start))
	if err == nil && count.refused > 0 {
		err = fmt.Errorf("%d records were refused: %w", count.refused, errReported)
	}
	return err
}

// tally is the summary of a load.
type tally struct {
	outcomes map[db.Outcome]int
	events   int
	refused  int
}

func (t *tally) add(r *ingest.Result) {
	if r.Err != nil {
		t.refused++
		return
	}
	t.outcomes[r.Outcome]++
	if r.Outcome != db.Unchanged {
		t.events += len(r.Events)
	}
}

func (t *tally) print(w io.Writer, took time.Duration) {
	articles := t.outcomes[db.Created] + t.outcomes[db.Revised] + t.outcomes[db.Unchanged]
	fmt.Fprintf(w, "%d articles: %d new, %d revised, %d stored already; %d events; %d records refused; %.1f s, %.0f articles/s\n",
		articles, t.outcomes[db.Created], t.outcomes[db.Revised], t.outcomes[db.Unchanged], t.events, t.refused,
		took.Seconds(), float64(articles)/max(took.Seconds(), 1e-3))
}

// progress shows how far the reading of a file has come: a bar on a terminal,
// a log line now and then elsewhere.
type progress struct {
	bar      *progressbar.ProgressBar
	log      *slog.Logger
	name     string
	read     int64
	size     int64
	articles atomic.Int64
	next     time.Time
}

const progressEvery = 5 * time.Second

func newProgress(w io.Writer, name string, size int64, log *slog.Logger) *progress {
	p := &progress{log: log, name: name, size: size, next: time.Now().Add(progressEvery)}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.DefaultBytes(size, name)
	}
	return p
}

// Write implements io.Writer: it counts what was read.
func (p *progress) Write(b []byte) (int, error) {
	p.read += int64(len(b))
	if p.bar != nil {
		return p.bar.Write(b)
	}
	if now := time.Now(); now.After(p.next) {
		p.next = now.Add(progressEvery)
		p.log.Info("loading", "file", p.name, "articles", p.articles.Load(), "bytes", p.read, "of", p.size)
	}
	return len(b), nil
}

func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
