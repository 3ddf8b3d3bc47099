package extract

import (
	"slices"
	"strings"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// candidate is an event as one trigger gives it.
type candidate struct {
	rule    *compiled
	frame   *frame
	roles   []filled
	status  event.Status
	date    *event.Date
	orphan  bool // it names nobody: it can only add to an event that does
	place   *gazetteer.Place
	where   string // the place as the text has it
	country string
	weight  float64
}

// filled is an actor in a role.
type filled struct {
	*actor
	role event.Role
}

// attempt is a rule that was tried on a trigger, and what came of it.
type attempt struct {
	rule    *compiled
	trigger int
	failed  string // why it gave no event; "" if it did
}

// candidates reads the events of a sentence, left to right.
func (d *document) candidates(s *sentence) []*candidate {
	var out []*candidate
	for i := range s.Tokens {
		var rules []*compiled
		var f *frame
		switch t := &s.Tokens[i]; {
		case t.UPOS == nlp.VERB || t.UPOS == nlp.ADJ && s.child(i, nlp.Cop) >= 0:
			for _, k := range verbKeys(s, i, d.x.lexicon) {
				rules = append(rules, d.x.rules.verbs[k]...)
			}
			if rules != nil {
				f = verbFrame(s, i)
			}
		case t.UPOS == nlp.NOUN || t.UPOS == nlp.PROPN:
			if m := s.at[i]; m != nil && !m.bare {
				if m.isPlace() && s.child(i, nlp.Cop) >= 0 && s.preposition(i) == "in" { // "the minister is in Ankara"
					f = verbFrame(s, i)
					f.add("self", i)
					rules = d.x.rules.verbs["@in"]
				}
				break
			}
			for _, k := range nounKeys(s, i) {
				rules = append(rules, d.x.rules.nouns[k]...)
			}
			if rules != nil {
				f = nounFrame(s, i, d.x.lexicon)
			}
		}
		for _, r := range rules {
			c, failed := d.apply(r, f)
			if d.explaining {
				s.attempts = append(s.attempts, attempt{r, i, failed})
			}
			if failed == "" {
				out = append(out, c)
				break // the most specific rule wins
			}
		}
	}
	return subsume(s, out)
}

// subsume drops what another candidate of the sentence says better: that sides
// agreed, if a truce is what they agreed on, and that somebody mediates, if an
// event has the mediator among its participants.
func subsume(s *sentence, found []*candidate) []*candidate {
	return slices.DeleteFunc(found, func(c *candidate) bool {
		for _, other := range found {
			switch {
			case c.rule.typ == event.Agreement && other.rule.typ == event.Ceasefire:
				if s.under(other.frame.trigger, c.frame.trigger) {
					return true
				}
			case c.rule.typ == event.Mediation && other.has(event.Mediator):
				return true
			case c.rule.typ == event.Attack && c.status == event.Planned && other.rule.typ == event.Threat:
				if s.under(c.frame.trigger, other.frame.trigger) {
					return true
				}
			case c != other && other.rule.typ != event.Mediation && len(other.rule.objects) > 0 &&
				slices.Contains(other.frame.slots["obj"], c.frame.trigger):
				return true // "lodged a protest" is no protest in the street
			}
		}
		return false
	})
}

// apply matches a rule on a frame, or says why it does not hold.
func (d *document) apply(r *compiled, f *frame) (c *candidate, failed string) {
	s := f.s
	if len(r.objects) > 0 && !d.objectFits(r, f) {
		return nil, "its object is none of: " + r.object
	}
	if len(r.content) > 0 && !f.says(r.content) {
		return nil, "what is said is not of its kind"
	}
	c = &candidate{rule: r, frame: f, weight: r.weight}
	info, _ := r.typ.Info()
	for _, a := range r.args {
		if a.role == noRole {
			continue
		}
		for _, h := range f.slots[a.slot] {
			direct := d.actorsAt(s, h)
			if len(direct) == 0 && (a.role == event.Target || a.role == event.Actor && a.slot != "subj") {
				direct = d.actorsWithin(s, h)
			}
			if len(direct) == 0 && a.slot == "subj" {
				direct = d.owners(s, h)
			}
			if len(direct) == 0 && a.role == event.Target && info.Quad == 4 {
				direct = d.unknownPerson(s, h)
			}
			if a.role == event.Host {
				direct = d.hostAt(s, h)
			}
			for _, x := range direct {
				c.fill(x, a.role, info.Symmetric)
			}
		}
	}
	d.mediators(c)
	if r.typ == event.Attack && !c.has(event.Actor) {
		if d.attackers(c); !c.has(event.Actor) && (!c.has(event.Target) || c.frame.verb >= 0) {
			return nil, "nobody attacks"
		}
	}
	if (!info.Symmetric && targeted[r.typ] && len(r.content) == 0 || r.seeks) && !c.has(event.Target) && c.has(event.Actor) {
		for _, x := range d.nearest(c) {
			c.fill(x, event.Target, false)
		}
	}
	d.receivedBy(c)
	if r.typ == event.Ceasefire && len(c.roles) == 0 {
		d.locate(c)
		d.fromPlace(c)
	}
	if missing := c.missing(r); missing != "" {
		if len(c.roles) > 0 || !d.standsAlone(c) {
			return nil, missing
		}
		c.orphan = true
	}
	status, ok := d.statusOf(c)
	if r.verbs == "@willnot" { // the negation is the event
		ok = !s.subordinate(f.trigger)
	}
	if !ok {
		return nil, "the text does not assert it"
	}
	if r.status != "" {
		status = r.status
	}
	c.status = d.settle(c, status)
	d.locate(c)
	d.stage(c)
	d.date(c)
	d.fromPlace(c)
	return c, ""
}

// unknownPerson gives somebody whom no list knows and who has no title, under the
// state that the text is about: who is arrested or killed is named.
func (d *document) unknownPerson(s *sentence, i int) []*actor {
	if s.at[i] != nil || s.Tokens[i].UPOS != nlp.PROPN || s.timeAt[i] >= 0 {
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
	return []*actor{{key: "name:" + gazetteer.Normalize(name), name: name, code: code, sector: event.Civilians, person: true}}
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
	for _, h := range c.frame.slots["subj"] {
		if !weapons[s.lemma(h)] && s.Tokens[h].UPOS != nlp.PRON {
			return // "heavy rain killed ten people"
		}
	}
	for _, slot := range []string{"in", "by", "during", "after"} {
		for _, h := range c.frame.slots[slot] {
			if s.timeAt[h] >= 0 || s.at[h] != nil {
				continue
			}
			for _, a := range d.owners(s, h) {
				c.fill(a, event.Actor, false)
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

// weapons are what kills without saying who does.
var weapons = map[string]bool{
	"bomb": true, "blast": true, "explosion": true, "missile": true, "rocket": true, "shell": true, "mortar": true, "gunfire": true, "mine": true,
	"landmine": true, "drone": true, "airstrike": true, "strike": true, "attack": true, "fire": true, "shot": true, "bombing": true, "bullet": true,
	"car_bomb": true, "shooting": true, "raid": true, "clash": true, "grenade": true, "fighting": true, "violence": true, "bombardment": true,
}

// fromPlace takes the state of the place for who is attacked there, or whose
// truce it is, if the text names nobody: "shelled the town of Avdiivka".
func (d *document) fromPlace(c *candidate) {
	country, ok := d.x.country(c.country)
	if !ok {
		return
	}
	a := &actor{key: country.Alpha3 + "/GOV", name: c.where, code: country.Alpha3, sector: event.Government}
	switch {
	case (c.rule.typ == event.Coercion || c.rule.typ == event.Concession) && !c.has(event.Target) && c.has(event.Actor):
		c.fill(a, event.Target, false)
	case c.rule.typ == event.Attack && !c.has(event.Target):
		if a.sector = event.Civilians; !c.hasCode(a.code) {
			c.fill(a, event.Target, false)
		}
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
		if x.code == a.code && x.role != role && !symmetric && role != event.Target {
			return
		}
	}
	c.roles = append(c.roles, filled{a, role})
}

// missing says what the rule needs and the text does not give, "" if nothing.
func (c *candidate) missing(r *compiled) string {
	if len(c.roles) == 0 {
		return "no actor is known"
	}
	codes, people, has := map[string]bool{}, false, map[event.Role]bool{}
	for _, x := range c.roles {
		codes[x.code] = true
		people = people || x.person
		has[x.role] = true
	}
	for _, need := range strings.Fields(r.rule.needs) {
		ok := false
		switch need {
		case "two":
			ok = len(codes) > 1 || c.sides() > 1
		case "will":
			ok = c.frame.will()
		case "aimed", "untargeted":
			aim := 0
			for _, slot := range []string{"at", "on", "into", "against", "obj.at", "obj.on", "obj.against"} {
				aim += len(c.frame.slots[slot])
			}
			ok = (aim > 0) == (need == "aimed")
		case "told":
			ok = c.frame.verb >= 0 || len(codes) > 1 || c.frame.reactedTo()
		case "passive":
			ok = isPassive(c.frame.s, c.frame.trigger)
		case "towards":
			ok = len(c.frame.slots["to"]) > 0 || c.frame.s.child(c.frame.trigger, nlp.Xcomp, nlp.Advcl) >= 0
		case "clause":
			r := c.frame.s.Tokens[c.frame.trigger].Rel
			ok = r != nlp.Acl && r != nlp.Amod
		case "deed":
			ok = c.frame.s.child(c.frame.trigger, nlp.Ccomp) < 0
		case "content":
			ok = c.frame.s.child(c.frame.trigger, nlp.Ccomp, nlp.Xcomp, nlp.Advcl) >= 0
		case "verbal":
			ok = c.frame.s.child(c.frame.trigger, nlp.Xcomp) >= 0
		case "ahead":
			ok = c.frame.saysAhead()
		case "intransitive":
			ok = c.frame.s.child(c.frame.trigger, nlp.Obj, nlp.Ccomp) < 0
		case "actors":
			ok = len(codes) > 1 || c.has(event.Party) && slices.ContainsFunc(c.roles, func(x filled) bool { return x.plural })
		case "crowd":
			ok = slices.ContainsFunc(c.roles, func(x filled) bool { return x.sector == event.Civilians || x.sector == event.Opposition })
		case "armed":
			ok = has[event.Target] || slices.ContainsFunc(c.roles, func(x filled) bool {
				return x.sector == event.Military || x.sector == event.Rebels || x.sector == event.Police
			})
		case "person":
			ok = people
		case "subj":
			ok = len(c.frame.slots["subj"])+len(c.frame.slots["agent"])+len(c.frame.slots["poss"]) > 0
		default:
			ok = has[event.Role(need)]
		}
		if !ok {
			return "it needs " + need
		}
	}
	return ""
}

// reactedTo tells a noun that somebody reacts to: what is welcomed has happened.
func (f *frame) reactedTo() bool {
	for i := f.trigger; i >= 0; i = f.s.Tokens[i].Head {
		switch f.s.lemma(i) {
		case "welcome", "praise", "condemn", "criticize", "hail", "violate", "attend", "mark", "denounce", "applaud":
			return true
		}
		if i != f.trigger && f.s.isVerb(i) {
			return false
		}
	}
	return false
}

// will tells a verb in the future.
func (f *frame) will() bool {
	for _, k := range f.s.children(f.verb, nlp.Aux) {
		switch f.s.lower(k) {
		case "will", "'ll", "shall":
			return true
		}
	}
	return false
}

// says tells whether what the verb says holds one of the words: as the
// predicate of what is said or right under it.
func (f *frame) says(words map[string]bool) bool {
	s, v := f.s, f.trigger
	heads := s.children(v, nlp.Ccomp, nlp.Xcomp, nlp.Parataxis, nlp.Obl, nlp.Obj)
	if t := &s.Tokens[v]; (t.Rel == nlp.Parataxis || t.Rel == nlp.Advcl) && t.Head >= 0 {
		heads = append(heads, t.Head)
	}
	for _, h := range heads {
		if words[s.lemma(h)] {
			return true
		}
		if words["@not"] && s.Tokens[h].Rel == nlp.Ccomp && s.negated(h) && !s.advises(h) {
			return true
		}
		for _, k := range s.children(h, nlp.Obj, nlp.Xcomp, nlp.Amod, nlp.Advmod, nlp.Aux, nlp.Obl, nlp.Conj, nlp.Acl, nlp.Nmod) {
			if k != v && words[s.lemma(k)] {
				return true
			}
		}
	}
	return false
}

// subordinate tells a clause under a condition or a relative, where "will
// not" refuses nothing.
func (s *sentence) subordinate(v int) bool {
	switch s.Tokens[v].Rel {
	case nlp.Advcl, nlp.Acl, nlp.AclRelcl:
		return true
	}
	return false
}

// advises tells a clause that says what should be.
func (s *sentence) advises(v int) bool {
	for _, k := range s.children(v, nlp.Aux) {
		switch s.lower(k) {
		case "should", "shall", "must", "can", "could", "may", "might":
			return true
		}
	}
	return s.lemma(v) == "go"
}

// negated tells a clause with "not" or "never" at its verb or "no" at its subject.
func (s *sentence) negated(v int) bool {
	for _, k := range s.kids[v] {
		switch s.lower(k) {
		case "not", "n't", "never":
			return true
		}
		if s.Tokens[k].Rel == nlp.Nsubj || s.Tokens[k].Rel == nlp.NsubjPass || s.Tokens[k].Rel == nlp.Obj {
			if det := s.child(k, nlp.Det); det >= 0 && s.lower(det) == "no" {
				return true
			}
		}
	}
	return false
}

// saysAhead tells a verb of saying whose complement lies in the future.
func (f *frame) saysAhead() bool {
	s := f.s
	for _, h := range s.children(f.trigger, nlp.Ccomp, nlp.Xcomp, nlp.Parataxis) {
		if s.Tokens[h].Rel == nlp.Xcomp {
			return true
		}
		for _, k := range s.children(h, nlp.Aux) {
			switch s.lower(k) {
			case "will", "'ll", "would", "shall":
				return true
			}
		}
	}
	return false
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
			} else if s.Tokens[h].UPOS == nlp.PROPN && s.timeAt[h] < 0 && (m == nil || m.place == nil) || s.lower(h) == "they" {
				n++
			}
		}
	}
	return n
}

// objectFits tells whether the object is one of those that the rule asks for.
func (d *document) objectFits(r *compiled, f *frame) bool {
	for _, o := range f.slots["obj"] {
		for _, k := range nounKeys(f.s, o) {
			if r.objects[k] {
				return true
			}
		}
		for _, a := range d.actorsAt(f.s, o) {
			if r.objects["@actor"] || r.objects["@person"] && a.person {
				return true
			}
		}
		if m := f.s.at[o]; m != nil {
			if r.objects[m.title] {
				return true // "summoned Niger's ambassador Brah Mohamane"
			}
			if kind, ok := d.x.lexicon.role(m.title); r.objects["@person"] && m.bare && ok && kind.person {
				return true
			}
			if r.objects["@state"] && m.entry != nil && m.entry.Kind == gazetteer.KindState {
				return true
			}
		}
		// "a number of prisoners", "all of the hostages"
		for _, k := range f.s.children(o, nlp.Nmod, nlp.Compound) {
			if r.objects[f.s.lemma(k)] {
				return true
			}
		}
	}
	if r.objects["@peacekeepers"] {
		for _, o := range f.slots["subj"] {
			for _, k := range nounKeys(f.s, o) {
				if strings.Contains(k, "peacekeep") {
					return true
				}
			}
		}
	}
	if r.objects["@forces"] {
		for _, slot := range []string{"obj", "subj"} {
			for _, o := range f.slots[slot] {
				switch f.s.lemma(o) {
				case "troop", "troops", "forces", "force", "army", "soldier", "military", "fighter", "rebel", "militia", "tank", "unit", "peacekeeper":
					return true
				}
				for _, a := range d.actorsAt(f.s, o) {
					if a.sector == event.Military || a.sector == event.Rebels {
						return true
					}
				}
			}
		}
	}
	return false
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
	if s.Tokens[i].UPOS == nlp.PRON || s.Tokens[i].UPOS == nlp.DET {
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
		if m == nil || k > i || m.bare {
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
// to: "Iran's role", "the decision of Israel", "Russian aggression".
func (d *document) actorsWithin(s *sentence, i int) []*actor {
	var out []*actor
	for _, k := range s.children(i, nlp.NmodPoss) {
		out = append(out, d.actorsAt(s, k)...)
	}
	for _, k := range s.children(i, nlp.Amod, nlp.Compound) {
		if m := s.at[k]; m != nil {
			out = append(out, m.actors...)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, prepositions := range [][]string{{"by"}, {"of", "from"}, {"to", "on", "against", "with", "between", "in"}} {
		for _, k := range s.children(i, nlp.Nmod) {
			if slices.Contains(prepositions, s.preposition(k)) {
				for _, c := range s.conjuncts(k) {
					out = append(out, d.actorsAt(s, c)...)
				}
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
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

// date finds when an event takes place: the time expression nearest above or
// below its trigger, else the day of the report for what the text reports as
// its news.
func (d *document) date(c *candidate) {
	s := c.frame.s
	best, at := -1, 1<<30
	for k, x := range s.times {
		distance := s.timeDistance(x, c)
		if distance < at {
			best, at = k, distance
		}
	}
	if best >= 0 && at < 100 {
		x := s.times[best]
		span := x.resolve(c.tense())
		if !span.Start.Plausible() || !span.End.Plausible() || span.End < span.Start {
			return
		}
		c.date = &event.Date{Start: span.Start, End: span.End, Precision: x.precision, Text: s.words(x.first, x.last)}
		return
	}
	if d.anchor != nil && c.status != event.Planned && c.foreground() {
		c.date = &event.Date{Start: *d.anchor, End: *d.anchor, Precision: event.DayPrecision}
	}
}

// timeDistance is how far a time expression is from a candidate's trigger in
// the tree; 100 or more is too far to belong to it.
func (s *sentence) timeDistance(x timex, c *candidate) int {
	switch s.lower(x.first - 1) {
	case "until", "till", "since", "before", "by": // a bound, not the day
		return 100
	}
	head := x.first
	for i := x.first; i <= x.last; i++ {
		if h := s.Tokens[i].Head; h < x.first || h > x.last {
			head = i
			break
		}
	}
	steps := 0
	for i := head; i >= 0; i = s.Tokens[i].Head {
		if i == c.frame.trigger || i == c.frame.verb {
			return steps
		}
		steps++
		if i != head && s.isVerb(i) && !s.describes(i, c.frame.trigger) {
			break
		}
	}
	// Above the trigger: a date of the clause that governs it.
	up := 0
	for i := c.frame.trigger; i >= 0; i = s.Tokens[i].Head {
		if s.Tokens[head].Head == i {
			return 10 + up
		}
		if s.isVerb(i) && i != c.frame.trigger && s.Tokens[i].Rel != nlp.Xcomp && s.Tokens[i].Rel != nlp.Conj {
			break
		}
		up++
	}
	return 100
}

// tense gives the side of the article's day that the grammar says.
func (c *candidate) tense() tense {
	if c.status == event.Planned {
		return future
	}
	return past
}

// foreground tells an event that the sentence reports as its news, not one that
// it only refers to. What is said of somebody is news wherever it stands, but
// for the pluperfect.
func (c *candidate) foreground() bool {
	s := c.frame.s
	i := c.frame.verb
	if i < 0 {
		i = c.frame.trigger
	}
	said := c.rule.spoken()
	if c.frame.verb < 0 && !said {
		return false
	}
	for ; i >= 0; i = s.Tokens[i].Head {
		if s.Tokens[i].XPOS == nlp.VBN {
			for _, k := range s.children(i, nlp.Aux) {
				if s.lower(k) == "had" {
					return false // "said that it had attacked"
				}
			}
		}
		switch s.Tokens[i].Rel {
		case nlp.Root, nlp.Parataxis:
			return true
		case nlp.Acl, nlp.AclRelcl, nlp.Nmod:
			if !said {
				return false
			}
		}
	}
	return true
}

// spoken tells the types that consist in saying something.
func (r *rule) spoken() bool {
	info, _ := r.typ.Info()
	return info.Quad == 3 && r.typ != event.Investigation || r.typ == event.Support || r.typ == event.Pledge
}

// inverted tells a clause that begins with its auxiliary: a question or an unreal
// condition, "Had they signed".
func (s *sentence) inverted(v int) bool {
	subject, aux := s.child(v, nlp.Nsubj, nlp.NsubjPass), s.child(v, nlp.Aux, nlp.AuxPass)
	if subject < 0 || aux < 0 || aux > subject {
		return false
	}
	return aux == 0 || s.Tokens[aux-1].UPOS == nlp.PUNCT
}

// statusOf reads tense, modality and negation; ok is false if the text does not
// assert the event at all.
func (d *document) statusOf(c *candidate) (status event.Status, ok bool) {
	s, v := c.frame.s, c.frame.verb
	status = event.Occurred
	for _, k := range s.children(c.frame.trigger, nlp.Amod, nlp.Compound) {
		switch s.lemma(k) {
		case "upcoming", "planned", "scheduled", "future", "proposed", "forthcoming", "next":
			status = event.Planned
		case "ongoing", "continuing", "current":
			status = event.Ongoing
		case "possible", "potential", "alleged", "successful", "imminent", "hypothetical":
			return "", false
		}
	}
	if k := s.child(c.frame.trigger, nlp.Det); k >= 0 && (s.lower(k) == "no" || s.lower(k) == "any") {
		return "", false
	}
	if v < 0 {
		return d.nominalStatus(c, status)
	}
	switch s.lemma(v) {
	case "cancel", "postpone", "suspend", "call", "scrap", "collapse", "halt":
		if info, _ := c.rule.typ.Info(); c.frame.trigger != v && info.Quad <= 2 {
			status = event.Cancelled
		}
	case "plan", "schedule":
		status = event.Planned
	}
	if s.inverted(v) {
		return "", false
	}
	first := true
	for i := v; i >= 0; {
		for _, k := range s.children(i, nlp.Aux, nlp.Advmod, nlp.Mark) {
			switch w := s.lower(k); w {
			case "will", "'ll", "shall", "wo":
				status = event.Planned
			case "would", "could", "may", "might", "should", "must", "can", "ca":
				if w == "would" && d.reportedInPast(s, i) {
					status = event.Planned
				} else if first || w != "must" && w != "should" {
					return "", false
				}
			case "to":
				if k == s.child(i, nlp.Mark) && hasBe(s, i) {
					status = event.Planned // "he is to meet"
				}
			case "not", "n't", "never":
				return "", false
			case "due":
				status = event.Planned // "are due to meet"
			case "if", "unless", "whether":
				return "", false
			}
		}
		t := &s.Tokens[i]
		if t.XPOS == nlp.VBG && first && hasBe(s, i) && s.lemma(i) != "be" {
			if status == event.Occurred {
				status = event.Ongoing
			}
			if s.lemma(i) == "go" || s.lemma(i) == "expect" {
				status = event.Planned
			}
		}
		first = false
		h := t.Head
		if h < 0 {
			break
		}
		if l := s.lemma(h); l == "due" || l == "slate" || l == "schedule" && s.Tokens[h].UPOS != nlp.NOUN {
			return event.Planned, true
		}
		switch t.Rel {
		case nlp.Xcomp:
			switch l := s.lemma(h); {
			case l == "begin" || l == "start" || l == "manage" || l == "help" || l == "vote":
			case voiced[c.rule.typ] && (l == "want" || l == "like" || l == "wish"): // "I want to thank"
			case l == "continue" || l == "keep":
				status = event.Ongoing
			case l == "schedule" || l == "due" || l == "set" || l == "expect" || l == "go" || l == "plan" || l == "intend" || l == "prepare" || l == "agree" || l == "decide":
				status = event.Planned
			case l == "be":
				status = event.Planned
			case d.x.lexicon.intentions[l]:
				return "", false
			}
		case nlp.Ccomp:
			if l := s.lemma(h); d.x.lexicon.allegations[l] {
				return "", false
			} else if d.x.lexicon.intentions[l] {
				return "", false
			}
			return status, true
		case nlp.Advcl:
			if m := s.child(i, nlp.Mark); m >= 0 {
				switch s.lower(m) {
				case "if", "unless":
					return "", false
				case "to":
					l := s.lemma(h)
					if l == "vote" || l == "use" || l == "unite" || l == "join" {
						break
					}
					if voiced[c.rule.typ] && (l == "speak" || l == "call" || l == "write" || l == "meet" || l == "telephone" || l == "phone" || l == "visit") {
						break // "called to congratulate him"
					}
					if status == event.Occurred && c.rule.typ != event.Meeting && c.rule.typ != event.Talks {
						return "", false
					}
					status = event.Planned
				}
			}
			if l := s.lemma(h); d.x.lexicon.allegations[l] {
				return "", false
			}
			return status, true
		case nlp.Acl:
			if s.child(i, nlp.Mark) >= 0 { // "a plan to withdraw", "a call to end"
				return "", false
			}
			return status, true
		case nlp.Conj:
		default:
			return status, true
		}
		i = h
	}
	return status, true
}

// voiced types are done by saying that one wants to do them.
var voiced = map[event.Type]bool{event.Support: true, event.Criticism: true, event.Request: true}

// nominalStatus is statusOf for a noun without a verb of its own.
func (d *document) nominalStatus(c *candidate, status event.Status) (event.Status, bool) {
	s := c.frame.s
	h := s.Tokens[c.frame.trigger].Head
	if h < 0 {
		return status, true
	}
	if s.negated(h) {
		return "", false
	}
	for _, k := range s.children(h, nlp.Aux) {
		switch s.lower(k) {
		case "would", "could", "may", "might", "should", "must", "can":
			return "", false
		case "will":
			status = event.Planned
		}
	}
	switch l := s.lemma(h); {
	case l == "call" || l == "urge" || l == "demand" || l == "propose" || l == "seek" || l == "want" || l == "need" || l == "threat" || l == "possibility" || l == "prospect":
		return "", false
	case l == "continue" || l == "ongoing":
		return event.Ongoing, true
	case l == "schedule" || l == "plan":
		return event.Planned, true
	}
	return status, true
}

// settle corrects the status that the grammar gives by what the codebook says
// of the type: saying is done when it is said, a measure when it is announced,
// and an encounter in the present tense with a day is one to come.
func (d *document) settle(c *candidate, status event.Status) event.Status {
	s, v := c.frame.s, c.frame.verb
	info, _ := c.rule.typ.Info()
	switch {
	case c.rule.spoken() && (status == event.Ongoing || status == event.Planned && c.rule.typ != event.Request):
		return event.Occurred
	case v < 0:
		return status
	case status == event.Ongoing && s.lemma(v) == "announce":
		return event.Occurred
	case status == event.Planned && (c.rule.typ == event.Sanction || c.rule.typ == event.Expulsion || c.rule.typ == event.Ceasefire):
		if h := s.Tokens[v].Head; h >= 0 && s.Tokens[v].Rel == nlp.Ccomp && s.lemma(h) == "announce" {
			return event.Occurred
		}
	case status == event.Occurred && info.Family == "consult" && (s.Tokens[v].XPOS == nlp.VBZ || s.Tokens[v].XPOS == nlp.VBP) && s.child(v, nlp.Aux) < 0:
		for _, x := range s.times {
			if s.timeDistance(x, c) < 100 && s.lower(x.first) != "today" && s.lower(x.first) != "yesterday" {
				return event.Planned
			}
		}
	case status == event.Occurred && info.Quad == 4:
		for _, k := range s.children(v, nlp.Obl, nlp.Advcl) {
			if w := s.preposition(k); w == "since" || s.lower(k-1) == "since" || s.child(k, nlp.Mark) >= 0 && s.lower(s.child(k, nlp.Mark)) == "since" {
				return event.Ongoing
			}
		}
	}
	return status
}

// reportedInPast tells a clause that somebody said: "said he would visit" is a
// plan, not a hypothesis.
func (d *document) reportedInPast(s *sentence, v int) bool {
	for i := v; s.Tokens[i].Head >= 0; i = s.Tokens[i].Head {
		h := s.Tokens[i].Head
		if s.Tokens[i].Rel == nlp.Ccomp && d.x.lexicon.sayVerbs[s.lemma(h)] {
			return true
		}
		if s.Tokens[i].Rel == nlp.Parataxis {
			return true
		}
	}
	return false
}

func hasBe(s *sentence, v int) bool {
	for _, k := range s.children(v, nlp.Aux, nlp.Cop) {
		if s.lemma(k) == "be" {
			return true
		}
	}
	return false
}

// triggerSpan gives the words that an event is known by: the support verb and
// the noun, or the verb with its particle.
func (c *candidate) triggerSpan() (first, last int) {
	first, last = c.frame.trigger, c.frame.trigger
	if v := c.frame.verb; v >= 0 && v != c.frame.trigger && abs(v-c.frame.trigger) <= 4 {
		first, last = min(first, v), max(last, v)
	}
	for _, k := range c.frame.s.children(c.frame.trigger, nlp.CompoundPrt) {
		first, last = min(first, k), max(last, k)
	}
	return first, last
}

func abs(n int) int { return max(n, -n) }
