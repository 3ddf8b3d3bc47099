package db_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"
)

// newsArticle makes an article of about 400 words with four events, one a
// sentence.
func newsArticle(r *rand.Rand, n int) db.Coded {
	var text strings.Builder
	var c db.Coded
	for sentence := range 20 {
		start := text.Len()
		for range 20 {
			text.WriteString(pick(r, worldWords))
			text.WriteByte(' ')
		}
		fmt.Fprintf(&text, "%d.", n)
		if sentence%5 == 0 {
			e := randomEvent(r, text.String()[start:])
			e.Evidence[0].Start, e.Evidence[0].End = start, text.Len()
			c.Events = append(c.Events, e)
		}
		text.WriteByte(' ')
	}
	c.Article = event.Article{Text: text.String(), Language: "en", URL: fmt.Sprintf("https://example.org/%d", n),
		Published: &event.Moment{Time: day("2017-01-27").Time(), Precision: event.DayPrecision}}
	return c
}

func BenchmarkPutArticle(b *testing.B) {
	s := open(b)
	r := rand.New(rand.NewPCG(1, 1))
	n := 0
	for b.Loop() {
		n++
		c := newsArticle(r, n)
		if _, err := s.PutArticle(context.Background(), c.Article, c.Events, replaceAll); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(4*n)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkPutArticles100(b *testing.B) {
	s := open(b)
	r := rand.New(rand.NewPCG(1, 2))
	n := 0
	for b.Loop() {
		batch := make([]db.Coded, 100)
		for i := range batch {
			n++
			batch[i] = newsArticle(r, n)
		}
		if _, err := s.PutArticles(context.Background(), batch, replaceAll); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(4*n)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkEventsPageOf50(b *testing.B) {
	ctx := context.Background()
	url := dbtest.New(b)
	s := openURL(b, url)
	r := rand.New(rand.NewPCG(1, 3))
	for round := range 50 {
		batch := make([]db.Coded, 100)
		for i := range batch {
			batch[i] = newsArticle(r, 100*round+i)
		}
		if _, err := s.PutArticles(ctx, batch, replaceAll); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := connect(b, url).Exec(ctx, `ANALYZE`); err != nil {
		b.Fatal(err)
	}
	code := func(c string) event.ActorTerm { return event.ActorTerm{Any: []event.ActorRef{{Code: c}}} }
	for _, q := range []struct {
		name   string
		filter event.Filter
	}{
		{"newest", event.Filter{}},
		{"actor", event.Filter{Actors: []event.ActorTerm{code("IRN")}}},
		{"actor pair, country, month, type", event.Filter{Actors: []event.ActorTerm{code("IRN"), code("UN")}, Countries: []string{"SYR"},
			From: ptr(day("2017-01-01")), To: ptr(day("2017-01-31")), Types: []event.Type{event.Meeting}}},
		{"name", event.Filter{Actors: []event.ActorTerm{{Any: []event.ActorRef{{Name: "bashar assad"}}}}}},
		{"text", event.Filter{Text: "oil -grain"}},
	} {
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				if page, err := s.Events(ctx, q.filter); err != nil || len(page.Documents) == 0 {
					b.Fatal(len(page.Documents), err)
				}
			}
		})
	}
}
