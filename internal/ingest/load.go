package ingest

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"

	"demarche/db"
	"demarche/internal/event"

	"github.com/google/uuid"
)

// Result says what became of one record of an input.
type Result struct {
	Record
	Raw     []byte // the record as it came, of one that is refused
	Outcome db.Outcome
	Events  []event.Event // of an article that was stored before only with LoadOptions.Events
}

// LoadOptions say how an input is loaded.
type LoadOptions struct {
	// Workers is how many articles are coded at once.
	Workers int
	// Run keeps how far the load has come; nil: it is not kept. What is done is
	// left out, and not reported.
	Run *db.Load
	// Wait for what other processes are working on, instead of leaving it to them.
	Wait bool
	// Chunk is how many records are stored together; 0 means 64, enough to share
	// the cost of a durable commit. A run is resumed with the chunks that it began
	// with.
	Chunk int
	// Events has the events read of articles that are stored already, too.
	Events bool
	// Refused is told of the records of a chunk that are refused, before the rest of
	// it is committed; from several goroutines. Nil: only the report tells.
	Refused func([]Result) error
}

const (
	defaultChunk = 64
	// maxChunk bounds the records of a chunk in bytes, but that one record may
	// be longer.
	maxChunk = 1 << 20
)

// Loaded says how far a load has come.
type Loaded struct {
	Chunks    int // of the whole input
	Elsewhere int // chunks that were left to other processes
}

// Load codes and stores the good records of an input and reports every record, in
// its order, when it is durable or refused. An article that is stored already is not
// coded again. Coding and writing overlap, over several connections; memory is
// bounded however long the input is. An article that cannot be stored because the
// store is away ends the load with an error.
func (p *Pipeline) Load(ctx context.Context, records iter.Seq[Raw], o LoadOptions, report func(Result)) (Loaded, error) {
	l := &load{pipeline: p, LoadOptions: o, busy: map[string]*chunk{}}
	if o.Run != nil {
		var err error
		if l.done, err = o.Run.Done(ctx); err != nil {
			return Loaded{}, err
		}
	}
	parsed := Ordered(ctx, l.chunks(records), o.Workers, parse)
	// One more than there are processors: some of the time is spent waiting.
	stored := Ordered(ctx, l.inOrder(parsed), o.Workers+1, func(c *chunk) *chunk { return l.store(ctx, c) })
	elsewhere := 0
	for c := range stored {
		if c.err != nil {
			return Loaded{}, c.err
		}
		if c.elsewhere {
			elsewhere++
		}
		for i := range c.items {
			report(c.items[i].Result)
		}
	}
	return Loaded{l.total, elsewhere}, ctx.Err()
}

// load is a load under way.
type load struct {
	LoadOptions
	pipeline *Pipeline
	done     map[int]bool // chunks that were done before
	total    int
	busy     map[string]*chunk // by what names an article: the last chunk that has it
}

// chunk is what is stored together.
type chunk struct {
	number    int
	raw       []Raw
	items     []item
	after     []*chunk      // have earlier versions of the same articles
	over      chan struct{} // closed when it is stored, or will not be
	elsewhere bool          // another process has it
	err       error
}

// item is a record on its way.
type item struct {
	Result
	known uuid.UUID // of the article that is stored already just as it is
	coded bool
	told  bool // that it is refused
}

// chunks cuts an input, always in the same way, and leaves out what is done.
func (l *load) chunks(records iter.Seq[Raw]) iter.Seq[*chunk] {
	most := l.Chunk
	if most <= 0 {
		most = defaultChunk
	}
	return func(yield func(*chunk) bool) {
		c, size := &chunk{over: make(chan struct{})}, 0
		next := func() bool {
			l.total++
			if !l.done[c.number] && !yield(c) {
				return false
			}
			c, size = &chunk{number: c.number + 1, over: make(chan struct{})}, 0
			return true
		}
		for r := range records {
			c.raw = append(c.raw, r)
			if size += len(r.Data); len(c.raw) == most || size >= maxChunk {
				if !next() {
					return
				}
			}
		}
		if len(c.raw) > 0 {
			next()
		}
	}
}

func parse(c *chunk) *chunk {
	c.items = make([]item, len(c.raw))
	for i := range c.raw {
		it := &c.items[i]
		if it.Record = c.raw[i].Parse(); it.Err != nil {
			it.Raw = c.raw[i].Data
		}
	}
	c.raw = nil
	return c
}

// inOrder has chunks wait for those before them that hold other versions of the
// same articles, so that the last version wins.
func (l *load) inOrder(chunks iter.Seq[*chunk]) iter.Seq[*chunk] {
	return func(yield func(*chunk) bool) {
		for c := range chunks {
			for i := range c.items {
				if c.items[i].Err == nil {
					l.wait(c, &c.items[i].Article)
				}
			}
			if !yield(c) {
				return
			}
			if len(l.busy) > maxBusy {
				for name, b := range l.busy {
					select {
					case <-b.over:
						delete(l.busy, name)
					default:
					}
				}
			}
		}
	}
}

// maxBusy is how many names are kept before those are forgotten whose chunks are
// over: far more than chunks under way have.
const maxBusy = 20_000

func (l *load) wait(c *chunk, a *event.Article) {
	content := a.ContentHash()
	names := []string{"content\n" + string(content[:])}
	if a.URL != "" {
		names = append(names, "url\n"+a.URL)
	}
	if a.ExternalID != "" {
		names = append(names, "id\n"+a.Source+"\n"+a.ExternalID)
	}
	for _, name := range names {
		if before := l.busy[name]; before != nil && before != c {
			c.after = append(c.after, before)
		}
		l.busy[name] = c
	}
}

