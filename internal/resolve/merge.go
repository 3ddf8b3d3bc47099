package resolve

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// maxEvidence bounds the passages that an event shows; its mentions have all.
const maxEvidence = 50

// Merge makes one event of its mentions, which come by rank, the anchor first.
// reports is every article that reports it, also those beyond the mentions that
// are given. Where reports differ, what has most support stands, and the rest
// beside it under Alternatives: a source has one vote, as sure as the coder is,
// and a copy none of its own. Id and times are left to the store.
func Merge(mentions []event.Mention, reports []event.Report) event.Event {
	e := mentions[0].Event
	reports = distinct(reports)
	e.ArticleCount, e.SourceCount, e.FirstReported, e.Alternatives = len(reports), 1, nil, nil
	for _, r := range reports {
		if r.Day != nil && (e.FirstReported == nil || *r.Day < *e.FirstReported) {
			e.FirstReported = r.Day
		}
	}
	if len(mentions) == 1 {
		return e
	}
	w := newWitnesses(reports)
	e.SourceCount = len(w.sources)
	e.Type = choose(w, mentions, &e, "type", func(m *event.Mention) (string, event.Type) { return string(m.Event.Type), m.Event.Type },
		func(a *event.Alternative, t event.Type) { a.Type = t }, nil)
	e.Status = status(w, mentions, &e)
	said := slices.ContainsFunc(mentions, func(m event.Mention) bool { return m.Event.Date != nil && !implied(m.Event.Date) })
	e.Date = choose(w, mentions, &e, "date", func(m *event.Mention) (string, *event.Date) {
		if m.Event.Date == nil || said && implied(m.Event.Date) {
			return "", nil
		}
		return fmt.Sprint(m.Event.Date.Start, m.Event.Date.End), m.Event.Date
	}, func(a *event.Alternative, d *event.Date) { a.Date = d },
		func(chosen, d *event.Date) bool { return d.Start <= chosen.End && chosen.Start <= d.End })
	e.Location = choose(w, mentions, &e, "location", func(m *event.Mention) (string, *event.Location) {
		l := m.Event.Location
		if l == nil {
			return "", nil
		}
		return l.Country + "/" + event.SearchKey(l.Place), l
	}, func(a *event.Alternative, l *event.Location) { a.Location = l },
		func(chosen, l *event.Location) bool { return l.Country == chosen.Country && l.Precision == "country" })
	participants(w, mentions, &e)
	e.Summary = summary(mentions, &e)
	e.Confidence = confidence(w, mentions)
	e.Evidence = evidence(mentions)
	e.Recode()
	return e
}

// distinct gives each report once, in the order of publication.
func distinct(reports []event.Report) []event.Report {
	reports = slices.Clone(reports)
	slices.SortFunc(reports, earlier)
	return slices.CompactFunc(reports, func(a, b event.Report) bool { return a.ID == b.ID })
}

// witnesses tells which source each report speaks for: that of the original, if
// it is a copy. Reports without a named source count as one.
type witnesses struct {
	of      map[uuid.UUID]string
	sources map[string]bool
}

func newWitnesses(reports []event.Report) witnesses {
	w := witnesses{map[uuid.UUID]string{}, map[string]bool{}}
	source := map[uuid.UUID]string{}
	for _, r := range reports {
		source[r.ID] = r.Source
	}
	copies := Copies(reports)
	for _, r := range reports {
		if original, ok := copies[r.ID]; ok {
			w.of[r.ID] = source[original]
		} else {
			w.of[r.ID] = r.Source
		}
		w.sources[w.of[r.ID]] = true
	}
	return w
}

// ballot is what speaks for one value.
type ballot[T any] struct {
	key      string
	value    T
	votes    map[string]float64 // by source
	passages []event.Passage
}

func (b *ballot[T]) weight() float64 {
	sum := 0.0
	for _, v := range b.votes {
		sum += v
	}
	return math.Round(sum*1e6) / 1e6 // the order of adding does not show
}

