package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"demarche/db"
	"demarche/internal/event"

	"github.com/google/uuid"
)

// The world that events are made of: countries and persons by Zipf's law, so
// that a few take part in most events, as in the news.
const (
	persons    = 5000
	places     = 2000
	vocabulary = 4000
	zipf       = 1.05
)

var sources = strings.Fields("reuters.example afp.example xinhua.example tass.example mofa.example bbc.example aljazeera.example apnews.example")

// world is everything that does not change from event to event.
type world struct {
	codes   []string // of countries, the busiest first
	persons []person
	places  []event.Location
	words   []string
	kinds   []event.TypeInfo

	country, actor, place, word, kind zipfian
}

type person struct {
	name, title, code string
	id                uuid.UUID
}

// zipfian draws ranks from 0, the first the most often.
type zipfian struct{ cumulative []float64 }

func newZipfian(n int, exponent, shift float64) zipfian {
	c := make([]float64, n)
	sum := 0.0
	for i := range c {
		sum += math.Pow(float64(i+1)+shift, -exponent)
		c[i] = sum
	}
	for i := range c {
		c[i] /= sum
	}
	return zipfian{c}
}

func (z zipfian) draw(r *rand.Rand) int {
	i, _ := slices.BinarySearch(z.cumulative, r.Float64())
	return min(i, len(z.cumulative)-1)
}

func newWorld(codes []string, seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &world{
		codes: slices.Clone(codes), kinds: event.Ontology(), country: newZipfian(len(codes), zipf, 0), actor: newZipfian(persons, zipf, 0),
		place: newZipfian(places, zipf, 0), word: newZipfian(vocabulary, 1.02, 8), kind: newZipfian(30, 1.2, 0.5),
	}
	r.Shuffle(len(w.codes), func(i, j int) { w.codes[i], w.codes[j] = w.codes[j], w.codes[i] })
	r.Shuffle(len(w.kinds), func(i, j int) { w.kinds[i], w.kinds[j] = w.kinds[j], w.kinds[i] })
	w.words = strings.Fields(`ceasefire talks agreement border minister president delegation summit sanctions trade security council
		resolution hostage humanitarian corridor nuclear energy pipeline treaty ambassador embassy bilateral multilateral envoy peace conflict
		troops withdrawal prisoners exchange aid refugees maritime dispute election sovereignty recognition cooperation memorandum`)
	for len(w.words) < vocabulary {
		w.words = append(w.words, syllables(r, 2+r.IntN(3)))
	}
	titles := strings.Split("foreign minister,president,prime minister,envoy,ambassador,spokesperson", ",")
	for i := range persons {
		w.persons = append(w.persons, person{
			name: capital(syllables(r, 3)) + " " + capital(syllables(r, 4)), title: titles[r.IntN(len(titles))],
			code: w.codes[w.country.draw(r)], id: event.ActorID(fmt.Sprintf("bench:person:%d", i)),
		})
	}
	// Countries lie somewhere, so that a box means something.
	centre := make(map[string][2]float64, len(codes))
	for _, c := range w.codes {
		centre[c] = [2]float64{max(-50, min(68, r.NormFloat64()*22+25)), r.Float64()*340 - 170}
	}
	for i := range places {
		code := w.codes[i%len(w.codes)]
		if i >= len(w.codes) {
			code = w.codes[w.country.draw(r)]
		}
		lat, lon := round4(centre[code][0]+r.NormFloat64()*2), round4(centre[code][1]+r.NormFloat64()*3)
		w.places = append(w.places, event.Location{Place: capital(syllables(r, 2+r.IntN(2))), Country: code, Lat: &lat, Lon: &lon, Precision: "city", GeoNamesID: int64(100_000 + i)})
	}
	return w
}

