package extract

import (
	"math"
	"slices"

	"demarche/internal/event"
)

// merge joins the candidates that speak of one event. A later mention joins the
// nearest earlier event that it does not contradict.
func merge(found []*candidate) [][]*candidate {
	var groups [][]*candidate
	var orphans []*candidate
next:
	for _, c := range found {
		if c.orphan {
			orphans = append(orphans, c)
			continue
		}
		for k := range slices.Backward(groups) {
			if same(groups[k], c) {
				groups[k] = append(groups[k], c)
				continue next
			}
		}
		groups = append(groups, []*candidate{c})
	}
	for _, c := range orphans {
		for k, g := range groups {
			if adopts(g, c) {
				groups[k] = append(g, c)
				break
			}
		}
	}
	return groups
}

// adopts tells whether a mention that names nobody speaks of a group's event:
// the same type in the same country, and no other day.
func adopts(group []*candidate, c *candidate) bool {
	same := false
	for _, g := range group {
		if g.rule.typ != c.rule.typ || g.date != nil && g.date.Text != "" && (g.date.Start > c.date.End || c.date.Start > g.date.End) {
			return false
		}
		same = same || g.country == c.country
	}
	return same
}

// same tells whether a candidate speaks of a group's event: the same type and
// status side, the same participants or a part of them, and no two different days.
func same(group []*candidate, c *candidate) bool {
	first := group[0]
	if first.rule.typ != c.rule.typ && (c.rule.weak || first.rule.weak && len(group) == 1 && first.frame.s == c.frame.s) {
		a, _ := first.rule.typ.Info()
		b, _ := c.rule.typ.Info()
		return a.Family == b.Family && a.Symmetric && (first.status == c.status || first.frame.s == c.frame.s) && subset(groupKeys([]*candidate{c}), groupKeys(group))
	}
	if first.rule.typ != c.rule.typ || (first.status == event.Planned) != (c.status == event.Planned) {
		return false
	}
	for _, g := range group {
		if g.date != nil && c.date != nil && g.date.Text != "" && c.date.Text != "" && (g.date.Start > c.date.End || c.date.Start > g.date.End) {
			return false
		}
	}
	if otherMeasure(first, c) {
		return false
	}
	if c.onlyMediates() {
		return true // "Egypt brokered the truce"
	}
	info, _ := first.rule.typ.Info()
	a, b := groupKeys(group), groupKeys([]*candidate{c})
	if info.Symmetric {
		return (subset(a, b) || subset(b, a)) && !otherPersons(group, c)
	}
	return agree(group, c, event.Actor) && agree(group, c, event.Target)
}

// otherMeasure tells two sanctions that other verbs say: who bans imports and
// revokes a status has taken two measures.
func otherMeasure(a, b *candidate) bool {
	verbal := func(c *candidate) bool { return c.rule.typ == event.Sanction && c.frame.verb == c.frame.trigger }
	return a.frame.s != b.frame.s && verbal(a) && verbal(b) && a.frame.s.lemma(a.frame.trigger) != b.frame.s.lemma(b.frame.trigger)
}

// otherPersons tells whether a mention names other persons of a side than those
// before it: who meets the president and then the speaker has two meetings.
func otherPersons(group []*candidate, c *candidate) bool {
	for _, x := range c.roles {
		if !x.person {
			continue
		}
		known, named := false, false
		for _, g := range group {
			for _, y := range g.roles {
				if y.person && y.code == x.code {
					named, known = true, known || y.key == x.key
				}
			}
		}
		if named && !known && !slices.ContainsFunc(c.roles, func(y filled) bool { return y.person && y.code == x.code && y.key != x.key }) {
			return true
		}
	}
	return false
}

// onlyMediates tells a candidate that names a third party and no side.
func (c *candidate) onlyMediates() bool {
	return !slices.ContainsFunc(c.roles, func(x filled) bool { return x.role != event.Mediator })
}

// agree tells whether two readings name the same in a role, or one names nobody.
func agree(group []*candidate, c *candidate, role event.Role) bool {
	var a, b []string
	for _, g := range group {
		for _, x := range g.roles {
			if x.role == role && x.code != "UNK" {
				a = append(a, x.code)
			}
		}
	}
	for _, x := range c.roles {
		if x.role == role && x.code != "UNK" {
			b = append(b, x.code)
		}
	}
	// Who is told to be killed, and by whom, may stand in two sentences.
	if first := group[0].rule.typ; (first == event.Attack || first == event.Demonstration) && role == event.Actor && (len(a) == 0 || len(b) == 0) {
		return true
	}
	// To welcome a step is not to thank a state, to refuse terms not to rebuff somebody.
	if t := group[0].rule.typ; role == event.Target && (len(a) == 0) != (len(b) == 0) && (t == event.Support || t == event.Rejection) &&
		!slices.ContainsFunc(group, func(g *candidate) bool { return g.frame.s == c.frame.s }) {
		return false
	}
	return len(a) == 0 && role == event.Target || len(b) == 0 && role == event.Target || len(a)+len(b) == 0 || len(a) > 0 && len(b) > 0 && (subset(a, b) || subset(b, a))
}

