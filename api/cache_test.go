package api

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// TestCacheIsExact has writers and readers at once: whoever asks after a write
// was acknowledged sees it, from the cache or not.
func TestCacheIsExact(t *testing.T) {
	t.Parallel()
	var version atomic.Int64
	made := atomic.Int64{}
	c := newCache(nil, 1<<20)
	c.versions[0].read = func(context.Context) (int64, error) { return version.Load(), nil }
	ask := func(key string) int64 {
		a, err := c.get(t.Context(), key, func() (*answer, error) {
			made.Add(1)
			return &answer{body: fmt.Append(nil, version.Load())}, nil
		})
		if err != nil {
			t.Error(err)
			return 0
		}
		var v int64
		fmt.Sscan(string(a.body), &v)
		return v
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				wrote := version.Add(1)
				if got := ask("q"); got < wrote {
					t.Errorf("asked after version %d, answered of %d", wrote, got)
				}
			}
		})
		all.Go(func() {
			for range 500 {
				at := version.Load()
				if got := ask("q"); got < at {
					t.Errorf("asked at version %d, answered of %d", at, got)
				}
			}
		})
	}
	all.Wait()
	was := made.Load()
	for range 10 {
		ask("q")
	}
	if made.Load() > was+1 {
		t.Errorf("nothing changed, and it was made %d times", made.Load()-was)
	}
}

func TestCacheKeepsItsSize(t *testing.T) {
	t.Parallel()
	c := newCache(nil, 100_000)
	c.versions[0].read = func(context.Context) (int64, error) { return 1, nil }
	get := func(n, size int) (made bool) {
		if _, err := c.get(t.Context(), fmt.Sprint(n), func() (*answer, error) { made = true; return &answer{body: make([]byte, size)}, nil }); err != nil {
			t.Error(err)
		}
		return made
	}
	for n := range 1000 {
		get(n, 1000)
		get(0, 1000) // often asked
		if c.size > c.most || c.recent.Len() != len(c.answers) {
			t.Fatalf("%d bytes of %d, %d answers, %d in order", c.size, c.most, len(c.answers), c.recent.Len())
		}
	}
	if get(0, 1000) || !get(1, 1000) || get(1, 1000) {
		t.Error("what is asked often was dropped, or what is not was kept")
	}
	for range 2 {
		if !get(-1, 50_000) {
			t.Error("an answer of half the size was kept")
		}
	}
	if c := newCache(nil, 0); c.recent.Len() != 0 {
		t.Error("a cache of nothing has something")
	}
	failing := newCache(nil, 1000)
	failing.versions[0].read = func(context.Context) (int64, error) { return 0, fmt.Errorf("away") }
	if _, err := failing.get(t.Context(), "q", func() (*answer, error) { return &answer{}, nil }); err == nil {
		t.Error("answered without a version")
	}
}