func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func syllables(r *rand.Rand, n int) string {
	const consonants, vowels = "bcdfghklmnprstvz", "aeiou"
	var b strings.Builder
	for range n {
		b.WriteByte(consonants[r.IntN(len(consonants))])
		b.WriteByte(vowels[r.IntN(len(vowels))])
	}
	return b.String()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// The days over which events are spread; there are more of them every year.
var (
	firstDay = event.DayOf(2015, time.January, 1)
	lastDay  = event.DayOf(2026, time.October, 31)
)

// event makes event i of n.
func (w *world) event(seed uint64, i, n int) db.Loaded {
	r := rand.New(rand.NewPCG(seed+2, uint64(i)))
	x := math.Sqrt(float64(i)/float64(n)*0.9 + 0.1)
	base := math.Sqrt(0.1)
	start := max(firstDay, firstDay+event.Day((x-base)/(1-base)*float64(lastDay-firstDay))-event.Day(r.IntN(5)))
	at := start.Time().Add(time.Duration(r.IntN(86400)) * time.Second)
	kind := w.kinds[w.kind.draw(r)]
	e := event.Event{
		ID: idAt(r, at), Type: kind.Type, Status: event.Occurred, Confidence: math.Round((0.5+r.Float64()/2)*1000) / 1000,
		Date: &event.Date{Start: start, End: start, Precision: event.DayPrecision, Text: "on Thursday"}, CreatedAt: at, UpdatedAt: at, Revision: 1,
		FirstReported: &start,
	}
	switch v := r.IntN(100); {
	case v < 10:
		e.Status = event.Planned
	case v < 15:
		e.Status = event.Ongoing
	case v < 18:
		e.Status = event.Cancelled
	}
	switch v := r.IntN(100); {
	case v < 5:
		span := event.MonthSpan(start.Year(), start.Time().Month())
		e.Date = &event.Date{Start: span.Start, End: span.End, Precision: event.MonthPrecision, Text: "this month"}
	case v < 7:
		e.Date = &event.Date{Start: event.DayOf(start.Year(), 1, 1), End: event.DayOf(start.Year(), 12, 31), Precision: event.YearPrecision, Text: "this year"}
	case v < 15:
		e.Date.End = start + 1 + event.Day(r.IntN(4))
	}
	place := w.places[w.place.draw(r)]
	e.Location = &place
	parties := 2
	switch v := r.IntN(10); {
	case v == 9:
		parties = 4
	case v >= 6:
		parties = 3
	}
	for len(e.Participants) < parties {
		p := event.Participant{Sector: event.Government, Role: event.Party}
		if r.IntN(10) < 6 {
			p.Code = w.codes[w.country.draw(r)]
			p.Name, p.ActorID = p.Code+" government", event.ActorID("bench:state:"+p.Code)
		} else {
			who := w.persons[w.actor.draw(r)]
			p.Name, p.Title, p.Code, p.ActorID = who.name, who.title, who.code, who.id
		}
		if slices.ContainsFunc(e.Participants, func(q event.Participant) bool { return q.Code == p.Code }) {
			continue
		}
		if !kind.Symmetric {
			p.Role = event.Target
			if len(e.Participants) == 0 {
				p.Role = event.Actor
			}
		}
		e.Participants = append(e.Participants, p)
	}
	e.Summary = e.Participants[0].Name + " and " + e.Participants[1].Name + ": " + strings.ReplaceAll(string(e.Type), "_", " ") + " in " + place.Place
	passages := 1
	switch v := r.IntN(10); {
	case v >= 8:
		passages = 3
	case v >= 5:
		passages = 2
	}
	article := idAt(r, at)
	for range passages {
		text := w.sentence(r, e.Participants[r.IntN(parties)].Name)
		from := r.IntN(2000)
		e.Evidence = append(e.Evidence, event.Evidence{ArticleID: article, Start: from, End: from + len(text), Text: text,
			Trigger: &event.Trigger{Start: from + 10, End: from + 18, Text: text[10:18]}, Rule: kind.Family + "." + string(kind.Type)})
	}
	e.ArticleCount = 1 + int(r.ExpFloat64()*3)
	e.SourceCount = 1 + r.IntN(min(e.ArticleCount, len(sources)))
	e.Recode()
	return db.Loaded{Event: e, Source: sources[r.IntN(len(sources))], Language: "en"}
}

var filling = strings.Fields("the of and to in on with for said that after by from at its over during as between which")

// sentence makes a passage of 100 to 300 characters.
func (w *world) sentence(r *rand.Rand, about string) string {
	var b strings.Builder
	b.WriteString(about)
	for length := 100 + r.IntN(200); b.Len() < length; {
		b.WriteByte(' ')
		if r.IntN(3) == 0 {
			b.WriteString(filling[r.IntN(len(filling))])
		} else {
			b.WriteString(w.words[w.word.draw(r)])
		}
	}
	b.WriteByte('.')
	return b.String()
}

// idAt makes a UUIDv7 of an instant.
func idAt(r *rand.Rand, at time.Time) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|uint64(r.Uint32()&0x0fff)|0x7000)
	binary.BigEndian.PutUint64(id[8:], r.Uint64()&^(3<<62)|2<<62)
	return id
}

// events gives the events one after the other, to several callers.
func (w *world) events(seed uint64, n int, done func(int)) func() (db.Loaded, bool) {
	var mu sync.Mutex
	next := 0
	return func() (db.Loaded, bool) {
		mu.Lock()
		i := next
		next++
		mu.Unlock()
		if i >= n {
			return db.Loaded{}, false
		}
		if i%100_000 == 0 {
			done(i)
		}
		return w.event(seed, i, n), true
	}
}
