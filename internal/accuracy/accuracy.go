// Package accuracy measures coded events against reference annotations.
//
// A coded event matches a reference event when their types agree (a reference
// may name alternatives), at least one participant's code is shared, and either
// the evidence overlaps or the participants' codes agree by half. Matching is
// one to one, the best pairs first. Optional reference events neither reward
// nor punish. The rules are those of the reference annotations' codebook.
package accuracy

import (
	"cmp"
	"slices"

	"demarche/internal/event"
)

// Reference is an article with the events that readers found in it.
type Reference struct {
	event.Draft
	// Sentences are the offsets of the sentences that evidence is counted in,
	// in code points, [start, end).
	Sentences [][2]int         `json:"sentences"`
	Events    []ReferenceEvent `json:"events"`
}

// ReferenceEvent is an event as readers annotated it.
type ReferenceEvent struct {
	Type         event.Type          `json:"type"`
	AltTypes     []event.Type        `json:"alt_types"` // other types that are defensible
	Status       event.Status        `json:"status"`
	Date         *event.Date         `json:"date"`
	Location     *event.Location     `json:"location"`
	Participants []event.Participant `json:"participants"`
	Evidence     []int               `json:"evidence"` // numbers of sentences, from 0
	Trigger      string              `json:"trigger"`
	Optional     bool                `json:"optional"`
}

// Score counts what was found.
type Score struct {
	Matched, Coded, Reference int
}

// Precision is the share of coded events that are right.
func (s Score) Precision() float64 { return ratio(s.Matched, s.Coded) }

// Recall is the share of reference events that were found.
func (s Score) Recall() float64 { return ratio(s.Matched, s.Reference) }

// F1 is the harmonic mean of precision and recall.
func (s Score) F1() float64 { return ratio(2*s.Matched, s.Coded+s.Reference) }

// Share counts how often an attribute of matched events is right.
type Share struct{ Right, Of int }

// Value is the share, from 0 to 1.
func (s Share) Value() float64 { return ratio(s.Right, s.Of) }

func (s *Share) count(right bool) {
	s.Of++
	if right {
		s.Right++
	}
}

// Bucket is the events of about one confidence.
type Bucket struct {
	Low  float64 // confidence from here to a tenth above
	Sure float64 // mean confidence
	Share
}

// Report is the outcome over all articles.
type Report struct {
	Articles int
	Events   Score // type, a shared actor, evidence or half the actors
	Dyads    Score // the same, and exactly the reference's participants
	ByType   map[event.Type]*Score
	// Attributes of the matched events: roles of shared codes, status, start of
	// dates that the reference has to the day, country and place where it has them.
	Roles, Status, Date, Country, Place Share
	// Confidence has ten buckets; right means matched, optional or not.
	Confidence [10]Bucket
	Errors     []Error
}

// Error is a reference event that was missed or a coded one that matches none.
type Error struct {
	Article string
	Missed  *ReferenceEvent
	Extra   *event.Event
}

// Measure compares the events coded from each article with its reference; code
// is called once an article.
func Measure(articles []Reference, code func(*Reference) []event.Event) Report {
	r := Report{Articles: len(articles), ByType: map[event.Type]*Score{}}
	for i := range articles {
		r.add(&articles[i], code(&articles[i]))
	}
	for i := range r.Confidence {
		b := &r.Confidence[i]
		b.Low = float64(i) / 10
		if b.Of > 0 {
			b.Sure /= float64(b.Of)
		}
	}
	return r
}

func (r *Report) add(ref *Reference, coded []event.Event) {
	byRef, byCoded := match(ref, coded)
	for i := range ref.Events {
		e := &ref.Events[i]
		j := byRef[i]
		if j >= 0 {
			r.attributes(e, &coded[j])
		}
		if e.Optional {
			continue
		}
		t := r.typeScore(e.Type)
		r.Events.Reference++
		r.Dyads.Reference++
		t.Reference++
		if j < 0 {
			r.Errors = append(r.Errors, Error{Article: ref.ID, Missed: e})
			continue
		}
		r.Events.Matched++
		t.Matched++
		if slices.Equal(codesOf(e.Participants), codesOf(coded[j].Participants)) {
			r.Dyads.Matched++
		}
	}
	for j := range coded {
		i := byCoded[j]
		b := &r.Confidence[min(int(coded[j].Confidence*10), 9)]
		b.Sure += coded[j].Confidence
		b.count(i >= 0)
		if i >= 0 && ref.Events[i].Optional {
			continue
		}
		r.Events.Coded++
		r.Dyads.Coded++
		r.typeScore(coded[j].Type).Coded++
		if i < 0 {
			r.Errors = append(r.Errors, Error{Article: ref.ID, Extra: &coded[j]})
		}
	}
}

