// Package ingest is the one way down for articles: read, code, resolve, store.
// The HTTP interface and the loader both go through it.
package ingest

import (
	"context"
	"time"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/extract"

	"github.com/prometheus/client_golang/prometheus"
)

// Pipeline codes articles and stores them with their events. It is safe for
// concurrent use.
type Pipeline struct {
	extractor *extract.Extractor
	store     *db.Store
	coder     string // version of the extractor
	coding    prometheus.Histogram
	articles  *prometheus.CounterVec
	events    *prometheus.CounterVec
}

// New makes a pipeline and registers its metrics.
func New(x *extract.Extractor, store *db.Store, metrics prometheus.Registerer) *Pipeline {
	p := &Pipeline{
		extractor: x, store: store, coder: x.Version(),
		coding: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "demarche_coding_duration_seconds", Help: "Time to code one article.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .5, 1, 5},
		}),
		articles: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "demarche_articles_total", Help: "Articles taken in, by what became of them.",
		}, []string{"outcome"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "demarche_events_coded_total", Help: "Events coded from new or revised articles, by type.",
		}, []string{"type"}),
	}
	metrics.MustRegister(p.coding, p.articles, p.events)
	return p
}

// Code gives the events of an article without storing anything; none for a
// language that is not coded.
func (p *Pipeline) Code(a *event.Article) []event.Event {
	start := time.Now()
	events := p.extractor.Events(a)
	for i := range events {
		events[i].Coder = p.coder
	}
	p.coding.Observe(time.Since(start).Seconds())
	return events
}

// Explain codes an article without storing anything and shows how.
func (p *Pipeline) Explain(a *event.Article) extract.Explanation { return p.extractor.Explain(a) }

// Put codes an article and stores it with its events in one transaction. An
// article that is stored already is given back as it stands.
func (p *Pipeline) Put(ctx context.Context, a event.Article) (db.Put, error) {
	stored, unchanged, err := p.store.Find(ctx, &a)
	if err != nil {
		return db.Put{}, err
	}
	if unchanged {
		p.articles.WithLabelValues(string(stored.Outcome)).Inc()
		return stored, nil
	}
	put, err := p.store.PutArticle(ctx, a, p.Code(&a), revise)
	if err == nil {
		p.count(&put)
	}
	return put, err
}

func (p *Pipeline) count(put *db.Put) {
	p.articles.WithLabelValues(string(put.Outcome)).Inc()
	if put.Outcome != db.Unchanged {
		for i := range put.Events {
			p.events.WithLabelValues(string(put.Events[i].Type)).Inc()
		}
	}
}
