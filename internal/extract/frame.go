package extract

import (
	"slices"
	"strings"

	"demarche/internal/nlp"
)

// frame is a trigger with its arguments, as the parse gives them.
type frame struct {
	s       *sentence
	trigger int              // the word that gave the type
	verb    int              // the verb that carries tense and polarity; the trigger itself if it is one, else its support verb, or -1
	slots   map[string][]int // argument name to the heads of nominals
}

func (f *frame) add(slot string, tokens ...int) {
	for _, i := range tokens {
		f.slots[slot] = append(f.slots[slot], f.s.conjuncts(i)...)
	}
}

// verbFrame collects the arguments of a verb or predicate adjective.
func verbFrame(s *sentence, v int) *frame {
	f := &frame{s: s, trigger: v, verb: v, slots: map[string][]int{}}
	f.addVerb(v)
	return f
}

// addVerb adds the arguments of a verb: its own and those that it shares with
// the verb that governs it.
func (f *frame) addVerb(v int) {
	s := f.s
	passive := isPassive(s, v)
	if subjects := subjectsOf(s, v, 0); passive {
		f.add("obj", subjects...)
	} else {
		f.add("subj", subjects...)
	}
	if len(f.slots["subj"])+len(f.slots["obj"]) == 0 && isFinite(s, v) {
		if m := s.mentionBefore(v); m != nil {
			f.add("subj", s.headOf(m))
		}
	}
	// Names and compounds that hang on a finite verb are its subject before it
	// and its object behind it.
	if isFinite(s, v) {
		for _, k := range s.children(v, nlp.Compound, nlp.Nmod, nlp.Appos, nlp.Flat, nlp.Amod, nlp.NmodDesc) {
			if m := s.at[k]; m == nil || len(m.actors) == 0 && !m.bare {
				continue
			}
			if k < v && len(f.slots["subj"]) == 0 && !passive {
				f.add("subj", k)
			} else if p := s.preposition(k); k > v && p != "" {
				f.add(p, k)
			}
		}
	}
	f.add("obj", s.children(v, nlp.Obj)...)
	f.add("iobj", s.children(v, nlp.IObj)...)
	if len(f.slots["obj"]) == 0 { // "allowed the inspectors to visit": one object is the object
		f.add("obj", s.children(v, nlp.IObj)...)
	}
	for _, k := range s.children(v, nlp.Obl, nlp.OblAgent) {
		p := s.preposition(k)
		if s.Tokens[k].Rel == nlp.OblAgent || p == "by" && passive {
			f.add("agent", k)
		} else if p != "" {
			f.add(p, k)
		}
	}
	for _, o := range s.children(v, nlp.Obj, nlp.NsubjPass) {
		f.addNominal(o, "obj.")
	}
	for _, k := range s.children(v, nlp.Ccomp, nlp.Xcomp, nlp.CsubjPass) {
		f.add("comp", s.children(k, nlp.Nsubj, nlp.NsubjPass)...)
	}
	f.add("unless", s.obliged(v)...)
	for _, k := range s.children(v, nlp.Xcomp) {
		f.add("deed", s.children(k, nlp.Obj)...)
		for _, o := range s.children(k, nlp.Obl) {
			switch s.preposition(o) {
			case "with", "against":
				f.add("deed", o)
			}
		}
	}
}

// addNominal adds what hangs on a noun, each slot with a prefix.
func (f *frame) addNominal(n int, prefix string) {
	s := f.s
	f.add(prefix+"poss", s.children(n, nlp.NmodPoss)...)
	for _, k := range s.kids[n] {
		if m := s.at[k]; m != nil && m.against {
			f.add(prefix+"anti", k)
		} else if m != nil && k < n && (s.Tokens[k].Rel == nlp.Amod || s.Tokens[k].Rel == nlp.Compound || s.Tokens[k].Rel == nlp.NmodDesc) {
			f.add(prefix+"mod", k)
		}
	}
	for _, k := range s.children(n, nlp.Nmod) {
		if p := s.preposition(k); p != "" {
			f.add(prefix+p, k)
		}
		// "the visit of the minister to Oslo": the parser may hang Oslo on either.
		for _, j := range s.children(k, nlp.Nmod) {
			switch p := s.preposition(j); p {
			case "to", "with", "between", "against", "on":
				f.add(prefix+p, j)
			}
		}
	}
	for _, k := range s.children(n, nlp.Acl) {
		// "efforts mediated by Russia", "talks held in Geneva"
		for _, o := range s.children(k, nlp.Obl, nlp.OblAgent) {
			p := s.preposition(o)
			if s.Tokens[o].Rel == nlp.OblAgent || p == "by" {
				p = "agent"
			}
			if p != "" {
				f.add(prefix+p, o)
			}
		}
	}
}

