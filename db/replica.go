package db

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// position is a place in the primary's write-ahead log (an LSN): whoever has
// replayed up to it has everything that was committed before it was read.
type position uint64

// noPosition is behind every other one: nobody has replayed so far.
const noPosition = ^position(0)

// replica is a streaming replica that questions go to while it is near enough.
type replica struct {
	pool   *pgxpool.Pool
	most   time.Duration // how far it may be behind
	fresh  atomic.Bool   // it is no further behind
	behind atomic.Int64  // how far it is, in nanoseconds
	stop   func()        // ends watching

	mu       sync.Mutex
	replayed position
	marks    []mark             // positions of the primary that it has not reached
	authors  map[string]*author // those who wrote lately
}

// mark is where the primary was at an instant.
type mark struct {
	at       time.Time
	position position
}

// author is somebody who writes, or whose last write the replica may not have.
type author struct {
	writing int       // writes under way
	ended   time.Time // when the last one ended
	last    position  // where it is; noPosition while that is not known
}

// lookEvery is how often the replica is looked at.
const lookEvery = 200 * time.Millisecond

type pinKey struct{}

// Pin has the questions of a context go to the replica or to the primary, so
// that all that belongs together is read in one place. Without it they go to
// the primary.
func Pin(ctx context.Context, onReplica bool) context.Context {
	return context.WithValue(ctx, pinKey{}, onReplica)
}

// OnReplica tells where the questions of a context go.
func OnReplica(ctx context.Context) bool {
	on, _ := ctx.Value(pinKey{}).(bool)
	return on
}

// Choose pins the questions of somebody: to the replica if there is one that is
// near enough and has everything that they wrote.
func (s *Store) Choose(ctx context.Context, who string) context.Context {
	r := s.replica
	if r == nil || !r.fresh.Load() {
		return ctx
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if w, ok := r.authors[who]; ok && (w.writing > 0 || w.last > r.replayed) {
		return ctx
	}
	return Pin(ctx, true)
}

// reader gives the pool that the questions of a context go to.
func (s *Store) reader(ctx context.Context) *pgxpool.Pool {
	if s.replica != nil && OnReplica(ctx) {
		return s.replica.pool
	}
	return s.pool
}

// Writing says that somebody begins to write. Until done is called, and the
// replica has what they wrote, their questions go to the primary.
func (s *Store) Writing(ctx context.Context, who string) (done func()) {
	r := s.replica
	if r == nil {
		return func() {}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w, ok := r.authors[who]
	if !ok {
		w = &author{}
		r.authors[who] = w
	}
	w.writing++
	return func() {
		at, err := insertedUpTo(context.WithoutCancel(ctx), s.pool)
		r.mu.Lock()
		defer r.mu.Unlock()
		w.writing--
		if w.ended, w.last = time.Now(), max(w.last, at); err != nil {
			w.last = noPosition // look finds one that is behind it
		}
	}
}

// insertedUpTo gives the position behind everything that is committed, whether
// it is on disk already or, with synchronous_commit off, not yet.
func insertedUpTo(ctx context.Context, q rowQuerier) (at position, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var lsn int64
	err = q.QueryRow(ctx, `SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint`).Scan(&lsn)
	return position(lsn), err
}

// follow opens the replica at an address and watches it until Close.
func (s *Store) follow(ctx context.Context, pc *pgxpool.Config, most time.Duration) error {
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return translate(ctx, "open the replica", err)
	}
	s.replica = &replica{pool: pool, most: most, authors: map[string]*author{}}
	s.look(ctx)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(lookEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				s.look(ctx)
			case <-ctx.Done():
				return
			}
		}
	}()
	s.replica.stop = func() {
		cancel()
		<-done
		pool.Close()
	}
	return nil
}

// look finds out how far behind the replica is. While the primary is away
// nothing is committed, so that a replica which had everything goes on having
// it: reading goes on.
func (s *Store) look(ctx context.Context) {
	r := s.replica
	now := time.Now()
	at, primaryErr := insertedUpTo(ctx, s.pool)
	replayed, err := replayedUpTo(ctx, r.pool)
	if err != nil {
		if r.fresh.Swap(false) && ctx.Err() == nil {
			s.log.Warn("the replica cannot be asked: questions go to the primary", "error", err)
		}
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replayed = replayed
	if primaryErr == nil {
		r.marks = append(r.marks, mark{now, at})
	}
	reached := 0
	for reached < len(r.marks) && r.marks[reached].position <= replayed {
		reached++
	}
	r.marks = slices.Delete(r.marks, 0, reached)
	var behind time.Duration
	if len(r.marks) > 0 {
		behind = now.Sub(r.marks[0].at)
		r.marks = slices.Delete(r.marks, 1, max(1, len(r.marks)-mostMarks))
	}
	for who, w := range r.authors {
		if w.writing == 0 && w.last == noPosition && primaryErr == nil && w.ended.Before(now) {
			w.last = at
		}
		if w.writing == 0 && w.last <= replayed {
			delete(r.authors, who)
		}
	}
	r.behind.Store(int64(behind))
	if fresh := behind <= r.most; r.fresh.Swap(fresh) != fresh {
		s.log.Info("how far the replica is behind has changed whether it is asked", "behind", behind.Round(time.Millisecond), "asked", fresh)
	}
}

// mostMarks bounds what is remembered of a replica that is far behind.
const mostMarks = 10_000

// replayedUpTo gives the position up to which a standby has replayed.
func replayedUpTo(ctx context.Context, q rowQuerier) (position, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var standby bool
	var lsn *int64
	err := q.QueryRow(ctx, `SELECT pg_is_in_recovery(), (pg_last_wal_replay_lsn() - '0/0')::bigint`).Scan(&standby, &lsn)
	if err != nil {
		return 0, err
	}
	if !standby || lsn == nil {
		return 0, errors.New("it is no standby")
	}
	return position(*lsn), nil
}
