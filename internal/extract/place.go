package extract

import (
	"maps"
	"slices"
	"strings"

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

// site is a named place as it stands in a sentence.
type site struct {
	*mention
	head     int    // the token by which it hangs in the tree
	name     string // with the facility or the smaller place that it belongs to
	prep     string // the preposition in front of it
	opens    int    // the token of that preposition, 0 if it is unknown
	part     bool   // name is not the mention's: coordinates are those of what holds it
	locative bool   // behind a preposition of place
}

// sites gives the places that a sentence names.
func (s *sentence) sites() []site {
	var out []site
	for _, m := range s.mentions {
		if m.isPlace() && !s.fragment(m) {
			out = append(out, s.site(m))
		}
	}
	return out
}

// fragment tells a place that is only a part of a longer name: "Khor" in "the
// Khor Mor gas field".
func (s *sentence) fragment(m *mention) bool {
	i := m.last + 1
	if m.entry == nil || m.entry.Kind != gazetteer.KindPlace || i >= len(s.Tokens) || s.Tokens[i].UPOS != nlp.PROPN || s.at[i] != nil || s.timeAt[i] >= 0 {
		return false
	}
	switch s.Tokens[i].Rel {
	case nlp.Compound, nlp.Flat:
		l := s.lemma(i)
		return !placeNouns[l] && !facilities[l] && l != "international"
	}
	return false
}

// site follows a place up the tree through the words that it names more closely:
// "in the town of Balad Ruz", "at Baghdad airport", "in Gourma Province, Burkina
// Faso", "in central Beirut Sunday".
func (s *sentence) site(m *mention) site {
	last := m.last
	for last > m.first && placeNouns[s.Tokens[last].Form] { // "Kandahar province"
		last--
	}
	first := m.first
	if first < last && s.Tokens[first].Form == "the" { // but The Hague
		first++
	}
	x := site{mention: m, head: s.headOf(m), name: s.words(first, last)}
	x.prep = s.preposition(x.head)
	state := m.entry != nil && m.entry.Kind == gazetteer.KindState
	switch {
	case s.lower(m.last+1) == "," && s.lower(m.last+2) == "d.c.": // the region is part of the name
		x.name = s.words(m.first, m.last+2)
	case state && strings.Trim(x.name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ.") == "":
		x.name = m.entry.Name // "U.S."
	case m.place.Precision == "country" && directions[s.lower(m.first-1)]:
		first := m.first - 1
		if first >= 2 && s.lower(first-1) == "-" { // "north-eastern"
			first -= 2
		}
		x.name = s.words(first, m.last)
	}
	inner := x.prep
	for s.climb(&x, state) {
	}
	for i := m.first - 1; i > 0; i-- {
		if s.lower(i) == x.prep {
			x.opens = i
		}
		if u := s.Tokens[i].UPOS; u != nlp.DET && u != nlp.ADJ {
			break
		}
	}
	if from, to := s.smallerBefore(m); !x.part && from >= 0 {
		x.name, x.part = s.words(from, to), true
	}
	if s.Tokens[x.head].Rel == nlp.Appos && s.Tokens[x.head].Head >= 0 {
		x.prep = s.preposition(s.Tokens[x.head].Head)
	}
	x.locative = placePrepositions[x.prep] || placePrepositions[inner] && (x.prep == "on" || x.prep == "against") || // "on airfields in Lutsk"
		x.prep == "on" && (x.place.Precision == "water" || islands[x.place.Name] && s.isVerb(max(0, s.Tokens[x.head].Head)) || strings.HasSuffix(x.name, "Island") || edges[s.lemma(x.head)])
	return x
}

// smallerBefore gives the unknown name of a place right in front of the phrase of
// a known one, wherever the parser hangs either: "the village of Mourah in the
// Mopti region"; from is -1 if there is none.
func (s *sentence) smallerBefore(m *mention) (from, to int) {
	i := m.first - 1
	for i > 0 && (s.Tokens[i].UPOS == nlp.DET || s.Tokens[i].UPOS == nlp.ADJ) {
		i--
	}
	if i < 2 || s.lower(i) != "in" && s.lower(i) != "," || s.Tokens[i-1].UPOS != nlp.PROPN || s.at[i-1] != nil || s.timeAt[i-1] >= 0 || bodies[s.lemma(i-1)] {
		return -1, 0
	}
	from, to = s.nameStart(i-1), i-1
	if from < 1 || s.at[from] != nil && !s.fragment(s.at[from]) {
		return -1, 0
	}
	before := from - 1
	if before > 0 && s.Tokens[before].UPOS == nlp.DET {
		before--
	}
	switch w := s.lower(before); {
	case w == "in" || w == "at" || w == "near":
		return from, to
	case w == "of" && before > 0 && placeNouns[s.lemma(before-1)]:
		return from, to
	}
	return -1, 0
}

// climb moves a site to the word that it names more closely; false if there is none.
func (s *sentence) climb(x *site, state bool) bool {
	t := &s.Tokens[x.head]
	h, p := t.Head, s.preposition(x.head)
	if p != "" {
		x.prep = p
	}
	if h < 0 {
		return false
	}
	if s.timeAt[h] >= 0 && x.head < h && s.timeAt[x.head] < 0 { // "in central Beirut Sunday"
		x.head = h
		return true
	}
	l := s.lemma(h)
	switch t.Rel {
	case nlp.Compound, nlp.Amod, nlp.NmodDesc, nlp.Flat, nlp.NmodPoss:
		poss := t.Rel == nlp.NmodPoss
		if h < x.head || s.at[h] != nil && s.at[h] != x.mention || state && !poss { // "the U.S. embassy"
			return false
		}
		switch {
		case facilities[l]:
			from := x.first
			if poss {
				from = s.nameStart(h)
			}
			if !x.part && from <= h {
				x.name, x.part = s.words(from, h), true
			}
		case placeNouns[l]:
			if s.Tokens[h].UPOS == nlp.PROPN && !poss && !x.part && h == x.last+1 {
				x.name, x.part = s.words(x.first, h), true // "Sidon District"
			}
		default:
			return false
		}
	case nlp.Nmod, nlp.Appos, nlp.NmodUnmarked:
		within := p == "in" || p == "of" || p == "near" || p == "outside" || s.lower(x.first-1) == ","
		if h > x.head || !within || s.timeAt[h] >= 0 {
			return false
		}
		if o := s.at[h]; o != nil && !(o.bare && placeNouns[l]) { // "the Kazakh capital of Astana"
			if !o.isPlace() || p == "of" {
				return false
			}
			break // "Gaza City in Gaza", "Sousse, Tunisia": the smaller one has it
		}
		named := (s.Tokens[h].UPOS == nlp.PROPN || facilities[l]) && !bodies[l]
		if !facilities[l] && !placePrepositions[s.preposition(h)] && s.Tokens[h].Rel != nlp.Obj {
			named = false // "the chargé d'affaires in Abu Dhabi"
		}
		if from := s.nameStart(h); from <= h && named && (p != "of" || facilities[l]) && (from < h || !facilities[l] && !placeNouns[l]) {
			if !x.part {
				x.name, x.part = s.words(from, s.nameEnd(h)), true // "the Khor Mor gas field in Sulaymaniyah"
			}
		} else if !placeNouns[l] && !facilities[l] {
			return false
		}
	default:
		return false
	}
	x.head = h
	return true
}

// nameStart gives where the name that ends at token i begins; behind i if there is none.
func (s *sentence) nameStart(i int) int {
	start := i + 1
	for j := i; j >= 0 && (s.proper(j) || s.Tokens[j].UPOS == nlp.NOUN && s.Tokens[j].Head == i || j == i) && s.timeAt[j] < 0; j-- {
		if s.proper(j) {
			start = j
		}
	}
	return start
}

// nameEnd gives the last word of the name whose head is token i.
func (s *sentence) nameEnd(i int) int {
	for i+1 < len(s.Tokens) && s.Tokens[i+1].Rel == nlp.Flat && s.proper(i+1) && s.at[i+1] == nil {
		i++
	}
	return i
}

// proper tells a word of a name, an adjective in one included: "Black Sea Fleet".
func (s *sentence) proper(i int) bool {
	switch s.Tokens[i].XPOS {
	case nlp.NNP, nlp.NNPS:
		return s.at[i] == nil || !s.at[i].demonym
	}
	return s.Tokens[i].UPOS == nlp.PROPN
}

// directions narrow a country down.
var directions = wordSet(`northern southern eastern western north-eastern north-western south-eastern south-western northeastern northwestern
	southeastern southwestern northeast northwest southeast southwest`)

// placeNouns are kinds of places that stand beside a name and add nothing to it.
var placeNouns = wordSet(`town city village province region district capital island port area suburb state camp resort municipality governorate
	enclave neighborhood neighbourhood outskirts part north south east west center centre coast county oblast territory valley side vicinity
	peninsula stronghold quarter border crossing checkpoint frontier waters airspace`)

// facilities are places that are known by a name of their own.
var facilities = wordSet(`airport airfield base plant field prison jail hospital university palace headquarters stadium mosque church square park
	harbor harbour hotel barracks refinery reactor station bridge island barrage dam`)

// bodies are what has a name and a seat and is no place.
var bodies = wordSet(`games summit conference forum council congress agreement treaty accord declaration group ministry festival cup committee
	assembly court bank company party organization organisation union league commission institute foundation association agency office
	department embassy consulate mission army force forces command ship operation war act minister president school week day championship
	tournament open prix dialogue talks authority government administration`)

// islands are what one meets on, if a verb says so: "talks on Cyprus" are about it.
var islands = wordSet("Crete Cyprus Sicily Sardinia Corsica Malta Rhodes Lesbos Java Bali Sumatra Jeju Okinawa Guam Honshu Mindanao Luzon Borneo Zanzibar Lampedusa")

// edges are what one is on, not in.
var edges = wordSet(`island border coast outskirts frontier side`)

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
		if distance := s.placeDistance(x, c); distance < nearest || distance == nearest && holds(best.place, x.place) {
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

// bothTowns gives the name of a place with that of the town that is joined to it
// where something violent happens in both: "in Jabla and Tartus".
func (s *sentence) bothTowns(c *candidate, x *site, sites []site) string {
	if info, _ := c.rule.typ.Info(); info.Quad != 4 || x.part || x.entry == nil || x.entry.Kind != gazetteer.KindPlace {
		return x.name
	}
	for _, y := range sites {
		if y.first == x.last+2 && s.lower(x.last+1) == "and" && y.entry != nil && y.entry.Kind == gazetteer.KindPlace && y.place.Country == x.place.Country {
			return s.words(x.first, y.last)
		}
	}
	return x.name
}

// anaphors gives the places that a sentence refers to by their kind: "in the
// city", "from the region".
func (d *document) anaphors(s *sentence) []site {
	t := d.story.stage
	if t.site.mention == nil || s.index-t.sentence > stay {
		return nil
	}
	var out []site
	for i := range s.Tokens {
		if s.Tokens[i].UPOS != nlp.NOUN || !regions[s.lemma(i)] || s.Tokens[i].Feats.Has(nlp.Plural) || s.at[i] != nil && !s.at[i].bare {
			continue
		}
		if s.lower(s.child(i, nlp.Det)) != "the" || s.child(i, nlp.Nmod, nlp.Amod, nlp.Compound, nlp.Appos, nlp.AclRelcl) >= 0 {
			continue
		}
		x := t.site
		x.head, x.prep, x.opens = i, s.preposition(i), 0
		x.locative = placePrepositions[x.prep]
		out = append(out, x)
	}
	return out
}

// regions are the kinds of places that a text refers back to.
var regions = wordSet("region city town village area district province")

// borders gives the borders that a sentence names by the state behind them, as
// places in the state of who acts there: "closed its border with Belarus",
// "troops to the Colombian border".
func (d *document) borders(c *candidate) []site {
	if info, _ := c.rule.typ.Info(); info.Quad != 4 {
		return nil
	}
	s := c.frame.s
	var out []site
	for i := range s.Tokens {
		if s.lemma(i) != "border" || s.at[i] != nil || !s.isNominal(i) {
			continue
		}
		beside := s.children(i, nlp.Amod, nlp.Compound)
		if s.lower(i+1) == "with" && i+2 < len(s.Tokens) {
			beside = append(beside, i+2)
		}
		for _, k := range beside {
			m := s.at[k]
			if m == nil || m.entry == nil || len(m.actors) != 1 {
				continue
			}
			for _, x := range c.roles {
				country, ok := d.x.country(x.code)
				if !ok || x.code == m.actors[0].code {
					continue
				}
				place := &gazetteer.Place{Name: country.Name, Country: country.Alpha3, Lat: country.Lat, Lon: country.Lon, Precision: "country"}
				b := &mention{first: min(i, m.first), last: max(i, m.last), place: place, entry: &gazetteer.Entry{Kind: gazetteer.KindPlace, Place: place}}
				y := site{mention: b, head: i, name: s.words(b.first, b.last), part: true, prep: s.preposition(i)}
				y.locative = placePrepositions[y.prep] || y.prep == "on"
				out = append(out, y)
				break
			}
		}
	}
	return out
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

// placeDistance tells how closely a place belongs to an event: in its own
// phrase, in its clause, as its object, in a clause that goes with it, elsewhere
// in the sentence.
func (s *sentence) placeDistance(x *site, c *candidate) int {
	f := c.frame
	if s.relativeOf(x, f.trigger) || f.verb >= 0 && s.relativeOf(x, f.verb) {
		return 1 // "in Vienna, where they met"
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

// relativeOf tells that token i stands in a relative clause of place to a site:
// "in Ankara, where he met", "those in Sousse in which 30 were killed".
func (s *sentence) relativeOf(x *site, i int) bool {
	for ; s.Tokens[i].Rel == nlp.Conj || s.Tokens[i].Rel == nlp.Xcomp; i = s.Tokens[i].Head {
	}
	if s.Tokens[i].Rel == nlp.AclRelcl || s.Tokens[i].Rel == nlp.AdvclRelcl {
		for j := x.last + 1; j <= i; j++ {
			switch s.lower(j) {
			case "where":
				return s.under(j, i) && (s.Tokens[i].Head == x.head || s.Tokens[i].Head >= x.first && s.Tokens[i].Head <= x.last || j <= x.last+2)
			case "which":
				return s.lower(j-1) == "in" && s.under(j, i) && s.under(x.head, s.Tokens[i].Head)
			}
		}
	}
	return false
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
	if g := s.Tokens[h].Head; rel == nlp.Obl && s.Tokens[h].Rel == nlp.Advcl && s.goesWith(x.head, f) &&
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

// inheritPlace takes the place of the encounter that the article last told of
// for what was said and agreed there by those who took part, and the scene of an
// attack for another with one of its sides.
func (d *document) inheritPlace(c *candidate) {
	info, _ := c.rule.typ.Info()
	if len(c.roles) > 0 {
		d.homeGround(c)
	}
	if info.Family == "conflict" {
		v := d.scene
		if v != nil && v.rule.typ == c.rule.typ && (c.country == "" || c.country == v.country) &&
			slices.ContainsFunc(c.roles, func(x filled) bool { return x.code != "UNK" && v.hasCode(x.code) }) {
			d.takePlace(c, v, inherited)
		} else if t := d.story.stage; c.place == nil && c.rule.typ == event.Attack && t.site.mention != nil && c.frame.s.index-t.sentence <= stay && d.stateless(c) {
			d.setPlace(c, t.site, inherited)
		}
		return
	}
	if c.place != nil || info.Family == "peace" {
		return
	}
	switch c.rule.typ {
	case event.Call, event.Aid, event.Cooperation, event.Recognition: // done elsewhere than where they are spoken of
		return
	}
	for _, v := range []*candidate{d.venue, d.visit} {
		if v == nil || !d.together(c, v) {
			continue
		}
		for _, x := range c.roles {
			if x.role != event.Target && v.hasCode(x.code) {
				d.takePlace(c, v, inherited)
				return
			}
		}
	}
	if c.status == event.Planned || !c.narrated() {
		return
	}
	for _, x := range c.roles {
		if t, ok := d.story.places[x.code]; ok && x.role != event.Target && c.frame.s.index-t.sentence <= spell {
			d.setPlace(c, t.site, inherited)
			return
		}
	}
}

// stateless tells that nobody who takes part has a state: those who fight there do
// not say where they are.
func (d *document) stateless(c *candidate) bool {
	return !slices.ContainsFunc(c.roles, func(x filled) bool {
		_, ok := d.x.country(x.code)
		return ok && (x.role == event.Target || x.code != d.story.stage.site.place.Country)
	})
}

// together tells that what is done at one time is at the place of an encounter at
// another: both have happened or both are to come, or it is planned for a visit.
func (d *document) together(c, v *candidate) bool {
	if c.status == event.Planned && v.status != event.Planned {
		return v == d.visit
	}
	if v.frame.s != c.frame.s && v.date != nil && v.date.Text != "" && d.anchor != nil && v.date.End < *d.anchor-fortnight {
		return false // "following his trip in March"
	}
	return c.status != event.Cancelled && (c.status == event.Planned) == (v.status == event.Planned)
}

// rememberPlace takes in where the main verb of a sentence puts its subjects.
func (d *document) rememberPlace(s *sentence) {
	d.tookPlace(s)
	d.madeRemarks(s)
	var at *site
	v := -1
	for _, x := range s.sites() {
		if (x.entry != nil && x.entry.Kind == gazetteer.KindPlace && x.place.Country != "" || exactness(x.place, x.name) == 1) && (x.locative || s.Tokens[x.head].Rel == nlp.Obj) {
			d.story.stage = staging{x, s.index}
		}
		h := s.Tokens[x.head].Head
		if x.locative && s.Tokens[x.head].Rel == nlp.Obl && h >= 0 && s.Tokens[h].Head < 0 && s.isVerb(h) && (at == nil || holds(at.place, x.place)) {
			at, v = &x, h
		}
	}
	if at == nil {
		return
	}
	for _, k := range s.children(v, nlp.Nsubj) {
		for _, j := range s.conjuncts(k) {
			for _, a := range d.actorsAt(s, j) {
				d.story.places[a.code] = staging{*at, s.index}
			}
		}
	}
}

// dwarfs is how much larger a town must be for others of its name to yield.
const dwarfs = 10

// tookPlace puts the event that was told last to where "the attack took place".
func (d *document) tookPlace(s *sentence) {
	for v := range s.Tokens {
		switch l := s.lemma(v); {
		case l == "occur", l == "happen", l == "take" && s.lemma(max(0, s.child(v, nlp.Obj))) == "place":
		default:
			continue
		}
		n := s.child(v, nlp.Nsubj)
		if n < 0 || s.lower(s.child(n, nlp.Det)) != "the" {
			continue
		}
		var at *site
		for _, x := range s.sites() {
			if verbs, ok := s.reach(x.head, v, 4); ok && verbs == 0 && x.locative && (at == nil || holds(at.place, x.place) || x.part) {
				at = &x
			}
		}
		for _, c := range slices.Backward(d.told) {
			if at == nil || c.frame.s.index < s.index-spell {
				break
			}
			if c.tie <= nearby && slices.ContainsFunc(nounKeys(s, n), func(k string) bool {
				return slices.ContainsFunc(d.x.rules.nouns[k], func(r *compiled) bool { return r.typ == c.rule.typ })
			}) {
				d.setPlace(c, *at, stated)
				break
			}
		}
	}
}

// madeRemarks gives what somebody said in the sentences before the place and the
// day of "he made the remarks in Ankara on Tuesday".
func (d *document) madeRemarks(s *sentence) {
	for v := range s.Tokens {
		if s.Tokens[v].Rel != nlp.Root || !s.isVerb(v) {
			continue
		}
		switch s.lemma(v) {
		case "make", "deliver", "give":
			if o := s.child(v, nlp.Obj); o < 0 || !remarks[s.lemma(o)] {
				return
			}
		case "speak":
		default:
			return
		}
		said := func(c *candidate) bool {
			return c.rule.spoken() && slices.ContainsFunc(s.children(v, nlp.Nsubj), func(k int) bool {
				return slices.ContainsFunc(d.actorsAt(s, k), func(a *actor) bool {
					return slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == event.Actor && x.code == a.code })
				})
			})
		}
		for _, c := range slices.Backward(d.told) {
			if c.frame.s.index == s.index || !said(c) {
				continue
			}
			if c.frame.s.index < s.index-2 {
				return
			}
			for _, x := range s.sites() {
				if verbs, ok := s.reach(x.head, v, 4); ok && verbs <= 1 && x.locative && c.place == nil {
					d.setPlace(c, x, governing)
				}
			}
			for k, x := range s.times {
				if h := s.Tokens[s.timeHead(x)].Head; h == v && x.dated && x.precision == event.DayPrecision && (c.date == nil || c.date.Text == "") {
					day := x.resolve(past, d.toldBefore(s, k))
					c.date = &event.Date{Start: day.Start, End: day.End, Precision: x.precision, Text: s.words(x.first, x.last)}
				}
			}
		}
	}
}

// remarks are nouns for what somebody has said.
var remarks = wordSet("comment remark statement announcement appeal call speech accusation pledge offer demand warning threat proposal")

// nest puts a town into the state or region that is named right behind it: "San
// Juan, Puerto Rico", "Tripoli in northern Lebanon".
func (d *document) nest(s *sentence) {
	for k := len(s.mentions) - 1; k > 0; k-- {
		m, o := s.mentions[k-1], s.mentions[k]
		if m.entry == nil || m.entry.Kind != gazetteer.KindPlace && m.entry.Kind != gazetteer.KindCapital || !o.isPlace() || o.place.Country == "" || m.place.Country == o.place.Country {
			continue
		}
		i := o.first - 1
		if i > m.last+1 && directions[s.lower(i)] {
			i--
		}
		if i != m.last+1 || s.lower(i) != "," && s.lower(i) != "in" {
			continue
		}
		for _, e := range d.x.gazetteer.Lookup(s.words(m.first, m.last)) {
			if e.Kind == gazetteer.KindPlace && e.Place.Country == o.place.Country {
				m.entry, m.place, m.why, m.actors = e, e.Place, e.ID, nil
				break
			}
		}
	}
}

// nearerPlace chooses among the towns of one name one in a state that the
// sentence names, else in that of the town that was named last, else in the one
// that the article has spoken of most, unless the most prominent dwarfs them.
func (d *document) nearerPlace(s *sentence, entries []*gazetteer.Entry) *gazetteer.Entry {
	best := entries[0]
	if best.Place == nil || best.Kind != gazetteer.KindPlace && best.Kind != gazetteer.KindCapital {
		return best
	}
	named := func(e *gazetteer.Entry) bool { // "Lebanese police in Tripoli"
		return slices.ContainsFunc(s.mentions, func(m *mention) bool { return len(m.actors) == 1 && m.actors[0].code == e.Place.Country })
	}
	if named(best) {
		return best
	}
	weighty := best
	for _, e := range entries {
		if e.Kind != gazetteer.KindPlace || dwarfs*e.Place.Population < best.Place.Population {
			continue
		}
		if named(e) {
			return e
		}
		if last := d.story.stage.site.mention; last != nil && last.place.Country == e.Place.Country && best.Kind == gazetteer.KindPlace {
			return e
		}
		if best.Kind == gazetteer.KindPlace && d.memory.weights[e.Place.Country] > d.memory.weights[weighty.Place.Country] {
			weighty = e
		}
	}
	return weighty
}

// refineVisits puts a visit to a state into the town there where the visitor is
// told to be next.
func (d *document) refineVisits() {
	for k, c := range d.told {
		if c.rule.typ != event.Visit || c.place == nil || c.place.Precision != "country" {
			continue
		}
		for _, o := range d.told[k+1:] {
			if o.frame.s.index > c.frame.s.index+stay {
				break
			}
			if o.tie >= governing && holds(c.place, o.place) && d.together(o, c) && slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == event.Actor && o.hasCode(x.code) }) {
				d.takePlace(c, o, o.tie)
				break
			}
		}
	}
}

// stay is in how many sentences behind it a visit is told.
const stay = 3

func (d *document) takePlace(c, from *candidate, t tie) {
	c.place, c.where, c.country, c.tie = from.place, from.where, from.country, t
}

// homeGround takes the state that is attacked for the place of an attack, the
// state whose police arrests, whose courts try, whose forces gather or whose
// people protest for that, and the state that keeps its own truce.
func (d *document) homeGround(c *candidate) {
	switch c.rule.typ {
	case event.Attack:
		if c.intercepts() {
			d.onGroundOf(c, event.Actor)
		} else if d.onGroundOf(c, event.Target); c.place == nil && c.wages() {
			d.onGround(c, d.besieged(c))
		}
	case event.Coercion:
		if d.onGroundOf(c, event.Actor); c.place == nil || c.abroad() {
			d.onGroundOf(c, event.Target)
		}
	case event.Investigation:
		if slices.ContainsFunc(c.roles, func(x filled) bool {
			return x.role == event.Actor && (x.sector == event.Judiciary || x.sector == event.Police)
		}) {
			d.onGroundOf(c, event.Actor)
		}
	case event.Demonstration, event.Mobilization:
		d.onGroundOf(c, event.Actor)
	case event.Aid:
		if c.relieves() {
			d.onGroundOf(c, event.Target)
		}
	case event.Concession, event.Ceasefire:
		if !c.hasForeigner() {
			d.onGroundOf(c, c.roles[0].role)
		}
	}
}

// relieves tells aid that is brought to where it is needed, not money or arms.
func (c *candidate) relieves() bool {
	s := c.frame.s
	for i := range s.Tokens {
		if relief[s.lemma(i)] && (s.under(i, c.frame.trigger) || c.frame.verb >= 0 && s.under(i, c.frame.verb)) {
			return true
		}
	}
	return false
}

var relief = wordSet("humanitarian relief food medicine tent blanket rescuer rescue peacekeeper peacekeeping evacuee evacuate")

// wages tells the noun of a war that a state wages on nobody named.
func (c *candidate) wages() bool {
	switch c.frame.s.lemma(c.frame.trigger) {
	case "invasion", "war", "aggression", "attack", "offensive", "assault":
		return c.frame.verb < 0 && c.has(event.Actor) && !c.has(event.Target)
	}
	return false
}

// besieged gives the code of the state that the article speaks of most beside
// those who attack and its own.
func (d *document) besieged(c *candidate) string {
	best, most := "", 0.9
	weights := map[string]float64{}
	maps.Copy(weights, d.memory.weights)
	s := c.frame.s
	for _, m := range s.mentions {
		if t := &s.Tokens[s.headOf(m)]; t.Rel == nlp.Nsubj && c.frame.verb < 0 && t.Head == s.Tokens[c.frame.trigger].Head {
			continue // who condemns an attack is not the one attacked
		}
		if len(m.actors) == 1 {
			weights[m.actors[0].code]++
		}
	}
	for code, n := range weights {
		if _, ok := d.x.country(code); !ok {
			continue
		}
		if !c.hasCode(code) && (d.narrator == nil || d.narrator.code != code) && (n > most || n == most && code < best) {
			best, most = code, n
		}
	}
	return best
}

// intercepts tells what is done to missiles over one's own land.
func (c *candidate) intercepts() bool {
	s := c.frame.s
	switch s.lemma(c.frame.trigger) {
	case "shoot", "intercept", "down", "destroy":
		return slices.ContainsFunc(c.frame.slots["obj"], func(o int) bool { return missiles[s.lemma(o)] })
	}
	return false
}

var missiles = wordSet("missile rocket drone projectile")

// abroad tells soldiers who do something to those of another state.
func (c *candidate) abroad() bool {
	return c.hasForeigner() && slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == event.Actor && x.sector == event.Military })
}

// onGroundOf puts an event into the state of the first participant in a role who has one.
func (d *document) onGroundOf(c *candidate, role event.Role) {
	for _, x := range c.roles {
		if x.role == role && d.onGround(c, x.code) {
			return
		}
	}
}

// onGround puts an event into a state; false if the code is none of a state.
func (d *document) onGround(c *candidate, code string) bool {
	country, ok := d.x.country(code)
	if ok {
		c.country, c.where, c.tie = country.Alpha3, country.Name, supposed
		c.place = &gazetteer.Place{Name: country.Name, Country: country.Alpha3, Lat: country.Lat, Lon: country.Lon, Precision: "country"}
	}
	return ok
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
var placePrepositions = wordSet(`in at near outside inside across around throughout into within`)

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

// setPlace puts an event at a site; of one that the gazetteer lacks it knows the
// coordinates of what holds it.
func (d *document) setPlace(c *candidate, x site, t tie) {
	c.place, c.country, c.where, c.tie = x.place, x.place.Country, x.name, t
}

// stage keeps where the article is: what follows may happen there.
func (d *document) stage(c *candidate) {
	if c.place == nil || c.orphan || c.rule.weak {
		return
	}
	switch c.rule.typ {
	case event.Meeting, event.Visit, event.Talks, event.Summit:
		if v := d.venue; v == nil || v.country != c.country || c.tie > inherited || exactness(c.place, c.where) >= exactness(v.place, v.where) {
			d.venue = c
		}
		if c.rule.typ == event.Visit {
			d.visit = c
		}
	case event.Attack, event.Coercion, event.Demonstration:
		d.scene = c
	}
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

// holds tells that a place is a part of another, as far as their kinds say.
func holds(outer, inner *gazetteer.Place) bool {
	return (outer.Country == inner.Country || outer.Country == "") && exactness(inner, "") > exactness(outer, "")
}

// exactness orders the kinds of places, the smallest the highest.
func exactness(p *gazetteer.Place, name string) int {
	switch p.Precision {
	case "city", "venue":
		return 4
	case "admin1":
		return 3
	case "country":
		if p.Country == "" || p.Name == name || name == "" {
			return 0
		}
		return 1 // "northern Iraq"
	}
	return 2
}
