package gazetteer

import (
	"cmp"
	"slices"
	"strings"
)

// OfficeOn returns the office that a person holds on a day ("2006-01-02", or a shorter prefix), the highest if there
// are several, and true. If there is none, it returns the one that ended last before the day, a former office, and
// false; if there was none before either, a zero Office and false.
func (g *Gazetteer) OfficeOn(e *Entry, day string) (Office, bool) {
	var held, former *Office
	if e == nil {
		return Office{}, false
	}
	for i := range e.Offices {
		o := &e.Offices[i]
		switch {
		case o.on(day):
			if held == nil || seniority(o.Title) <= seniority(held.Title) {
				held = o
			}
		case o.before(day):
			if former == nil || !datedBefore(o.To, former.To) {
				former = o
			}
		}
	}
	switch {
	case held != nil:
		return *held, true
	case former != nil:
		return *former, false
	}
	return Office{}, false
}

// HolderOf returns who held an office on a day: HolderOf("president", "SYR", "2017-01-26"). Titles of one meaning are
// one: "foreign secretary", "secretary of state" and "foreign minister"; so are an acting and a full holder.
func (g *Gazetteer) HolderOf(title, code, day string) (*Entry, bool) {
	terms := g.terms[termKey{officeOf(title), code}]
	for _, t := range slices.Backward(terms) {
		if t.office.on(day) {
			return t.person, true
		}
	}
	return nil, false
}

type termKey struct{ office, code string }

// A term is one person's time in an office.
type term struct {
	person *Entry
	office *Office
}

// indexTerms lists the holders of every office, the earliest first.
func indexTerms(persons []*Entry) map[termKey][]term {
	terms := make(map[termKey][]term)
	for _, p := range persons {
		for i := range p.Offices {
			o := &p.Offices[i]
			key := termKey{officeOf(o.Title), o.Code}
			terms[key] = append(terms[key], term{p, o})
		}
	}
	for _, list := range terms {
		slices.SortStableFunc(list, func(a, b term) int { return strings.Compare(a.office.From, b.office.From) })
	}
	return terms
}

// on tells whether a term includes a day, its first and last included.
func (o *Office) on(day string) bool {
	return !datedBefore(day, o.From) && !o.before(day)
}

// before tells whether a term ended before a day.
func (o *Office) before(day string) bool {
	return o.To != "" && datedBefore(o.To, day)
}

// datedBefore tells whether a date is certainly before another; dates are compared at the precision they share.
func datedBefore(a, b string) bool {
	n := min(len(a), len(b))
	return a[:n] < b[:n]
}

// sameOffice lists titles under the name of the office they mean.
var sameOffice = map[string]string{
	"premier":                              "prime minister",
	"chancellor":                           "prime minister",
	"taoiseach":                            "prime minister",
	"head of government":                   "prime minister",
	"chief executive":                      "prime minister",
	"chief adviser":                        "prime minister",
	"chairman of the council of ministers": "prime minister",
	"queen":                                "king",
	"emperor":                              "king",
	"emir":                                 "king",
	"sultan":                               "king",
	"grand duke":                           "king",
	"prince":                               "king",
	"monarch":                              "king",
	"secretary of state":                   "foreign minister",
	"foreign secretary":                    "foreign minister",
	"minister of foreign affairs":          "foreign minister",
	"minister for foreign affairs":         "foreign minister",
	"external affairs minister":            "foreign minister",
	"foreign affairs minister":             "foreign minister",
	"federal foreign minister":             "foreign minister",
	"defense minister":                     "defence minister",
	"defense secretary":                    "defence minister",
	"defence secretary":                    "defence minister",
	"secretary of defense":                 "defence minister",
	"minister of defence":                  "defence minister",
	"minister of defense":                  "defence minister",
	"national security adviser":            "national security advisor",
	"secretary of the security council":    "national security advisor",
	"director general":                     "director-general",
	"secretary general":                    "secretary-general",
	"director":                             "director-general",
	"speaker of parliament":                "speaker",
	"parliament speaker":                   "speaker",
	"parliamentary speaker":                "speaker",
	"supreme leader":                       "supreme leader",
	"pope":                                 "king",
}

// officeOf returns the office that a title means.
func officeOf(title string) string {
	title = strings.ToLower(strings.TrimSpace(title))
	for _, prefix := range [...]string{"acting ", "interim ", "caretaker "} {
		title = strings.TrimPrefix(title, prefix)
	}
	if office, ok := sameOffice[title]; ok {
		return office
	}
	return title
}

// ranking orders the offices that one person may hold at a time, the highest first.
var ranking = []string{
	"supreme leader", "king", "president", "general secretary", "crown prince", "prime minister", "vice president",
	"deputy prime minister", "foreign minister", "defence minister", "national security advisor",
}

// seniority returns an office's place in the ranking.
func seniority(title string) int {
	if i := slices.Index(ranking, officeOf(title)); i >= 0 {
		return i
	}
	return len(ranking)
}

// sortOffices puts a person's offices in the order of their beginnings.
func sortOffices(offices []Office) {
	slices.SortStableFunc(offices, func(a, b Office) int {
		return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To))
	})
}