// nounFrame collects the arguments of a noun and of the verb that it depends
// on, if that says no more than that the thing takes place ("held talks").
func nounFrame(s *sentence, n int, lex *lexicon) *frame {
	f := &frame{s: s, trigger: n, verb: -1, slots: map[string][]int{}}
	f.addNominal(n, "")
	top := n
	for s.Tokens[top].Rel == nlp.Conj && s.Tokens[top].Head >= 0 && s.isNominal(s.Tokens[top].Head) {
		top = s.Tokens[top].Head
	}
	h := s.Tokens[top].Head
	// "the second round of talks": the round is held.
	for h >= 0 && s.Tokens[top].Rel == nlp.Nmod && s.preposition(top) == "of" {
		switch s.lemma(h) {
		case "round", "series", "session", "day", "set", "phase", "hour", "week", "text":
			f.addNominal(h, "")
			top, h = h, s.Tokens[h].Head
			continue
		}
		break
	}
	for _, k := range s.children(top, nlp.AclRelcl) {
		if lex.lightVerbs[s.lemma(k)] { // "talks that were held in Geneva"
			f.addSupport(k)
		}
	}
	if h < 0 || !s.isVerb(h) {
		return f
	}
	if s.Tokens[top].Rel == nlp.Obj && !isPassive(s, h) { // "condemned the attack by the rebels": nobody condemns by somebody
		for _, k := range s.children(h, nlp.Obl, nlp.OblAgent) {
			if s.preposition(k) == "by" && k > top && !s.isTime(k) {
				f.add("by", k)
			}
		}
	}
	switch s.Tokens[top].Rel {
	case nlp.Obj, nlp.NsubjPass:
		if s.lemma(h) == "follow" && s.Tokens[h].Rel == nlp.Advcl && len(f.slots["with"]) > 0 { // "spoke following a meeting with Y"
			f.verb = s.Tokens[h].Head
			f.add("subj", subjectsOf(s, f.verb, 0)...)
		} else if lex.lightVerbs[s.lemma(h)] {
			f.verb = h
			f.addSupport(h)
		}
	case nlp.Nsubj:
		f.verb = h
	case nlp.Obl:
		switch s.preposition(top) {
		case "during", "after", "following", "before":
			f.verb = h
			if len(f.slots["with"]) > 0 { // "after a meeting with Y": who does the rest was there
				f.add("subj", subjectsOf(s, h, 0)...)
			} else if s.preposition(top) == "during" {
				f.converse(n, h)
			}
		case "in", "on", "at", "for", "into", "to":
			if p := s.preposition(top); p == "in" && len(f.slots["with"]) == 0 {
				f.converse(n, h)
			}
			if len(f.slots["with"]) > 0 && (lex.sayVerbs[s.lemma(h)] || conversations[s.lemma(n)]) || encounters[s.lemma(h)] { // "said in a meeting with Y", "discussed trade at a meeting"
				f.verb = h
				f.add("subj", subjectsOf(s, h, 0)...)
			}
			if lex.lightVerbs[s.lemma(h)] || lex.travelVerbs[s.lemma(h)] || s.lemma(h) == "meet" || s.lemma(h) == "be" {
				f.verb = h
				f.addSupport(h)
			}
		}
	}
	return f
}

// converse adds the two who talk in a conversation that frames what one says to the
// other: "in a telephone conversation, X told Y".
func (f *frame) converse(n, v int) {
	s := f.s
	if l := s.lemma(n); l != "conversation" && l != "call" {
		return
	}
	f.add("subj", subjectsOf(s, v, 0)...)
	objects := s.children(v, nlp.Obj, nlp.IObj)
	f.add("with", objects...)
	for _, o := range append(objects, v) {
		for _, k := range s.children(o, nlp.Obl, nlp.Nmod) {
			if s.preposition(k) == "to" {
				f.add("with", k)
			}
		}
	}
}

