package gazetteer

import (
	"slices"
	"strings"
	"sync"
)

// Gazetteer answers who and where a name is. Make one with [New]; it is immutable and safe for concurrent use.
type Gazetteer struct {
	added     []byte              // hash of the dictionaries that were added
	names     *trie               // all names, normalised
	folded    *trie               // names of persons, folded
	surnames  map[string][]*Entry // by what follows a person's first name, normalised
	likewise  map[string][]*Entry // the same, folded
	particles []bool              // by word of names: may be in lower case inside a name
	byID      map[string]*Entry
	countries []Country          // by alpha-3
	codes     map[string]int     // alpha-2 and alpha-3 to index in countries
	terms     map[termKey][]term // who held an office
	texts     sync.Pool          // scratch of Find
}

// Entry returns the entry with an ID.
func (g *Gazetteer) Entry(id string) (*Entry, bool) {
	e, ok := g.byID[id]
	return e, ok
}

// Lookup returns all readings of a name, the most prominent first, in whatever letter case it is written. A name
// that nothing has is tried as a person's in another transliteration.
func (g *Gazetteer) Lookup(name string) []*Entry {
	key := Normalize(name)
	if l := g.names.find(key); l != nil {
		return slices.Clone(l.all)
	}
	if l := g.names.find(strings.TrimPrefix(key, "the ")); l != nil {
		return slices.Clone(l.all)
	}
	if l := g.folded.find(Fold(name)); l != nil {
		return slices.Clone(l.all)
	}
	return nil
}

// Surname returns the persons who have a surname, those with the latest office first: "Muallem", "al-Muallem",
// "Lopez Obrador". If nobody has it so spelt, other transliterations are tried.
func (g *Gazetteer) Surname(name string) []*Entry {
	if persons := g.surnames[Normalize(name)]; persons != nil {
		return slices.Clone(persons)
	}
	return slices.Clone(g.likewise[Fold(name)])
}

// Places returns the places of a name, towns, regions, waters and venues, the most prominent first.
func (g *Gazetteer) Places(name string) []*Place {
	var places []*Place
	for _, e := range g.Lookup(name) {
		if (e.Kind == KindPlace || e.Kind == KindCapital) && e.Place != nil && !slices.Contains(places, e.Place) {
			places = append(places, e.Place)
		}
	}
	return places
}

// Country returns a country by its code of two or three letters.
func (g *Gazetteer) Country(code string) (Country, bool) {
	i, ok := g.codes[strings.ToUpper(code)]
	if !ok {
		return Country{}, false
	}
	return g.countries[i], true
}

// Countries returns all countries and territories, sorted by alpha-3 code.
func (g *Gazetteer) Countries() []Country { return slices.Clone(g.countries) }

// Organization returns the organisation that has a code of its own in the codebook: "UN", "NATO", "WB".
func (g *Gazetteer) Organization(code string) (*Entry, bool) {
	e, ok := g.byID["org:"+strings.ToUpper(code)]
	return e, ok && e.Code == strings.ToUpper(code)
}
