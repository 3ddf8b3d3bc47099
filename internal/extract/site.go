package extract

import (
	"slices"
	"strings"

	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// site is a named place as it stands in a sentence.
type site struct {
	*mention
	head     int    // the token by which it hangs in the tree
	name     string // with the facility or the smaller place that it belongs to
	prep     string // the preposition in front of it
	opens    int    // the token of that preposition, 0 if it is unknown
	part     bool   // name is not the mention's: coordinates are those of what holds it
	locative bool   // behind a preposition of place
}

// sites gives the places that a sentence names.
func (s *sentence) sites() []site {
	var out []site
	for _, m := range s.mentions {
		if m.isPlace() && !s.fragment(m) {
			out = append(out, s.site(m))
		}
	}
	return out
}

// fragment tells a place that is only a part of a longer name: "Khor" in "the
// Khor Mor gas field".
func (s *sentence) fragment(m *mention) bool {
	i := m.last + 1
	if m.entry == nil || m.entry.Kind != gazetteer.KindPlace || i >= len(s.Tokens) || s.Tokens[i].UPOS != nlp.PROPN || s.at[i] != nil || s.timeAt[i] >= 0 {
		return false
	}
	switch s.Tokens[i].Rel {
	case nlp.Compound, nlp.Flat:
		l := s.lemma(i)
		return !placeNouns[l] && !facilities[l] && l != "international"
	}
	return false
}

// site follows a place up the tree through the words that it names more closely:
// "in the town of Balad Ruz", "at Baghdad airport", "in Gourma Province, Burkina
// Faso", "in central Beirut Sunday".
func (s *sentence) site(m *mention) site {
	last := m.last
	for last > m.first && placeNouns[s.Tokens[last].Form] { // "Kandahar province"
		last--
	}
	first := m.first
	if first < last && s.Tokens[first].Form == "the" { // but The Hague
		first++
	}
	x := site{mention: m, head: s.headOf(m), name: s.words(first, last)}
	x.prep = s.preposition(x.head)
	state := m.entry != nil && m.entry.Kind == gazetteer.KindState
	switch {
	case s.lower(m.last+1) == "," && s.lower(m.last+2) == "d.c.": // the region is part of the name
		x.name = s.words(m.first, m.last+2)
	case state && strings.Trim(x.name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ.") == "":
		x.name = m.entry.Name // "U.S."
	case m.place.Precision == "country" && directions[s.lower(m.first-1)]:
		first := m.first - 1
		if first >= 2 && s.lower(first-1) == "-" { // "north-eastern"
			first -= 2
		}
		x.name = s.words(first, m.last)
	}
	inner := x.prep
	for s.climb(&x, state) {
	}
	for i := m.first - 1; i > 0; i-- {
		if s.lower(i) == x.prep {
			x.opens = i
		}
		if u := s.Tokens[i].UPOS; u != nlp.DET && u != nlp.ADJ {
			break
		}
	}
	if from, to := s.smallerBefore(m); !x.part && from >= 0 {
		x.name, x.part = s.words(from, to), true
	}
	if s.Tokens[x.head].Rel == nlp.Appos && s.Tokens[x.head].Head >= 0 {
		x.prep = s.preposition(s.Tokens[x.head].Head)
	}
	switch x.prep {
	case "on":
		h := s.Tokens[x.head].Head
		x.locative = placePrepositions[inner] || x.place.Precision == "water" || strings.HasSuffix(x.name, "Island") || edges[s.lemma(x.head)] ||
			islands[x.place.Name] && h >= 0 && s.isVerb(h) && !slices.ContainsFunc(s.children(h, nlp.Obj), func(k int) bool { return conversations[s.lemma(k)] })
	case "against": // "against airfields in Lutsk"
		x.locative = placePrepositions[inner]
	default:
		x.locative = placePrepositions[x.prep]
	}
	return x
}

// smallerBefore gives the unknown name of a place right in front of the phrase of
// a known one, wherever the parser hangs either: "the village of Mourah in the
// Mopti region"; from is -1 if there is none.
func (s *sentence) smallerBefore(m *mention) (from, to int) {
	i := m.first - 1
	for i > 0 && (s.Tokens[i].UPOS == nlp.DET || s.Tokens[i].UPOS == nlp.ADJ) {
		i--
	}
	if i < 2 || s.lower(i) != "in" && s.lower(i) != "," || s.Tokens[i-1].UPOS != nlp.PROPN || s.at[i-1] != nil || s.timeAt[i-1] >= 0 || bodies[s.lemma(i-1)] {
		return -1, 0
	}
	from, to = s.nameStart(i-1), i-1
	if from < 1 || s.at[from] != nil && !s.fragment(s.at[from]) {
		return -1, 0
	}
	before := from - 1
	if before > 0 && s.Tokens[before].UPOS == nlp.DET {
		before--
	}
	switch w := s.lower(before); {
	case w == "in" || w == "at" || w == "near":
		return from, to
	case w == "of" && before > 0 && placeNouns[s.lemma(before-1)]:
		return from, to
	}
	return -1, 0
}

// climb moves a site to the word that it names more closely; false if there is none.
func (s *sentence) climb(x *site, state bool) bool {
	t := &s.Tokens[x.head]
	h, p := t.Head, s.preposition(x.head)
	if p != "" {
		x.prep = p
	}
	if h < 0 {
		return false
	}
	if s.timeAt[h] >= 0 && x.head < h && s.timeAt[x.head] < 0 { // "in central Beirut Sunday"
		x.head = h
		return true
	}
	l := s.lemma(h)
	switch t.Rel {
	case nlp.Compound, nlp.Amod, nlp.NmodDesc, nlp.Flat, nlp.NmodPoss:
		poss := t.Rel == nlp.NmodPoss
		if h < x.head || s.at[h] != nil && s.at[h] != x.mention || state && !poss { // "the U.S. embassy"
			return false
		}
		switch {
		case facilities[l]:
			from := x.first
			if poss {
				from = s.nameStart(h)
			}
			if !x.part && from <= h {
				x.name, x.part = s.words(from, h), true
			}
		case placeNouns[l]:
			if s.Tokens[h].UPOS == nlp.PROPN && !poss && !x.part && h == x.last+1 {
				x.name, x.part = s.words(x.first, h), true // "Sidon District"
			}
		default:
			return false
		}
	case nlp.Nmod, nlp.Appos, nlp.NmodUnmarked:
		within := p == "in" || p == "of" || p == "near" || p == "outside" || s.lower(x.first-1) == ","
		if h > x.head || !within || s.timeAt[h] >= 0 {
			return false
		}
		if o := s.at[h]; o != nil && !(o.bare && placeNouns[l]) { // "the Kazakh capital of Astana"
			if !o.isPlace() || p == "of" {
				return false
			}
			break // "Gaza City in Gaza", "Sousse, Tunisia": the smaller one has it
		}
		named := (s.Tokens[h].UPOS == nlp.PROPN || facilities[l]) && !bodies[l]
		if !facilities[l] && !placePrepositions[s.preposition(h)] && s.Tokens[h].Rel != nlp.Obj {
			named = false // "the chargé d'affaires in Abu Dhabi"
		}
		if from := s.nameStart(h); from <= h && named && (p != "of" || facilities[l]) && (from < h || !facilities[l] && !placeNouns[l]) {
			if !x.part {
				x.name, x.part = s.words(from, s.nameEnd(h)), true // "the Khor Mor gas field in Sulaymaniyah"
			}
		} else if !placeNouns[l] && !facilities[l] {
			return false
		}
	default:
		return false
	}
	x.head = h
	return true
}

// nameStart gives where the name that ends at token i begins; behind i if there is none.
func (s *sentence) nameStart(i int) int {
	start := i + 1
	for j := i; j >= 0 && (s.proper(j) || s.Tokens[j].UPOS == nlp.NOUN && s.Tokens[j].Head == i || j == i) && s.timeAt[j] < 0; j-- {
		if s.proper(j) {
			start = j
		}
	}
	return start
}

// nameEnd gives the last word of the name whose head is token i.
func (s *sentence) nameEnd(i int) int {
	for i+1 < len(s.Tokens) && s.Tokens[i+1].Rel == nlp.Flat && s.proper(i+1) && s.at[i+1] == nil {
		i++
	}
	return i
}

// proper tells a word of a name, an adjective in one included: "Black Sea Fleet".
func (s *sentence) proper(i int) bool {
	switch s.Tokens[i].XPOS {
	case nlp.NNP, nlp.NNPS:
		return s.at[i] == nil || !s.at[i].demonym
	}
	return s.Tokens[i].UPOS == nlp.PROPN
}

// directions narrow a country down.
var directions = wordSet(`northern southern eastern western north-eastern north-western south-eastern south-western northeastern northwestern
	southeastern southwestern northeast northwest southeast southwest`)

// placeNouns are kinds of places that stand beside a name and add nothing to it.
var placeNouns = wordSet(`town city village province region district capital island port area suburb state camp resort municipality governorate
	enclave neighborhood neighbourhood outskirts part north south east west center centre coast county oblast territory valley side vicinity
	peninsula stronghold quarter border crossing checkpoint frontier waters airspace`)

// parts are kinds of places whose "of" names what they are a part of: "the Wadi
// Barada area of Damascus", but "the Red Sea resort of Sharm el-Sheikh".
var parts = wordSet("area part outskirts suburb district neighborhood neighbourhood quarter side vicinity")

// facilities are places that are known by a name of their own.
var facilities = wordSet(`airport airfield base plant field prison jail hospital university palace headquarters stadium mosque church square park
	harbor harbour hotel barracks refinery reactor station bridge island barrage dam`)

// bodies are what has a name and a seat and is no place.
var bodies = wordSet(`games summit conference forum council congress agreement treaty accord declaration group ministry festival cup committee
	assembly court bank company party organization organisation union league commission institute foundation association agency office
	department embassy consulate mission army force forces command ship operation war act minister president school week day championship
	tournament open prix dialogue talks authority government administration`)

// islands are what one meets on, if a verb says so: "talks on Cyprus" are about it.
var islands = wordSet("Crete Cyprus Sicily Sardinia Corsica Malta Rhodes Lesbos Java Bali Sumatra Jeju Okinawa Guam Honshu Mindanao Luzon Borneo Zanzibar Lampedusa")

// edges are what one is on, not in.
var edges = wordSet(`island border coast outskirts frontier side`)

// bothTowns gives the name of a place with that of the town that is joined to it
// where something violent happens in both: "in Jabla and Tartus".
func (s *sentence) bothTowns(c *candidate, x *site, sites []site) string {
	if info, _ := c.rule.typ.Info(); info.Quad != 4 || x.part || x.entry == nil || x.entry.Kind != gazetteer.KindPlace {
		return x.name
	}
	for _, y := range sites {
		if y.first == x.last+2 && s.lower(x.last+1) == "and" && y.entry != nil && y.entry.Kind == gazetteer.KindPlace && y.place.Country == x.place.Country {
			return s.words(x.first, y.last)
		}
	}
	return x.name
}

// anaphors gives the places that a sentence refers to by their kind: "in the
// city", "from the region".
func (d *document) anaphors(s *sentence) []site {
	t := d.story.stage
	if t.site.mention == nil || s.index-t.sentence > stay {
		return nil
	}
	var out []site
	for i := range s.Tokens {
		if s.Tokens[i].UPOS != nlp.NOUN || !regions[s.lemma(i)] || s.Tokens[i].Feats.Has(nlp.Plural) || s.at[i] != nil && !s.at[i].bare {
			continue
		}
		if s.lower(s.child(i, nlp.Det)) != "the" || s.child(i, nlp.Nmod, nlp.Amod, nlp.Compound, nlp.Appos, nlp.AclRelcl) >= 0 {
			continue
		}
		x := t.site
		x.head, x.prep, x.opens = i, s.preposition(i), 0
		x.locative = placePrepositions[x.prep]
		out = append(out, x)
	}
	return out
}

// regions are the kinds of places that a text refers back to.
var regions = wordSet("region city town village area district province")

// borders gives the borders that a sentence names by the state behind them, as
// places in the state of who acts there: "closed its border with Belarus",
// "troops to the Colombian border".
func (d *document) borders(c *candidate) []site {
	if info, _ := c.rule.typ.Info(); info.Quad != 4 {
		return nil
	}
	s := c.frame.s
	var out []site
	for i := range s.Tokens {
		if s.lemma(i) != "border" || s.at[i] != nil || !s.isNominal(i) {
			continue
		}
		beside := s.children(i, nlp.Amod, nlp.Compound)
		if s.lower(i+1) == "with" && i+2 < len(s.Tokens) {
			beside = append(beside, i+2)
		}
		for _, k := range beside {
			m := s.at[k]
			if m == nil || m.entry == nil || len(m.actors) != 1 {
				continue
			}
			for _, x := range c.roles {
				country, ok := d.x.country(x.code)
				if !ok || x.code == m.actors[0].code {
					continue
				}
				place := &gazetteer.Place{Name: country.Name, Country: country.Alpha3, Lat: country.Lat, Lon: country.Lon, Precision: "country"}
				b := &mention{first: min(i, m.first), last: max(i, m.last), place: place, entry: &gazetteer.Entry{Kind: gazetteer.KindPlace, Place: place}}
				y := site{mention: b, head: i, name: s.words(b.first, b.last), part: true, prep: s.preposition(i)}
				y.locative = placePrepositions[y.prep] || y.prep == "on"
				out = append(out, y)
				break
			}
		}
	}
	return out
}

// dwarfs is how much larger a town must be for others of its name to yield.
const dwarfs = 10

// nest puts a town into the state or region that is named right behind it: "San
// Juan, Puerto Rico", "Tripoli in northern Lebanon".
func (d *document) nest(s *sentence) {
	for k := len(s.mentions) - 1; k > 0; k-- {
		m, o := s.mentions[k-1], s.mentions[k]
		if m.entry == nil || m.entry.Kind != gazetteer.KindPlace && m.entry.Kind != gazetteer.KindCapital || !o.isPlace() || o.place.Country == "" || m.place.Country == o.place.Country {
			continue
		}
		i := o.first - 1
		if i > m.last+1 && directions[s.lower(i)] {
			i--
		}
		if i != m.last+1 || s.lower(i) != "," && s.lower(i) != "in" {
			continue
		}
		for _, e := range d.x.gazetteer.Lookup(s.words(m.first, m.last)) {
			if e.Kind == gazetteer.KindPlace && e.Place.Country == o.place.Country {
				m.entry, m.place, m.why, m.actors = e, e.Place, e.ID, nil
				break
			}
		}
	}
}

// nearerPlace chooses among the towns of one name one in a state that the
// sentence names, else in that of the town that was named last, else in the one
// that the article has spoken of most, unless the most prominent dwarfs them.
func (d *document) nearerPlace(s *sentence, entries []*gazetteer.Entry) *gazetteer.Entry {
	best := entries[0]
	if best.Place == nil || best.Kind != gazetteer.KindPlace && best.Kind != gazetteer.KindCapital {
		return best
	}
	named := func(e *gazetteer.Entry) bool { // "Lebanese police in Tripoli"
		return slices.ContainsFunc(s.mentions, func(m *mention) bool { return len(m.actors) == 1 && m.actors[0].code == e.Place.Country })
	}
	if named(best) {
		return best
	}
	weighty := best
	for _, e := range entries {
		if e.Kind != gazetteer.KindPlace || dwarfs*e.Place.Population < best.Place.Population {
			continue
		}
		if named(e) {
			return e
		}
		if last := d.story.stage.site.mention; last != nil && last.place.Country == e.Place.Country && best.Kind == gazetteer.KindPlace {
			return e
		}
		if best.Kind == gazetteer.KindPlace && d.memory.weights[e.Place.Country] > d.memory.weights[weighty.Place.Country] {
			weighty = e
		}
	}
	return weighty
}

// isPlace tells a mention that can say where something happens.
func (m *mention) isPlace() bool { return m.place != nil && !m.demonym }

// placePrepositions stand in front of the place where something happens.
var placePrepositions = wordSet(`in at near outside inside across around throughout into within`)

// isLocative tells a nominal behind a preposition of place, its own or that of
// the word that it names more closely: "in the town of Balad Ruz", "in the
// capital, Phnom Penh".
func (s *sentence) isLocative(i int) bool {
	p := s.preposition(i)
	if h := s.Tokens[i].Head; h >= 0 && (s.Tokens[i].Rel == nlp.Appos || p == "of" && placeNouns[s.lemma(h)]) {
		p = s.preposition(h)
	}
	return placePrepositions[p]
}

// locative tells whether a mention is a place of the predicate at root: below
// it, behind a preposition of place, and not in a clause of its own.
func (s *sentence) locative(m *mention, root int) bool {
	head := s.headOf(m)
	if !s.isLocative(head) {
		return false
	}
	for i := head; i >= 0; i = s.Tokens[i].Head {
		if i == root {
			return true
		}
		if i != head && s.isVerb(i) && !s.describes(i, root) {
			return false
		}
	}
	return false
}

// headOf gives the token of a mention whose head lies outside of it.
func (s *sentence) headOf(m *mention) int {
	for i := m.first; i <= m.last; i++ {
		if h := s.Tokens[i].Head; h < m.first || h > m.last {
			return i
		}
	}
	return m.last
}

// holds tells that a place is a part of another, as far as their kinds say.
func holds(outer, inner *gazetteer.Place) bool {
	return (outer.Country == inner.Country || outer.Country == "") && exactness(inner, "") > exactness(outer, "")
}

// exactness orders the kinds of places, the smallest the highest.
func exactness(p *gazetteer.Place, name string) int {
	switch p.Precision {
	case "city", "venue":
		return 4
	case "admin1":
		return 3
	case "country":
		if p.Country == "" || p.Name == name || name == "" {
			return 0
		}
		return 1 // "northern Iraq"
	}
	return 2
}
