package resolve

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// Judgement says whether two mentions are one event, and why.
type Judgement struct {
	Same    bool     `json:"same"`
	Score   float64  `json:"score" doc:"Sum of the reasons' weights"`
	Needed  float64  `json:"needed" doc:"Least score of one event"`
	Reasons []Reason `json:"reasons"`
}

// Reason is one thing that speaks for or against.
type Reason struct {
	What   string  `json:"what"`
	Weight float64 `json:"weight" doc:"Above 0 for one event, below 0 against; -100 rules it out"`
}

// never is the weight of what rules out that two mentions are one event.
const never = -100.0

// Explain judges two mentions and says why they are or are not one event.
func Explain(a, b *event.Mention) Judgement {
	x, y := sketchOf(a), sketchOf(b)
	j := judge(&x, &y, a.Decision, b.Decision, true)
	return j
}

// scale adds up reasons; it keeps their words if it is to tell them.
type scale struct {
	sum     float64
	reasons []Reason
	tell    bool
}

func (s *scale) add(weight float64, what string, args ...any) {
	s.sum += weight
	if s.tell {
		s.reasons = append(s.reasons, Reason{fmt.Sprintf(what, args...), math.Round(weight*100) / 100})
	}
}

// judge weighs two sketches. It is symmetric.
func judge(a, b *sketch, decisionA, decisionB uuid.UUID, tell bool) Judgement {
	s := &scale{tell: tell}
	switch {
	case decisionA != uuid.Nil && decisionA == decisionB:
		s.add(-never, "an operator put them together")
	case decisionA != uuid.Nil && decisionB != uuid.Nil:
		s.add(never, "an operator put them apart")
	default:
		for _, step := range []func(*scale, *sketch, *sketch){types, parties, days, places, texts} {
			step(s, a, b)
			if s.sum <= never/2 {
				break
			}
		}
	}
	// A sum of the same parts in another order differs in the last bits: what
	// is weighed the other way round must come to the same.
	sum := math.Round(s.sum*1e6) / 1e6
	return Judgement{Same: sum >= threshold, Score: sum, Needed: threshold, Reasons: s.reasons}
}

func types(s *scale, a, b *sketch) {
	cost, ok := differ(a.Type, b.Type)
	switch {
	case !ok:
		s.add(never, "%s and %s are different things", a.Type, b.Type)
		return
	case cost > 0:
		s.add(-cost, "%s in one, %s in the other", a.Type, b.Type)
	}
	if a.Article == b.Article && a.Article != uuid.Nil && (a.First != nil || b.First != nil || a.Place != "" || b.Place != "" || cost > 0) {
		s.add(never, "one article, which tells them apart")
		return
	}
	if a.Phase != b.Phase {
		round := len(a.Phase) > 5 && len(b.Phase) > 5 && a.Phase[:5] == "round" && b.Phase[:5] == "round"
		if round || a.Phase == "extend" || b.Phase == "extend" {
			s.add(otherPhase, "%s in one, %s in the other", orNone(a.Phase), orNone(b.Phase))
		}
	}
	if a.Status != b.Status {
		cancelled := a.Status == event.Cancelled || b.Status == event.Cancelled
		planned := a.Status == event.Planned || b.Status == event.Planned
		switch {
		case cancelled && !planned:
			s.add(calledOff, "%s in one, %s in the other", a.Status, b.Status)
		case planned:
			s.add(foreseen, "%s in one, %s in the other", a.Status, b.Status)
		}
	}
}

func orNone(s string) string {
	if s == "" {
		return "nothing of the kind"
	}
	return s
}

