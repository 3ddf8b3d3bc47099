package extract

import (
	"strings"

	"demarche/internal/event"
	"demarche/internal/nlp"
)

// story is how far an article has told its days.
type story struct {
	last   event.Day          // the day that was spoken of last
	days   map[string]telling // the day on which an actor was last told to do something, by code
	places map[string]staging // the same for the place
	bygone map[string]int     // the sentence in which an actor was told to do something long ago
	stage  staging            // the town that was named last as a place
}

// staging is a place where a sentence puts an actor.
type staging struct {
	site     site
	sentence int
}

// telling is a day that the text names for what an actor does.
type telling struct {
	day      event.Day
	sentence int
}

// spell is for how many sentences an actor's day goes on.
const spell = 12

// fortnight is how far back the news of an article reach.
const fortnight = 14

// date finds when an event takes place: the time expression nearest above or
// below its trigger; else the day of what its actor was last told to do, if the
// article tells on in the past tense; else the day of the report for what the
// text reports as its news.
func (d *document) date(c *candidate) {
	s := c.frame.s
	best, at := -1, tooFar
	for k, x := range s.times {
		if c.status == event.Occurred && d.ahead(x) && !d.comes(c, x) {
			continue // a pledge to do something in June was made today
		}
		if distance := d.timeDistance(s, x, c); distance < at || distance == at && at < tooFar && s.between(x, c) < s.between(s.times[best], c) {
			best, at = k, distance
		}
	}
	switch {
	case best >= 0:
		x := s.times[best]
		if !x.dated {
			return
		}
		span := x.resolve(c.tense(), d.toldBefore(s, best))
		if !span.Start.Plausible() || !span.End.Plausible() || span.End < span.Start {
			return
		}
		if s.lower(x.first-1) == "since" && d.anchor != nil { // what goes on has not ended
			span.End = max(span.Start, *d.anchor)
		}
		c.date = &event.Date{Start: span.Start, End: span.End, Precision: x.precision, Text: s.words(x.first, x.last)}
		if c.status == event.Occurred && x.precision == event.DayPrecision && c.frame.verb >= 0 {
			for _, a := range c.roles {
				if a.role != event.Target {
					d.tell(a.code, span.Start, s)
				}
			}
		}
	case d.anchor == nil:
		if c.status == event.Occurred && c.foreground() {
			c.date = d.monthOfReport()
		}
	case c.status == event.Planned:
		d.onTheTrip(c)
	case c.foreground() || c.status == event.Ongoing && c.rule.typ == event.Visit:
		day := *d.anchor
		if c.narrated() {
			if d.inBygone(c) {
				return
			}
			if told, ok := d.toldOf(c); ok {
				day = told
			}
		}
		c.date = &event.Date{Start: day, End: day, Precision: event.DayPrecision}
	}
}

// ahead tells a time expression that even in the past tense lies behind the day of
// the report, and not only by the hours between two zones.
func (d *document) ahead(x timex) bool {
	return x.dated && d.anchor != nil && x.resolve(past, d.story.last).Start > *d.anchor+1
}

// comes tells that an event with a time ahead is one to come, whatever its tense:
// an encounter, or a measure that starts then ("a ban from 10 December"). It is
// made one.
func (d *document) comes(c *candidate, x timex) bool {
	s := c.frame.s
	info, _ := c.rule.typ.Info()
	starts := info.Quad == 4 && c.rule.typ != event.Attack && (s.lower(x.first-1) == "from" || s.lower(x.first-1) == "of" && s.lower(x.first-2) == "as" ||
		x.first > 0 && s.begins(x.first-1))
	if info.Family != "consult" && !starts {
		return false
	}
	if d.timeDistance(s, x, c) < tooFar {
		c.status = event.Planned
	}
	return true
}

// between is how many words lie between a time expression and the trigger.
func (s *sentence) between(x timex, c *candidate) int {
	return min(abs(x.first-c.frame.trigger), abs(x.last-c.frame.trigger))
}

// monthOfReport gives the month of an article that is dated by its month only.
func (d *document) monthOfReport() *event.Date {
	if d.article.Published == nil {
		return nil
	}
	s := d.article.Published.Span()
	if s != event.MonthSpan(s.Start.Year(), s.Start.Time().Month()) {
		return nil
	}
	return &event.Date{Start: s.Start, End: s.End, Precision: event.MonthPrecision}
}

