package extract

import (
	"demarche/internal/event"
	"demarche/internal/nlp"
)

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
			if d.timeDistance(s, x, c) < tooFar && s.lower(x.first) != "today" && s.lower(x.first) != "yesterday" {
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
