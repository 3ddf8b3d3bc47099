package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"

	"demarche/internal/event"
)

// hot is one of the questions that dashboards ask all day.
type hot struct {
	name string
	path string
	page bool // a page of events; else a small answer
	ask  func(w *world, r *rand.Rand) url.Values
}

// span draws 30 to 365 days.
func span(r *rand.Rand) (string, string) {
	from := firstDay + event.Day(r.IntN(4100))
	return from.String(), (from + 30 + event.Day(r.IntN(336))).String()
}

// someone draws a country or, less often, a person.
func someone(w *world, r *rand.Rand) string {
	if r.IntN(10) < 6 {
		return w.codes[w.country.draw(r)]
	}
	return w.persons[w.actor.draw(r)].id.String()
}

func hotQuestions() []hot {
	events := func(name string, ask func(w *world, r *rand.Rand) url.Values) hot {
		return hot{name, "/v1/events", true, ask}
	}
	return []hot{
		events("actor", func(w *world, r *rand.Rand) url.Values { return url.Values{"actor": {someone(w, r)}} }),
		events("pair", func(w *world, r *rand.Rand) url.Values {
			a, b := w.country.draw(r), w.country.draw(r)
			for a == b {
				b = w.country.draw(r)
			}
			return url.Values{"actor": {w.codes[a], w.codes[b]}}
		}),
		events("actor+dates", func(w *world, r *rand.Rand) url.Values {
			from, to := span(r)
			return url.Values{"actor": {someone(w, r)}, "from": {from}, "to": {to}}
		}),
		events("country+type+dates", func(w *world, r *rand.Rand) url.Values {
			from, to := span(r)
			return url.Values{"country": {w.codes[w.country.draw(r)]}, "type": {string(w.kinds[w.kind.draw(r)].Type)}, "from": {from}, "to": {to}}
		}),
		events("bbox", func(_ *world, r *rand.Rand) url.Values {
			width := []float64{5, 20, 60}[r.IntN(3)]
			west, south := r.Float64()*(340-width)-170, r.Float64()*(85-width/2)-20
			return url.Values{"bbox": {fmt.Sprintf("%.3f,%.3f,%.3f,%.3f", west, south, west+width, south+width/2)}}
		}),
		events("text+dates", func(w *world, r *rand.Rand) url.Values {
			from, to := span(r)
			q := w.words[w.word.draw(r)]
			if r.IntN(2) == 0 {
				q += " " + w.words[w.word.draw(r)]
			}
			return url.Values{"q": {q}, "from": {from}, "to": {to}}
		}),
		events("deep page", func(w *world, r *rand.Rand) url.Values {
			q := url.Values{"actor": {someone(w, r)}}
			day := firstDay + event.Day(r.IntN(int(lastDay-firstDay)))
			q.Set("cursor", day.String()) // its place; see request
			return q
		}),
		events("ten filters", func(w *world, r *rand.Rand) url.Values {
			from, to := span(r)
			var countries []string
			for range 8 {
				countries = append(countries, w.codes[w.country.draw(r)])
			}
			return url.Values{"actor": {w.codes[w.country.draw(r)], "!" + w.codes[w.country.draw(r)]}, "country": {strings.Join(countries, ",")},
				"from": {from}, "to": {to}, "family": {"consult,agree,cooperate"}, "status": {"occurred,ongoing"}, "quad_class": {"1,2"},
				"min_confidence": {"0.6"}, "sector": {"GOV"}, "language": {"en"}, "q": {w.words[w.word.draw(r)]}}
		}),
		{"timeline", "/v1/stats/timeline", false, func(w *world, r *rand.Rand) url.Values {
			return url.Values{"actor": {w.codes[w.country.draw(r)]}, "group_by": {"type"}}
		}},
		{"facet counts", "/v1/stats/top", false, func(w *world, r *rand.Rand) url.Values {
			return url.Values{"actor": {w.codes[w.country.draw(r)]}, "field": {"country"}}
		}},
	}
}