// vote counts the values that mentions have; those with an empty key abstain.
// The best-supported is first, of equals that of the mention that ranks first.
func vote[T any](w witnesses, mentions []event.Mention, value func(*event.Mention) (string, T)) []*ballot[T] {
	var all []*ballot[T]
	for i := range mentions {
		m := &mentions[i]
		key, v := value(m)
		if key == "" {
			continue
		}
		at := slices.IndexFunc(all, func(b *ballot[T]) bool { return b.key == key })
		if at < 0 {
			at = len(all)
			all = append(all, &ballot[T]{key: key, value: v, votes: map[string]float64{}})
		}
		b, source := all[at], w.of[m.Report.ID]
		b.votes[source] = max(b.votes[source], m.Event.Confidence)
		for _, p := range m.Event.Evidence[:min(1, len(m.Event.Evidence))] {
			b.passages = append(b.passages, event.Passage{ArticleID: m.Report.ID, Start: p.Start, End: p.End})
		}
	}
	slices.SortStableFunc(all, func(a, b *ballot[T]) int { return cmp.Compare(b.weight(), a.weight()) })
	return all
}

// choose gives the best-supported value and notes the others, unless they agree
// with it.
func choose[T any](w witnesses, mentions []event.Mention, e *event.Event, field string, value func(*event.Mention) (string, T),
	note func(*event.Alternative, T), agrees func(chosen, other T) bool) (chosen T) {
	all := vote(w, mentions, value)
	if len(all) == 0 {
		return chosen
	}
	at := 0
	if agrees != nil {
		// What is more exact and agrees with what has most votes is better: a
		// city in that country, a day in that month.
		for i, b := range all {
			if i > 0 && agrees(b.value, all[at].value) && !agrees(all[at].value, b.value) {
				at = i
			}
		}
	}
	chosen = all[at].value
	for i, b := range all {
		if i != at && (agrees == nil || !agrees(chosen, b.value)) {
			a := event.Alternative{Field: field, SourceCount: len(b.votes), Evidence: first(b.passages)}
			note(&a, b.value)
			e.Alternatives = append(e.Alternatives, a)
		}
	}
	return chosen
}

// maxPassages bounds the evidence of an alternative.
const maxPassages = 5

func first(p []event.Passage) []event.Passage { return p[:min(len(p), maxPassages)] }

// status gives how far the event has come: a report that it was planned is
// older than one that it happened, not another opinion.
func status(w witnesses, mentions []event.Mention, e *event.Event) event.Status {
	all := vote(w, mentions, func(m *event.Mention) (string, event.Status) { return string(m.Event.Status), m.Event.Status })
	chosen := all[0].value
	for _, b := range all { // the best-supported of those that are no plan
		if b.value != event.Planned {
			chosen = b.value
			break
		}
	}
	for _, b := range all {
		if b.value != chosen && b.value != event.Planned {
			e.Alternatives = append(e.Alternatives, event.Alternative{Field: "status", Status: b.value, SourceCount: len(b.votes), Evidence: first(b.passages)})
		}
	}
	return chosen
}

// support is the share of the votes that a participant needs to stand beside
// those of the anchor.
const support = 0.3

