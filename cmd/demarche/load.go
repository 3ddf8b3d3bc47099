package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/ingest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

type loadCmd struct {
	databaseFlags
	coderFlags
	inputFlags
	Resume  bool   `help:"Go on with the last load of the same input where it was interrupted, or take part in it while others are at work."`
	Rejects string `default:"rejects.ndjson" placeholder:"FILE" help:"Where refused records go, one JSON object a line: file, line, reason, record. Only made if there are any."`
}

// loadConns is how many connections a load needs beside those of its workers: to
// make rows of chunks, and to tend the house.
const loadConns = 5

// Run loads every article and prints a summary. It fails if a record was
// refused, after all others are stored.
func (c *loadCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	collectRarely()
	boundMemory(c.workers())
	inputs, key, err := c.inputs(s)
	if err != nil {
		return err
	}
	return c.with(ctx, log, func(url string) error {
		store, err := openStore(ctx, false, db.Config{URL: url, MaxConns: int32(c.workers()) + loadConns, Logger: log})
		if err != nil {
			return err
		}
		defer store.Close()
		run, err := store.BeginLoad(ctx, key, c.Resume)
		if err != nil {
			return err
		}
		switch {
		case run.Ended:
			fmt.Fprintln(s.out, "this load was finished before: nothing is left to do")
			return nil
		case c.Resume && !run.Resumed:
			log.Info("there is no earlier load of this input: it begins anew")
		}
		defer tend(ctx, store)()
		_, x, err := c.coder(s)
		if err != nil {
			return err
		}
		refused, err := openRejects(c.Rejects, run.Resumed)
		if err != nil {
			return fmt.Errorf("--rejects: %w", err)
		}
		defer refused.close()
		return c.load(ctx, ingest.New(x, store, prometheus.NewRegistry()), inputs, run, refused, log, s)
	})
}

// load stores every article of the inputs and prints a summary on s.out. run and
// refused may be nil.
func (f *inputFlags) load(ctx context.Context, pipeline *ingest.Pipeline, inputs []input, run *db.Load, refused *rejects, log *slog.Logger, s streams) error {
	count := &tally{start: time.Now(), outcomes: map[db.Outcome]int{}, types: map[event.Type]int{}, languages: map[string]int{}}
	o := ingest.LoadOptions{Workers: f.workers(), Run: run}
	if refused != nil {
		o.Refused = refused.add
	}
	for {
		progress := newProgress(s.err, inputs, count, log)
		loaded, err := pipeline.Load(ctx, f.records(inputs), o, func(r ingest.Result) {
			if r.Err != nil && count.refused < toldRefused {
				progress.say(reason(&r.Record))
			}
			count.add(&r)
			progress.show(r.Offset)
		})
		progress.close()
		again := err == nil && loaded.Elsewhere > 0 // what others left, and what they are still at
		if again && inputs[0].in == nil {
			o.Wait = true
			continue
		}
		if err == nil && run != nil && !again {
			err = run.Finish(ctx)
		}
		count.print(s.out, refused)
		switch {
		case again:
			return fmt.Errorf("other processes are still at work on %d chunks of this input: demarche load --resume with the same input sees to it that none is left", loaded.Elsewhere)
		case errors.Is(err, context.Canceled):
			return errors.New("interrupted: demarche load --resume with the same input goes on from here")
		case err != nil && run != nil:
			return fmt.Errorf("%w; demarche load --resume with the same input goes on from here", withCause(err))
		case err != nil:
			return err
		case count.refused > 0:
			return fmt.Errorf("%d records were refused: %w", count.refused, errReported)
		}
		return nil
	}
}

// toldRefused is how many refused records are told one by one.
const toldRefused = 20

// withCause adds what the operator may see of an error and a client may not.
func withCause(err error) error {
	if e, ok := event.AsError(err); ok && e.Unwrap() != nil {
		return fmt.Errorf("%w: %w", err, e.Unwrap())
	}
	return err
}

// rejects is the file of refused records. Records are written to it before what
// was good beside them is committed, so that none is lost; one that is there from
// before an interruption is not written again.
type rejects struct {
	mu    sync.Mutex
	file  *os.File
	there map[string]bool // "file line", of those written before
	n     int
}

// reject is a line of the file.
type reject struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Record string `json:"record,omitempty"`
}

func (r *reject) key() string { return fmt.Sprintf("%s %d", r.File, r.Line) }

// maxRejected bounds what is kept of a refused record, in bytes.
const maxRejected = 1 << 20

func openRejects(name string, resumed bool) (*rejects, error) {
	flags := os.O_CREATE | os.O_RDWR | os.O_APPEND
	if !resumed {
		flags |= os.O_TRUNC
	}
	file, err := os.OpenFile(name, flags, 0o644)
	if err != nil {
		return nil, err
	}
	r := &rejects{file: file, there: map[string]bool{}}
	for lines := json.NewDecoder(file); ; {
		var before reject
		if err := lines.Decode(&before); err != nil {
			break // the end, or a line that an interruption cut
		}
		r.there[before.key()] = true
	}
	r.n = len(r.there)
	return r, nil
}

