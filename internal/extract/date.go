package extract

import (
	"demarche/internal/event"
	"demarche/internal/nlp"
)

// date finds when an event takes place: the time expression nearest above or
// below its trigger, else the day of the report for what the text reports as
// its news.
func (d *document) date(c *candidate) {
	s := c.frame.s
	best, at := -1, 1<<30
	for k, x := range s.times {
		distance := s.timeDistance(x, c)
		if distance < at {
			best, at = k, distance
		}
	}
	if best >= 0 && at < 100 {
		x := s.times[best]
		span := x.resolve(c.tense())
		if !span.Start.Plausible() || !span.End.Plausible() || span.End < span.Start {
			return
		}
		c.date = &event.Date{Start: span.Start, End: span.End, Precision: x.precision, Text: s.words(x.first, x.last)}
		return
	}
	if d.anchor != nil && c.status != event.Planned && c.foreground() {
		c.date = &event.Date{Start: *d.anchor, End: *d.anchor, Precision: event.DayPrecision}
	}
}

// timeDistance is how far a time expression is from a candidate's trigger in
// the tree; 100 or more is too far to belong to it.
func (s *sentence) timeDistance(x timex, c *candidate) int {
	switch s.lower(x.first - 1) {
	case "until", "till", "since", "before", "by": // a bound, not the day
		return 100
	}
	head := x.first
	for i := x.first; i <= x.last; i++ {
		if h := s.Tokens[i].Head; h < x.first || h > x.last {
			head = i
			break
		}
	}
	steps := 0
	for i := head; i >= 0; i = s.Tokens[i].Head {
		if i == c.frame.trigger || i == c.frame.verb {
			return steps
		}
		steps++
		if i != head && s.isVerb(i) && !s.describes(i, c.frame.trigger) {
			break
		}
	}
	// Above the trigger: a date of the clause that governs it.
	up := 0
	for i := c.frame.trigger; i >= 0; i = s.Tokens[i].Head {
		if s.Tokens[head].Head == i {
			return 10 + up
		}
		if s.isVerb(i) && i != c.frame.trigger && s.Tokens[i].Rel != nlp.Xcomp && s.Tokens[i].Rel != nlp.Conj {
			break
		}
		up++
	}
	return 100
}

// tense gives the side of the article's day that the grammar says.
func (c *candidate) tense() tense {
	if c.status == event.Planned {
		return future
	}
	return past
}

// foreground tells an event that the sentence reports as its news, not one that
// it only refers to. What is said of somebody is news wherever it stands, but
// for the pluperfect.
func (c *candidate) foreground() bool {
	s := c.frame.s
	i := c.frame.verb
	if i < 0 {
		i = c.frame.trigger
	}
	said := c.rule.spoken()
	if c.frame.verb < 0 && !said {
		return false
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
			if !said {
				return false
			}
		}
	}
	return true
}
