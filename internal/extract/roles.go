package extract

import (
	"slices"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// filled is an actor in a role.
type filled struct {
	*actor
	role event.Role
}

// unknownPerson gives somebody whom no list knows and who has no title, under the
// state that the text is about: who is arrested or killed is named.
func (d *document) unknownPerson(s *sentence, i int) []*actor {
	if s.at[i] != nil || s.Tokens[i].UPOS != nlp.PROPN || s.isTime(i) {
		return nil
	}
	first := i
	for first > 0 && s.Tokens[first-1].UPOS == nlp.PROPN && s.at[first-1] == nil {
		first--
	}
	code := d.homeOf(s, i, event.Civilians)
	if code == "" {
		return nil
	}
	name := s.words(first, max(i, d.nameRun(s, first)-1))
	return []*actor{{key: "name:" + gazetteer.Normalize(name), name: name, code: code, sector: event.Civilians, person: true, guessed: true}}
}

// impersonal adds who says or agrees what nobody in the text does: "it was agreed"
// by the sides of the encounter, "it was noted" by the government whose text it is.
func (d *document) impersonal(c *candidate) {
	s, v := c.frame.s, c.frame.verb
	if len(c.roles) > 0 || v < 0 || s.Tokens[v].Rel == nlp.Acl || !isPassive(s, v) || len(c.frame.slots["agent"]) > 0 {
		return
	}
	switch {
	case c.rule.typ == event.Agreement:
		if t := d.encounter(); t != nil {
			for _, x := range t.roles {
				c.fill(x.actor, event.Party, true)
			}
		}
	case d.narrator != nil && c.rule.spoken() && d.x.lexicon.sayVerbs[s.lemma(v)]:
		c.fill(d.narrator, event.Actor, false)
	}
}

// encounter gives the last encounter that the article has told of, nil if none.
func (d *document) encounter() *candidate {
	for _, t := range slices.Backward(d.told) {
		if info, _ := t.rule.typ.Info(); info.Family == "consult" {
			return t
		}
	}
	return nil
}

// receivedBy adds the state that somebody visits to what he does there with
// nobody named: "during his visit, he will hold talks".
func (d *document) receivedBy(c *candidate) {
	switch c.rule.typ {
	case event.Talks, event.Meeting, event.Agreement, event.Statement:
	default:
		return
	}
	v := d.visit
	if v == nil || len(c.roles) == 0 || c.hasForeigner() || c.has(event.Mediator) {
		return
	}
	guest := slices.ContainsFunc(v.roles, func(x filled) bool { return x.role == event.Actor && x.code == c.roles[0].code })
	for _, x := range v.roles {
		if guest && x.role == event.Host {
			c.fill(x.actor, c.roles[0].role, true)
			return
		}
	}
}

// attackers adds who is behind an attack that is told in the passive: "killed
// in two Pakistani airstrikes"; unknown if the text does not say.
func (d *document) attackers(c *candidate) {
	s := c.frame.s
	for _, slot := range []string{"in", "by", "during", "after"} {
		for _, h := range c.frame.slots[slot] {
			if s.isTime(h) || s.at[h] != nil {
				continue
			}
			for _, a := range d.owners(s, h) {
				c.fill(a, event.Actor, false)
			}
			for _, k := range s.children(h, nlp.Nmod) { // "in an attack by rebels"
				if s.preposition(k) == "by" {
					for _, a := range d.actorsAt(s, k) {
						c.fill(a, event.Actor, false)
					}
				}
			}
		}
	}
	if len(c.roles) == 0 && c.frame.verb >= 0 && isPassive(s, c.frame.verb) {
		d.locate(c)
		d.fromPlace(c)
	}
	if !c.has(event.Actor) && c.has(event.Target) && c.frame.verb >= 0 {
		c.fill(&actor{key: "UNK/attackers", name: "unknown attackers", code: "UNK", sector: event.UnknownSector}, event.Actor, false)
	}
}

// fromPlace takes the state of the place for who is attacked there, who arrests there
// or whose truce it is, if the text names nobody: "shelled the town of Avdiivka".
func (d *document) fromPlace(c *candidate) {
	country, ok := d.x.country(c.country)
	if !ok {
		return
	}
	a := &actor{key: country.Alpha3 + "/GOV", name: c.where, code: country.Alpha3, sector: event.Government}
	switch {
	case c.rule.typ == event.Coercion && !c.has(event.Actor) && c.has(event.Target): // who is arrested is so by those in power
		a.name = "authorities"
		c.fill(a, event.Actor, false)
	case (c.rule.typ == event.Coercion || c.rule.typ == event.Concession) && !c.has(event.Target) && c.has(event.Actor):
		a.key, a.sector = a.key+"/"+c.where, event.Civilians
		c.fill(a, event.Target, false)
	case c.rule.typ == event.Attack && !c.has(event.Target):
		if a.sector = event.Civilians; !c.hasCode(a.code) {
			c.fill(a, event.Target, false)
		}
	case c.rule.typ == event.Demonstration && !c.has(event.Actor):
		a.sector, a.name = event.Civilians, "protesters"
		c.fill(a, event.Actor, false)
	case c.rule.typ == event.Ceasefire && len(c.roles) == 0:
		c.fill(a, event.Party, true)
	}
}

// targeted lists the types whose target may stand deeper in the phrase: "called
// for an end of the violence in Belarus".
var targeted = map[event.Type]bool{
	event.Support: true, event.Request: true, event.Criticism: true, event.Rejection: true, event.Threat: true, event.Sanction: true,
	event.Aid: true, event.Coercion: true, event.Attack: true, event.Pledge: true, event.Concession: true, event.DiplomaticProtest: true,
	event.Investigation: true, event.Expulsion: true,
}

// nearest gives the actors that are nearest below the trigger, level by level,
// and are not its actor: states and bodies, persons, not towns. Those of another
// state go first; else somebody else of the same ("its own opposition").
func (d *document) nearest(c *candidate) []*actor {
	s := c.frame.s
	var compatriots []*actor
	level := []int{c.frame.trigger}
	if v := c.frame.verb; v >= 0 && v != c.frame.trigger {
		level = append(level, v)
	}
	for depth := 0; depth < 5 && len(level) > 0; depth++ {
		var next []int
		for _, i := range level {
			for _, k := range s.kids[i] {
				switch s.Tokens[k].Rel {
				case nlp.Nsubj, nlp.NsubjPass, nlp.OblAgent, nlp.Advcl, nlp.Conj, nlp.AclRelcl, nlp.Parataxis, nlp.Punct, nlp.Appos:
					if s.Tokens[k].Rel != nlp.Nsubj && s.Tokens[k].Rel != nlp.NsubjPass || depth == 0 {
						continue
					}
				}
				if circumstances[s.preposition(k)] {
					continue
				}
				var out []*actor
				for _, j := range s.conjuncts(k) {
					if m := s.at[j]; m == nil || m.entry != nil && m.entry.Kind == gazetteer.KindCapital && s.preposition(j) != "" {
						continue
					}
					for _, a := range d.actorsAt(s, j) {
						switch {
						case a.code == "":
						case !c.hasCode(a.code):
							out = append(out, a)
						case compatriots == nil && !c.hasKey(a.key) && (s.at[j] == nil || !s.at[j].demonym):
							compatriots = []*actor{a}
						}
					}
				}
				if len(out) > 0 {
					return out
				}
				next = append(next, k)
			}
		}
		level = next
	}
	return compatriots
}

// circumstances are the prepositions for what happens besides.
var circumstances = wordSet("before after during since until ahead amid despite following while")

// reactions are the types that an act without a target answers: who denies a charge
// denies it to whom made it, who condemns the attack condemns whom it was by.
var reactions = map[event.Type][]event.Type{
	event.Rejection: {event.Criticism, event.Request, event.Threat, event.Investigation, event.Pledge, event.DiplomaticProtest, event.Sanction},
	event.Criticism: {event.Attack, event.Coercion, event.CeasefireViolation, event.Mobilization, event.Threat, event.Sanction, event.Expulsion, event.Criticism, event.Rejection},
	event.Support:   {event.Agreement, event.Pledge, event.Recognition, event.Ceasefire, event.Release, event.Concession, event.Withdrawal, event.Aid, event.Statement},
}

// reach is how many sentences back an act can be that another answers.
const reach = 3

// reactsTo adds whom an act answers, if its object is an act that the text told of
// before without saying again whose: "Iran has denied the allegations".
func (d *document) reactsTo(c *candidate) {
	s := c.frame.s
	if len(c.frame.slots["obj"]) == 0 && c.rule.typ != event.Rejection && (!c.rule.voiced || !s.isDefinite(c.frame.slots["subj"])) {
		return
	}
	for _, h := range c.frame.slots["obj"] {
		if s.Tokens[h].UPOS != nlp.NOUN || s.at[h] != nil {
			return
		}
	}
	var answered *candidate
	for _, t := range slices.Backward(d.told) {
		if s.index-t.frame.s.index > reach {
			break
		}
		if !slices.Contains(reactions[c.rule.typ], t.rule.typ) || t.status == event.Planned || !slices.ContainsFunc(t.roles, func(x filled) bool { return x.does() && !c.hasCode(x.code) }) {
			continue
		}
		if slices.ContainsFunc(t.roles, func(x filled) bool { return x.role == event.Target && c.hasCode(x.code) }) {
			answered = t
			break
		}
		if answered == nil {
			answered = t
		}
	}
	if answered == nil {
		return
	}
	for _, x := range answered.roles {
		if x.does() {
			c.fill(x.actor, event.Target, false)
		}
	}
}

// protestsTo adds against whom people protest where only what they do it for tells:
// "rallied to demand reforms by the government", "calling for the removal of the
// president".
func (d *document) protestsTo(c *candidate) {
	s := c.frame.s
	var roots []int
	for _, v := range []int{c.frame.trigger, c.frame.verb} {
		if v >= 0 {
			roots = append(roots, s.children(v, nlp.Advcl, nlp.Xcomp, nlp.Acl, nlp.Obl, nlp.Nmod)...)
		}
	}
	for _, r := range roots {
		if m := s.child(r, nlp.Mark); m >= 0 && s.lower(m) != "to" {
			continue
		}
		if p := s.preposition(r); p != "" && p != "over" && p != "at" && p != "against" {
			continue
		}
		for i := r; i < len(s.Tokens) && s.under(i, r); i++ {
			m := s.at[i]
			if m == nil || m.bare || m.isPlace() && s.isLocative(s.headOf(m)) {
				continue
			}
			for _, a := range m.actors {
				if a.code != "" && (!c.hasCode(a.code) || a.person || a.sector == event.Government && !m.demonym) {
					c.fill(a, event.Target, false)
					return
				}
			}
		}
	}
}

// thing gives what is attacked or seized: "an army base in the north", under the state
// whose it is or where it stands; so it does whom nobody knows: "two men".
func (d *document) thing(f *frame, i int) []*actor {
	s := f.s
	kind, known := d.x.lexicon.role(s.lemma(i))
	somebody := known && kind.person
	if m := s.at[i]; m != nil && !(somebody && m.bare && len(m.actors) == 0) || s.Tokens[i].UPOS != nlp.NOUN || s.isTime(i) {
		return nil
	}
	first := d.phraseStart(s, i)
	a := &actor{name: s.words(first, d.phraseEnd(s, i)), sector: event.Civilians, plural: s.Tokens[i].Feats.Has(nlp.Plural), guessed: true}
	if codes, _ := d.belonging(s, i); len(codes) > 0 {
		a.code = codes[0].code
	} else {
		for _, k := range append(f.slots["in"], s.children(i, nlp.Nmod)...) {
			if m := s.at[k]; m != nil && m.isPlace() && s.isLocative(k) {
				a.code = m.place.Country
			}
		}
	}
	if a.code == "" && somebody { // "arrested two men"
		a.code = d.homeOf(s, i, event.Civilians)
	}
	if a.code == "" {
		return nil
	}
	for _, k := range s.children(i, nlp.Compound) { // "an army base"
		if r, ok := d.x.lexicon.role(s.lemma(k)); ok && armed(r.sector) {
			a.sector = r.sector
		}
	}
	a.key = "thing:" + gazetteer.Normalize(a.name)
	return []*actor{a}
}

// isDefinite tells whether one of some nouns is a certain one, which the text told of
// before: "the use of force".
func (s *sentence) isDefinite(nouns []int) bool {
	return slices.ContainsFunc(nouns, func(h int) bool {
		k := s.child(h, nlp.Det)
		return k >= 0 && (s.lower(k) == "the" || s.lower(k) == "this" || s.lower(k) == "these" || s.lower(k) == "such")
	})
}

// speaksTo adds who is addressed in an encounter between two sides, if one of
// them speaks: in an account of talks, "the minister urged restraint".
func (d *document) speaksTo(c *candidate) {
	switch c.rule.typ {
	case event.Request, event.Pledge, event.Support:
	default:
		return
	}
	t := d.encounter()
	if t == nil || len(t.roles) != 2 || t.roles[0].code == t.roles[1].code {
		return
	}
	for k, x := range t.roles {
		if c.hasCode(x.code) && !c.hasCode(t.roles[1-k].code) {
			c.fill(t.roles[1-k].actor, event.Target, false)
		}
	}
}

// does tells who acts, alone or with others.
func (x filled) does() bool { return x.role == event.Actor || x.role == event.Party }

func (c *candidate) hasKey(key string) bool {
	return slices.ContainsFunc(c.roles, func(x filled) bool { return x.key == key })
}

func (c *candidate) has(role event.Role) bool {
	return slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == role })
}