func (r *rejects) add(refused []ingest.Result) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range refused {
		line := reject{File: refused[i].File, Line: refused[i].Line, Reason: withCause(refused[i].Err).Error()}
		if r.there[line.key()] {
			continue
		}
		if raw := refused[i].Raw; len(raw) <= maxRejected && utf8.Valid(raw) {
			line.Record = string(raw)
		}
		b, err := json.Marshal(line)
		if err != nil {
			return err
		}
		if _, err := r.file.Write(append(b, '\n')); err != nil {
			return fmt.Errorf("write the file of refused records: %w", err)
		}
		r.there[line.key()] = true
		r.n++
	}
	return r.file.Sync()
}

// close closes the file, and removes it if there is nothing in it.
func (r *rejects) close() {
	if info, err := r.file.Stat(); err == nil && info.Size() == 0 {
		_ = os.Remove(r.file.Name())
	}
	_ = r.file.Close()
}

// tally is the summary of a load.
type tally struct {
	start     time.Time
	outcomes  map[db.Outcome]int
	types     map[event.Type]int
	languages map[string]int // that are not coded
	events    int
	refused   int
	articles  int
}

func (t *tally) add(r *ingest.Result) {
	if r.Err != nil {
		t.refused++
		return
	}
	t.articles++
	t.outcomes[r.Outcome]++
	if !r.Article.English() {
		t.languages[r.Article.Language]++
	}
	if r.Outcome != db.Unchanged {
		t.events += len(r.Events)
		for i := range r.Events {
			t.types[r.Events[i].Type]++
		}
	}
}

func (t *tally) rate() float64 {
	return float64(t.articles) / max(time.Since(t.start).Seconds(), 1e-3)
}

func (t *tally) print(w io.Writer, refused *rejects) {
	fmt.Fprintf(w, "%d articles: %d new, %d revised, %d stored already; %d events; %d records refused; %.1f s, %.0f articles/s\n",
		t.articles, t.outcomes[db.Created], t.outcomes[db.Revised], t.outcomes[db.Unchanged], t.events, t.refused, time.Since(t.start).Seconds(), t.rate())
	list(w, "events", t.types)
	list(w, "not English, so stored and not coded", t.languages)
	if refused != nil && refused.n > 0 {
		fmt.Fprintf(w, "refused records with their reasons: %s\n", refused.file.Name())
	}
}

// list prints counts, the greatest first.
func list[K ~string](w io.Writer, what string, counts map[K]int) {
	if len(counts) == 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b K) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(string(a), string(b))
	})
	var parts []string
	for _, k := range keys {
		parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
	}
	fmt.Fprintf(w, "%s: %s\n", what, strings.Join(parts, ", "))
}

// progress shows how far a load has come: a bar on a terminal, a log line now and
// then elsewhere.
type progress struct {
	bar   *progressbar.ProgressBar
	log   *slog.Logger
	w     io.Writer
	count *tally
	size  int64 // of all inputs in bytes; -1 if it is not known
	next  time.Time
}

// progressEvery is how often a log line tells of the progress, barEvery how often
// the bar does.
const (
	progressEvery = 5 * time.Second
	barEvery      = 200 * time.Millisecond
)

func newProgress(w io.Writer, inputs []input, count *tally, log *slog.Logger) *progress {
	p := &progress{log: log, w: w, count: count, next: time.Now().Add(progressEvery)}
	for _, in := range inputs {
		if in.size < 0 {
			p.size = -1
			break
		}
		p.size += in.size
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.next = time.Now()
		p.bar = progressbar.NewOptions64(p.size, progressbar.OptionSetWriter(w), progressbar.OptionShowBytes(true),
			progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(p.size > 0))
	}
	return p
}

// show tells, if it is time, that the load has come to a place in its inputs.
func (p *progress) show(done int64) {
	now := time.Now()
	if now.Before(p.next) {
		return
	}
	if p.bar != nil {
		p.next = now.Add(barEvery)
		p.bar.Describe(fmt.Sprintf("%d articles, %.0f/s", p.count.articles, p.count.rate()))
		_ = p.bar.Set64(done)
		return
	}
	p.next = now.Add(progressEvery)
	known := []any{"articles", p.count.articles, "per_second", int(p.count.rate()), "bytes", done}
	if p.size > 0 {
		left := time.Since(p.count.start).Seconds() * float64(p.size-done) / float64(max(done, 1))
		known = append(known, "of", p.size, "left", time.Duration(left*float64(time.Second)).Round(time.Second))
	}
	p.log.Info("loading", known...)
}

// say prints a line beside the bar.
func (p *progress) say(line string) {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintln(p.w, line)
}

func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
