package extract

import (
	"slices"
	"strings"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// memory is who has been spoken of so far, for pronouns and definite phrases.
type memory struct {
	subject   *actor             // person who was the subject of the last sentence that had one
	person    *actor             // person mentioned last
	state     *actor             // state or organisation mentioned last
	organised *actor             // group or organisation mentioned last
	body      *actor             // state or organisation that was the subject of the last sentence that had one
	several   []*actor           // several persons or states that one phrase named last: "two Israelis"
	group     []*actor           // the last who acted together: two states, "Russian and Turkish officials"
	weights   map[string]float64 // states by how much and how lately they were spoken of
}

// fading is how much of a state's weight lasts from one sentence to the next.
const fading = 0.8

// remember takes in a sentence that has been read.
func (d *document) remember(s *sentence) {
	mem := &d.memory
	if mem.weights == nil {
		mem.weights = map[string]float64{}
	}
	for code := range mem.weights {
		mem.weights[code] *= fading
	}
	for _, m := range s.mentions {
		for _, a := range m.actors {
			if a.code == "" {
				continue
			}
			if a.plural && !m.bare || len(m.actors) > 1 {
				mem.several = m.actors
			}
			if a.person {
				if !a.plural {
					mem.person = a
				}
			} else if !m.demonym && m.entry != nil {
				mem.state = a
				if m.isOrganised() {
					mem.organised = a
				}
			}
			if _, ok := d.x.country(a.code); ok && (m.entry != nil || a.person) {
				mem.weights[a.code]++
			}
		}
	}
	for i := range s.Tokens {
		if r := s.Tokens[i].Rel; r != nlp.Nsubj && r != nlp.NsubjPass {
			continue
		}
		var together []*actor
		for _, c := range s.conjuncts(i) {
			for _, a := range d.actorsAt(s, c) {
				if a.person && !a.plural && s.Tokens[i].Rel == nlp.Nsubj {
					mem.subject = a
				} else if !a.person && !a.plural {
					mem.body = a
				}
				if a.code != "" && !slices.ContainsFunc(together, func(b *actor) bool { return b.code == a.code }) {
					together = append(together, a)
				}
			}
		}
		if len(together) > 1 {
			mem.group = together
		}
	}
}

// rememberParties keeps the sides of a symmetric event, who are "the two sides"
// of what follows.
func (d *document) rememberParties(c *candidate) {
	var sides []*actor
	for _, x := range c.roles {
		if x.role == event.Party && !slices.ContainsFunc(sides, func(b *actor) bool { return b.code == x.code }) {
			sides = append(sides, x.actor)
		}
	}
	if len(sides) > 1 {
		d.memory.group = sides
	}
}

// pronoun resolves a pronoun to those it stands for, none if that is unclear.
func (d *document) pronoun(s *sentence, i int) []*actor {
	if as := d.localOwner(s, i); as != nil {
		return as
	}
	switch w := s.lower(i); w {
	case "he", "she", "him", "her", "his", "himself", "herself":
		if a := d.personBefore(s, i); a != nil {
			return []*actor{a}
		}
	case "they", "them", "their", "both", "themselves":
		if g := d.groupBefore(s, i); g != nil {
			return g
		}
	case "two", "three", "four": // "the two would meet"
		return d.memory.group
	case "it", "its", "itself":
		if a := d.bodyBefore(s, i); a != nil {
			return []*actor{a}
		}
	case "who", "which", "that", "whom", "whose":
		if j := s.antecedent(i); j != i {
			var out []*actor
			for _, c := range s.conjuncts(j) {
				if c < i && s.Tokens[c].UPOS != nlp.PRON {
					out = append(out, d.actorsAt(s, c)...)
				}
			}
			return out
		}
	case "i", "me", "my":
		if s.quoted[i] || d.narrator == nil {
			if a := d.speaker(s, i); a != nil {
				return []*actor{a}
			}
			return nil
		}
		return []*actor{d.narrator}
	case "we", "us", "our":
		if s.quoted[i] {
			if a := d.speaker(s, i); a != nil {
				return []*actor{a}
			}
		}
		// In a joint statement "we" are those who make it, the narrator among them.
		if g := d.memory.group; len(g) > 1 && d.narrator != nil && (slices.ContainsFunc(g, func(a *actor) bool { return a.code == d.narrator.code })) {
			return g
		}
		if d.narrator != nil {
			return []*actor{d.narrator}
		}
	}
	return nil
}

// localOwner gives whom a possessive at token i stands for if the subject of its own
// clause fits: in "urged Russia to stop its attacks" they are Russia's.
func (d *document) localOwner(s *sentence, i int) []*actor {
	if s.Tokens[i].XPOS != nlp.PRPS {
		return nil
	}
	var fits func(a *actor) bool
	switch s.lower(i) {
	case "its":
		fits = func(a *actor) bool { return !a.person && !a.plural }
	case "his", "her":
		fits = func(a *actor) bool { return a.person && !a.plural }
	default:
		return nil
	}
	for _, h := range subjectsOf(s, s.clause(i), 0) {
		if m := s.at[h]; h < i && m != nil && len(m.actors) == 1 && fits(m.actors[0]) {
			return m.actors
		}
	}
	return nil
}

// antecedent gives the noun that a relative pronoun at token i stands for, i
// itself if it is no such pronoun.
func (s *sentence) antecedent(i int) int {
	switch s.lower(i) {
	case "who", "which", "that", "whom", "whose":
		for j := s.Tokens[i].Head; j >= 0; j = s.Tokens[j].Head {
			if r := s.Tokens[j].Rel; r == nlp.AclRelcl || r == nlp.AdvclRelcl {
				return s.Tokens[j].Head
			}
		}
	}
	return i
}

// speaker finds who says the quoted words at token i: the subject of the verb
// of saying in this sentence, else the last subject.
func (d *document) speaker(s *sentence, i int) *actor {
	for j := range s.Tokens {
		if !s.quoted[j] && d.x.lexicon.sayVerbs[s.lemma(j)] && s.isVerb(j) {
			for _, k := range s.children(j, nlp.Nsubj) {
				if k == i || s.lower(k) == "i" || s.lower(k) == "we" {
					continue
				}
				if as := d.actorsAt(s, k); len(as) == 1 {
					return as[0]
				}
			}
		}
	}
	return d.memory.subject
}

// voice gives whose view the words at token i are: of whom is quoted, else of the
// government whose text it is; nil if the article tells it as its own or if
// somebody else says or thinks it.
func (d *document) voice(s *sentence, i int) *actor {
	if s.quoted[i] {
		return d.speaker(s, i)
	}
	for j := i; s.Tokens[j].Head >= 0; j = s.Tokens[j].Head {
		switch s.Tokens[j].Rel {
		case nlp.Ccomp, nlp.Acl, nlp.AclRelcl, nlp.Advcl, nlp.Xcomp:
			return nil
		}
	}
	return d.narrator
}

// personBefore gives the person that "he" or "she" at token i stands for: the
// subject of an earlier clause of the sentence, else of the last sentence, else
// the person mentioned last.
func (d *document) personBefore(s *sentence, i int) *actor {
	var nearest *actor
	for _, m := range s.mentions {
		if m.last >= i || len(m.actors) != 1 || !m.actors[0].person || m.actors[0].plural || m.actors[0].code == "" {
			continue
		}
		if r := s.Tokens[s.headOf(m)].Rel; r == nlp.Nsubj || nearest == nil {
			nearest = m.actors[0]
		}
	}
	if nearest != nil {
		return nearest
	}
	if d.memory.subject != nil {
		return d.memory.subject
	}
	return d.memory.person
}

// groupBefore gives those that "they" at token i stands for.
func (d *document) groupBefore(s *sentence, i int) []*actor {
	// "Police clashed with villagers as they searched": the subject of the clause above.
	if v := s.clause(i); v >= 0 && s.Tokens[v].Rel == nlp.Advcl {
		for _, h := range subjectsOf(s, s.Tokens[v].Head, 0) {
			if m := s.at[h]; m != nil && h < i && m.bare && (s.Tokens[h].Feats.Has(nlp.Plural) || s.lemma(h) == "police") {
				if as := d.actorsAt(s, h); len(as) > 0 {
					return as
				}
			}
		}
	}
	for _, m := range slices.Backward(s.mentions) {
		if m.last < i && len(m.actors) > 0 && m.actors[0].plural {
			return m.actors
		}
	}
	// "The army says that they ..."
	for _, m := range s.mentions {
		if m.last < i && len(m.actors) == 1 && !m.actors[0].person && !m.demonym && s.Tokens[s.headOf(m)].Rel == nlp.Nsubj {
			return m.actors
		}
	}
	if d.memory.group == nil {
		return d.memory.several
	}
	return d.memory.group
}

func (d *document) bodyBefore(s *sentence, i int) *actor {
	for _, m := range s.mentions {
		h := s.headOf(m)
		if m.last >= i || m.demonym || s.Tokens[h].Rel != nlp.Nsubj {
			continue
		}
		actors := m.actors
		if m.bare && len(actors) == 0 {
			actors = d.definite(s, h, m)
		}
		if len(actors) == 1 && !actors[0].person && !actors[0].plural {
			return actors[0]
		}
	}
	return d.memory.body
}

// organisedBefore gives the group or organisation that "the group" at token i
// stands for: the last one named, if nothing says more closely which one it is.
func (d *document) organisedBefore(s *sentence, i int) []*actor {
	if det := s.child(i, nlp.Det); det < 0 || s.lower(det) != "the" && s.lower(det) != "this" && s.lower(det) != "that" ||
		s.Tokens[i].Feats.Has(nlp.Plural) || s.child(i, nlp.Nmod, nlp.Amod, nlp.Compound, nlp.Acl, nlp.AclRelcl, nlp.Appos) >= 0 {
		return nil
	}
	for _, m := range slices.Backward(s.mentions) {
		if m.last < i && m.isOrganised() {
			return m.actors
		}
	}
	if a := d.memory.organised; a != nil {
		return []*actor{a}
	}
	return nil
}

// isOrganised tells the name of a group or an organisation.
func (m *mention) isOrganised() bool {
	return m.entry != nil && (m.entry.Kind == gazetteer.KindGroup || m.entry.Kind == gazetteer.KindOrganization) && len(m.actors) == 1
}

// facing are the words that a plural for those who were named can have before it:
// "the two sides", "both warring parties", but not "opposition parties".
var facing = map[string]bool{"two": true, "both": true, "three": true, "warring": true, "rival": true, "respective": true, "foreign": true, "prime": true, "latter": true}

// definite resolves a role noun without a name: "the minister", "the two
// sides", "police".
func (d *document) definite(s *sentence, i int, m *mention) []*actor {
	r, _ := d.x.lexicon.role(m.title)
	plural := s.Tokens[i].Feats.Has(nlp.Plural)
	if plural {
		switch m.title {
		case "side", "leader", "president", "minister", "country", "nation", "party", "state", "government", "counterpart", "power", "delegation", "official", "team", "man", "woman":
			if m.title == "side" || m.title == "party" {
				if as := d.belligerents(s, i); as != nil {
					return as
				}
			}
			if len(d.memory.group) > 1 && !slices.ContainsFunc(s.children(i, nlp.Amod, nlp.Compound), func(k int) bool { return !facing[s.lemma(k)] }) {
				return d.memory.group
			}
		}
	}
	for _, k := range s.children(i, nlp.Amod) {
		switch s.lemma(k) {
		case "unknown", "unidentified", "unnamed":
			return []*actor{{key: "UNK/" + m.title, name: s.words(k, i), code: "UNK", sector: event.UnknownSector, plural: plural}}
		}
	}
	if m.title == "man" || m.title == "woman" {
		return nil
	}
	if r.person && !plural {
		for _, p := range slices.Backward(d.persons) {
			if p.code != "" && slices.Contains(strings.Fields(strings.ToLower(p.title)), m.title) {
				return []*actor{p}
			}
		}
	}
	switch m.title {
	case "peacekeeper":
		return []*actor{{key: "UN/peacekeepers", name: s.words(m.first, i), code: "UN", sector: event.Organisation, plural: plural, guessed: true, inOffice: true}}
	case "country", "nation", "state", "kingdom", "republic":
		if d.memory.state != nil {
			return []*actor{d.memory.state}
		}
		for _, k := range slices.Backward(s.mentions) { // "called North Korea a threat after the communist nation fired"
			if k.last < i && k.entry != nil && k.entry.Kind == gazetteer.KindState && len(k.actors) == 1 {
				return k.actors
			}
		}
		return nil
	case "group", "movement", "organization", "organisation", "bloc":
		return d.organisedBefore(s, i)
	case "party", "side":
		if plural {
			if code := d.homeOf(s, i, event.Rebels); code != "" {
				return []*actor{{key: code + "/" + m.title, name: s.words(m.first, d.phraseEnd(s, i)), code: code, sector: r.sector, plural: true, guessed: true, inOffice: true}}
			}
		}
		if code := d.homeOf(s, i, event.Opposition); code != "" && s.Tokens[i].UPOS == nlp.PROPN { // "the Communist Party"
			name := s.words(d.phraseStart(s, i), i)
			return []*actor{{key: "name:" + gazetteer.Normalize(name), name: name, code: code, sector: event.Opposition, guessed: true, inOffice: true}}
		}
		return nil
	case "power", "agency", "company", "house", "neighbor", "neighbour", "ally", "counterpart", "capital",
		"missile", "drone", "artillery", "head", "associate": // whose it is cannot be told
		return nil
	}
	code := d.homeOf(s, i, r.sector)
	if code == "" {
		if r.sector == event.Rebels {
			return []*actor{{key: "UNK/" + m.title, name: s.words(m.first, m.last), code: "UNK", sector: r.sector, plural: plural}}
		}
		return nil
	}
	return []*actor{{key: code + "/" + string(r.sector), name: s.words(m.first, d.phraseEnd(s, i)), code: code, sector: r.sector, person: r.person, plural: plural,
		guessed: true, inOffice: offices[m.title]}}
}

// belligerents gives those who fight or have made a truce, for "the sides" at token i
// that somebody calls on: not those who last met to talk of it.
func (d *document) belligerents(s *sentence, i int) []*actor {
	switch s.lemma(s.Tokens[i].Head) {
	case "call", "urge", "appeal", "ask", "press", "encourage":
	default:
		return nil
	}
	for _, t := range slices.Backward(d.told) {
		if t.rule.typ != event.Ceasefire && t.rule.typ != event.Attack {
			continue
		}
		var out []*actor
		for _, x := range t.roles {
			if x.role != event.Mediator && x.code != "UNK" && !slices.ContainsFunc(out, func(a *actor) bool { return a.code == x.code }) {
				out = append(out, x.actor)
			}
		}
		if len(out) == 2 {
			return out
		}
	}
	return nil
}

// homeOf guesses the state of an actor that is named only by its kind: that of
// a place in its clause or its sentence; else, for officials, the state that
// the text is by, and in the end the one that the article speaks of most.
func (d *document) homeOf(s *sentence, i int, sector event.Sector) string {
	afar := sector == event.Rebels || sector == event.Military || sector == event.Civilians || sector == event.Opposition
	if d.narrator != nil && !afar {
		return d.narrator.code
	}
	verb := s.clause(i)
	for _, near := range []bool{true, false} {
		for _, m := range s.mentions {
			if m.isPlace() && m.place.Country != "" && s.isLocative(s.headOf(m)) && (!near || s.locative(m, verb)) {
				return m.place.Country
			}
		}
	}
	if sector == event.Civilians { // "people from Bethlehem"
		for _, m := range s.mentions {
			if m.isPlace() && m.place.Country != "" && m.entry != nil && m.entry.Kind == gazetteer.KindPlace {
				return m.place.Country
			}
		}
	}
	if d.memory.weights == nil { // the first sentence: the state named before
		for _, persons := range []bool{false, true} {
			for _, m := range slices.Backward(s.mentions) {
				if m.entry != nil && len(m.actors) == 1 && m.actors[0].person == persons {
					if _, ok := d.x.country(m.actors[0].code); ok {
						return m.actors[0].code
					}
				}
			}
		}
	}
	best, most := "", 0.0
	for code, n := range d.memory.weights {
		if afar && d.narrator != nil && code == d.narrator.code {
			continue
		}
		if n > most || n == most && code < best {
			best, most = code, n
		}
	}
	return best
}