// onTheTrip gives what is planned for an encounter the days of that.
func (d *document) onTheTrip(c *candidate) {
	info, _ := c.rule.typ.Info()
	v := d.venue
	if v == nil || v.status != event.Planned || v.date == nil || info.Family != "consult" && info.Family != "agree" {
		return
	}
	for _, x := range c.roles {
		if v.hasCode(x.code) {
			date := *v.date
			date.Text = ""
			c.date = &date
			return
		}
	}
}

// toldBefore gives the day that the text spoke of last before a time expression, the
// day of publication if none.
func (d *document) toldBefore(s *sentence, before int) event.Day {
	for k := before - 1; k >= 0; k-- {
		if x := s.times[k]; x.dated && x.precision == event.DayPrecision {
			return x.resolve(past, d.story.last).Start
		}
	}
	return d.story.last
}

// tell keeps the day of what an actor did, if it is of the article's news.
func (d *document) tell(code string, day event.Day, s *sentence) {
	if d.anchor == nil || day > *d.anchor || day < *d.anchor-fortnight {
		return
	}
	d.story.days[code] = telling{day, s.index}
}

// toldOf gives the day of what one of those who do it was last told to do.
func (d *document) toldOf(c *candidate) (event.Day, bool) {
	for _, x := range c.roles {
		if t, ok := d.story.days[x.code]; ok && x.role != event.Target && c.frame.s.index-t.sentence <= spell {
			return t.day, true
		}
	}
	return 0, false
}

// reportDay tells a date that is only the day of the report: one that the story
// tells says more.
func (d *document) reportDay(date *event.Date) bool {
	return d.anchor != nil && date.Text == "" && date.Start == *d.anchor && date.End == *d.anchor
}

// inBygone tells that one of those who do it was last told to do something long ago:
// what follows in the past tense has no day.
func (d *document) inBygone(c *candidate) bool {
	for _, x := range c.roles {
		if i, ok := d.story.bygone[x.code]; ok && x.role != event.Target && c.frame.s.index-i <= stay {
			return true
		}
	}
	return false
}

// narrated tells that the main verb above an event is in the past tense, or that
// somebody is quoted: the article goes on with what happened then.
func (c *candidate) narrated() bool {
	s, i := c.frame.s, c.frame.trigger
	for s.Tokens[i].Head >= 0 {
		i = s.Tokens[i].Head
	}
	if s.Tokens[i].XPOS == nlp.VBD || s.quoted[i] {
		return true
	}
	for _, k := range s.children(i, nlp.Aux, nlp.AuxPass, nlp.Cop) {
		if s.Tokens[k].XPOS == nlp.VBD && s.lower(k) != "had" {
			return true
		}
	}
	return false
}

// rememberDays takes in the days that a sentence speaks of.
func (d *document) rememberDays(s *sentence) {
	if d.anchor == nil {
		return
	}
	for k, x := range s.times {
		if !x.dated {
			continue
		}
		span := x.resolve(past, d.toldBefore(s, k))
		recent := span.Start <= *d.anchor && span.Start >= *d.anchor-fortnight
		switch {
		case recent && x.precision == event.DayPrecision:
			d.story.last = span.Start
			d.tellSubjects(s, x, func(code string) {
				d.tell(code, span.Start, s)
				delete(d.story.bygone, code)
			})
		case span.End < *d.anchor-fortnight:
			d.tellSubjects(s, x, func(code string) { d.story.bygone[code] = s.index })
		}
	}
}

// tellSubjects calls a function with the subjects of the main verb that a time
// expression belongs to.
func (d *document) tellSubjects(s *sentence, x timex, tell func(code string)) {
	v := s.Tokens[s.timeHead(x)].Head
	if v < 0 || s.Tokens[v].Head >= 0 || !s.isVerb(v) || d.datesNoun(s, x) >= 0 {
		return
	}
	for _, k := range s.children(v, nlp.Nsubj, nlp.NsubjPass) {
		for _, j := range s.conjuncts(k) {
			for _, a := range d.actorsAt(s, j) {
				tell(a.code)
			}
		}
	}
}

