package resolve

import (
	"demarche/internal/event"
)

// The rules of resolution as data: which types may be two readings of one
// event, how far apart in time reports of one may be, and what the parts of
// two mentions count for or against.

// classes puts types that reports of one event may differ in under one name.
// A type that stands alone is its own class.
var classes = map[event.Type]string{
	event.Meeting: "consult", event.Talks: "consult", event.Summit: "consult", event.Call: "consult", event.Visit: "consult", event.Mediation: "consult",
	event.Attack: "attack", event.CeasefireViolation: "attack",
	event.Criticism: "criticism", event.DiplomaticProtest: "criticism",
	event.Agreement: "agreement", event.Cooperation: "agreement", event.Statement: "agreement", event.Ceasefire: "agreement",
	event.Sanction: "sanction", event.Expulsion: "sanction",
}

// classOf gives the class of a type.
func classOf(t event.Type) string {
	if c, ok := classes[t]; ok {
		return c
	}
	return string(t)
}

// typePair is two types in the order of their names.
type typePair [2]event.Type

// unlike is what it costs that two reports give one event these types; types
// that are not here are never one event.
var unlike = map[typePair]float64{
	{event.Meeting, event.Talks}:               0.2,
	{event.Meeting, event.Summit}:              0.6,
	{event.Summit, event.Talks}:                0.6,
	{event.Call, event.Talks}:                  0.7,
	{event.Mediation, event.Talks}:             0.5,
	{event.Meeting, event.Visit}:               1.2,
	{event.Talks, event.Visit}:                 1.4,
	{event.Attack, event.CeasefireViolation}:   0.4,
	{event.Criticism, event.DiplomaticProtest}: 0.8,
	{event.Agreement, event.Cooperation}:       0.7,
	{event.Agreement, event.Statement}:         1.2,
	{event.Expulsion, event.Sanction}:          1.2,
}

// differ gives the cost of two types, and whether they can be one event at all.
func differ(a, b event.Type) (cost float64, ok bool) {
	if a == b {
		return 0, true
	}
	if b < a {
		a, b = b, a
	}
	cost, ok = unlike[typePair{a, b}]
	return cost, ok
}

// window is how many days may lie between two reports of an event of which
// neither says when it was, and between the day of an event and a report
// without one.
func window(t event.Type) int {
	switch t {
	case event.Call, event.Attack, event.CeasefireViolation, event.Demonstration, event.DiplomaticProtest:
		return 5
	}
	return 7
}

// verbal tells the types that are an act of speech: one actor may do the same
// to the same target every day, so that what was said must agree.
func verbal(t event.Type) bool {
	switch t {
	case event.Support, event.Request, event.Criticism, event.Rejection, event.Threat, event.Pledge, event.Statement:
		return true
	}
	return false
}

// The weights of evidence. Two mentions are one event if the sum reaches
// threshold.
const (
	threshold = 1.0

	sameParties  = 1.2  // the same codes
	someParties  = 0.8  // the codes of one are among those of the other
	crossedRoles = -0.6 // who acts in one is acted on in the other: a clash, told from two sides
	otherActor   = -2.0 // another actor, or another target
	samePerson   = 0.6
	otherPerson  = -1.6 // of one side, two persons by name
	sameDay      = 1.6
	nextDay      = 0.3 // time zones, and reports that say when they heard of it
	dayAfter     = 0.0
	overlapping  = 0.4 // a month, a span that holds the day
	nearReports  = 0.7 // no day of one's own: reports of one day
	perDay       = 0.07
	samePlace    = 0.8
	sameCountry  = 0.1
	otherPlace   = -1.6
	otherTarget  = -0.8 // and two places that were struck are two attacks
	otherCountry = -2.5
	wordsFull    = 2.2 // evidence of the same words; in proportion
	wordsNone    = -0.3
	saidOther    = -1.5 // an act of speech of which nothing but the names agrees
	otherPhase   = -4.0 // an extension is not what it extends, a second round not the third
	foreseen     = -0.3 // planned in one, done in the other
	calledOff    = -2.5 // cancelled in one, done in the other
)