// participants puts together who takes part: those of the anchor, and those
// that enough of the others name. Of a side that some name and others do not,
// the names stand.
func participants(w witnesses, mentions []event.Mention, e *event.Event) {
	total := 0.0
	for _, b := range vote(w, mentions, func(m *event.Mention) (string, bool) { return "all", true }) {
		total = b.weight()
	}
	type who struct {
		p      event.Participant
		person bool
		ballot ballot[bool]
	}
	var all []*who
	for i := range mentions {
		m := &mentions[i]
		for _, p := range m.Event.Participants {
			at := slices.IndexFunc(all, func(x *who) bool { return x.p.Code == p.Code && x.p.ActorID == p.ActorID })
			if at < 0 {
				at = len(all)
				all = append(all, &who{p: p, person: personKey(&p) != "", ballot: ballot[bool]{votes: map[string]float64{}}})
			}
			x, source := all[at], w.of[m.Report.ID]
			if x.p.Title == "" && p.Title != "" {
				x.p, x.person = p, personKey(&p) != ""
			}
			x.ballot.votes[source] = max(x.ballot.votes[source], m.Event.Confidence)
			if len(m.Event.Evidence) > 0 {
				v := m.Event.Evidence[0]
				x.ballot.passages = append(x.ballot.passages, event.Passage{ArticleID: m.Report.ID, Start: v.Start, End: v.End})
			}
		}
	}
	own := map[string]bool{} // codes of the anchor
	for _, p := range mentions[0].Event.Participants {
		own[p.Code] = true
	}
	enough := func(x *who) bool { return x.ballot.weight() >= support*total }
	e.Participants = []event.Participant{}
	stands := map[string]bool{}
	for _, x := range all {
		anchored := slices.ContainsFunc(mentions[0].Event.Participants, func(p event.Participant) bool { return p.Code == x.p.Code && p.ActorID == x.p.ActorID })
		if !anchored && !enough(x) {
			if !own[x.p.Code] {
				e.Alternatives = append(e.Alternatives, event.Alternative{Field: "participant", Participant: &x.p, SourceCount: len(x.ballot.votes), Evidence: first(x.ballot.passages)})
			}
			continue
		}
		if !x.person && (stands[x.p.Code] && !anchored || slices.ContainsFunc(all, func(y *who) bool { return y.p.Code == x.p.Code && y.person && enough(y) })) {
			continue // "the minister" of whom another report has the name
		}
		stands[x.p.Code] = true
		e.Participants = append(e.Participants, x.p)
	}
}

// summary gives the line of the first mention that tells it as it stands.
func summary(mentions []event.Mention, e *event.Event) string {
	for i := range mentions {
		m := &mentions[i].Event
		if m.Type == e.Type && m.Status == e.Status && m.Summary != "" && len(m.Participants) > 1 == (len(e.Participants) > 1) {
			return m.Summary
		}
	}
	return mentions[0].Event.Summary
}

const (
	// independence is how much of a further source's word counts: sources read
	// each other, and share what makes the coder err.
	independence = 0.5
	surest       = 0.99
)

// confidence grows with each independent source: what all of them would have
// to be wrong about. Of the mentions of a source, the surest counts.
func confidence(w witnesses, mentions []event.Mention) float64 {
	bySource := map[string]float64{}
	for i := range mentions {
		source := w.of[mentions[i].Report.ID]
		bySource[source] = max(bySource[source], mentions[i].Event.Confidence)
	}
	var all []float64
	for _, c := range bySource {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b float64) int { return cmp.Compare(b, a) })
	doubt := 1 - all[0]
	for _, c := range all[1:] {
		doubt *= 1 - independence*c
	}
	return max(all[0], min(math.Round((1-doubt)*100)/100, surest))
}

// evidence gives the passages of all mentions, in their order; of more than can
// be shown, the first of each mention before the second of any.
func evidence(mentions []event.Mention) []event.Evidence {
	type at struct{ mention, passage int }
	var all []at
	for i := range mentions {
		for j := range mentions[i].Event.Evidence {
			all = append(all, at{i, j})
		}
	}
	if len(all) > maxEvidence {
		slices.SortFunc(all, func(a, b at) int { return cmp.Or(cmp.Compare(a.passage, b.passage), cmp.Compare(a.mention, b.mention)) })
		all = all[:maxEvidence]
		slices.SortFunc(all, func(a, b at) int { return cmp.Or(cmp.Compare(a.mention, b.mention), cmp.Compare(a.passage, b.passage)) })
	}
	out := make([]event.Evidence, len(all))
	for k, x := range all {
		out[k] = mentions[x.mention].Event.Evidence[x.passage]
	}
	return out
}

// Rules is resolution as the store takes it.
type Rules struct{}

// File is [File].
func (Rules) File(m *event.Mention) (event.Filed, error) { return File(m) }

// Settle is [Settle].
func (Rules) Settle(come, gone []event.Filed, book event.Book) ([]event.Filed, error) {
	return Settle(come, gone, book)
}

// Merge is [Merge].
func (Rules) Merge(mentions []event.Mention, reports []event.Report) event.Event {
	return Merge(mentions, reports)
}

// Print is [Print].
func (Rules) Print(text string) uint64 { return Print(text) }
