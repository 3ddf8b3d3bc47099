package extract

import (
	"strings"

	"demarche/internal/event"
)

// role is what a common noun says about the actor that it names.
type role struct {
	sector event.Sector
	person bool // one person in the singular: "minister", not "government"
	title  bool // stands in front of a name: "President X"
}

// lexicon holds the word lists that the stages share. It is made once and not
// changed.
type lexicon struct {
	roles       map[string]role // by lemma
	lightVerbs  map[string]bool
	sayVerbs    map[string]bool
	allegations map[string]bool
	intentions  map[string]bool
	travelVerbs map[string]bool
}

func newLexicon() *lexicon {
	l := &lexicon{roles: map[string]role{}}
	add := func(r role, words string) {
		for _, w := range strings.Fields(words) {
			l.roles[strings.ReplaceAll(w, "_", " ")] = r
		}
	}
	person := func(s event.Sector) role { return role{s, true, false} }
	titled := func(s event.Sector) role { return role{s, true, true} }
	group := func(s event.Sector) role { return role{s, false, false} }

	add(titled(event.Government), `mr. mrs. ms. president minister premier chancellor secretary king queen prince princess emir sheikh sultan crown
		ambassador envoy governor mayor undersecretary commissioner representative chairman chairwoman chairperson chair chief leader
		vice-president vice-premier negotiator coordinator adviser advisor counsellor counselor counterpart consul ayatollah taoiseach tsar emperor
		pm fm director administrator`)
	add(person(event.Government), `head associate observer expert inspector monitor regulator ombudsman spokesman spokeswoman spokesperson official diplomat head_of_state statesman delegation mission attaché attache
		aide delegate mediator ruler monarch dictator`)
	add(titled(event.Military), `general gen. admiral colonel col. commander captain lieutenant major brigadier marshal lt. maj. adm. capt.`)
	add(person(event.Military), `soldier serviceman officer peacekeeper paratrooper pilot`)
	add(titled(event.Legislature), `senator sen. congressman congresswoman speaker lawmaker deputy rep.`)
	add(person(event.Legislature), `legislator parliamentarian mp`)
	add(titled(event.Judiciary), `judge justice prosecutor`)
	add(titled(event.Religion), `pope bishop archbishop imam cardinal patriarch`)
	add(person(event.Religion), `missionary priest monk nun cleric`)
	add(person(event.Police), `policeman`)
	add(person(event.Opposition), `dissident activist`)
	add(person(event.Rebels), `militant rebel insurgent gunman fighter guerrilla terrorist separatist extremist jihadist bomber assailant attacker
		militiaman islamist hijacker kidnapper hostage-taker warlord`)
	add(person(event.Media), `journalist reporter correspondent`)
	add(person(event.Business), `businessman executive`)
	add(person(event.Civilians), `citizen civilian protester demonstrator student villager refugee worker resident farmer migrant immigrant
		people man woman national hostage prisoner detainee voter marcher striker crowd hacker supporter inhabitant teacher
		doctor nurse employee lawyer intellectual shopkeeper youth teenager boy girl child inmate convict volunteer suspect passenger
		tourist pilgrim relative family blogger writer author scholar academic tribesman shepherd fisherman miner trader smuggler trafficker`)

	add(group(event.Government), `government administration cabinet ministry state country nation authority leadership regime
		embassy side presidency community republic kingdom kremlin monarchy junta consulate department foreign_ministry power neighbor neighbour
		ally capital`)
	add(group(event.Military), `military army navy force troop warplane jet aircraft warship tank artillery fighter_jet missile drone
		air_force battalion brigade fleet guard commando marine helicopter bomber vessel`)
	add(group(event.UnknownSector), `group movement organization organisation bloc`)
	add(group(event.Police), `police gendarmerie`)
	add(group(event.Intelligence), `intelligence spy`)
	add(group(event.Legislature), `parliament congress senate assembly legislature knesset duma lawmakers house`)
	add(group(event.Judiciary), `court tribunal judiciary`)
	add(group(event.Opposition), `opposition party movement coalition alliance`)
	add(group(event.Rebels), `militia insurgency faction guerilla cell`)
	add(group(event.Media), `newspaper media television broadcaster news_agency agency`)
	add(group(event.Civilians), `union trade_union`)
	add(group(event.Business), `company firm corporation bank airline`)
	add(group(event.Religion), `church vatican`)

	l.lightVerbs = wordSet(`hold have conduct reach sign make pay give issue launch begin start open resume conclude continue take undertake
		attend join host convene finalize ink strike broker mediate agree announce declare extend impose lift end complete carry
		convey express voice offer provide send receive deliver lodge file lead engage stage organize enter finish plan schedule cancel
		postpone suspend adopt release`)
	l.travelVerbs = wordSet(`go travel fly come arrive head return leave visit gather sit engage`)
	l.sayVerbs = wordSet(`say tell state announce report add note note declare confirm stress underline underscore emphasize point explain
		believe think conclude maintain claim argue insist reiterate write quote predict indicate reveal disclose`)
	l.allegations = wordSet(`accuse allege claim deny blame suspect charge dispute doubt refute dismiss`)
	l.intentions = wordSet(`want hope wish seek try attempt intend plan aim need prepare consider refuse decline fail threaten promise vow pledge
		agree offer decide expect urge ask call demand request appeal invite order allow authorize help persuade encourage press push
		force able willing ready likely unable reluctant due set scheduled propose`)
	return l
}

// role gives what a noun says about an actor; "troops" is the plural of "troop"
// even where a lemmatiser keeps it as it is.
func (l *lexicon) role(lemma string) (role, bool) {
	r, ok := l.roles[lemma]
	if !ok {
		r, ok = l.roles[strings.TrimSuffix(lemma, "s")]
	}
	if stem, men := strings.CutSuffix(lemma, "men"); !ok && men {
		r, ok = l.roles[stem+"man"]
	}
	return r, ok
}

// wordSet makes a set of the words of a list.
func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}