func (c *candidate) hasCode(code string) bool {
	return slices.ContainsFunc(c.roles, func(x filled) bool { return x.code == code })
}

// fill adds an actor, once an event and code; what is filled first stays.
func (c *candidate) fill(a *actor, role event.Role, symmetric bool) {
	if a.code == "" {
		return
	}
	for _, x := range c.roles {
		if x.key == a.key || x.code == a.code && (symmetric || x.role == role) && x.sector == a.sector {
			return
		}
		if x.code == a.code && x.role != role && !symmetric && role != event.Target && x.sector == a.sector {
			return
		}
	}
	c.roles = append(c.roles, filled{a, role})
}

// sides counts the parties that the grammar names, known or not: a meeting with
// somebody whom no list knows is still a meeting.
func (c *candidate) sides() int {
	n := 0
	for _, slot := range []string{"subj", "obj", "with", "between", "to", "agent"} {
		for _, h := range c.frame.slots[slot] {
			s := c.frame.s
			if m := s.at[h]; m != nil && (m.bare || len(m.actors) > 0 && m.actors[0].person) {
				n++
			} else if s.lemma(h) == "member" && m == nil {
				n++
			} else if s.Tokens[h].UPOS == nlp.PROPN && !s.isTime(h) && (m == nil || m.place == nil) || s.lower(h) == "they" {
				n++
			}
		}
	}
	return n
}