func parties(s *scale, a, b *sketch) {
	ca, cb := a.codes(), b.codes()
	shared := 0
	for _, c := range ca {
		if _, ok := slices.BinarySearch(cb, c); ok {
			shared++
		}
	}
	switch most, least := max(len(ca), len(cb)), min(len(ca), len(cb)); {
	case shared == 0 || shared < 2 && most > 1:
		s.add(never, "%v and %v have too little in common", ca, cb)
		return
	case shared == most:
		s.add(sameParties, "both have %v", ca)
	case shared == least:
		s.add(someParties, "%v are among %v", shorter(ca, cb), longer(ca, cb))
	default:
		s.add(someParties-0.8*float64(least-shared)/float64(least), "%d of %v and %v are the same", shared, ca, cb)
	}
	if info, ok := a.Type.Info(); ok && !info.Symmetric && a.Type == b.Type {
		roles(s, a, b)
	}
	persons(s, a, b)
}

func shorter(a, b []string) []string {
	if len(a) <= len(b) {
		return a
	}
	return b
}

func longer(a, b []string) []string {
	if len(a) <= len(b) {
		return b
	}
	return a
}

// roles weighs who acts on whom.
func roles(s *scale, a, b *sketch) {
	actors, targets := in(a, event.Actor), in(a, event.Target)
	actorsB, targetsB := in(b, event.Actor), in(b, event.Target)
	if len(actors) == 0 || len(actorsB) == 0 {
		return
	}
	switch {
	case meet(actors, actorsB):
		if len(targets) > 0 && len(targetsB) > 0 && !meet(targets, targetsB) {
			s.add(otherActor, "it is done to %v in one, to %v in the other", targets, targetsB)
		}
	case meet(actors, targetsB) && meet(actorsB, targets) && clash(a.Type):
		s.add(crossedRoles, "who acts in one is acted on in the other")
	default:
		s.add(otherActor, "%v acts in one, %v in the other", actors, actorsB)
	}
}

// clash tells the types in which each side acts on the other.
func clash(t event.Type) bool {
	switch t {
	case event.Attack, event.CeasefireViolation, event.Release:
		return true
	}
	return false
}

