package event

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Facts is what a filter asks of an event that the event itself does not hold.
type Facts struct {
	Sources   []string // of the articles that report it
	Languages []string // of these articles, as BCP 47 tags
	// Named tells whether an actor has been met under a name; nil means that
	// only the names in the event count.
	Named func(actor uuid.UUID, name string) bool
	// Says tells whether summary and evidence satisfy a full-text query; nil
	// means that they do not.
	Says func(query string) bool
}

// Match tells whether the filter asks for the event. Order, page, as_of and the
// shape of the answer play no part.
func (f *Filter) Match(e *Event, facts Facts) bool {
	for i := range f.Actors {
		if t := &f.Actors[i]; len(t.Any) > 0 && !takesPart(e, t.Role, t.Any, facts) || takesPart(e, t.Role, t.None, facts) {
			return false
		}
	}
	if len(f.Sectors) > 0 && !slices.ContainsFunc(e.Participants, func(p Participant) bool { return slices.Contains(f.Sectors, p.Sector) }) {
		return false
	}
	if f.asksKind() && !slices.ContainsFunc(kinds, func(k kindInfo) bool { return k.kind == Kind{e.Type, e.Status} && f.allows(&k) }) {
		return false
	}
	return f.matchWhere(e.Location) && f.matchWhen(e) &&
		ConfidenceKey(e.Confidence) >= ConfidenceKey(f.MinConfidence) && e.SourceCount >= f.MinSources &&
		overlaps(f.SourceNames, facts.Sources) && overlaps(f.Languages, LanguageKeys(facts.Languages)) &&
		(f.Text == "" || facts.Says != nil && facts.Says(f.Text))
}

func takesPart(e *Event, role Role, refs []ActorRef, facts Facts) bool {
	return slices.ContainsFunc(e.Participants, func(p Participant) bool {
		return (role == "" || p.Role == role) && slices.ContainsFunc(refs, func(r ActorRef) bool {
			switch {
			case r.Code != "":
				return p.Code == r.Code
			case r.Name != "":
				return NameHas(p.Name, r.Name) || facts.Named != nil && facts.Named(p.ActorID, r.Name)
			}
			return p.ActorID == r.ID
		})
	})
}

// NameHas tells whether a name has all the words of another; one without words
// is nobody's.
func NameHas(name, words string) bool {
	wanted := SearchWords(words)
	has := SearchWords(name)
	return len(wanted) > 0 && !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(has, w) })
}

func (f *Filter) matchWhere(l *Location) bool {
	if len(f.Countries) == 0 && len(f.Places) == 0 && f.Box == nil && f.Near == nil {
		return true
	}
	if l == nil || !has(f.Countries, l.Country) {
		return false
	}
	if len(f.Places) > 0 {
		key := SearchKey(l.Place)
		if key == "" || !slices.ContainsFunc(f.Places, func(p string) bool { return SearchKey(p) == key }) {
			return false
		}
	}
	if f.Box == nil && f.Near == nil {
		return true
	}
	return l.Lat != nil && l.Lon != nil && (f.Box == nil || f.Box.Contains(*l.Lat, *l.Lon)) && (f.Near == nil || f.Near.Contains(*l.Lat, *l.Lon))
}

func (f *Filter) matchWhen(e *Event) bool {
	if f.From != nil && (e.Date == nil || e.Date.End < *f.From) || f.To != nil && (e.Date == nil || e.Date.Start > *f.To) {
		return false
	}
	r := e.FirstReported
	return (f.ReportedFrom == nil || r != nil && *r >= *f.ReportedFrom) && (f.ReportedTo == nil || r != nil && *r <= *f.ReportedTo)
}

// overlaps tells whether one of wanted is there, or nothing is wanted.
func overlaps(wanted, there []string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(there, w) })
}

// LanguageKeys gives the values of the parameter language that language tags
// satisfy: each tag in lower case, and its primary language.
func LanguageKeys(tags []string) []string {
	var keys []string
	for _, t := range tags {
		t = strings.ToLower(t)
		primary, _, _ := strings.Cut(t, "-")
		keys = append(keys, t, primary)
	}
	return sorted(keys)
}