// actorsAt gives the actors that the nominal with its head at token i names.
func (d *document) actorsAt(s *sentence, i int) []*actor {
	if m := s.at[i]; m != nil {
		if len(m.actors) > 0 {
			return m.actors
		}
		if m.bare {
			return d.definite(s, i, m)
		}
		return nil
	}
	if u := s.Tokens[i].UPOS; u == nlp.PRON || u == nlp.DET || u == nlp.NUM && s.child(i, nlp.Det) >= 0 {
		return d.pronoun(s, i)
	}
	// The head of a name may lie inside a mention that covers its neighbours.
	for _, k := range s.children(i, nlp.Flat, nlp.Appos, nlp.NmodDesc) {
		if m := s.at[k]; m != nil && len(m.actors) > 0 && !m.demonym {
			return m.actors
		}
	}
	switch s.lemma(i) {
	case "number", "hundred", "thousand", "dozen", "group", "member", "majority", "all", "some", "several", "one", "million":
		var out []*actor
		for _, k := range s.children(i, nlp.Nmod) {
			if s.preposition(k) == "of" {
				for _, c := range s.conjuncts(k) {
					out = append(out, d.actorsAt(s, c)...)
				}
			}
		}
		return out
	}
	return nil
}

// owners gives the states and bodies that stand right before a noun: "African
// Union observers", "Sierra Leone's war crimes tribunal".
func (d *document) owners(s *sentence, i int) []*actor {
	var out []*actor
	if s.Tokens[i].UPOS != nlp.NOUN && s.Tokens[i].UPOS != nlp.PROPN {
		return nil
	}
	for _, k := range s.children(i, nlp.NmodPoss, nlp.Amod, nlp.Compound, nlp.NmodDesc) {
		m := s.at[k]
		if m == nil || k > i || m.bare || m.against {
			continue
		}
		for _, a := range m.actors {
			b := *a
			b.name, b.plural = s.words(d.phraseStart(s, i), i), s.Tokens[i].Feats.Has(nlp.Plural)
			out = append(out, &b)
		}
	}
	return out
}

