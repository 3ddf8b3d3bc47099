package ingest

import (
	"context"
	"iter"
	"sync"

	"demarche/db"
	"demarche/internal/event"
)

// Result says what became of one record of an input.
type Result struct {
	Record
	Outcome db.Outcome
	Events  []event.Event
}

// batch is how many articles are committed together: enough to share the cost
// of a durable commit, few enough to keep the answer near.
const batch = 64

// CodeAll codes the good records of an input on the given number of workers, with
// bounded memory, and gives all of them in their order.
func (p *Pipeline) CodeAll(ctx context.Context, records iter.Seq[Record], workers int) iter.Seq[Result] {
	return Ordered(ctx, records, workers, func(r Record) Result {
		out := Result{Record: r}
		if r.Err == nil {
			out.Events = p.Code(&r.Article)
		}
		return out
	})
}

// Load codes and stores the good records of an input and reports every record
// in its order, when it is durable or refused. An article that cannot be
// stored because the store is away ends the load with an error.
func (p *Pipeline) Load(ctx context.Context, records iter.Seq[Record], workers int, report func(Result)) error {
	pending := make([]Result, 0, batch)
	flush := func() error {
		var good []db.Coded
		for _, r := range pending {
			if r.Err == nil {
				good = append(good, db.Coded{Article: r.Article, Events: r.Events})
			}
		}
		puts, err := p.store.PutArticles(ctx, good, revise)
		if err != nil {
			return err
		}
		for _, r := range pending {
			if r.Err == nil {
				p.count(&puts[0])
				r.Article, r.Events, r.Outcome = puts[0].Article, puts[0].Events, puts[0].Outcome
				puts = puts[1:]
			}
			report(r)
		}
		pending = pending[:0]
		return nil
	}
	for r := range p.CodeAll(ctx, records, workers) {
		if pending = append(pending, r); len(pending) == batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return flush()
}

// Ordered applies f to every item on several workers and gives the results in
// the order of the items. At most a few items a worker are under way, so memory
// is bounded however long the input is. It stops early when ctx ends or the
// consumer does.
func Ordered[I, O any](ctx context.Context, items iter.Seq[I], workers int, f func(I) O) iter.Seq[O] {
	type job struct {
		item I
		done chan O
	}
	return func(yield func(O) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		jobs, order := make(chan job), make(chan job, 4*workers)
		running.Go(func() {
			defer close(order)
			defer close(jobs)
			for item := range items {
				j := job{item, make(chan O, 1)}
				select {
				case order <- j:
				case <-ctx.Done():
					return
				}
				select {
				case jobs <- j:
				case <-ctx.Done():
					return
				}
			}
		})
		for range workers {
			running.Go(func() {
				for j := range jobs {
					j.done <- f(j.item)
				}
			})
		}
		for j := range order {
			select {
			case out := <-j.done:
				if !yield(out) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}