func (r *Report) typeScore(t event.Type) *Score {
	s := r.ByType[t]
	if s == nil {
		s = &Score{}
		r.ByType[t] = s
	}
	return s
}

// attributes compares a matched pair.
func (r *Report) attributes(a *ReferenceEvent, b *event.Event) {
	codes := codesOf(b.Participants)
	for _, c := range codesOf(a.Participants) {
		if _, shared := slices.BinarySearch(codes, c); !shared {
			continue
		}
		r.Roles.count(slices.ContainsFunc(b.Participants, func(p event.Participant) bool {
			return p.Code == c && slices.ContainsFunc(a.Participants, func(q event.Participant) bool { return q.Code == c && q.Role == p.Role })
		}))
	}
	r.Status.count(a.Status == b.Status)
	if a.Date != nil && a.Date.Precision == event.DayPrecision {
		r.Date.count(b.Date != nil && a.Date.Start == b.Date.Start)
	}
	if a.Location != nil && a.Location.Country != "" {
		r.Country.count(b.Location != nil && a.Location.Country == b.Location.Country)
	}
	if a.Location != nil && a.Location.Place != "" {
		r.Place.count(b.Location != nil && letters(a.Location.Place) == letters(b.Location.Place))
	}
}

// match pairs reference and coded events one to one; -1 is no partner.
func match(ref *Reference, coded []event.Event) (byRef, byCoded []int) {
	type pair struct {
		ref, coded int
		weight     float64
	}
	var pairs []pair
	for i := range ref.Events {
		for j := range coded {
			if w := likeness(ref, &ref.Events[i], &coded[j]); w > 0 {
				pairs = append(pairs, pair{i, j, w})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return -cmp.Compare(a.weight, b.weight) })
	byRef, byCoded = none(len(ref.Events)), none(len(coded))
	for _, p := range pairs {
		if byRef[p.ref] < 0 && byCoded[p.coded] < 0 {
			byRef[p.ref], byCoded[p.coded] = p.coded, p.ref
		}
	}
	return byRef, byCoded
}

func none(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// likeness is 0 for events that do not match, else grows with what they share.
func likeness(ref *Reference, a *ReferenceEvent, b *event.Event) float64 {
	if a.Type != b.Type && !slices.Contains(a.AltTypes, b.Type) {
		return 0
	}
	x, y := codesOf(a.Participants), codesOf(b.Participants)
	shared := 0
	for _, c := range x {
		if _, ok := slices.BinarySearch(y, c); ok {
			shared++
		}
	}
	if shared == 0 {
		return 0
	}
	w := float64(shared) / float64(len(x)+len(y)-shared)
	switch quoted := overlaps(ref, a, b); {
	case quoted:
		w++
	case w < 0.5:
		return 0
	}
	if a.Date != nil && b.Date != nil && a.Date.Start == b.Date.Start || a.Date == nil && b.Date == nil {
		w += 0.25
	}
	if a.Type == b.Type {
		w += 0.5
	}
	if !a.Optional {
		w += 0.1
	}
	return w
}

// overlaps tells whether the evidence of two events has a letter in common.
func overlaps(ref *Reference, a *ReferenceEvent, b *event.Event) bool {
	for _, n := range a.Evidence {
		if n < 0 || n >= len(ref.Sentences) {
			continue
		}
		s := ref.Sentences[n]
		for _, v := range b.Evidence {
			if s[0] < v.End && v.Start < s[1] {
				return true
			}
		}
	}
	return false
}

// codesOf gives the participants' codes, sorted, each once.
func codesOf(ps []event.Participant) []string {
	var out []string
	for _, p := range ps {
		out = append(out, cmp.Or(p.Code, "UNK"))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