// aboveIt is the distance of a time expression of the clause that governs an event.
const aboveIt = 10

// tooFar is the distance in the tree of a time expression that does not belong
// to an event.
const tooFar = 100

// timeHead gives the token of a time expression whose head lies outside of it.
func (s *sentence) timeHead(x timex) int {
	for i := x.first; i <= x.last; i++ {
		if h := s.Tokens[i].Head; h < x.first || h > x.last {
			return i
		}
	}
	return x.first
}

// timeDistance is how far a time expression is from a candidate's trigger in
// the tree; tooFar if it does not belong to it.
func (d *document) timeDistance(s *sentence, x timex, c *candidate) int {
	if s.lower(x.first-1) == "the" && s.lower(x.first-2) == "for" && x.precision != event.DayPrecision {
		return tooFar // "for the next month" says how long
	}
	switch s.lower(x.first - 1) {
	case "until", "till", "before", "by": // a bound, not the day
		return tooFar
	case "to":
		if c.frame.verb >= 0 && s.lemma(c.frame.verb) == "extend" {
			return tooFar // a bound, too
		}
	case "since":
		if c.status != event.Ongoing {
			return tooFar
		}
	}
	if x.first == 0 && s.datelined(x) {
		return tooFar
	}
	head, f := s.timeHead(x), c.frame
	if n := s.encloses(x); n >= 0 && !s.under(f.trigger, n) && !s.under(f.trigger, head) && d.ownsDay(s, x, n, c) {
		return tooFar
	}
	if n := d.datesNoun(s, x); n >= 0 && c.rule.spoken() && !s.under(f.trigger, n) {
		return tooFar
	}
	if info, _ := c.rule.typ.Info(); c.status == event.Occurred && x.ahead && info.Family != "consult" {
		return tooFar // "sent wishes for the summit later this week"
	}
	steps := 0
	for i := head; i >= 0; i = s.Tokens[i].Head {
		if i == f.trigger || i == f.verb {
			return steps
		}
		if s.Tokens[i].Head >= 0 && i != head && s.Tokens[head].Head == i && d.ownsDay(s, x, i, c) {
			break
		}
		steps++
		if i != head && s.isVerb(i) && (!s.describes(i, f.trigger) || s.bounded(i)) && !s.begins(i) {
			break
		}
	}
	// Above the trigger: a date of the clause that governs it.
	up := 0
	for i := f.trigger; i >= 0; i = s.Tokens[i].Head {
		if i == head || s.Tokens[head].Head == i && s.Tokens[head].Rel != nlp.Nsubj { // "Today marks six years since"
			if c.status == event.Planned && s.Tokens[i].XPOS == nlp.VBD && i != f.trigger && i != f.verb && !d.ahead(x) {
				break // "announced on Monday that it will"
			}
			return aboveIt + up
		}
		if s.isVerb(i) && i != f.trigger && s.Tokens[i].Rel != nlp.Xcomp && s.Tokens[i].Rel != nlp.Conj &&
			(s.Tokens[i].Rel != nlp.Advcl || s.child(i, nlp.Mark) >= 0) {
			break
		}
		up++
	}
	return tooFar
}

// datelined tells a full date that opens a sentence and does not belong to it:
// "Monday, August 3, 2020 On Thursday, ...".
func (s *sentence) datelined(x timex) bool {
	if _, full := year(s.lower(x.last)); !full || x.last+1 >= len(s.Tokens) {
		return false
	}
	next := s.Tokens[x.last+1]
	return next.UPOS == nlp.ADP && next.Form[0] >= 'A' && next.Form[0] <= 'Z'
}

// bounded tells a clause that only says since when or until when: "his first trip
// since taking office last year".
func (s *sentence) bounded(v int) bool {
	switch s.lower(s.child(v, nlp.Mark)) {
	case "since", "until", "before":
		return true
	}
	return false
}

// begins tells "beginning" and "starting" in front of a date.
func (s *sentence) begins(i int) bool {
	l := s.lemma(i)
	return s.Tokens[i].XPOS == nlp.VBG && (l == "begin" || l == "start")
}

