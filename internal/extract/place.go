package extract

import (
	"slices"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// tie is how surely the text puts an event at a place; zero is not at all.
type tie int8

const (
	supposed  tie = iota + 1 // on the ground of who is attacked, arrests or protests
	inherited                // where the article last was
	nearby                   // a place of another part of the sentence
	governing                // of the clause that governs it, or of one that goes with it
	stated                   // in its own clause or phrase
)

// locate finds the place of an event: in its own phrase first, then in its
// clause, then where the article is.
func (d *document) locate(c *candidate) {
	s := c.frame.s
	if c.rule.typ == event.Visit {
		for _, a := range c.rule.args {
			if a.role != event.Host {
				continue
			}
			for _, h := range c.frame.slots[a.slot] {
				if m := s.at[h]; m != nil && m.place != nil {
					d.setPlace(c, s.site(m), stated)
					return
				}
			}
		}
	}
	// The nearest place counts, of two that are as near a town before a country.
	var best *site
	nearest := 1 << 10
	sites := append(s.sites(), d.anaphors(s)...)
	sites = append(sites, d.borders(c)...)
	for k := range sites {
		x := &sites[k]
		if distance := s.placeDistance(x, c); distance < nearest || distance == nearest && holds(best.place, x.place) && !(x.head == best.head && parts[s.lemma(x.head)]) {
			best, nearest = x, distance
		}
	}
	if best != nil {
		best.name = s.bothTowns(c, best, sites)
	}
	switch {
	case best == nil || nearest >= unrelated:
		d.inheritPlace(c)
	case nearest >= elsewhere:
		// A place that is only somewhere in the sentence counts less than that of the
		// encounter which the article is telling of.
		if c.status != event.Planned {
			d.inheritPlace(c)
		}
		if c.tie < inherited && best.place.Country != "" {
			d.setPlace(c, *best, nearby)
		}
	case nearest >= above:
		d.setPlace(c, *best, governing)
	default:
		d.setPlace(c, *best, stated)
	}
}

// The distances of a place in a clause that goes with the event's, in another
// part of the sentence, and of one that has nothing to do with it.
const (
	above     = 4
	elsewhere = 6
	unrelated = 10
)

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

// placeDistance tells how closely a place belongs to an event: in its own
// phrase, in its clause, as its object, in a clause that goes with it, elsewhere
// in the sentence.
func (s *sentence) placeDistance(x *site, c *candidate) int {
	f := c.frame
	for _, i := range []int{f.trigger, f.verb} {
		if distance := s.relativeOf(x, i); distance > 0 {
			return distance // "in Vienna, where they met"
		}
	}
	if c.rule.spoken() || c.rule.typ == event.Sanction {
		return s.spokenAt(x, f)
	}
	if n := s.Tokens[f.trigger].Head; n >= 0 && s.Tokens[x.head].Head == n && s.Tokens[x.head].Rel == nlp.Nsubj {
		switch s.lemma(n) {
		case "target", "scene", "site", "venue":
			return 1 // "Kabul was the scene of an attack"
		}
	}
	t := &s.Tokens[x.head]
	info, _ := c.rule.typ.Info()
	p := x.prep
	own := t.Head == f.trigger || t.Head == f.verb && f.verb >= 0 || t.Head >= 0 && s.isVerb(t.Head) && s.describes(t.Head, f.trigger)
	if x.prep != "" && x.opens > 0 && x.opens-1 == f.trigger && t.Rel != nlp.Compound && t.Rel != nlp.Amod && (x.locative || slices.Contains(aims[c.rule.typ], p)) {
		return 1 // right behind the trigger, wherever the parser hangs it
	}
	if slices.Contains(aims[c.rule.typ], p) && (t.Rel == nlp.Nmod || t.Rel == nlp.Obl) {
		if own {
			return 1
		}
		if n, ok := s.reach(x.head, f.trigger, info.Quad); ok && n == 0 && c.rule.typ == event.Withdrawal {
			return 1 // "the withdrawal of the forces from eastern Congo"
		}
	}
	crossed, ok := 0, false
	if info.Family == "consult" && s.tellsOf(x) && topics[s.lemma(x.opens-1)] {
		return unrelated
	}
	if x.locative {
		if crossed, ok = s.reach(x.head, f.trigger, info.Quad); ok && crossed == 0 {
			return 1
		}
		if f.verb >= 0 && !ok {
			if crossed, ok = s.reach(x.head, f.verb, info.Quad); ok && crossed == 0 {
				return 2
			}
		}
	}
	if own && p == "to" && c.rule.typ == event.Aid && x.place.Precision != "country" {
		return 2 // "sent food to Kabul"
	}
	if t.Head == f.verb && f.verb >= 0 && p == "to" && travels[s.lemma(f.verb)] {
		return 2 // "went to Israel for talks"
	}
	if t.Rel == nlp.Compound && t.Head == f.trigger && x.entry != nil && x.entry.Kind == gazetteer.KindCapital && named[c.rule.typ] {
		return 3 // "a Kabul car bombing"
	}
	if info.Quad == 4 && s.lower(x.last+1) == "-" && s.lower(x.last+2) == "based" {
		if _, ok := s.reach(x.head, f.trigger, info.Quad); ok && !slices.ContainsFunc(f.slots["subj"], func(i int) bool { return s.under(x.head, i) }) {
			return 3 // "an incursion against Iraq-based rebels"
		}
	}
	if t.Rel == nlp.Compound && t.Head == f.trigger && (c.rule.typ == event.Withdrawal ||
		c.rule.typ == event.Attack && len(x.actors) == 1 && slices.ContainsFunc(c.roles, func(y filled) bool { return y.role == event.Actor && y.code != x.actors[0].code && y.code != "UNK" })) {
		return 3 // "the Gaza pullout", "Israel's Gaza offensive"
	}
	town := x.entry != nil && x.entry.Kind == gazetteer.KindPlace && x.place.Country != ""
	if town && (own || slices.Contains(f.slots["obj"], t.Head) || slices.Contains(f.slots["obj"], x.head)) {
		switch t.Rel { // "the London conference", "to isolate Raqqa"
		case nlp.Compound, nlp.Obj, nlp.NmodPoss:
			return 3
		case nlp.Nmod, nlp.Obl:
			if p == "of" {
				return 3
			}
		}
	}
	if _, below := s.reach(x.head, f.trigger, info.Quad); below && x.place.Precision == "water" && info.Quad == 4 {
		return above // "struck two tankers that tried to pass the Strait of Hormuz"
	}
	switch {
	case !x.locative || crossed == topic && info.Family == "consult":
		return unrelated
	case ok && (info.Quad == 4 || s.goesWith(x.head, f)):
		return above
	case ok:
		return unrelated // "met to discuss the crisis in Yemen"
	case s.governs(x.head, f):
		return above + 1
	}
	return elsewhere
}

// aims are the prepositions that, beside those of place, put an event somewhere.
var aims = map[event.Type][]string{
	event.Attack:        {"on", "against", "of", "over", "along", "off"},
	event.Coercion:      {"of", "on"},
	event.Demonstration: {"to", "from", "through", "along"},
	event.Mobilization:  {"to", "along", "toward", "towards", "over", "off"},
	event.Withdrawal:    {"from", "of"},
	event.Visit:         {"to", "through"},
}

// named are the types of events that are called by the town where they happen.
var named = map[event.Type]bool{event.Attack: true, event.Summit: true, event.Talks: true, event.Demonstration: true}

// travels are the verbs that take whoever does something there along.
var travels = wordSet("go travel fly come return head")

// reach climbs from token i to the root of an event and counts the verbs on the
// way; ok is false if it is not below it, or, with the count topic, only in what
// is talked about.
func (s *sentence) reach(i, root, quad int) (verbs int, ok bool) {
	talked, met := false, false
	for from := i; i >= 0; i = s.Tokens[i].Head {
		if i == root {
			if talked {
				return topic, false
			}
			return verbs, true
		}
		if i == from {
			continue
		}
		if s.isVerb(i) && !s.describes(i, root) {
			verbs++
		}
		if quad == 4 || met {
			continue
		}
		if p := s.preposition(i); occasions[s.lemma(i)] && (p == "in" || p == "at" || p == "during") {
			met = true // "discussed their relations in a meeting in Oslo"
			continue
		}
		if m := s.at[i]; s.Tokens[i].Rel == nlp.Obj && (m == nil || len(m.actors) == 0) {
			talked = true // "will cover the situations in Lebanon and Syria"
		}
		switch l := s.lemma(i); s.preposition(i) {
		case "on", "about", "over", "regarding", "concerning", "for":
			if l != "sideline" && l != "margin" { // "on the sidelines of a summit in Jakarta"
				talked = true // "talks on the crisis in Yemen"
			}
		}
	}
	return 0, false
}

// topic is the count of verbs of what is only talked about.
const topic = -1

// goesWith tells that token i stands in a clause that says when or how an event
// happens: "met after arriving in Ankara".
func (s *sentence) goesWith(i int, f *frame) bool {
	for ; i >= 0 && i != f.trigger && i != f.verb; i = s.Tokens[i].Head {
		switch s.Tokens[i].Rel {
		case nlp.Conj:
			if s.isVerb(i) {
				return true
			}
		case nlp.Advcl:
			switch s.lower(s.child(i, nlp.Mark)) {
			case "":
				return s.Tokens[i].XPOS == nlp.VBG
			case "after", "while", "when", "as", "during", "before", "upon":
				return true
			}
		}
	}
	return false
}

// governs tells that token i belongs to the verb that governs the clause of an
// event; under a verb of saying only what stands in front of it does.
func (s *sentence) governs(i int, f *frame) bool {
	at := f.trigger
	for v := s.Tokens[at].Head; v >= 0; at, v = v, s.Tokens[v].Head {
		if !s.isVerb(v) || v == f.verb {
			continue
		}
		top := i
		for top >= 0 && s.Tokens[top].Head != v {
			if top = s.Tokens[top].Head; top >= 0 && s.isVerb(top) {
				top = -1
			}
		}
		if top < 0 {
			continue
		}
		if s.Tokens[at].Rel == nlp.Ccomp || s.Tokens[at].Rel == nlp.Parataxis {
			return s.Tokens[top].Rel == nlp.Obl && top < v && top < at
		}
		return s.Tokens[top].Rel == nlp.Obl || s.Tokens[top].Rel == nlp.Obj
	}
	return false
}

// relativeOf is the distance of a site whose relative clause of place is about the
// event at token i: "in Ankara, where he met", "those in Sousse in which 30 were
// killed"; 0 if it has none.
func (s *sentence) relativeOf(x *site, i int) int {
	if i < 0 {
		return 0
	}
	if r := s.Tokens[i].Rel; r == nlp.Obj || r == nlp.NsubjPass { // "where they face shelling"
		i = s.Tokens[i].Head
	}
	for s.Tokens[i].Head >= 0 && (s.Tokens[i].Rel == nlp.Conj || s.Tokens[i].Rel == nlp.Xcomp) {
		i = s.Tokens[i].Head
	}
	if s.Tokens[i].Rel == nlp.AclRelcl || s.Tokens[i].Rel == nlp.AdvclRelcl {
		for j := x.last + 1; j <= i; j++ {
			if !s.under(j, i) {
				continue
			}
			h := s.Tokens[i].Head
			switch w := s.lower(j); {
			case w == "where" && (h == x.head || h >= x.first && h <= x.last):
				return 1
			case w == "where" && j <= x.last+2, w == "which" && s.lower(j-1) == "in" && s.under(x.head, h):
				return 2
			case w == "where", w == "which":
				return 0
			}
		}
	}
	return 0
}

// spokenAt is placeDistance for what is said. What is spoken of has its places in
// what is said, so only the clause itself, who speaks, and the occasion count.
func (s *sentence) spokenAt(x *site, f *frame) int {
	root := func(i int) bool { return i == f.trigger || i == f.verb && i >= 0 }
	h, rel := s.Tokens[x.head].Head, s.Tokens[x.head].Rel
	if h < 0 {
		return unrelated
	}
	if rel == nlp.Compound && occasions[s.lemma(h)] && s.Tokens[h].Rel == nlp.Obl && root(s.Tokens[h].Head) {
		return 3 // "at the Munich conference"
	}
	if !x.locative && (x.prep != "to" || !occasions[s.lemma(h)]) {
		return unrelated
	}
	if rel == nlp.Obl && root(h) && !s.tellsOf(x) {
		return 1
	}
	speaker := s.Tokens[h].Rel == nlp.Nsubj && s.at[h] != nil && len(s.at[h].actors) > 0
	if rel == nlp.Nmod && (s.Tokens[h].Rel == nlp.Obl && occasions[s.lemma(h)] || speaker) && root(s.Tokens[h].Head) {
		return 2 // "on a visit to Cairo", "mediators in Nigeria"
	}
	if g := s.Tokens[h].Head; g >= 0 && rel == nlp.Obl && s.Tokens[h].Rel == nlp.Advcl && s.goesWith(x.head, f) &&
		(root(g) || s.Tokens[g].Rel == nlp.Xcomp && root(s.Tokens[g].Head)) {
		return above // "after meeting in Cairo"
	}
	return unrelated
}

// tellsOf tells a place right behind the object of a verb, who is nobody: whatever
// the parser says, it is the object's, "the violence in Yemen".
func (s *sentence) tellsOf(x *site) bool {
	i := x.opens - 1
	return i >= 0 && x.opens > 0 && s.Tokens[i].UPOS == nlp.NOUN && s.Tokens[i].Rel == nlp.Obj && (s.at[i] == nil || len(s.at[i].actors) == 0)
}

// topics are what encounters are about.
var topics = wordSet(`situation crisis conflict violence war development fighting unrest election process peace security stability event issue
	problem operation right reform effort progress escalation tension`)

// occasions are what something is said at.
var occasions = wordSet(`conference speech meeting rally visit trip interview summit ceremony session address talk talks stop briefing forum
	congress assembly gathering tour`)

// describes tells whether a verb heads a clause about a noun: "the talks that
// were held".
func (s *sentence) describes(verb, noun int) bool {
	switch s.Tokens[verb].Rel {
	case nlp.Acl, nlp.AclRelcl:
		return s.Tokens[verb].Head == noun
	}
	return false
}

// setPlace puts an event at a site; of one that the gazetteer lacks it knows the
// coordinates of what holds it.
func (d *document) setPlace(c *candidate, x site, t tie) {
	c.place, c.country, c.where, c.tie = x.place, x.place.Country, x.name, t
}

// moreSurely tells whether one reading of an event knows better than another
// where it takes place: it is nearer to the words, or names a place in the same
// country more exactly.
func (c *candidate) moreSurely(o *candidate) bool {
	switch {
	case c.place == nil:
		return false
	case o.place == nil:
		return true
	case c.rule.weak:
		return false
	case c.country == o.country:
		switch a, b := exactness(c.place, c.where), exactness(o.place, o.where); {
		case a > b:
			return c.tie >= governing || c.tie >= o.tie || c.tie >= inherited && o.tie <= nearby
		case a < b:
			return false
		}
	}
	return c.tie > o.tie
}
