package extract

import (
	"slices"
	"strings"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// missing says what the rule needs and the text does not give, "" if nothing.
func (d *document) missing(c *candidate, r *compiled) string {
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
			ok = d.will(c.frame)
		case "aimed", "untargeted":
			aim := 0
			for _, slot := range []string{"at", "on", "into", "against", "obj.at", "obj.on", "obj.against"} {
				for _, h := range c.frame.slots[slot] {
					if !c.frame.s.isTime(h) {
						aim++
					}
				}
			}
			ok = (aim > 0) == (need == "aimed")
		case "aimless": // a call, but not for something
			ok = len(c.frame.slots["for"]) == 0
		case "denied": // somebody said it before, or it is said of the speaker's own side
			ok = has[event.Target] || d.ofOwnSide(c)
		case "named": // what "it" will do is often no body's doing
			ok = !slices.ContainsFunc(c.frame.slots["subj"], func(h int) bool { return h == 0 && c.frame.s.lower(h) == "it" })
		case "remote": // by video or telephone
			ok = c.frame.s.speaksOfVideo(c.frame.trigger, c.frame.verb)
		case "codes":
			ok = len(codes) > 1
		case "direct": // the arguments themselves name whom it is aimed at
			ok = c.direct
		case "abroad":
			ok = !slices.ContainsFunc(c.roles, func(x filled) bool {
				return x.role == event.Host && slices.ContainsFunc(c.roles, func(y filled) bool { return y.role == event.Actor && y.code == x.code })
			})
		case "opponent": // to warn one's own people is no threat
			ok = c.hasForeigner() || slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == event.Target && x.sector != event.Civilians })
		case "asking":
			ok = len(c.frame.slots["to"])+len(c.frame.slots["on"])+len(c.frame.slots["for"]) > 0 || c.frame.s.child(c.frame.trigger, nlp.Acl, nlp.Ccomp) >= 0 ||
				c.frame.verb >= 0 && c.frame.s.lemma(c.frame.trigger) == "demand"
		case "verb":
			ok = c.frame.s.isVerb(c.frame.trigger)
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
			ok = slices.ContainsFunc(c.roles, func(x filled) bool { return x.sector == event.Civilians || x.sector == event.Opposition || x.plural })
		case "armed":
			ok = has[event.Target] || slices.ContainsFunc(c.roles, func(x filled) bool {
				return x.sector == event.Military || x.sector == event.Rebels || x.sector == event.Police
			})
		case "body":
			ok = slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == event.Target && x.sector == event.Organisation })
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

// ofOwnSide tells a complement whose subject is of the speaker's state or stands for
// the speaker: "says it will not leave".
func (d *document) ofOwnSide(c *candidate) bool {
	for _, h := range c.frame.slots["comp"] {
		if slices.ContainsFunc(d.actorsAt(c.frame.s, h), func(a *actor) bool { return c.hasCode(a.code) }) {
			return true
		}
	}
	return false
}

// speaksOfVideo tells whether those who meet are on a screen: a word for it hangs on
// the noun or the verb.
func (s *sentence) speaksOfVideo(heads ...int) bool {
	for _, h := range heads {
		if h < 0 {
			continue
		}
		for _, k := range s.kids[h] {
			if remotely[s.lemma(k)] || slices.ContainsFunc(s.kids[k], func(j int) bool { return remotely[s.lemma(j)] }) {
				return true
			}
		}
	}
	return false
}

var remotely = wordSet("videoconference videoconferencing video-conference video virtually virtual teleconference online videolink telephone phone")

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
func (d *document) will(f *frame) bool {
	for _, k := range f.s.children(f.verb, nlp.Aux) {
		switch f.s.lower(k) {
		case "will", "'ll", "shall":
			return true
		case "would":
			return d.reportedInPast(f.s, f.verb)
		}
	}
	return false
}

// says tells whether what the verb says holds one of the words: as the
// predicate of what is said or right under it.
func (f *frame) says(words map[string]bool) bool {
	s, v := f.s, f.trigger
	heads := s.children(v, nlp.Ccomp, nlp.Xcomp, nlp.Parataxis, nlp.Obl, nlp.Obj, nlp.Advcl, nlp.CsubjPass)
	if t := &s.Tokens[v]; (t.Rel == nlp.Parataxis || t.Rel == nlp.Advcl) && t.Head >= 0 {
		heads = append(heads, t.Head)
	}
	for _, h := range heads {
		if words[s.lemma(h)] || words[s.lower(h)] {
			return true
		}
		if words["@not"] && s.Tokens[h].Rel == nlp.Ccomp && s.negated(h) && !s.advises(h) && !opinions[s.lemma(h)] {
			return true
		}
		for _, k := range s.children(h, nlp.Obj, nlp.Xcomp, nlp.Amod, nlp.Advmod, nlp.Aux, nlp.Obl, nlp.Conj, nlp.Acl, nlp.Nmod, nlp.Compound) {
			if k == v {
				continue
			}
			if words[s.lemma(k)] {
				return true
			}
			for _, j := range s.children(k, nlp.Amod, nlp.Obj, nlp.Compound) {
				if words[s.lemma(j)] {
					return true
				}
			}
		}
	}
	return false
}

// opinions are what one may not have without denying anything.
var opinions = wordSet("know think believe expect understand remember see want need have sure concerned certain aware")

// subordinate tells a clause under a condition or a relative, where "will
// not" refuses nothing.
func (s *sentence) subordinate(v int) bool {
	switch s.Tokens[v].Rel {
	case nlp.Advcl, nlp.Acl, nlp.AclRelcl, nlp.Xcomp:
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
		case "longer":
			if s.lower(k-1) == "no" {
				return true
			}
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