// actorsWithin gives the actors that a nominal that is no actor itself belongs
// to: "Iran's role", "the decision of Israel", "Russian aggression". Those whom the
// event has already are left for others: "reaffirmed U.S. support for Albania".
func (d *document) actorsWithin(s *sentence, i int, role event.Role, c *candidate) []*actor {
	var known []*actor
	others := func(found []*actor) []*actor {
		var out []*actor
		for _, a := range found {
			if !c.hasCode(a.code) {
				out = append(out, a)
			}
		}
		if known == nil {
			known = found
		}
		return out
	}
	var found []*actor
	for _, k := range s.children(i, nlp.NmodPoss) {
		found = append(found, d.actorsAt(s, k)...)
	}
	for _, k := range s.children(i, nlp.Amod, nlp.Compound) {
		if m := s.at[k]; m != nil {
			found = append(found, m.actors...)
		} else {
			found = append(found, d.owners(s, k)...) // "an Afghan government offer"
		}
	}
	if out := others(found); len(out) > 0 {
		return out
	}
	for k, prepositions := range [][]string{{"by"}, {"of", "from"}, {"to", "on", "against", "with", "between", "in", "for"}} {
		if k == 2 && role == event.Actor {
			break // "a bomb in Baghdad" is not Baghdad's
		}
		found = nil
		for _, k := range s.children(i, nlp.Nmod) {
			if slices.Contains(prepositions, s.preposition(k)) {
				for _, c := range s.conjuncts(k) {
					found = append(found, d.actorsAt(s, c)...)
				}
			}
		}
		if out := others(found); len(out) > 0 {
			return out
		}
	}
	if info, _ := c.rule.typ.Info(); info.Quad == 1 && role == event.Target {
		return nil // nobody supports or pledges to himself
	}
	return known
}

