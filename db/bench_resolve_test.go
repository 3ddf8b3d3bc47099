package db_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"
	"demarche/internal/resolve"
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
// many events that stand already, with resolution and without.
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
			plain := openURL(b, url)
			next := 0
			for _, s := range []struct {
				name  string
				store *db.Store
			}{{"apart", plain}, {"resolved", resolving}} {
				b.Run(s.name, func(b *testing.B) {
					events := 0
					for b.Loop() {
						b.StopTimer()
						batch := make([]db.Coded, 64)
						for k := range batch {
							next++
							batch[k] = w.article(next)
							events += len(batch[k].Events)
						}
						b.StartTimer()
						if _, err := s.store.PutArticles(ctx, batch, replaceAll); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(events), "µs/event")
				})
			}
		})
	}
}

var _ db.Resolver = resolve.Rules{}
