package extract

import (
	"demarche/internal/event"
)

// Explanation shows how an article was read: each sentence with its parse, the
// names in it and what they resolved to, the rules that were tried and what
// came of them. Offsets are code points into the article's text.
type Explanation struct {
	Events    []event.Event     `json:"events" doc:"In the order of the text; without ids, since nothing is stored"`
	Sentences []SentenceReading `json:"sentences,omitempty" doc:"How each sentence was read; with explain=true"`
}

// SentenceReading is one sentence of an Explanation.
type SentenceReading struct {
	Start    int             `json:"start"`
	End      int             `json:"end"`
	Text     string          `json:"text"`
	Tokens   []TokenReading  `json:"tokens"`
	Entities []EntityReading `json:"entities"`
	Dates    []string        `json:"dates" doc:"Time expressions"`
	Rules    []RuleReading   `json:"rules" doc:"Rules whose trigger stands in the sentence"`
	Reason   string          `json:"reason,omitempty" doc:"Why the sentence gave no event, if it gave none"`
}

// TokenReading is one token of the parse.
type TokenReading struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Form  string `json:"form"`
	Lemma string `json:"lemma"`
	UPOS  string `json:"upos"`
	XPOS  string `json:"xpos"`
	Head  int    `json:"head" doc:"Index of the head in the sentence, -1 for the root"`
	Rel   string `json:"rel" doc:"Relation of Universal Dependencies"`
}

// EntityReading is one mention of actors or of a place.
type EntityReading struct {
	Text   string      `json:"text"`
	Actors []ActorRead `json:"actors"`
	Place  string      `json:"place,omitempty"`
	Why    string      `json:"why" doc:"What it was resolved by"`
}

// ActorRead is an actor that a mention stands for.
type ActorRead struct {
	Name   string       `json:"name"`
	Code   string       `json:"code"`
	Sector event.Sector `json:"sector"`
	Title  string       `json:"title,omitempty"`
}

// RuleReading is a rule that was tried.
type RuleReading struct {
	Rule    string     `json:"rule"`
	Type    event.Type `json:"type"`
	Trigger string     `json:"trigger"`
	Failed  string     `json:"failed,omitempty" doc:"Why it gave no event"`
}

// Explain codes an article and shows how.
func (x *Extractor) Explain(a *event.Article) Explanation {
	out := Explanation{Events: []event.Event{}, Sentences: []SentenceReading{}}
	if !a.English() {
		return out
	}
	d := x.read(a)
	d.explaining = true
	out.Events = d.events(merge(d.code()))
	for _, s := range d.sentences {
		out.Sentences = append(out.Sentences, d.explain(s))
	}
	return out
}

func (d *document) explain(s *sentence) SentenceReading {
	r := SentenceReading{Tokens: []TokenReading{}, Entities: []EntityReading{}, Dates: []string{}, Rules: []RuleReading{}}
	if len(s.Tokens) == 0 {
		return r
	}
	last := len(s.Tokens) - 1
	r.Start, r.End = int(s.Tokens[0].RuneStart), int(s.Tokens[last].RuneEnd)
	r.Text = s.text[s.Tokens[0].Start:s.Tokens[last].End]
	for i := range s.Tokens {
		t := &s.Tokens[i]
		r.Tokens = append(r.Tokens, TokenReading{
			int(t.RuneStart), int(t.RuneEnd), t.Form, t.Lemma, t.UPOS.String(), t.XPOS.String(), t.Head, t.Rel.String(),
		})
	}
	r.Entities = append(r.Entities, s.entities...)
	for _, t := range s.times {
		r.Dates = append(r.Dates, s.words(t.first, t.last))
	}
	fired := false
	for _, a := range s.attempts {
		r.Rules = append(r.Rules, RuleReading{a.rule.name, a.rule.typ, s.words(a.trigger, a.trigger), a.failed})
		fired = fired || a.failed == ""
	}
	switch {
	case fired:
	case s.Boilerplate:
		r.Reason = "it is no part of the report: a byline, a licence or the like"
	case len(s.mentions) == 0:
		r.Reason = "it names no actor"
	case len(s.attempts) == 0:
		r.Reason = "no word in it triggers a rule"
	default:
		r.Reason = "no rule that it triggers holds"
	}
	return r
}

// entities reads the mentions of a sentence, as they are understood at this
// point of the article.
func (d *document) entities(s *sentence) []EntityReading {
	var out []EntityReading
	for _, m := range s.mentions {
		e := EntityReading{Text: s.words(m.first, m.last), Actors: []ActorRead{}, Why: m.why}
		actors := m.actors
		if m.bare && len(actors) == 0 {
			actors = d.definite(s, m.last, m)
		}
		for _, a := range actors {
			e.Actors = append(e.Actors, ActorRead{a.name, a.code, a.sector, a.title})
		}
		if m.place != nil {
			e.Place = m.place.Name + ", " + m.place.Country
		}
		out = append(out, e)
	}
	return out
}
