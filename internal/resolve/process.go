package resolve

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// Process is a chain of events between the same two sides: talks that lead to a
// ceasefire, its violation, its extension; the rounds of a negotiation.
type Process struct {
	ID     string        `json:"id" doc:"Codes of the two sides and id of the first event"`
	Title  string        `json:"title"`
	Sides  [2]string     `json:"sides" doc:"Codes of the two sides; twice the same for what is within one state"`
	From   event.Day     `json:"from" doc:"First day of the first event"`
	To     event.Day     `json:"to" doc:"Last day of the last event"`
	Events []event.Event `json:"events,omitempty" doc:"In the order of time"`
	Steps  []Step        `json:"steps" doc:"What led to what"`
}

// Step is one link of the chain.
type Step struct {
	From uuid.UUID `json:"from"`
	To   uuid.UUID `json:"to"`
	Rule string    `json:"rule" doc:"Name of the rule that links them"`
}

// succession is a rule of processes: an event of one of the types from is
// followed, after at most so many days, by one of the types to.
type succession struct {
	name     string
	from, to []event.Type
	days     int
}

// successions is the one table of what belongs to one process.
var successions = []succession{
	{"talks-round", []event.Type{event.Talks, event.Mediation, event.Summit}, []event.Type{event.Talks, event.Mediation}, 45},
	{"talks-outcome", []event.Type{event.Talks, event.Mediation, event.Summit, event.Meeting, event.Call},
		[]event.Type{event.Agreement, event.Ceasefire, event.Statement, event.Release, event.Recognition}, 30},
	{"visit-meeting", []event.Type{event.Visit}, []event.Type{event.Meeting, event.Talks, event.Agreement, event.Statement}, 4},
	{"ceasefire-broken", []event.Type{event.Ceasefire}, []event.Type{event.CeasefireViolation}, 120},
	{"ceasefire-kept", []event.Type{event.Ceasefire}, []event.Type{event.Ceasefire, event.Withdrawal, event.Release, event.Talks}, 90},
	{"truce-mended", []event.Type{event.CeasefireViolation}, []event.Type{event.Ceasefire, event.Talks, event.Mediation, event.CeasefireViolation}, 30},
	{"agreement-kept", []event.Type{event.Agreement}, []event.Type{event.Withdrawal, event.Release, event.Recognition, event.Concession}, 120},
	{"escalation", []event.Type{event.Threat, event.DiplomaticProtest}, []event.Type{event.Sanction, event.Expulsion}, 30},
	{"retaliation", []event.Type{event.Sanction, event.Expulsion}, []event.Type{event.Sanction, event.Expulsion}, 30},
}

// ProcessTypes gives the types of events that processes are made of.
func ProcessTypes() []event.Type {
	var types []event.Type
	for _, s := range successions {
		types = append(append(types, s.from...), s.to...)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// SidesOf gives each two codes that take part in an event, in order; one code
// twice if no other takes part beside two of its own.
func SidesOf(e *event.Event) [][2]string {
	var codes []string
	for _, p := range e.Participants {
		codes = append(codes, p.Code)
	}
	n := len(codes)
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if len(codes) == 1 && n > 1 {
		return [][2]string{{codes[0], codes[0]}}
	}
	var sides [][2]string
	for i, a := range codes {
		for _, b := range codes[i+1:] {
			sides = append(sides, [2]string{a, b})
		}
	}
	return sides
}

// Processes finds the processes among events, the latest first. Each event is
// linked to the last event before it, of the same two sides, that a rule lets
// it follow; cancelled events and those without a day are in none. name gives
// what a code is called in titles.
func Processes(events []event.Event, name func(code string) string) []Process {
	bySides := map[[2]string][]*event.Event{}
	for i := range events {
		e := &events[i]
		if e.Date == nil || e.Status == event.Cancelled {
			continue
		}
		for _, s := range SidesOf(e) {
			bySides[s] = append(bySides[s], e)
		}
	}
	var all []Process
	for sides, chain := range bySides {
		all = append(all, chains(sides, chain, name)...)
	}
	slices.SortFunc(all, func(a, b Process) int { return cmp.Or(cmp.Compare(b.To, a.To), strings.Compare(a.ID, b.ID)) })
	return all
}

func inTime(a, b *event.Event) int {
	return cmp.Or(cmp.Compare(a.Date.Start, b.Date.Start), cmp.Compare(a.Date.End, b.Date.End), slices.Compare(a.ID[:], b.ID[:]))
}

// chains links the events of two sides.
func chains(sides [2]string, events []*event.Event, name func(string) string) []Process {
	slices.SortFunc(events, inTime)
	of := make([]int, len(events)) // the chain of each
	var steps [][]Step
	for i, e := range events {
		of[i] = -1
		for j := i - 1; j >= 0; j-- {
			rule, ok := follows(events[j], e)
			if !ok {
				continue
			}
			if of[j] < 0 {
				of[j] = len(steps)
				steps = append(steps, nil)
			}
			of[i] = of[j]
			steps[of[i]] = append(steps[of[i]], Step{events[j].ID, e.ID, rule})
			break
		}
	}
	found := make([]Process, len(steps))
	for c := range found {
		p := &found[c]
		p.Sides, p.Steps = sides, steps[c]
		for i, e := range events {
			if of[i] == c {
				p.Events = append(p.Events, *e)
			}
		}
		p.From, p.To = p.Events[0].Date.Start, p.Events[0].Date.End
		for i := range p.Events {
			p.To = max(p.To, p.Events[i].Date.End)
		}
		p.ID = ProcessID(sides, p.Events[0].ID)
		p.Title = title(p, name)
	}
	return found
}

// follows tells whether b may follow a, and by which rule.
func follows(a, b *event.Event) (rule string, ok bool) {
	days := int(b.Date.Start - a.Date.Start)
	for _, s := range successions {
		if days <= s.days && slices.Contains(s.from, a.Type) && slices.Contains(s.to, b.Type) {
			return s.name, true
		}
	}
	return "", false
}

// title tells the sides, what happened, and from when to when.
func title(p *Process, name func(string) string) string {
	var kinds []string
	for i := range p.Events {
		if k := strings.ReplaceAll(string(p.Events[i].Type), "_", " "); !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) == 1 {
		kinds[0] = fmt.Sprintf("%d × %s", len(p.Events), kinds[0])
	}
	who := name(p.Sides[0])
	if p.Sides[1] != p.Sides[0] {
		who += " and " + name(p.Sides[1])
	}
	return fmt.Sprintf("%s: %s, %s to %s", who, strings.Join(kinds, ", "), p.From, p.To)
}

// ProcessID gives the id of the process of two sides that begins with an event.
func ProcessID(sides [2]string, first uuid.UUID) string {
	return sides[0] + "." + sides[1] + "." + first.String()
}

// ParseProcessID reads an id of a process.
func ParseProcessID(id string) (sides [2]string, first uuid.UUID, err error) {
	parts := strings.Split(id, ".")
	if len(parts) == 3 && parts[0] != "" && parts[0] <= parts[1] {
		if first, err = uuid.Parse(parts[2]); err == nil && len(parts[2]) == len(uuid.Nil.String()) {
			return [2]string{parts[0], parts[1]}, first, nil
		}
	}
	return sides, first, fmt.Errorf("%q is not the id of a process: expected two codes and the id of an event, such as IRN.SYR.01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081", id)
}