func subset(a, b []string) bool {
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

// groupKeys gives what tells participants apart: the person if one is named, else
// the code.
func groupKeys(group []*candidate) []string {
	var out []string
	for _, c := range group {
		for _, x := range c.roles {
			out = append(out, x.code)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// events turns groups of candidates into events with all their evidence.
func (d *document) events(groups [][]*candidate) []event.Event {
	out := make([]event.Event, 0, len(groups))
	for _, g := range groups {
		out = append(out, d.event(g))
	}
	return out
}

func (d *document) event(group []*candidate) event.Event {
	best := slices.MaxFunc(group, func(a, b *candidate) int {
		if a.rule.weak != b.rule.weak {
			if a.rule.weak {
				return -1
			}
			return 1
		}
		if len(a.roles) != len(b.roles) {
			return len(a.roles) - len(b.roles)
		}
		return int(1000 * (a.weight - b.weight))
	})
	e := event.Event{Type: best.rule.typ, Status: best.status, Date: best.date, Evidence: []event.Evidence{}}
	doubt, at := 1.0, best
	if best.rule.typ == event.Visit {
		at = group[0] // the first stop of a trip
	}
	for _, c := range group {
		doubt *= 1 - c.weight
		if e.Date == nil || e.Date.Text == "" && c.date != nil && (c.date.Text != "" || d.reportDay(e.Date)) {
			e.Date = c.date
		}
		if c.moreSurely(at) {
			at = c
		}
		d.addEvidence(&e, c)
	}
	// What was held on a day that has passed is no plan, whatever another sentence
	// calls it.
	for _, c := range group {
		if c.orphan && c.status == event.Occurred && e.Status == event.Planned && d.anchor != nil && c.date.End <= *d.anchor {
			e.Status = event.Occurred
		}
	}
	if e.Type != event.Call && e.Type != event.Sanction { // neither is anywhere
		e.Location = d.location(at)
	}
	e.Confidence = calibrated(1 - doubt)
	known := slices.ContainsFunc(group, func(c *candidate) bool {
		return slices.ContainsFunc(c.roles, func(x filled) bool { return x.role == event.Actor && x.code != "UNK" })
	})
	for _, c := range append([]*candidate{best}, group...) {
		for _, x := range c.roles {
			if x.code != "UNK" || x.role != event.Actor || !known {
				d.addParticipant(&e, x)
			}
		}
	}
	e.Recode()
	e.Summary = d.summary(&e)
	return e
}

// calibration gives, for weights of the rules that tell of an event, the share of
// such events that are right in annotated articles: fitted by hand to a monotone
// line. docs/accuracy.md shows how it does on others.
var calibration = [...]struct{ weight, right float64 }{
	{0, .40}, {.40, .60}, {.50, .65}, {.62, .73}, {.73, .80}, {.83, .87}, {.94, .90}, {1, .92},
}

// calibrated turns a weight into a confidence, to two digits.
func calibrated(weight float64) float64 {
	for k := 1; k < len(calibration); k++ {
		if a, b := calibration[k-1], calibration[k]; weight <= b.weight {
			c := a.right + (b.right-a.right)*(weight-a.weight)/(b.weight-a.weight)
			return math.Round(100*c) / 100
		}
	}
	return calibration[len(calibration)-1].right
}

// addParticipant adds an actor: under one code and role several persons are
// kept by name, but a state that a person speaks for is not added beside the
// person. In a symmetric event a code has one role.
func (d *document) addParticipant(e *event.Event, x filled) {
	info, _ := e.Type.Info()
	for i := range e.Participants {
		p := &e.Participants[i]
		if p.Code != x.code {
			continue
		}
		if p.Role != x.role {
			if info.Symmetric || x.role != event.Target && p.Sector == x.sector {
				return
			}
			continue
		}
		switch {
		case p.Name == x.name || !x.person || p.ActorID == event.ActorID(x.key):
			return
		case p.Title == "":
			p.Name, p.Title, p.Sector, p.ActorID = x.name, x.title, x.sector, event.ActorID(x.key)
			return
		}
	}
	e.Participants = append(e.Participants, event.Participant{
		Name: x.name, Code: x.code, Sector: x.sector, Role: x.role, Title: x.title, ActorID: event.ActorID(x.key),
	})
}

func (d *document) addEvidence(e *event.Event, c *candidate) {
	s := c.frame.s
	start, end := int(s.Tokens[0].RuneStart), int(s.Tokens[len(s.Tokens)-1].RuneEnd)
	for i := range e.Evidence {
		if e.Evidence[i].Start == start {
			return
		}
	}
	first, last := c.triggerSpan()
	e.Evidence = append(e.Evidence, event.Evidence{
		Start: start, End: end, Text: s.text[s.Tokens[0].Start:s.Tokens[len(s.Tokens)-1].End], Rule: c.rule.name,
		Trigger: &event.Trigger{
			Start: int(s.Tokens[first].RuneStart), End: int(s.Tokens[last].RuneEnd), Text: s.text[s.Tokens[first].Start:s.Tokens[last].End],
		},
	})
}

func (d *document) location(c *candidate) *event.Location {
	if c.place == nil {
		return nil
	}
	lat, lon := c.place.Lat, c.place.Lon
	return &event.Location{
		Place: c.where, Country: c.country, Lat: &lat, Lon: &lon, Precision: c.place.Precision, GeoNamesID: c.place.ID,
	}
}
