// Package extract codes the diplomatic events of an article: mentions of actors
// and places, coreference, dates, frames over the parse, rules, status, and one
// event for all that speaks of it, each with its evidence.
package extract

import (
	"strings"
	"time"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// Extractor codes articles. It is safe for concurrent use.
type Extractor struct {
	analyzer  *nlp.Analyzer
	gazetteer *gazetteer.Gazetteer
	lexicon   *lexicon
	rules     *ruleSet
	version   string
	today     string // office holders of undated articles are those of this day
}

// New makes an extractor.
func New(analyzer *nlp.Analyzer, g *gazetteer.Gazetteer) (*Extractor, error) {
	rules, err := compile(ruleTable)
	if err != nil {
		return nil, err
	}
	version, err := versionOf(g)
	if err != nil {
		return nil, err
	}
	return &Extractor{analyzer, g, newLexicon(), rules, version, event.DayOfTime(time.Now()).String()}, nil
}

// Events gives the events of an article in the order of its text, without ids;
// an empty list if there are none or if the language is not coded.
func (x *Extractor) Events(a *event.Article) []event.Event {
	if !a.English() {
		return []event.Event{}
	}
	d := x.read(a)
	return d.events(merge(d.code()))
}

// code reads the candidates of all sentences in order.
func (d *document) code() []*candidate {
	var found []*candidate
	for _, s := range d.sentences {
		if s.Boilerplate {
			continue
		}
		d.findMentions(s)
		for _, c := range d.candidates(s) {
			found = append(found, c)
			d.rememberParties(c)
		}
		if d.explaining {
			s.entities = d.entities(s)
		}
		d.remember(s)
		d.rememberDays(s)
		d.rememberPlace(s)
	}
	d.refineVisits()
	return found
}

// read parses an article.
func (x *Extractor) read(a *event.Article) *document {
	d := &document{x: x, article: a, nlp: x.analyzer.Analyze(a.Text)}
	d.story = story{days: map[string]telling{}, places: map[string]staging{}, bygone: map[string]int{}}
	if day, ok := a.PublishedDay(); ok {
		d.anchor, d.day = &day, day.String()
		d.story.last = day
	}
	d.narrator = d.narratorOf(a.Source)
	for i := range d.nlp.Sentences {
		s := newSentence(d.nlp, i)
		s.addTimes(d.anchor)
		d.sentences = append(d.sentences, s)
	}
	d.sporting = d.isSport()
	return d
}

// narratorOf gives who says "we" in a text of a government's own: the state of
// the source, if the source is one or an institution of one ("US Department of
// State").
func (d *document) narratorOf(source string) *actor {
	for _, m := range d.x.gazetteer.Find(strings.Fields(source)) {
		for _, e := range m.Entries {
			switch e.Kind {
			case gazetteer.KindInstitution, gazetteer.KindCapital, gazetteer.KindOrganization, gazetteer.KindState:
				if e.Sector != string(event.Media) && e.Sector != string(event.NGO) {
					return &actor{key: e.Code + "/" + e.Sector, name: e.Name, code: e.Code, sector: event.Sector(e.Sector)}
				}
			}
		}
	}
	return nil
}

// country gives the country of a code, which must be of three letters: "AU" is
// the African Union, not Australia.
func (x *Extractor) country(code string) (gazetteer.Country, bool) {
	c, ok := x.gazetteer.Country(code)
	return c, ok && c.Alpha3 == code
}