// encloses gives the noun whose phrase goes on behind a time expression right
// after it, "the launch this week of talks", or -1.
func (s *sentence) encloses(x timex) int {
	n := x.first - 1
	if n >= 0 && s.Tokens[n].UPOS == nlp.ADP {
		n--
	}
	if n < 0 || !s.isNominal(n) {
		return -1
	}
	for _, k := range s.children(n, nlp.Nmod, nlp.Acl, nlp.AclRelcl) {
		if k > x.last {
			return n
		}
	}
	for _, k := range s.children(s.timeHead(x), nlp.Nmod) {
		if k > x.last && s.preposition(k) == "of" {
			return n
		}
	}
	return -1
}

// datesNoun gives the noun for an event deeper in a sentence that a time
// expression stands right behind, and that it dates whatever the parser says:
// "congratulated him on his victory in the election on April 3"; -1 if there is none.
func (d *document) datesNoun(s *sentence, x timex) int {
	n := x.first - 2
	if n < 0 || s.Tokens[n+1].UPOS != nlp.ADP || s.Tokens[n].UPOS != nlp.NOUN || !d.eventive(s, n) {
		return -1
	}
	if r := s.Tokens[n].Rel; r != nlp.Nmod {
		return -1
	}
	return n
}

// ownsDay tells that a time expression dates the noun at token i and not the
// event that the noun takes part in: "the May 5 attack", "his trip to Poland in
// March", "the coup of 2016". A day behind a noun that is no event, and behind
// what is done ("signed the accord on Monday"), is the day of the event.
func (d *document) ownsDay(s *sentence, x timex, i int, c *candidate) bool {
	if !s.isNominal(i) {
		return false
	}
	if x.last < i { // but "on Sunday Presidents X and Y signed"
		return x.first == 0 || s.Tokens[x.first-1].UPOS != nlp.ADP
	}
	if x.precision != event.DayPrecision {
		return true
	}
	if !d.eventive(s, i) {
		return false
	}
	r := s.Tokens[i].Rel
	return c.rule.spoken() || r != nlp.Obj && r != nlp.NsubjPass && r != nlp.Obl
}

// eventive tells a noun that can name an event.
func (d *document) eventive(s *sentence, i int) bool {
	for _, k := range nounKeys(s, i) {
		if len(d.x.rules.nouns[k]) > 0 || happenings[k] {
			return true
		}
	}
	return false
}

// happenings are nouns of what takes place and is no event of the ontology.
var happenings = wordSet(`election vote referendum poll attempt war decision announcement summit conference trip action incident crisis
	ceremony funeral speech address anniversary session disaster earthquake revolution uprising`)

// tense gives the side of the article's day that the grammar says.
func (c *candidate) tense() tense {
	if c.status == event.Planned {
		return future
	}
	return past
}

// foreground tells an event that the sentence reports as its news, not one that
// it only refers to. What is said of somebody is news wherever it stands, but
// for the pluperfect; so is an encounter on whose occasion the news are made, and
// a heading that is only a noun.
func (c *candidate) foreground() bool {
	s := c.frame.s
	i := c.frame.verb
	if i < 0 {
		i = c.frame.trigger
	}
	said := c.rule.spoken()
	if c.frame.verb < 0 && !said {
		if s.Tokens[i].Rel == nlp.Root {
			return true
		}
		info, _ := c.rule.typ.Info()
		if s.Tokens[i].Rel != nlp.Obl || info.Family != "consult" || !strings.Contains(" in during at ", " "+s.preposition(i)+" ") {
			return false
		}
	}
	for ; i >= 0; i = s.Tokens[i].Head {
		if s.Tokens[i].XPOS == nlp.VBN {
			for _, k := range s.children(i, nlp.Aux) {
				if s.lower(k) == "had" {
					return false // "said that it had attacked"
				}
			}
		}
		switch s.Tokens[i].Rel {
		case nlp.Root, nlp.Parataxis:
			return true
		case nlp.Acl, nlp.AclRelcl, nlp.Nmod:
			if !said && c.rule.typ != event.Visit { // "talks with X, who arrived in Russia"
				return false
			}
		}
	}
	return true
}
