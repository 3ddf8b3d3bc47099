package extract

import (
	"slices"

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
	direct  bool // the arguments name whom it is aimed at
	orphan  bool // it names nobody: it can only add to an event that does
	place   *gazetteer.Place
	where   string // the place as the text has it
	country string
	tie     tie // how surely it is there
	weight  float64
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
		case t.Rel == nlp.Amod && t.XPOS == nlp.VBG: // "the defending champion"
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
				d.told = append(d.told, c)
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
			case c.rule.typ == event.Attack && other.rule.typ == event.Demonstration && s.under(c.frame.trigger, other.frame.trigger):
				return true // "went on strike"
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
			if len(direct) == 0 && !r.voiced && (a.role == event.Target || a.role == event.Actor && a.slot != "subj") {
				direct = d.actorsWithin(s, h, a.role, c)
			}
			if len(direct) == 0 && a.slot == "subj" {
				direct = d.owners(s, h)
			}
			if len(direct) == 0 && a.role == event.Target && info.Quad == 4 {
				direct = d.thing(f, h)
			}
			if len(direct) == 0 && a.role == event.Target {
				direct = d.unknownPerson(s, s.antecedent(h))
			}
			if a.role == event.Host {
				direct = d.hostAt(s, h)
			}
			for _, x := range direct {
				if a.role == event.Target && x.sector == event.Organisation && c.hasCode(x.code) {
					continue // the UN does nothing to its own peacekeepers
				}
				c.fill(x, a.role, info.Symmetric)
			}
		}
	}
	if r.voiced {
		if who := d.voice(s, f.trigger); who == nil || c.hasCode(who.code) {
			return nil, "it is not said whose view it is"
		} else {
			c.roles = append([]filled{{who, event.Actor}}, c.roles...)
		}
	}
	d.impersonal(c)
	d.mediators(c)
	if r.typ == event.Attack && !c.has(event.Actor) {
		if d.attackers(c); !c.has(event.Actor) && (!c.has(event.Target) || c.frame.verb >= 0) {
			return nil, "nobody attacks"
		}
	}
	c.direct = c.has(event.Target)
	if (!info.Symmetric && targeted[r.typ] || r.seeks) && !c.has(event.Target) && c.has(event.Actor) && (r.typ != event.Attack || !c.hasForeigner()) {
		if len(r.content) == 0 || r.seeks {
			for _, x := range d.nearest(c) {
				c.fill(x, event.Target, false)
			}
		}
		if !c.has(event.Target) {
			d.reactsTo(c)
		}
		if !c.has(event.Target) {
			d.speaksTo(c)
		}
	}
	if r.typ == event.Demonstration && !c.has(event.Target) && c.has(event.Actor) {
		d.protestsTo(c)
	}
	d.receivedBy(c)
	if r.typ == event.Ceasefire && len(c.roles) == 0 || r.typ == event.Demonstration && len(c.roles) == 0 && f.placed() {
		d.locate(c)
		d.fromPlace(c)
	}
	if missing := d.missing(c, r); missing != "" {
		if len(c.roles) > 0 || !d.standsAlone(c) {
			return nil, missing
		}
		c.orphan = true
	}
	if !c.orphan && !d.political(c) {
		return nil, "nobody in it acts politically"
	}
	if c.natural() {
		return nil, "it is about nature"
	}
	if r.typ == event.Attack && f.verb == f.trigger && !d.violent(c) {
		return nil, "nothing tells it from a mishap"
	}
	status, ok := d.statusOf(c)
	if r.negated {
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
	d.date(c)
	d.stage(c)
	d.fromPlace(c)
	return c, ""
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
