package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
)

// predicate says a type in words between who does it and to or with whom:
// "X met Y", "X is to meet Y".
type predicate struct{ past, infinitive string }

var predicates = map[event.Type]predicate{
	event.Meeting:            {"met", "meet"},
	event.Visit:              {"visited", "visit"},
	event.Call:               {"spoke by phone with", "speak by phone with"},
	event.Talks:              {"held talks with", "hold talks with"},
	event.Summit:             {"held a summit with", "hold a summit with"},
	event.Mediation:          {"mediated between", "mediate between"},
	event.Agreement:          {"made an agreement with", "make an agreement with"},
	event.Pledge:             {"made a pledge to", "make a pledge to"},
	event.Statement:          {"made a statement with", "make a statement with"},
	event.Ceasefire:          {"made a truce with", "make a truce with"},
	event.CeasefireViolation: {"broke a truce with", "break a truce with"},
	event.Withdrawal:         {"withdrew forces from", "withdraw forces from"},
	event.Release:            {"released", "release"},
	event.Concession:         {"made a concession to", "make a concession to"},
	event.Support:            {"supported", "support"},
	event.Recognition:        {"recognised or renewed relations with", "recognise or renew relations with"},
	event.Cooperation:        {"cooperated with", "cooperate with"},
	event.Aid:                {"gave aid to", "give aid to"},
	event.Request:            {"made a request to", "make a request to"},
	event.Criticism:          {"criticised", "criticise"},
	event.DiplomaticProtest:  {"protested formally to", "protest formally to"},
	event.Investigation:      {"investigated", "investigate"},
	event.Rejection:          {"rejected", "reject"},
	event.Threat:             {"threatened", "threaten"},
	event.Demonstration:      {"protested against", "protest against"},
	event.Sanction:           {"imposed sanctions on", "impose sanctions on"},
	event.Expulsion:          {"expelled diplomats of or cut ties with", "expel diplomats of or cut ties with"},
	event.Mobilization:       {"mobilised against", "mobilise against"},
	event.Coercion:           {"used coercion against", "use coercion against"},
	event.Attack:             {"attacked", "attack"},
}

// alone says the types whose words need another ending when nobody stands
// behind them: "Norway protested", not "Norway protested against".
var alone = strings.NewReplacer(" with", "", " between", "", " to", "", " against", "", " from", "", " of or cut ties", "", " on", "")

// summary says an event in one line: "Mohammad Javad Zarif (Iran) met Recep
// Tayyip Erdogan (Turkey) in Ankara".
func (d *document) summary(e *event.Event) string {
	by := map[event.Role][]string{}
	for _, p := range e.Participants {
		by[p.Role] = append(by[p.Role], d.called(&p))
	}
	subject, object := by[event.Actor], by[event.Target]
	if len(by[event.Party]) > 0 {
		subject, object = by[event.Party][:1], append(by[event.Party][1:len(by[event.Party]):len(by[event.Party])], object...)
	}
	if e.Type == event.Visit {
		object = by[event.Host]
	}
	if len(subject) == 0 {
		subject = []string{"Somebody"}
		if len(by[event.Mediator]) > 0 {
			subject, by[event.Mediator] = by[event.Mediator], nil
			object = nil
		}
	}
	words := predicates[e.Type]
	said := words.past
	switch e.Status {
	case event.Planned:
		said = "is to " + words.infinitive
	case event.Cancelled:
		said = "will not " + words.infinitive
	}
	if len(object) == 0 {
		said = alone.Replace(said)
		if e.Status == event.Planned {
			said = "is to " + alone.Replace(words.infinitive)
		}
	}
	s := list(subject) + " " + said
	if len(object) > 0 {
		s += " " + list(object)
	}
	if m := by[event.Mediator]; len(m) > 0 {
		s += ", mediated by " + list(m)
	}
	if h := by[event.Host]; len(h) > 0 && e.Type != event.Visit {
		s += ", hosted by " + list(h)
	}
	if l := e.Location; l != nil && l.Place != "" && !strings.HasSuffix(s, l.Place) {
		s += " in " + l.Place
	}
	if e.Status == event.Ongoing {
		s += " (ongoing)"
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// called gives a participant's name with whom it acts for, unless the name says
// so itself.
func (d *document) called(p *event.Participant) string {
	country, ok := d.x.country(p.Code)
	switch name := gazetteer.Normalize(p.Name); {
	case ok && !strings.Contains(name, gazetteer.Normalize(country.Name)) && !d.ownName(p):
		return p.Name + " (" + country.Name + ")"
	case !ok && p.Name != p.Code && p.Code != "UNK" && !d.ownName(p):
		return p.Name + " (" + p.Code + ")"
	}
	return p.Name
}

// ownName tells a name that means the state or body itself, or says its
// nationality: "U.S.", "Syrian officials".
func (d *document) ownName(p *event.Participant) bool {
	for _, m := range d.x.gazetteer.Find(strings.Fields(p.Name)) {
		for _, e := range m.Entries {
			if e.Code == p.Code && e.Kind != gazetteer.KindPerson && e.Kind != gazetteer.KindGroup && e.Kind != gazetteer.KindCapital {
				return true
			}
		}
	}
	return false
}

// list joins names: "A, B and C".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
