package extract

import (
	"slices"

	"demarche/internal/event"
	"demarche/internal/nlp"
)

// political tells whether somebody acts for a state, a body or a side of politics:
// what companies, crowds and newspapers of one country do among themselves is no
// event. Of those whose state is only guessed, that counts who is in office or in
// arms. Whoever arrests, tries or protests is a part of politics.
func (d *document) political(c *candidate) bool {
	if d.sporting && !slices.ContainsFunc(c.roles, func(x filled) bool { return armed(x.sector) || x.person && x.inPolitics() }) {
		return false
	}
	switch c.rule.typ {
	case event.Attack, event.Demonstration:
		return true
	case event.Coercion, event.Investigation:
		if !c.has(event.Actor) {
			return true
		}
		if !slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == event.Actor && x.sector != event.Business }) {
			return false // companies take over others
		}
	}
	if c.hasForeigner() && slices.ContainsFunc(c.roles, func(x filled) bool {
		return x.inOffice || !private(x.sector) || !x.guessed && x.sector == event.Civilians
	}) {
		return true
	}
	return slices.ContainsFunc(c.roles, filled.inPolitics)
}

// inPolitics tells who acts for a state or a side, guesses of whose not counted.
func (x filled) inPolitics() bool { return x.inOffice || !private(x.sector) && !x.guessed }

// private tells the sectors whose doings among themselves are no politics.
func private(x event.Sector) bool {
	switch x {
	case event.Civilians, event.Business, event.Media, event.Religion, event.UnknownSector, "":
		return true
	}
	return false
}

// isSport tells an article about a game, in which nations beat and meet each other:
// it has more words of sport than of politics.
func (d *document) isSport() bool {
	games, politics := 0, 0
	for _, s := range d.sentences {
		for i := range s.Tokens {
			switch l := s.lemma(i); {
			case sports[l]:
				games++
			case offices[l]:
				politics++
			}
		}
	}
	return games > 2 && games > politics
}

// sports are the words of games.
var sports = wordSet(`championship champion tournament goalkeeper medal semifinal semi-final quarterfinal quarter-final wicket football soccer tennis basketball
	baseball cricket hockey rugby golf skier athlete coach striker midfielder defender league cup olympics olympic match goal seed scorer halftime
	stadium innings sprint slalom downhill swimmer runner-up referee penalty_shootout playoff playoffs`)

// offices are the nouns for those who have a part in politics, whoever they are.
var offices = wordSet(`president minister premier chancellor king queen government parliament cabinet authority administration regime troop soldier army
	police military rebel militant insurgent opposition senator lawmaker mp ambassador envoy diplomat official court senate congress junta negotiator
	guerrilla separatist gunman fighter force militia governor mayor navy prosecutor judge general commander kingdom republic ministry dissident pm leader party
	union protester activist side two`)

// natural tells what is done to animals, and warnings and emergencies that a disaster
// calls for.
func (c *candidate) natural() bool {
	s := c.frame.s
	if slices.ContainsFunc(c.frame.slots["obj"], func(h int) bool { return s.at[h] == nil && animals[s.lemma(h)] }) {
		return true
	}
	if c.rule.typ == event.Attack && s.speaksOfMishap() && !slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == event.Actor && x.code != "UNK" }) {
		return true // "the assault of the hurricane on the coast"
	}
	worried := c.rule.worried
	switch c.rule.typ {
	case event.Threat, event.Coercion, event.Concession, event.Sanction:
		worried = true
	}
	return worried && s.speaksOfMishap()
}

// violent tells whether what strikes or kills is an attack and no mishap: somebody
// in arms does it, its word leaves no doubt, or the sentence or an attack before it
// speaks of arms.
func (d *document) violent(c *candidate) bool {
	s := c.frame.s
	for _, slot := range []string{"subj", "agent"} {
		if c.has(event.Actor) && !slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == event.Actor && x.code == "UNK" }) {
			break
		}
		for _, h := range c.frame.slots[slot] {
			if h = s.antecedent(h); s.at[h] == nil && s.isNominal(h) && s.Tokens[h].UPOS != nlp.PRON && !weapons[s.lemma(h)] && !s.speaksOfArms() {
				return false // "killed by his lions"
			}
		}
	}
	for _, x := range c.roles {
		if x.role == event.Actor && (armed(x.sector) && (!x.guessed || c.has(event.Target)) || x.sector == event.Government && !x.guessed) {
			return true
		}
	}
	return unmistakable[s.lemma(c.frame.trigger)] || s.speaksOfArms() || d.scene != nil && d.scene.rule.typ == event.Attack && !s.speaksOfMishap()
}

// armed tells the sectors that fight.
func armed(x event.Sector) bool {
	return x == event.Military || x == event.Rebels || x == event.Police || x == event.Intelligence
}

// speaksOfArms tells a sentence that names weapons or fighting and no mishap.
func (s *sentence) speaksOfArms() bool {
	found := false
	for i := range s.Tokens {
		l := s.lemma(i)
		if mishaps[l] && s.isNominal(i) {
			return false
		}
		found = found || weapons[l] || !vehicles[l] && s.at[i] != nil && slices.ContainsFunc(s.at[i].actors, func(a *actor) bool { return armed(a.sector) })
	}
	return found
}

// speaksOfMishap tells a sentence that names a disaster, a disease or an accident.
func (s *sentence) speaksOfMishap() bool {
	for i := range s.Tokens {
		if mishaps[s.lemma(i)] && s.isNominal(i) {
			return true
		}
	}
	return false
}

// unmistakable verbs are attacks whoever and whatever is in their way.
var unmistakable = wordSet(`attack bomb shell raid assassinate abduct kidnap ambush invade execute bombard shoot_down gun_down massacre behead
	torture blow_up lynch pound shoot`)

// weapons are what kills without saying who does.
var weapons = wordSet(`bomb blast explosion missile rocket shell mortar gunfire mine landmine drone airstrike strike attack fire shot bombing bullet
	car_bomb shooting raid clash grenade fighting violence bombardment bomber gunman militant insurgent device ambush explosive firefight battle
	offensive war shelling assault rebel crossfire`)

// vehicles belong to whom fights as well as to whom does not.
var vehicles = wordSet(`helicopter aircraft jet plane vessel ship`)

// mishaps are what kills without anybody's will.
var mishaps = wordSet(`earthquake quake aftershock hurricane typhoon storm cyclone tornado flood flooding landslide avalanche tsunami volcano eruption
	drought heatwave virus disease malaria cholera influenza flu strain epidemic outbreak pandemic infection covid covid-19 coronavirus accident crash derailment collision
	stampede collapse lightning wildfire blaze bushfire pipeline`)

// animals are not attacked, though they are killed.
var animals = wordSet(`bird poultry chicken duck flock animal cattle cow pig sheep goat dog lion bear whale elephant jackal fish livestock ibis`)
