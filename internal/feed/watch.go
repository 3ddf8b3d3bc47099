// Package feed polls RSS and Atom feeds for articles. It goes about it politely
// (conditional requests, robots.txt, pauses between requests to a host, backoff)
// and carefully: what is fetched is bounded in size and time, and comes from the
// open internet alone, unless the configuration allows more.
package feed

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/ingest"
)

const (
	// lease is how long a poll may take before others take the feed.
	lease = 15 * time.Minute
	// pollWithin bounds a poll with all its pages.
	pollWithin = 10 * time.Minute
	// maxBackoff bounds how long a feed that fails is left alone.
	maxBackoff = 24 * time.Hour
	// lookEvery is how often it is looked for feeds that are due.
	lookEvery = 2 * time.Second
)

// Watcher polls feeds.
type Watcher struct {
	store    *db.Store
	pipeline *ingest.Pipeline
	fetch    *fetcher
	maxText  int
	log      *slog.Logger
}

// New makes a watcher. maxText bounds the text of an article, in bytes.
func New(store *db.Store, pipeline *ingest.Pipeline, maxText int, log *slog.Logger, c Config) *Watcher {
	return &Watcher{store, pipeline, newFetcher(c), maxText, log}
}

// Watch polls feeds as they are due, several at a time, until the context ends.
// Several processes may do so: each feed is polled by one of them.
func (w *Watcher) Watch(ctx context.Context, atOnce int) {
	var running sync.WaitGroup
	for range atOnce {
		running.Go(func() {
			for ctx.Err() == nil {
				polled, err := w.PollNext(ctx)
				if err != nil && ctx.Err() == nil {
					w.log.WarnContext(ctx, "watch feeds", "error", err)
				}
				if polled {
					continue
				}
				select {
				case <-ctx.Done():
				case <-time.After(lookEvery):
				}
			}
		})
	}
	running.Wait()
}

// PollNext polls a feed that is due, if there is one, and stores how it went. The
// error is of the database.
func (w *Watcher) PollNext(ctx context.Context) (polled bool, err error) {
	f, err := w.store.DueFeed(ctx, lease)
	if e, ok := event.AsError(err); ok && e.Code == event.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	polling, cancel := context.WithTimeout(ctx, pollWithin)
	defer cancel()
	failed := w.poll(polling, &f)
	if ctx.Err() != nil { // we are stopped: that is no fault of the feed
		f.NextAt = w.fetch.Now()
		return true, w.store.PolledFeed(context.WithoutCancel(ctx), f)
	}
	w.settle(&f, failed)
	if failed != nil {
		w.log.WarnContext(ctx, "feed", "url", f.URL, "error", f.Error, "failures", f.Failures, "next", f.NextAt)
	} else {
		w.log.InfoContext(ctx, "feed", "url", f.URL, "entries", f.Entries, "articles", f.Articles, "warning", f.Warning)
	}
	return true, w.store.PolledFeed(ctx, f)
}

// settle says of a feed how a poll went and when the next one is.
func (w *Watcher) settle(f *db.Feed, failed error) {
	now := w.fetch.Now().UTC()
	f.PolledAt = &now
	wait := time.Duration(f.Every) * time.Second
	if failed == nil {
		f.SucceedAt, f.Failures, f.Error = &now, 0, ""
	} else {
		f.Failures++
		f.Error, f.ErrorAt = clip(plain(failed), maxMessage), &now
		wait = min(wait<<min(f.Failures, 12), maxBackoff)
		var answer *statusError
		if errors.As(failed, &answer) {
			f.Status = &answer.status
			wait = max(wait, answer.after)
			if answer.status == 410 { // gone: it will not come back
				f.Paused = true
			}
		}
	}
	// A tenth of chance, so that feeds do not all come at once.
	f.NextAt = now.Add(wait + time.Duration(rand.Int64N(int64(wait)/10+1)))
}
