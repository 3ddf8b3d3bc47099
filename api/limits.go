package api

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"demarche/internal/event"

	"golang.org/x/time/rate"
)

// limiter gives each of many callers so many requests a minute, which may come
// at once.
type limiter struct {
	name   string
	most   int // a minute; 0: any number
	now    func() time.Time
	policy string

	mu      sync.Mutex
	callers map[string]*rate.Limiter
	sweepAt int // size at which those who have been quiet are forgotten
}

const leastSweep = 1000

func newLimiter(name string, most int, now func() time.Time) *limiter {
	return &limiter{name: name, most: most, now: now, policy: `"` + name + `";q=` + strconv.Itoa(most) + ";w=60",
		callers: map[string]*rate.Limiter{}, sweepAt: leastSweep}
}

// take takes one request from what a caller has left, and says in the headers
// what that is (draft-ietf-httpapi-ratelimit-headers). If nothing is left it is
// false, and Retry-After says when there will be.
func (l *limiter) take(w http.ResponseWriter, who string) bool {
	if l.most == 0 {
		return true
	}
	now := l.now()
	lim := l.of(who, now)
	ok := lim.AllowN(now, 1)
	left := lim.TokensAt(now)
	h := w.Header()
	h["Ratelimit-Policy"] = []string{l.policy}
	h["Ratelimit"] = []string{`"` + l.name + `";r=` + strconv.Itoa(int(math.Max(0, left))) + ";t=" + seconds((float64(l.most)-left)*60/float64(l.most))}
	if !ok {
		h.Set("Retry-After", seconds((1-left)*60/float64(l.most)))
	}
	return ok
}

// empty tells whether a caller has nothing left.
func (l *limiter) empty(who string) bool {
	if l.most == 0 {
		return false
	}
	now := l.now()
	return l.of(who, now).TokensAt(now) < 1
}

func (l *limiter) of(who string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	lim, ok := l.callers[who]
	if !ok {
		if len(l.callers) >= l.sweepAt {
			for k, v := range l.callers {
				if v.TokensAt(now) >= float64(l.most) {
					delete(l.callers, k)
				}
			}
			l.sweepAt = max(leastSweep, 2*len(l.callers))
		}
		lim = rate.NewLimiter(rate.Limit(float64(l.most)/60), l.most)
		l.callers[who] = lim
	}
	return lim
}

// seconds rounds up, so that who waits so long does not wait in vain.
func seconds(s float64) string { return strconv.Itoa(int(math.Ceil(math.Max(0, s)))) }

// slots bounds the requests that are worked on at once. Who comes when all are
// taken waits in a queue that is bounded in length and time: work that will
// not be done in time is refused at once, before everybody's is late.
type slots struct {
	taken   chan struct{} // nil: any number
	waiting atomic.Int64
}

const (
	queuePerSlot = 8
	queueFor     = 5 * time.Second
)

func newSlots(n int) *slots {
	if n == 0 {
		return &slots{}
	}
	return &slots{taken: make(chan struct{}, n)}
}

// enter takes a slot, which leave gives back. The error is Unavailable.
func (s *slots) enter(ctx context.Context) (leave func(), err error) {
	if s.taken == nil {
		return func() {}, nil
	}
	leave = func() { <-s.taken }
	select {
	case s.taken <- struct{}{}:
		return leave, nil
	default:
	}
	defer s.waiting.Add(-1)
	if s.waiting.Add(1) <= int64(queuePerSlot*cap(s.taken)) {
		late := time.NewTimer(queueFor)
		defer late.Stop()
		select {
		case s.taken <- struct{}{}:
			return leave, nil
		case <-late.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return nil, event.NewError(event.Unavailable, "the server has more to do than it can: try again later")
}