// conversations are what nobody has alone: who says anything in one takes part.
var conversations = wordSet("call conversation phone_call meeting talk talks discussion negotiation")

// encounters are the verbs for what is done together where people meet.
var encounters = wordSet("discuss review exchange agree address")

// addSupport adds the arguments of a support verb.
func (f *frame) addSupport(v int) {
	s := f.s
	if l := s.lemma(v); !isPassive(s, v) {
		slot := "subj"
		if l == "host" || l == "convene" {
			slot = "host"
		}
		f.add(slot, subjectsOf(s, v, 0)...)
	}
	for _, k := range s.children(v, nlp.Obl, nlp.OblAgent) {
		p := s.preposition(k)
		if s.Tokens[k].Rel == nlp.OblAgent || p == "by" {
			p = "agent"
		}
		if p != "" {
			f.add(p, k)
		}
	}
}

// placed tells a frame with a place among its arguments: "protests in Lima".
func (f *frame) placed() bool {
	for p := range placePrepositions {
		for _, h := range f.slots[p] {
			if m := f.s.at[h]; m != nil && m.isPlace() {
				return true
			}
		}
	}
	return false
}

// isFinite tells a verb with a tense, which must have a subject somewhere.
func isFinite(s *sentence, v int) bool {
	switch s.Tokens[v].XPOS {
	case nlp.VBD, nlp.VBZ, nlp.VBP:
		return true
	}
	return false
}

// mentionBefore gives the mention that ends right before a verb, adverbs and a
// closing comma aside: long names with titles are what parsers get wrong.
func (s *sentence) mentionBefore(v int) *mention {
	for i := v - 1; i >= 0; i-- {
		if m := s.at[i]; m != nil {
			if len(m.actors) > 0 {
				return m
			}
			return nil
		}
		if s.Tokens[i].Form == "-" && i > 0 { // "North Korea test-fired"
			i--
			continue
		}
		if u := s.Tokens[i].UPOS; u != nlp.ADV && u != nlp.AUX && u != nlp.PUNCT {
			return nil
		}
	}
	return nil
}

// isPassive tells a passive verb, finite or reduced.
func isPassive(s *sentence, v int) bool {
	if s.child(v, nlp.AuxPass, nlp.NsubjPass) >= 0 {
		return true
	}
	t := &s.Tokens[v]
	return t.XPOS == nlp.VBN && (t.Rel == nlp.Acl || t.Rel == nlp.Advcl) && s.child(v, nlp.Aux) < 0
}

// subjectsOf gives the subjects of a verb: its own, or those that it shares
// with what governs it (control, coordination, participles).
func subjectsOf(s *sentence, v int, depth int) []int {
	if own := s.children(v, nlp.Nsubj, nlp.NsubjPass, nlp.NsubjOuter); len(own) > 0 {
		return own
	}
	if it := s.child(v, nlp.Expl); it >= 0 && dispositions[s.lemma(v)] { // "said it is willing to", which parsers take for "it is easy to"
		return []int{it}
	}
	h := s.Tokens[v].Head
	if h < 0 || depth > 6 {
		return nil
	}
	// "came as X, an adviser to Y, met Z": a long subject behind a conjunction is
	// often taken for a phrase with a preposition.
	if isFinite(s, v) && s.Tokens[v].Rel != nlp.Conj {
		for k := h + 1; k < v; k++ {
			if r := s.Tokens[k].Rel; r != nlp.Obl && (r != nlp.Nmod || s.at[k] == nil) || s.isTime(k) {
				continue
			}
			switch p := s.preposition(k); p {
			case "as", "after", "before", "while", "since", "until", "when":
				return []int{k}
			}
		}
	}
	switch s.Tokens[v].Rel {
	case nlp.Xcomp:
		if objectControl[s.lemma(h)] {
			if o := s.children(h, nlp.Obj, nlp.IObj); len(o) > 0 {
				return o
			}
			if isPassive(s, h) {
				return subjectsOf(s, h, depth+1)
			}
		}
		return subjectsOf(s, h, depth+1)
	case nlp.Conj:
		if s.isVerb(h) || s.Tokens[h].UPOS == nlp.ADJ {
			return subjectsOf(s, h, depth+1)
		}
	case nlp.Advcl:
		out := subjectsOf(s, h, depth+1)
		if s.lemma(h) == "join" { // "joins Meloni in calling for": both call
			out = append(slices.Clip(out), s.children(h, nlp.Obj)...)
		}
		return out
	case nlp.Acl:
		if s.isNominal(h) {
			if s.child(v, nlp.Mark) >= 0 { // "the decision to withdraw": its holder
				if p := s.children(h, nlp.NmodPoss); len(p) > 0 {
					return p
				}
				if g := s.Tokens[h].Head; g >= 0 && s.isVerb(g) {
					return subjectsOf(s, g, depth+1)
				}
				return nil
			}
			if g := s.Tokens[h].Head; s.Tokens[v].XPOS == nlp.VBG && texts[s.lemma(h)] && g >= 0 && s.isVerb(g) && s.Tokens[h].Rel == nlp.Obj && len(s.children(h, nlp.NmodPoss)) == 0 {
				return subjectsOf(s, g, depth+1) // "posted a message blaming Iran": who posts blames
			}
			return []int{h}
		}
	case nlp.AclRelcl:
		return []int{h}
	}
	return nil
}

