package api

import (
	"bytes"
	"container/list"
	"context"
	"strconv"
	"sync"
	"time"

	"demarche/db"
)

// cache keeps answers as bytes. It is exact: an answer is given again only if
// the database says that no event has changed since, so that a write is visible
// to the next question, whichever process wrote it.
type cache struct {
	versions [2]versions // of the primary, and of the replica
	most     int         // bytes

	mu      sync.Mutex
	answers map[string]*list.Element // of *cached
	recent  *list.List               // the last used first
	size    int
}

// cached is an answer with the version of the events that it is at least of.
type cached struct {
	key     string
	version int64
	answer  *answer
}

// newCache makes a cache of at most so many bytes; of 0 it keeps nothing.
func newCache(store *db.Store, most int) *cache {
	on := func(replica bool) versions {
		return versions{read: func(ctx context.Context) (int64, error) { return store.Version(db.Pin(ctx, replica)) }}
	}
	return &cache{versions: [2]versions{on(false), on(true)}, most: most, answers: map[string]*list.Element{}, recent: list.New()}
}

// overhead is about what an answer takes beside its bytes.
const overhead = 500

func (c *cached) size() int { return len(c.key) + len(c.answer.body) + len(c.answer.link) + overhead }

// get gives the answer of a question, made anew unless nothing has changed.
func (c *cache) get(ctx context.Context, key string, anew func() (*answer, error)) (*answer, error) {
	if c.most == 0 {
		return anew()
	}
	version, err := c.version(ctx)
	if err != nil {
		return nil, err
	}
	if a := c.look(key, version); a != nil {
		return a, nil
	}
	a, err := anew() // after the version was read: it is of this version or a later one
	if err != nil {
		return nil, err
	}
	c.keep(&cached{key, version, a})
	return a, nil
}

// version gives the version of the events where the questions of a context go.
func (c *cache) version(ctx context.Context) (int64, error) {
	if db.OnReplica(ctx) {
		return c.versions[1].now(ctx)
	}
	return c.versions[0].now(ctx)
}

func (c *cache) look(key string, version int64) *answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.answers[key]
	if !ok || e.Value.(*cached).version != version {
		return nil
	}
	c.recent.MoveToFront(e)
	return e.Value.(*cached).answer
}

func (c *cache) keep(a *cached) {
	if a.size() > c.most/8 {
		return
	}
	kept := *a.answer
	kept.body, kept.release, kept.etag = bytes.Clone(a.answer.body), nil, a.answer.tag()
	a.answer = &kept
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.answers[a.key]; ok {
		c.drop(e)
	}
	c.answers[a.key] = c.recent.PushFront(a)
	for c.size += a.size(); c.size > c.most; {
		c.drop(c.recent.Back())
	}
}

func (c *cache) drop(e *list.Element) {
	a := c.recent.Remove(e).(*cached)
	delete(c.answers, a.key)
	c.size -= a.size()
}

// versions asks for the version of the events on behalf of many: whoever comes
// while it is asked waits for the next asking, which begins after they came.
type versions struct {
	read func(context.Context) (int64, error)

	mu      sync.Mutex
	next    *asking // which those who come now wait for; nil if nobody does
	working bool
}

// asking is one reading of the version.
type asking struct {
	done    chan struct{}
	version int64
	err     error
}

// askWithin bounds one asking: it is nobody's own request.
const askWithin = 10 * time.Second

func (v *versions) now(ctx context.Context) (int64, error) {
	v.mu.Lock()
	if v.next == nil {
		v.next = &asking{done: make(chan struct{})}
	}
	mine := v.next
	if !v.working {
		v.working = true
		go v.work()
	}
	v.mu.Unlock()
	select {
	case <-mine.done:
		return mine.version, mine.err
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

func (v *versions) work() {
	for {
		v.mu.Lock()
		asked := v.next
		v.next = nil
		v.working = asked != nil
		v.mu.Unlock()
		if asked == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), askWithin)
		asked.version, asked.err = v.read(ctx)
		cancel()
		close(asked.done)
	}
}

// cacheKey is a question as it was asked, the form of the answer, the day, which
// relative dates count from, and the server's address if the answer has it.
func (s *server) cacheKey(r *request, form int, addresses bool) string {
	key := r.path + "?" + r.rawQuery + " " + strconv.Itoa(form) + " " + s.today().String()
	if addresses {
		key += " " + r.base
	}
	return key
}