func in(s *sketch, r event.Role) []string {
	var codes []string
	for _, x := range s.Sides {
		if x.Role == r {
			codes = append(codes, x.Code)
		}
	}
	return codes
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// persons weighs who is named: an unnamed minister may be the named one, but
// two names are two persons.
func persons(s *scale, a, b *sketch) {
	same, other := 0, ""
	for _, code := range a.codes() {
		x, y := named(a, code), named(b, code)
		switch {
		case len(x) == 0 || len(y) == 0:
		case meet(x, y):
			same++
		default:
			other = fmt.Sprintf("%s is %v in one, %v in the other", code, x, y)
		}
	}
	if same > 0 {
		s.add(samePerson, "the same persons are named")
	}
	if other != "" {
		s.add(otherPerson, "%s", other)
	}
}

func named(s *sketch, code string) []string {
	var names []string
	for _, x := range s.Sides {
		if x.Code == code && x.Person != "" {
			names = append(names, x.Person)
		}
	}
	return names
}

func days(s *scale, a, b *sketch) {
	if a.First == nil {
		a, b = b, a
	}
	reach := min(window(a.Type), window(b.Type))
	switch {
	case a.First != nil && b.First != nil:
		apart := gap(*a.First, *a.Last, *b.First, *b.Last)
		switch {
		case apart == 0 && a.exact() && b.exact():
			s.add(sameDay, "on the same day")
		case apart == 0:
			s.add(overlapping, "their days overlap")
		case apart == 1 && a.exact() && b.exact():
			s.add(nextDay, "on days that follow each other")
		case apart == 2 && a.exact() && b.exact() && (a.Implied || b.Implied):
			s.add(dayAfter, "two days apart, but one is only the day of the news")
		default:
			s.add(never, "%d days apart", apart)
		}
	case a.First != nil && b.Reported != nil: // told without a day, after or about when it was
		late := int(*b.Reported - *a.Last)
		if early := int(*a.First - *b.Reported); early > 1 && !(b.Status == event.Planned && early <= reach) || late > reach {
			s.add(never, "one is of another time than the report of the other")
			return
		}
		s.add(nearReports-perDay*float64(max(late, 0)), "one is on a day that the report of the other fits")
	case a.Reported != nil && b.Reported != nil:
		apart := int(max(*a.Reported-*b.Reported, *b.Reported-*a.Reported))
		if apart > reach {
			s.add(never, "reported %d days apart", apart)
			return
		}
		s.add(nearReports-perDay*float64(apart), "no day is given, reported %d days apart", apart)
	default:
		s.add(0, "nothing is known of when")
	}
}

// gap is how many days lie between two spans; 0 if they overlap.
func gap(first, last, first2, last2 event.Day) int { return int(max(first2-last, first-last2, 0)) }

// near is how far apart, in kilometres, the places of one event may be.
const near = 60

func places(s *scale, a, b *sketch) {
	switch {
	case a.Country == "" && a.Place == "" || b.Country == "" && b.Place == "":
	case a.Country != b.Country && a.Country != "" && b.Country != "":
		if close(a, b) {
			s.add(sameCountry, "%s and %s lie together", a.Place, b.Place)
			return
		}
		s.add(otherCountry, "in %s and in %s", a.Country, b.Country)
	case a.Place == "" || b.Place == "":
		s.add(sameCountry, "both in %s", a.Country)
	case a.Place == b.Place:
		s.add(samePlace, "both in %s", a.Place)
	default:
		if close(a, b) {
			s.add(sameCountry, "%s and %s lie together", a.Place, b.Place)
			return
		}
		s.add(otherPlace, "in %s and in %s", a.Place, b.Place)
		if classOf(a.Type) == "attack" {
			s.add(otherTarget, "two places are struck")
		}
	}
}

// close tells whether two places with coordinates lie together.
func close(a, b *sketch) bool {
	return a.Lat != nil && a.Lon != nil && b.Lat != nil && b.Lon != nil && event.Circle{Lat: *a.Lat, Lon: *a.Lon, RadiusKM: near}.Contains(*b.Lat, *b.Lon)
}

// texts weighs the words of the passages beside the names.
func texts(s *scale, a, b *sketch) {
	if len(a.Words) < 3 || len(b.Words) < 3 {
		return
	}
	shared, spoken := 0, verbal(a.Type) && verbal(b.Type)
	for _, w := range a.Words {
		if _, ok := slices.BinarySearch(b.Words, w); ok {
			shared++
		}
	}
	likeness := float64(shared) / math.Sqrt(float64(len(a.Words)*len(b.Words)))
	switch {
	case shared == 0 && spoken:
		s.add(saidOther, "nothing of what is said agrees")
	case spoken:
		s.add(math.Min(wordsFull*likeness, 1)+saidOther*math.Max(0, 1-likeness/0.2)*0.7, "%.0f %% of the words agree", 100*likeness)
	default:
		s.add(math.Min(wordsFull*likeness, 1)+wordsNone, "%.0f %% of the words agree", 100*likeness)
	}
}

// filed is a mention in the hands of resolution.
type filed struct {
	event.Filed
	sketch sketch
}

func open(f event.Filed) (*filed, error) {
	o := &filed{Filed: f}
	if err := json.Unmarshal(f.Sketch, &o.sketch); err != nil {
		return nil, fmt.Errorf("read the sketch of mention %s: %w", f.ID, err)
	}
	return o, nil
}

// score weighs two filed mentions; ok tells whether they are one event.
func score(a, b *filed) (float64, bool) {
	if a.Decision == uuid.Nil || a.Decision != b.Decision {
		if !together(a, b) {
			return 0, false
		}
	}
	j := judge(&a.sketch, &b.sketch, a.Decision, b.Decision, false)
	return j.Score, j.Same
}

// together tells whether two mentions are found together: see event.Block.
func together(a, b *filed) bool {
	for _, x := range a.Blocks {
		for _, y := range b.Blocks {
			if x.Key == y.Key && max(x.Day-y.Day, y.Day-x.Day) <= event.BlockReach && (x.Day == int32(event.Undated)) == (y.Day == int32(event.Undated)) {
				return true
			}
		}
	}
	return false
}
