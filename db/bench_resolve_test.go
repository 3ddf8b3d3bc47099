package db_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"
)

// wideWorld draws events of two hundred states over ten years: few states are
// in many, most in few.
type wideWorld struct {
	r     *rand.Rand
	codes []string
	types []event.TypeInfo
}

func newWideWorld(seed uint64) *wideWorld {
	w := &wideWorld{r: rand.New(rand.NewPCG(seed, 1)), types: event.Ontology()}
	for i := range 200 {
		w.codes = append(w.codes, string([]byte{'A' + byte(i/26/26), 'A' + byte(i/26%26), 'A' + byte(i%26)}))
	}
	return w
}

func (w *wideWorld) event(text string, at, to int, day event.Day) event.Event {
	e := event.Event{Type: w.types[w.r.IntN(len(w.types))].Type, Status: event.Occurred, Summary: "s", Confidence: 0.8,
		Date: &event.Date{Start: day, End: day, Precision: event.DayPrecision}, Evidence: []event.Evidence{{Start: at, End: to, Text: text[at:to]}}}
	for i := range 2 {
		code := w.codes[int(math.Pow(w.r.Float64(), 3)*float64(len(w.codes)))]
		role := event.Actor
		if i > 0 {
			role = event.Target
		}
		e.Participants = append(e.Participants, event.Participant{Name: code, Code: code, Sector: event.Government, Role: role, ActorID: event.ActorID(code)})
	}
	e.Recode()
	return e
}

func (w *wideWorld) day() event.Day { return day("2010-01-01") + event.Day(w.r.IntN(3650)) }

func (w *wideWorld) article(n int) db.Coded {
	on := w.day()
	c := db.Coded{Article: event.Article{Language: "en", Source: fmt.Sprint("S", n%50), Published: &event.Moment{Time: on.Time(), Precision: event.DayPrecision}}}
	text := ""
	var cuts []int
	for range 4 {
		cuts = append(cuts, len(text))
		for range 15 {
			text += pick(w.r, worldWords) + " "
		}
		text += fmt.Sprint(n, ". ")
	}
	c.Article.Text = text
	for _, at := range cuts {
		c.Events = append(c.Events, w.event(text, at, at+60, on))
	}
	return c
}

// BenchmarkPutAmong writes batches of 64 articles of four events each among so
// many events that stand already, with resolution and without: the medians, and
// their ratio.
func BenchmarkPutAmong(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if testing.Short() && n > 10_000 {
				b.Skip("takes minutes")
			}
			ctx := context.Background()
			url := dbtest.New(b)
			resolving := openResolving(b, url)
			w := newWideWorld(1)
			var mu sync.Mutex
			i := 0
			const passage = "oil grain border harbour gas prisoners tariff embassy exports"
			if err := resolving.BulkLoad(ctx, 2, func() (db.Loaded, bool) {
				mu.Lock()
				defer mu.Unlock()
				if i == n {
					return db.Loaded{}, false
				}
				i++
				on := w.day()
				e := w.event(passage, 0, len(passage), on)
				e.ID, e.Revision, e.ArticleCount, e.SourceCount, e.FirstReported = uuid.Must(uuid.NewV7()), 1, 1, 1, &on
				e.Evidence[0].ArticleID = uuid.Must(uuid.NewV7())
				e.CreatedAt, e.UpdatedAt = clock(), clock()
				return db.Loaded{Event: e, Source: "S", Language: "en"}, true
			}); err != nil {
				b.Fatal(err)
			}
			// In turn, so that whatever else the machine does touches both.
			stores := [2]*db.Store{openURL(b, url), resolving}
			var took [2][]float64
			next := 0
			for b.Loop() {
				for i, s := range stores {
					var batch []db.Coded
					events := 0
					for range 64 {
						next++
						batch = append(batch, w.article(next))
						events += len(batch[len(batch)-1].Events)
					}
					began := time.Now()
					if _, err := s.PutArticles(ctx, batch, replaceAll); err != nil {
						b.Fatal(err)
					}
					took[i] = append(took[i], float64(time.Since(began).Microseconds())/float64(events))
				}
			}
			for i := range took {
				slices.Sort(took[i])
			}
			apart, resolved := took[0][len(took[0])/2], took[1][len(took[1])/2]
			b.ReportMetric(apart, "apart-µs/event")
			b.ReportMetric(resolved, "resolved-µs/event")
			b.ReportMetric(resolved/apart, "resolved/apart")
		})
	}
}