// hostAt gives the state that a place belongs to, as the host of a visit.
func (d *document) hostAt(s *sentence, i int) []*actor {
	m := s.at[i]
	if m == nil {
		return nil
	}
	if m.place != nil && m.place.Country != "" && (len(m.actors) == 0 || m.entry != nil && m.entry.Kind == gazetteer.KindCapital) {
		country, ok := d.x.country(m.place.Country)
		if !ok {
			return nil
		}
		return []*actor{{key: country.Alpha3 + "/GOV", name: s.words(m.first, m.last), code: country.Alpha3, sector: event.Government}}
	}
	return d.actorsAt(s, i)
}

// mediators adds the third parties of talks, truces and agreements: "brokered
// by", "mediated by", "under the auspices of".
func (d *document) mediators(c *candidate) {
	s := c.frame.s
	switch c.rule.typ {
	case event.Ceasefire, event.Talks, event.Agreement:
	default:
		return
	}
	for _, m := range s.mentions {
		if len(m.actors) == 0 {
			continue
		}
		for i := m.first; i <= m.last; i++ {
			h := s.Tokens[i].Head
			if h < 0 || s.at[h] == m {
				continue
			}
			top := i
			for s.Tokens[top].Rel == nlp.Conj {
				top = s.Tokens[top].Head
				h = s.Tokens[top].Head
				if h < 0 {
					break
				}
			}
			if h < 0 {
				continue
			}
			brokering := false
			if h == c.frame.trigger || h == c.frame.verb {
				if l := s.lemma(h); s.Tokens[top].Rel == nlp.OblAgent || s.Tokens[top].Rel == nlp.Obl && s.preposition(top) == "by" {
					brokering = l == "broker" || l == "mediate" || l == "sponsor" || l == "facilitate"
				} else if s.Tokens[top].Rel == nlp.Nsubj && !isPassive(s, h) {
					brokering = l == "broker" || l == "mediate" || l == "sponsor" || l == "facilitate"
				}
			}
			switch s.lemma(h) {
			case "mediate", "broker", "sponsor", "facilitate", "mediation", "auspices", "guarantee":
				brokering = s.preposition(top) == "by" || s.preposition(top) == "of" || s.Tokens[top].Rel == nlp.Nsubj || s.Tokens[top].Rel == nlp.NmodPoss
			}
			if s.Tokens[top].Rel == nlp.Compound || s.Tokens[top].Rel == nlp.Obl || s.Tokens[top].Rel == nlp.Nsubj {
				if l := s.lower(m.last + 2); s.lower(m.last+1) == "-" && (l == "brokered" || l == "mediated" || l == "backed" || l == "sponsored" || l == "led") {
					brokering = l != "backed" && l != "led"
				}
			}
			if brokering {
				for _, a := range m.actors {
					c.mediate(a)
				}
			}
		}
	}
}

func (c *candidate) mediate(a *actor) {
	if a.code == "" {
		return
	}
	for k := range c.roles {
		if c.roles[k].code == a.code {
			c.roles[k].role = event.Mediator
			return
		}
	}
	c.roles = append(c.roles, filled{a, event.Mediator})
}
