package extract

import (
	"maps"
	"slices"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

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

// tookPlace puts the events that were told before to where "the attack took place"
// and to the town of "the Cairo summit".
func (d *document) tookPlace(s *sentence) {
	for n := range s.Tokens {
		if !s.isNominal(n) || s.lower(s.child(n, nlp.Det)) != "the" {
			continue
		}
		v := s.Tokens[n].Head
		happens := s.Tokens[n].Rel == nlp.Nsubj && v >= 0 && s.takesPlace(v)
		var at *site
		for _, x := range s.sites() {
			if happens {
				if verbs, ok := s.reach(x.head, v, 4); !ok || verbs > 0 || !x.locative {
					continue
				}
			} else if s.Tokens[x.head].Rel != nlp.Compound || s.Tokens[x.head].Head != n || x.entry == nil || x.entry.Kind == gazetteer.KindState {
				continue
			}
			if at == nil || holds(at.place, x.place) || x.part {
				at = &x
			}
		}
		if at != nil {
			d.putLast(s, n, *at, happens)
		}
	}
}

// takesPlace tells a verb that says of a noun only that it happens.
func (s *sentence) takesPlace(v int) bool {
	o := s.child(v, nlp.Obj)
	l := s.lemma(v)
	return l == "occur" || l == "happen" || l == "take" && o >= 0 && s.lemma(o) == "place"
}

// putLast puts the event that was told last and that a noun can name to a site, if
// nothing better is known. A town in front of a noun tells where encounters are;
// of other events it may be anything.
func (d *document) putLast(s *sentence, n int, x site, happens bool) {
	for _, c := range slices.Backward(d.told) {
		if c.frame.s.index < s.index-spell {
			return
		}
		info, _ := c.rule.typ.Info()
		if c.tie > nearby || !happens && info.Family != "consult" {
			continue
		}
		for _, k := range nounKeys(s, n) {
			if slices.ContainsFunc(d.x.rules.nouns[k], func(r *compiled) bool { return r.typ == c.rule.typ }) {
				d.setPlace(c, x, stated)
				return
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