// obliged gives those on whom it depends whether a verb comes true: "will not end the
// strike until the government meets its demands".
func (s *sentence) obliged(v int) []int {
	var out []int
	for _, k := range s.children(v, nlp.Advcl) {
		if m := s.child(k, nlp.Mark); m >= 0 && (s.lower(m) == "unless" || s.lower(m) == "until") {
			out = append(out, s.children(k, nlp.Nsubj, nlp.OblAgent)...)
		}
	}
	return out
}

// texts say what those say who make them.
var texts = wordSet("message statement letter speech declaration communique resolution tweet note report video interview communiqué petition appeal")

// dispositions are what nobody but somebody is.
var dispositions = wordSet("willing ready prepared committed determined able unable unwilling reluctant concerned worried confident")

// objectControl lists verbs whose object does what their complement says.
var objectControl = map[string]bool{
	"urge": true, "ask": true, "call": true, "order": true, "force": true, "allow": true, "help": true, "invite": true, "press": true,
	"encourage": true, "persuade": true, "tell": true, "require": true, "authorize": true, "demand": true, "request": true, "warn": true,
	"accuse": true, "want": true, "expect": true, "lead": true, "push": true, "compel": true, "convince": true, "enable": true,
	"show": true, "see": true, "watch": true, "catch": true,
}

// verbKeys gives the trigger lemmas of a verb, the longest first: "call_on", "call".
func verbKeys(s *sentence, v int, lex *lexicon) []string {
	lemma := s.lemma(v)
	var keys []string
	for _, k := range s.kids[v] {
		switch s.Tokens[k].Rel {
		case nlp.CompoundPrt:
			keys = append(keys, lemma+"_"+s.lower(k))
		case nlp.Obl:
			if p := s.preposition(k); p != "" && !s.isTime(k) {
				keys = append(keys, lemma+"_"+p)
			}
		case nlp.Xcomp:
			keys = append(keys, lemma+"_"+s.lemma(k))
		}
	}
	keys = append(keys, lemma)
	for _, k := range s.children(v, nlp.Aux) {
		if w := s.lower(k); (w == "will" || w == "wo" || w == "would") && s.negated(v) {
			if len(s.obliged(v)) > 0 {
				keys = append(keys, "@unless")
			}
			keys = append(keys, "@willnot")
		}
	}
	if s.negated(v) {
		keys = append(keys, "@not_"+lemma)
	}
	for _, k := range s.children(v, nlp.Aux) {
		if w := s.lower(k); w == "must" || w == "should" {
			keys = append(keys, "@must")
		}
	}
	if lex.sayVerbs[lemma] {
		keys = append(keys, "@say")
	}
	return keys
}

// nounKeys gives the trigger lemmas of a noun: with its compound or adjective
// ("joint_statement"), in the plural form if it is plural ("talks"), alone.
func nounKeys(s *sentence, n int) []string {
	lemma, form := s.lemma(n), s.lower(n)
	var keys []string
	for _, k := range s.children(n, nlp.Compound, nlp.Amod) {
		keys = append(keys, s.lemma(k)+"_"+lemma)
	}
	keys = append(keys, form)
	if lemma != form {
		keys = append(keys, lemma)
	}
	// Some plurals are their own lemma: "troops".
	if singular, ok := strings.CutSuffix(lemma, "s"); ok {
		keys = append(keys, singular)
	}
	return keys
}