// store codes and stores a chunk.
func (l *load) store(ctx context.Context, c *chunk) *chunk {
	defer close(c.over)
	turn, err := l.claim(ctx, c)
	if err != nil || turn == nil {
		c.items, c.err = nil, err
		return c
	}
	defer func() { turn.Cancel(ctx) }()
	if c.err = l.code(ctx, c, turn); c.err != nil {
		return c
	}
	if len(c.after) > 0 {
		if c.err = settled(ctx, c.after); c.err != nil {
			return c
		}
		if c.err = l.code(ctx, c, turn); c.err != nil { // what was known may have changed
			return c
		}
	}
	err = l.put(ctx, c, turn)
	if err != nil && !ends(ctx, err) {
		// Something in it cannot be stored: find out what, and store the rest.
		turn.Cancel(ctx)
		var again *db.Turn
		if again, err = l.sift(ctx, c); err == nil && again != nil {
			turn = again
			err = l.put(ctx, c, turn)
		}
	}
	c.err = err
	return c
}

// settled waits until chunks are over. If one was not stored, those that wait for
// it cannot be either: it would come to be stored after them.
func settled(ctx context.Context, chunks []*chunk) error {
	for _, c := range chunks {
		select {
		case <-c.over:
			if c.err != nil {
				return c.err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// claim begins to store a chunk; the turn is nil if it is done or another
// process has it.
func (l *load) claim(ctx context.Context, c *chunk) (turn *db.Turn, err error) {
	if l.Run == nil {
		return l.pipeline.store.Turn(), nil
	}
	turn, c.elsewhere, err = l.Run.Claim(ctx, c.number, l.Wait)
	return turn, err
}

// code codes the articles of a chunk that are not stored already just as they
// are.
func (l *load) code(ctx context.Context, c *chunk, turn *db.Turn) error {
	var articles []*event.Article
	for i := range c.items {
		if c.items[i].Err == nil {
			articles = append(articles, &c.items[i].Article)
		}
	}
	ids, err := turn.Known(ctx, articles)
	if err != nil {
		return err
	}
	for i := range c.items {
		it := &c.items[i]
		if it.Err != nil {
			continue
		}
		it.known, ids = ids[0], ids[1:]
		if it.known == uuid.Nil && !it.coded {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			it.coded = true
			it.Events, it.Err = l.pipeline.safelyCode(&it.Article)
		}
	}
	return nil
}

// safelyCode codes an article; one that the coder fails at must not end a load.
func (p *Pipeline) safelyCode(a *event.Article) (events []event.Event, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the coder failed at the article: %v\n%s", r, debug.Stack())
		}
	}()
	return p.Code(a), nil
}

// put stores what was coded, which ends the turn, and says what became of it.
func (l *load) put(ctx context.Context, c *chunk, turn *db.Turn) error {
	if err := l.tell(c); err != nil {
		return fatal{err}
	}
	var batch []db.Coded
	for i := range c.items {
		if it := &c.items[i]; it.Err == nil && it.known == uuid.Nil {
			batch = append(batch, db.Coded{Article: it.Article, Events: it.Events})
		}
	}
	puts, err := turn.Put(ctx, batch, revise)
	if err != nil {
		return err
	}
	for i := range c.items {
		it := &c.items[i]
		if it.Err != nil {
			continue
		}
		put := db.Put{Article: it.Article, Outcome: db.Unchanged}
		switch {
		case it.known == uuid.Nil:
			put, puts = puts[0], puts[1:]
		case l.Events:
			if put, _, err = l.pipeline.store.Find(ctx, &it.Article); err != nil {
				return err
			}
		default:
			put.Article.ID = it.known
		}
		if it.Outcome == "" { // else it was stored by sift
			it.Outcome = put.Outcome
			l.pipeline.count(&put)
		}
		it.Article, it.Events = put.Article, put.Events
	}
	return nil
}

// tell says which records are refused, each once.
func (l *load) tell(c *chunk) error {
	var refused []Result
	for i := range c.items {
		if it := &c.items[i]; it.Err != nil && !it.told {
			it.told = true
			refused = append(refused, it.Result)
		}
	}
	if l.Refused == nil || len(refused) == 0 {
		return nil
	}
	return l.Refused(refused)
}

// sift stores the articles of a chunk one at a time, so that those that cannot be
// stored are refused, and claims the chunk again.
func (l *load) sift(ctx context.Context, c *chunk) (*db.Turn, error) {
	for i := range c.items {
		it := &c.items[i]
		if it.Err != nil || it.known != uuid.Nil {
			continue
		}
		put, err := l.pipeline.store.PutArticle(ctx, it.Article, it.Events, revise)
		switch {
		case err == nil:
			it.Outcome = put.Outcome
			l.pipeline.count(&put)
		case ends(ctx, err):
			return nil, err
		default:
			it.Err = fmt.Errorf("the article cannot be stored: %w", err)
		}
	}
	return l.claim(ctx, c)
}

// fatal is an error that has nothing to do with a record.
type fatal struct{ error }

// Unwrap gives the error itself.
func (f fatal) Unwrap() error { return f.error }

// ends tells whether an error is of the whole load and not of an article.
func ends(ctx context.Context, err error) bool {
	if _, ok := err.(fatal); ok || ctx.Err() != nil {
		return true
	}
	e, ok := event.AsError(err)
	return ok && e.Code == event.Unavailable
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
