package extract

import (
	"slices"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// locate finds the place of an event: in its own phrase first, then in its
// clause.
func (d *document) locate(c *candidate) {
	s := c.frame.s
	if c.rule.typ == event.Visit {
		for _, a := range c.rule.args {
			if a.role != event.Host {
				continue
			}
			for _, h := range c.frame.slots[a.slot] {
				if m := s.at[h]; m != nil && m.place != nil {
					d.setPlace(c, s, m)
					return
				}
			}
		}
	}
	spoken := c.rule.spoken() || c.rule.typ == event.Sanction
	// The nearest place counts, of two that are as near a town before a country.
	var best *mention
	nearest := 1 << 10
	for _, m := range s.mentions {
		if !m.isPlace() {
			continue
		}
		distance := 2 * s.placeDistance(m, c, spoken)
		if m.place.Precision == "country" {
			distance++
		}
		if distance < nearest {
			best, nearest = m, distance
		}
	}
	if best == nil || nearest >= 2*unrelated {
		d.inheritPlace(c)
		return
	}
	// A place that is only somewhere in the sentence counts less than that of the
	// encounter which the article is telling of.
	if nearest >= 2*elsewhere {
		if d.inheritPlace(c); c.place != nil {
			return
		}
	}
	d.setPlace(c, s, best)
}

// standsAlone tells a noun with a day and a place of its own: "the talks that
// were held in Kazakhstan on January 23".
func (d *document) standsAlone(c *candidate) bool {
	switch c.rule.typ {
	case event.Talks, event.Meeting, event.Summit, event.Agreement, event.Ceasefire:
	default:
		return false
	}
	c.status = event.Occurred
	d.locate(c)
	d.date(c)
	return c.country != "" && c.date != nil && c.date.Text != ""
}

// elsewhere is the distance of a place in another part of the sentence.
const elsewhere = 5

// unrelated is the distance of a place that has nothing to do with an event.
const unrelated = 10

// placeDistance tells how closely a place belongs to an event: in its own
// phrase, as its object, in the clause above, elsewhere in the sentence. What is
// only spoken of has its places in what is said, so only the clause itself counts.
func (s *sentence) placeDistance(m *mention, c *candidate, spoken bool) int {
	head := s.headOf(m)
	locative := s.isLocative(head)
	if spoken {
		if h := s.Tokens[head].Head; locative && s.Tokens[head].Rel == nlp.Obl && (h == c.frame.trigger || h == c.frame.verb) {
			return 1
		}
		return unrelated
	}
	if locative && s.locative(m, c.frame.trigger) {
		return 1
	}
	if locative && c.frame.verb >= 0 && s.locative(m, c.frame.verb) {
		return 2
	}
	h := s.Tokens[head].Head
	town := m.entry != nil && m.entry.Kind == gazetteer.KindPlace
	if town && (h == c.frame.trigger || slices.Contains(c.frame.slots["obj"], h) || slices.Contains(c.frame.slots["obj"], head)) {
		switch s.Tokens[head].Rel { // "the London conference", "the offensive on Marib", "to isolate Raqqa"
		case nlp.Compound, nlp.Obj, nlp.Nmod, nlp.Obl, nlp.NmodPoss:
			return 3
		}
	}
	if !locative {
		return unrelated
	}
	if verb := s.clauseVerb(head); verb < 0 || s.under(c.frame.trigger, verb) {
		return 4 // "in Geneva, they said that ..."
	}
	if s.under(head, c.frame.trigger) {
		return 5
	}
	return 6
}

// inheritPlace takes the place of the encounter that the article last told of
// for what was said and agreed there by those who took part, and the scene of an
// attack for another with one of its sides.
func (d *document) inheritPlace(c *candidate) {
	info, _ := c.rule.typ.Info()
	if info.Family == "conflict" {
		if v := d.scene; v != nil && v.rule.typ == c.rule.typ && slices.ContainsFunc(c.roles, func(x filled) bool { return v.hasCode(x.code) }) {
			c.place, c.where, c.country = v.place, v.where, v.country
		} else {
			d.homeGround(c)
		}
		return
	}
	v := d.venue
	if v == nil || c.status != v.status || c.rule.typ == event.Call || info.Family == "peace" {
		return
	}
	for _, x := range c.roles {
		if x.role != event.Target && v.hasCode(x.code) {
			c.place, c.where, c.country = v.place, v.where, v.country
			return
		}
	}
}

// homeGround takes the state that is attacked for the place of an attack, and
// the state whose police arrests or whose people protest for that.
func (d *document) homeGround(c *candidate) {
	role := event.Actor
	switch c.rule.typ {
	case event.Attack:
		role = event.Target
	case event.Coercion, event.Demonstration:
		if c.hasForeigner() {
			return
		}
	default:
		return
	}
	for _, x := range c.roles {
		if x.role != role {
			continue
		}
		if country, ok := d.x.country(x.code); ok {
			c.country, c.where = country.Alpha3, country.Name
			c.place = &gazetteer.Place{Name: country.Name, Country: country.Alpha3, Lat: country.Lat, Lon: country.Lon, Precision: "country"}
			return
		}
	}
}

// hasForeigner tells whether participants of two states take part.
func (c *candidate) hasForeigner() bool {
	for _, x := range c.roles {
		if x.code != c.roles[0].code && x.code != "UNK" {
			return true
		}
	}
	return false
}

// isPlace tells a mention that can say where something happens.
func (m *mention) isPlace() bool { return m.place != nil && !m.demonym }

// placePrepositions stand in front of the place where something happens.
var placePrepositions = map[string]bool{
	"in": true, "at": true, "near": true, "outside": true, "inside": true, "across": true, "around": true, "throughout": true, "into": true,
	"within": true,
}

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

// placeNouns are kinds of places that take a name with "of".
var placeNouns = map[string]bool{
	"town": true, "city": true, "village": true, "province": true, "region": true, "district": true, "capital": true, "island": true, "port": true,
	"area": true, "suburb": true, "state": true, "camp": true, "resort": true, "municipality": true, "governorate": true, "enclave": true,
}

// clauseVerb gives the verb that governs token i, or -1.
func (s *sentence) clauseVerb(i int) int {
	for j := s.Tokens[i].Head; j >= 0; j = s.Tokens[j].Head {
		if s.isVerb(j) {
			return j
		}
	}
	return -1
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

// describes tells whether a verb heads a clause about a noun: "the talks that
// were held".
func (s *sentence) describes(verb, noun int) bool {
	switch s.Tokens[verb].Rel {
	case nlp.Acl, nlp.AclRelcl:
		return s.Tokens[verb].Head == noun
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

func (d *document) setPlace(c *candidate, s *sentence, m *mention) {
	c.place = m.place
	c.country = m.place.Country
	c.where = s.words(m.first, m.last)
	// "Washington, D.C.": the region is part of the name.
	if s.lower(m.last+1) == "," && s.lower(m.last+2) == "d.c." {
		c.where = s.words(m.first, m.last+2)
	}
}

// stage keeps where the article is: what follows may happen there.
func (d *document) stage(c *candidate) {
	if c.place == nil || c.orphan || c.rule.weak {
		return
	}
	switch c.rule.typ {
	case event.Meeting, event.Visit, event.Talks, event.Summit:
		d.venue = c
		if c.rule.typ == event.Visit {
			d.visit = c
		}
	case event.Attack, event.Coercion, event.Demonstration:
		d.scene = c
	}
}
