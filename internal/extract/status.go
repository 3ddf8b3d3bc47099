package extract

import (
	"slices"

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

// conditional tells what will be done only if something else is: "will leave if".
func (s *sentence) conditional(v int) bool {
	ahead := slices.ContainsFunc(s.children(v, nlp.Aux), func(k int) bool {
		w := s.lower(k)
		return w == "will" || w == "would" || w == "'ll"
	})
	return ahead && slices.ContainsFunc(s.children(v, nlp.Advcl), func(k int) bool {
		m := s.child(k, nlp.Mark)
		return m >= 0 && (s.lower(m) == "if" || s.lower(m) == "unless")
	})
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
		case "ongoing", "continuing", "continued", "current", "escalating", "sustained", "relentless", "unabated", "persistent":
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
	first, lasting := true, false
	aside := s.aside(c.frame.trigger, v)
	if aside {
		if info, _ := c.rule.typ.Info(); info.Quad == 4 {
			return d.nominalStatus(c, status) // "following days of protests, the party will be banned"
		}
	}
	switch l := s.lemma(v); l {
	case "cancel", "postpone", "suspend", "call", "scrap", "collapse", "halt":
		if l == "call" && !s.off(v) {
			break
		}
		if info, _ := c.rule.typ.Info(); c.frame.trigger != v && info.Quad <= 2 && !aside {
			status = event.Cancelled
		}
	case "plan", "schedule":
		status = event.Planned
	case "provide":
		if c.frame.trigger != v && s.preposition(c.frame.trigger) == "for" {
			status = event.Planned // "the accord provides for the withdrawal"
		}
	case "continue":
		if c.frame.trigger != v && status == event.Occurred {
			status, lasting = event.Ongoing, true // "continue their offensive"
		}
	}
	if t := &s.Tokens[v]; t.XPOS == nlp.VB && (t.Rel == nlp.Root || t.Rel == nlp.Parataxis) && s.child(v, nlp.Nsubj, nlp.NsubjPass, nlp.Aux, nlp.AuxPass, nlp.Mark) < 0 {
		return "", false // "release all prisoners!"
	}
	if c.rule.voiced {
		return status, !s.negated(v)
	}
	if !c.rule.spoken() && s.conditional(v) {
		return "", false
	}
	if s.inverted(v) {
		return "", false
	}
	tensed := -1 // a verb whose auxiliaries are not those of the one that is joined to it
climb:
	for i := v; i >= 0; {
		for _, k := range s.children(i, nlp.Aux, nlp.Advmod, nlp.Mark) {
			if s.at[k] != nil || i == tensed && s.Tokens[k].Rel == nlp.Aux {
				continue // "Theresa May", "will order troops to withdraw and is asking"
			}
			switch w := s.lower(k); w {
			case "will", "'ll", "shall", "wo":
				if !lasting { // "will continue to encourage"
					status = event.Planned
				}
			case "would", "could", "may", "might", "should", "must", "can", "ca":
				if w == "would" && d.reportedInPast(s, i) && s.lower(k+1) != "have" {
					status = event.Planned
				} else if first || w != "must" && w != "should" {
					return "", false
				}
			case "to":
				if hasBe(s, i) {
					status = event.Planned // "he is to meet"
				}
			case "longer":
				if k > 0 && s.lower(k-1) == "no" {
					return "", false
				}
			case "not", "n't", "never", "allegedly", "supposedly", "purportedly":
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
			case l == "continue" || l == "keep" || l == "remain":
				status, lasting = event.Ongoing, true
			case l == "instruct" || l == "direct":
				status = event.Planned
			case l == "schedule" || l == "due" || l == "set" || l == "expect" || l == "go" || l == "plan" || l == "intend" || l == "prepare" || l == "agree" || l == "decide":
				status = event.Planned
			case l == "be":
				status = event.Planned
			case (l == "try" || l == "attempt") && (c.rule.typ == event.Attack || c.rule.typ == event.Coercion): // an attempt is one
			case l == "fail" && c.rule.typ == event.Agreement:
				status = event.Cancelled
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
				case "until", "till":
					if s.negated(h) {
						return "", false // "will not end the strike until they meet its demands"
					}
				case "to":
					if c.rule.weak { // "met to discuss": both or neither
						i = h
						continue climb
					}
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
			if g := s.Tokens[h].Head; status == event.Occurred && s.Tokens[h].Rel == nlp.Xcomp && s.lemma(g) == "continue" {
				status = event.Ongoing // "continues to stand with its allies in providing"
			}
			return status, true
		case nlp.Acl:
			if s.lemma(h) == "process" {
				return event.Ongoing, true // "in the process of providing"
			}
			if m := s.child(i, nlp.Mark); m >= 0 && s.lower(m) == "that" && isFinite(s, i) || hasBe(s, i) && m >= 0 && s.lower(m) == "that" {
				return status, true // "told reporters that": what is said hangs on who is told
			} else if m >= 0 { // "a plan to withdraw", "a call to end"
				if decided[s.lemma(h)] && s.Tokens[h].Rel == nlp.Obj && deciding[s.lemma(s.Tokens[h].Head)] {
					return event.Planned, true
				}
				return "", false
			}
			return status, true
		case nlp.Conj:
			if isFinite(s, i) || hasFiniteAux(s, i) {
				tensed = h
			}
			if s.Tokens[h].Rel == nlp.Xcomp && (isFinite(s, i) || hasFiniteAux(s, i)) {
				h = s.Tokens[h].Head // "refuses to talk and has fired": a verb with a tense is not refused
			}
		default:
			return status, true
		}
		i = h
	}
	return status, true
}

// hasFiniteAux tells a verb whose auxiliary has a tense: "has fired".
func hasFiniteAux(s *sentence, v int) bool {
	return slices.ContainsFunc(s.children(v, nlp.Aux, nlp.AuxPass), func(k int) bool { return isFinite(s, k) })
}

// decided are what somebody can decide on, deciding the verbs that say so: "approved a
// plan to release 900 prisoners".
var (
	decided  = map[string]bool{"plan": true, "decision": true, "deal": true, "order": true, "bill": true, "agreement": true, "intention": true, "measure": true}
	deciding = map[string]bool{"approve": true, "announce": true, "adopt": true, "sign": true, "unveil": true, "endorse": true, "make": true, "take": true, "reach": true, "confirm": true, "pass": true, "issue": true}
)

// aside tells that a noun only says when or in spite of what something else
// happens: "after the talks", "amid protests".
func (s *sentence) aside(n, v int) bool {
	if n == v || s.Tokens[n].Rel != nlp.Obl && s.Tokens[n].Rel != nlp.Nmod {
		return false
	}
	switch s.preposition(n) {
	case "after", "following", "amid", "despite", "since", "over":
		return true
	}
	return false
}

// voiced types are done by saying that one wants to do them.
var voiced = map[event.Type]bool{event.Support: true, event.Criticism: true, event.Request: true}

// nominalStatus is statusOf for a noun without a verb of its own.
func (d *document) nominalStatus(c *candidate, status event.Status) (event.Status, bool) {
	s := c.frame.s
	h := s.Tokens[c.frame.trigger].Head
	if status == event.Occurred && c.lasts() {
		status = event.Ongoing
	}
	if h < 0 {
		return status, true
	}
	if info, _ := c.rule.typ.Info(); info.Family == "consult" && s.preposition(c.frame.trigger) == "for" && d.x.lexicon.travelVerbs[s.lemma(h)] && s.timedApart(c.frame.trigger, h) {
		status = event.Planned
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
	case hopes[l] && c.rule.typ == event.Ceasefire:
		return "", false // "efforts for a truce", "promote a ceasefire"
	case l == "call" && s.off(h):
		return event.Cancelled, true
	case l == "call" && s.preposition(c.frame.trigger) == "for" || l == "urge" || l == "demand" || l == "propose" || l == "seek" || l == "want" || l == "need" || l == "threat" || l == "possibility" || l == "prospect":
		return "", false
	case l == "continue" || l == "ongoing" || wages[l] && s.Tokens[h].XPOS == nlp.VBG && hasBe(s, h):
		return event.Ongoing, true
	case l == "schedule" || l == "plan" || l == "provide" && s.preposition(c.frame.trigger) == "for":
		return event.Planned, true
	case (l == "status" || l == "progress" || l == "course") && c.rule.typ == event.Talks:
		return event.Ongoing, true // "the status of the negotiations"
	}
	return status, true
}

// hopes are the words for what somebody wants to come about.
var hopes = wordSet("proposal effort initiative appeal hope idea push promote pursue achieve secure")

// wages are the verbs that say of a noun that it is done and are no support verbs.
var wages = wordSet("inflict wage pursue perpetrate commit face suffer intensify escalate expand")

// timedApart tells that a noun and the verb that it depends on have each a time of
// their own: "arrived on Tuesday for his meeting Thursday".
func (s *sentence) timedApart(n, v int) bool {
	own, other := false, false
	for _, x := range s.times {
		switch s.Tokens[s.timeHead(x)].Head {
		case n:
			own = true
		case v:
			other = true
		}
	}
	return own && other
}

// off tells a verb with "off": "called off".
func (s *sentence) off(v int) bool {
	return slices.ContainsFunc(s.kids[v], func(k int) bool { return s.lower(k) == "off" })
}

// lasts tells a noun for what goes on if no day is given: a war that a state
// wages, protests, forces that gather.
func (c *candidate) lasts() bool {
	s, i := c.frame.s, c.frame.trigger
	if det := s.lower(s.child(i, nlp.Det)); len(s.times) > 0 || det == "this" || det == "that" { // "this unprovoked attack" is the news
		return false
	}
	for _, k := range s.children(i, nlp.Amod) {
		switch s.lemma(k) {
		case "recent", "latest", "last", "previous", "past", "earlier", "deadly", "first", "second":
			return false
		case "unprovoked", "unjustified", "brutal", "further", "indiscriminate":
			return c.rule.typ == event.Attack || c.rule.typ == event.Mobilization
		}
	}
	switch s.lemma(i) {
	case "invasion", "war", "aggression", "offensive", "onslaught", "occupation", "buildup", "siege", "campaign":
		return slices.ContainsFunc(c.roles, func(x filled) bool {
			return x.role == event.Actor && x.code != "UNK" && x.sector != event.Civilians
		})
	case "protest", "demonstration":
		return s.Tokens[i].Feats.Has(nlp.Plural)
	}
	return false
}

// settle corrects the status that the grammar gives by what the codebook says
// of the type: saying is done when it is said, a measure when it is announced,
// and an encounter in the present tense with a day is one to come.
func (d *document) settle(c *candidate, status event.Status) event.Status {
	s, v := c.frame.s, c.frame.verb
	info, _ := c.rule.typ.Info()
	if c.rule.weak { // what an encounter is for has its status: "arrives on Sunday to discuss"
		for _, o := range slices.Backward(d.told) {
			if o.frame.s != s {
				break
			}
			if f, _ := o.rule.typ.Info(); f.Family == "consult" && !o.rule.weak {
				return o.status
			}
		}
	}
	switch {
	case c.rule.spoken() && status == event.Ongoing:
		if c.rule.typ == event.Request && s.under(c.frame.trigger, v) && v >= 0 && s.Tokens[v].Rel == nlp.Xcomp {
			return event.Ongoing // "continue to encourage"
		}
		for _, k := range s.children(c.frame.trigger, nlp.Amod) {
			if s.lemma(k) == "ongoing" {
				return event.Ongoing // "their ongoing support"
			}
		}
		return event.Occurred
	case c.rule.typ == event.Rejection && status == event.Occurred && v >= 0 && s.Tokens[v].XPOS == nlp.VBZ &&
		slices.ContainsFunc(s.children(v, nlp.Advmod), func(k int) bool { return s.lower(k) == "still" }):
		return event.Ongoing // "still refuses"
	case c.rule.typ == event.Investigation && status == event.Occurred && v >= 0 && s.Tokens[v].Rel == nlp.Acl && (s.lemma(v) == "seek" || s.lemma(v) == "want"):
		return event.Ongoing // "five officials sought by the court"
	case c.rule.spoken() && status == event.Planned && c.rule.typ != event.Request:
		if v >= 0 && s.Tokens[v].Rel == nlp.Xcomp && awaits[s.lemma(s.Tokens[v].Head)] {
			return event.Planned // "are expected to support"
		}
		return event.Occurred
	case v < 0:
		return status
	case status == event.Ongoing && s.lemma(v) == "announce":
		return event.Occurred
	case status == event.Ongoing && (c.rule.typ == event.Sanction || c.rule.typ == event.Expulsion || c.rule.typ == event.Aid && !habits[s.lemma(v)]) &&
		c.frame.trigger == v && s.Tokens[v].XPOS == nlp.VBG && hasBe(s, v):
		return event.Occurred // "today the United States is designating"
	case status == event.Planned && (c.rule.typ == event.Sanction || c.rule.typ == event.Expulsion || c.rule.typ == event.Ceasefire):
		for s.Tokens[v].Rel == nlp.Conj && s.Tokens[v].Head >= 0 { // "will ban imports and freeze assets"
			v = s.Tokens[v].Head
		}
		h := s.Tokens[v].Head
		announced := h >= 0 && s.Tokens[v].Rel == nlp.Ccomp && s.lemma(h) == "announce"
		decided := c.rule.typ == event.Sanction && s.Tokens[v].XPOS == nlp.VB && s.child(v, nlp.Mark) < 0 && (h < 0 || s.Tokens[v].Rel == nlp.Ccomp)
		if (announced || decided) && !d.later(c) {
			return event.Occurred
		}
	case status == event.Occurred && info.Family == "consult" && d.presentDay(c):
		return event.Planned
	case status == event.Ongoing && info.Family == "consult" && s.Tokens[v].XPOS == nlp.VBG && d.dayAhead(c):
		return event.Planned // "is heading Sunday to Oman"
	case status == event.Occurred && c.rule.typ == event.Visit && s.isNominal(v) && (s.lower(s.child(v, nlp.Cop)) == "is" || s.lower(s.child(v, nlp.Cop)) == "are"):
		return event.Ongoing // "is in Turkey"
	case status == event.Occurred && c.rule.typ == event.Coercion && s.Tokens[v].Rel == nlp.Amod:
		return event.Ongoing // "the detained journalist"
	case status == event.Occurred && c.rule.typ == event.Aid && habits[s.lemma(v)] && (s.Tokens[v].XPOS == nlp.VBZ || s.Tokens[v].XPOS == nlp.VBP):
		return event.Ongoing // "Iran provides arms"
	case status == event.Occurred && (c.rule.typ == event.Attack || c.rule.typ == event.Demonstration || c.rule.typ == event.Mobilization) && s.perfect(v):
		for _, k := range s.children(v, nlp.Obl, nlp.Advcl) {
			if w := s.preposition(k); w == "since" || s.lower(k-1) == "since" || s.child(k, nlp.Mark) >= 0 && s.lower(s.child(k, nlp.Mark)) == "since" {
				return event.Ongoing
			}
		}
	}
	return status
}

// awaits are verbs that put what depends on them into the future.
var awaits = wordSet("expect schedule set due slate")

// habits are verbs that in the present tense say what is done again and again.
var habits = wordSet("provide support fund supply finance arm train")

// perfect tells a verb with "have" or "has".
func (s *sentence) perfect(v int) bool {
	return slices.ContainsFunc(s.children(v, nlp.Aux), func(k int) bool { return s.lower(k) == "have" || s.lower(k) == "has" })
}

// presentDay tells an encounter in the present tense with a day to come: "arrives
// Sunday in Beijing".
func (d *document) presentDay(c *candidate) bool {
	s, v := c.frame.s, c.frame.verb
	return (s.Tokens[v].XPOS == nlp.VBZ || s.Tokens[v].XPOS == nlp.VBP) && s.child(v, nlp.Aux) < 0 && d.dayAhead(c)
}

// dayAhead tells that an event has a time expression that can lie ahead.
func (d *document) dayAhead(c *candidate) bool {
	s := c.frame.s
	for _, x := range s.times {
		switch s.lower(x.first) {
		case "today", "yesterday", "last":
			continue
		}
		if d.timeDistance(s, x, c) < aboveIt {
			return true
		}
	}
	return false
}

// later tells that a measure has a day of its own after that of the report.
func (d *document) later(c *candidate) bool {
	s := c.frame.s
	for _, x := range s.times {
		if x.dated && d.anchor != nil && d.timeDistance(s, x, c) < aboveIt && x.resolve(future, d.story.last).Start > *d.anchor {
			return true
		}
	}
	return false
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
