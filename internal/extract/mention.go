package extract

import (
	"cmp"
	"slices"
	"strings"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// actor is somebody or something that can take part in an event, under the
// state or organisation that it acts for.
type actor struct {
	key    string // identity within the article
	name   string // as the text has it
	title  string
	code   string
	sector event.Sector
	person bool
	plural bool
	// guessed tells that the state is that which the context suggests, and
	// inOffice that whoever is so called has a part in politics all the same.
	guessed, inOffice bool
}

// mention is a stretch of a sentence that names actors or a place.
type mention struct {
	first, last int // tokens, both included
	actors      []*actor
	place       *gazetteer.Place
	entry       *gazetteer.Entry
	title       string // lemma of the title or role noun, "" if none
	bare        bool   // a role noun without a name: "the minister"
	against     bool   // "anti-Japanese"
	demonym     bool   // an adjective or noun of nationality
	why         string // how it was resolved, for explanations
}

// article is the state of one extraction.
type document struct {
	x         *Extractor
	article   *event.Article
	nlp       *nlp.Document
	sentences []*sentence
	anchor    *event.Day // the day that relative dates count from
	day       string     // the same for the gazetteer, "" if unknown
	persons   []*actor   // in order of first mention
	narrator  *actor     // who says "we" outside of quotes
	sporting  bool       // it tells of games
	memory    memory
	told      []*candidate
	story     story
	venue     *candidate // the last encounter with a place
	visit     *candidate // the last visit with a place
	scene     *candidate // the last conflict with a place
	// explaining keeps what was tried, for Explain.
	explaining bool
}

// findMentions finds names, titled persons and role phrases of a sentence.
func (d *document) findMentions(s *sentence) {
	forms := make([]string, len(s.Tokens))
	for i := range s.Tokens {
		forms[i] = s.Tokens[i].Form
	}
	for _, m := range d.x.gazetteer.Find(forms) {
		d.addName(s, m)
	}
	d.nest(s)
	for i := range s.Tokens {
		if s.at[i] == nil {
			d.addOpposed(s, i)
		}
	}
	for i := range s.Tokens {
		if s.at[i] == nil || s.at[i].demonym {
			d.addTitled(s, i)
		}
	}
	d.addUnknownPersons(s)
	for i := range s.Tokens {
		if s.at[i] == nil {
			d.addRole(s, i)
		}
	}
}

// addOpposed takes "anti-Japanese" for those whom the thing behind it is against.
func (d *document) addOpposed(s *sentence, i int) {
	form := s.Tokens[i].Form
	if len(form) < 6 || !strings.EqualFold(form[:5], "anti-") {
		return
	}
	for _, match := range d.x.gazetteer.Find([]string{form[5:]}) {
		for _, e := range match.Entries {
			switch e.Kind {
			case gazetteer.KindState, gazetteer.KindDemonym, gazetteer.KindOrganization, gazetteer.KindGroup:
				s.cover(&mention{first: i, last: i, entry: e, against: true, why: e.ID,
					actors: []*actor{{key: e.Code + "/" + e.Sector, name: form[5:], code: e.Code, sector: cmp.Or(event.Sector(e.Sector), event.Government)}}})
				return
			}
		}
	}
}

func (s *sentence) cover(m *mention) *mention {
	s.mentions = append(s.mentions, m)
	for i := m.first; i <= m.last; i++ {
		s.at[i] = m
	}
	return m
}

// addName takes a match of the gazetteer.
func (d *document) addName(s *sentence, match gazetteer.Match) {
	first, last := match.Start, match.End-1
	e := d.reading(s, match)
	if e == nil || s.isTime(first) {
		return
	}
	if first == last {
		switch s.Tokens[first].UPOS {
		case nlp.PROPN, nlp.NOUN, nlp.ADJ, nlp.X:
		default:
			return // "We", "As"
		}
	}
	m := &mention{first: first, last: last, entry: e, place: e.Place, why: e.ID}
	name := s.words(first, last)
	switch e.Kind {
	case gazetteer.KindState, gazetteer.KindCapital, gazetteer.KindOrganization, gazetteer.KindInstitution, gazetteer.KindGroup:
		if d.isOwnCouncil(name) {
			m.actors = []*actor{{key: d.narrator.code + "/" + name, name: name, code: d.narrator.code, sector: event.Government}}
			break
		}
		m.actors = []*actor{{key: e.Code + "/" + e.Sector, name: name, code: e.Code, sector: event.Sector(e.Sector)}}
		if e.Kind != gazetteer.KindState && e.Kind != gazetteer.KindCapital {
			m.actors[0].key = e.ID
		}
	case gazetteer.KindDemonym:
		m.demonym = true
		a := &actor{key: e.Code + "/GOV", name: name, code: e.Code, sector: event.Government, plural: s.Tokens[last].Feats.Has(nlp.Plural)}
		if a.plural { // "Algerians"
			a.key, a.sector = e.Code+"/CVL", event.Civilians
		}
		m.actors = []*actor{a}
	case gazetteer.KindPerson:
		m.actors = []*actor{d.person(e, name)}
	case gazetteer.KindPlace:
	default:
		return
	}
	s.cover(m)
}

// isOwnCouncil tells that in a government's own text the Security Council is its own:
// the text does not speak of the United Nations.
func (d *document) isOwnCouncil(name string) bool {
	if name != "Security Council" || d.narrator == nil || d.narrator.code == "UN" {
		return false
	}
	for _, un := range []string{"United Nations", "UN ", "U.N."} {
		if strings.Contains(d.article.Text, un) {
			return false
		}
	}
	return true
}

// reading chooses among the readings of a name.
func (d *document) reading(s *sentence, match gazetteer.Match) *gazetteer.Entry {
	entries := match.Entries
	if len(entries) == 0 {
		return nil
	}
	// "Jordanian King Abdullah" is not the Saudi one.
	if match.Start > 0 && d.isTitle(s, match.Start) {
		if m := s.at[match.Start-1]; m != nil && m.demonym && !slices.ContainsFunc(entries, func(e *gazetteer.Entry) bool {
			return e.Kind != gazetteer.KindPerson || e.Code == m.actors[0].code
		}) {
			return nil
		}
	}
	// Behind a title or inside a longer name a word is a person's.
	titled := match.Start > 0 && d.isTitle(s, match.Start-1)
	inName := match.Start > 0 && s.Tokens[match.Start-1].UPOS == nlp.PROPN && s.at[match.Start-1] == nil && !d.isTitle(s, match.Start-1)
	for _, e := range entries {
		if (titled || inName) && e.Kind == gazetteer.KindPerson {
			return e
		}
	}
	if (titled && s.lower(match.Start-1) != "minister" || inName) && match.End-match.Start == 1 && s.Tokens[match.Start].UPOS == nlp.PROPN {
		switch entries[0].Kind {
		case gazetteer.KindPlace:
			return nil // "Mr. Clinton", "Governor Houston"
		}
	}
	// An adjective is a nationality.
	if s.Tokens[match.End-1].UPOS == nlp.ADJ {
		for _, e := range entries {
			if e.Kind == gazetteer.KindDemonym {
				return e
			}
		}
	}
	return d.nearerPlace(s, entries)
}

func (d *document) isTitle(s *sentence, i int) bool {
	r, ok := d.x.lexicon.role(s.lemma(i))
	if !ok {
		r, ok = d.x.lexicon.role(s.lower(i))
	}
	if !ok {
		return false
	}
	named := i+1 < len(s.Tokens) && s.Tokens[i+1].UPOS == nlp.PROPN
	return r.title || r.person && (s.Tokens[i].UPOS == nlp.PROPN || named && s.Tokens[i].UPOS == nlp.NOUN)
}

// person gives the actor of a known person, under the office of the day.
func (d *document) person(e *gazetteer.Entry, name string) *actor {
	for _, p := range d.persons {
		if p.key == e.ID {
			return p
		}
	}
	day := d.day
	if day == "" {
		day = d.x.today
	}
	office, _ := d.x.gazetteer.OfficeOn(e, day)
	a := &actor{key: e.ID, name: name, title: office.Title, code: office.Code, sector: event.Sector(office.Sector), person: true}
	if a.code == "" {
		a.code, a.sector = e.Code, event.Sector(e.Sector)
	}
	d.persons = append(d.persons, a)
	return a
}

// isName tells a token that can be part of a person's name.
func isName(t *nlp.Token) bool {
	if t.UPOS == nlp.PROPN {
		return true
	}
	switch t.Form {
	case "al", "el", "bin", "bint", "ibn", "de", "da", "dos", "van", "von", "der", "den", "ul", "-":
		return true
	}
	return false
}

// nameRun gives the end of the name that starts at token i, or i if none does.
func (d *document) nameRun(s *sentence, i int) int {
	end := i
	for j := i; j < len(s.Tokens) && isName(&s.Tokens[j]); j++ {
		if m := s.at[j]; m != nil && (m.entry == nil || m.entry.Kind != gazetteer.KindPerson && m.entry.Kind != gazetteer.KindPlace) && j == i {
			return i
		}
		if s.isTime(j) || d.isTitle(s, j) && j > i {
			break
		}
		if s.Tokens[j].UPOS == nlp.PROPN {
			end = j + 1
		}
	}
	return end
}

// addTitled reads "Syrian Parliament speaker Hadiya Khalaf Abbas", "President of
// the Republic of Turkey Recep Tayyip Erdogan" with the title at token i.
func (d *document) addTitled(s *sentence, i int) {
	if !d.isTitle(s, i) || s.at[i] != nil {
		return
	}
	start := d.titleEnd(s, i)
	if m := d.officeOf(s, i); m != nil && m.last+1 < len(s.Tokens) {
		start = m.last + 1
	}
	end := d.nameRun(s, start)
	if end == start || start == i+1 && d.isTitle(s, start) && (end > start+1 || d.titleEnd(s, start) > end) { // "Deputy Secretary": the inner title tells
		return
	}
	first := d.phraseStart(s, i)
	r, _ := d.x.lexicon.role(s.lemma(i))
	m := &mention{first: first, last: end - 1, title: s.lemma(i), why: "title and name"}
	var of *mention // "King Salman of Saudi Arabia"
	if start == d.titleEnd(s, i) {
		of = d.officeOf(s, end-1)
	}
	name := s.words(start, end-1)
	known := s.at[end-1]
	if known == nil || known.entry == nil || known.entry.Kind != gazetteer.KindPerson {
		known = s.at[start]
	}
	if known != nil && known.entry != nil && known.entry.Kind == gazetteer.KindPerson && len(known.actors) == 1 {
		m.actors, m.entry, m.why = known.actors, known.entry, known.why
		if m.actors[0].code == "" {
			d.placeUnder(s, m.actors[0], i, r)
		}
		m.actors[0].title = s.words(first, i)
	} else {
		a := d.named(name)
		if a == nil {
			a = d.inOffice(name, s.lemma(i))
		}
		if a != nil && end == start+1 && a.code != "" && d.foreign(s, i, a.code) {
			a = nil
		}
		if a == nil {
			a = &actor{key: "name:" + gazetteer.Normalize(name), name: name, person: true}
			d.persons = append(d.persons, a)
		}
		if a.code == "" {
			a.title = s.words(first, i)
			if of != nil {
				a.code = of.actors[0].code
			}
			d.placeUnder(s, a, i, r)
		}
		m.actors = []*actor{a}
	}
	s.mentions = slices.DeleteFunc(s.mentions, func(o *mention) bool { return o.first >= m.first && o.last <= m.last })
	s.cover(m)
}

// foreign tells that the title at token i belongs to another state than a code's.
func (d *document) foreign(s *sentence, i int, code string) bool {
	codes, _ := d.belonging(s, i)
	return len(codes) > 0 && codes[0].code != code
}

// titleEnd gives the token behind a title with its department: "Secretary of
// State", "Minister of Foreign Affairs", "Minister for Defence".
func (d *document) titleEnd(s *sentence, i int) int {
	if p := s.lower(i + 1); p != "of" && p != "for" {
		return i + 1
	}
	end := i + 1
	for j := i + 2; j < len(s.Tokens); j++ {
		switch w := s.lower(j); {
		case departments[w]:
			end = j + 1
		case w != "the" && w != "and" && w != "for" && w != "of" && (s.Tokens[j].UPOS != nlp.PROPN || s.at[j] != nil):
			return end
		}
	}
	return end
}

// departments are the words that name what a minister or secretary is of.
var departments = map[string]bool{
	"state": true, "foreign": true, "affairs": true, "defense": true, "defence": true, "interior": true, "finance": true, "justice": true,
	"trade": true, "energy": true, "health": true, "security": true, "economy": true, "development": true, "culture": true, "homeland": true,
	"treasury": true, "labor": true, "labour": true, "education": true, "information": true, "commerce": true, "agriculture": true,
	"transport": true, "environment": true, "war": true, "staff": true, "external": true, "international": true, "cooperation": true,
}

// placeUnder gives a person the state and sector that a title phrase with its
// head at token i says.
func (d *document) placeUnder(s *sentence, a *actor, i int, r role) {
	codes, sector := d.belonging(s, i)
	if a.sector == "" || a.sector == event.UnknownSector {
		a.sector = r.sector
	}
	if len(codes) > 0 {
		a.code = codes[0].code
		if sector != "" {
			a.sector = sector
		}
	}
	if a.code == "" {
		a.code = soleOffices[strings.ToLower(s.words(d.titleStart(s, i), d.titleEnd(s, i)-1))]
	}
	if a.code == "" {
		a.code, a.guessed, a.inOffice = d.homeOf(s, i, r.sector), true, offices[s.lemma(i)]
	}
}

// titleStart gives the token with which the name of the office at token i begins:
// "Foreign Secretary", but not "Deputy Secretary of State".
func (d *document) titleStart(s *sentence, i int) int {
	if i > 0 && departments[s.lower(i-1)] {
		return i - 1
	}
	return i
}

// soleOffices are the offices that one state alone is understood to have where
// nothing else is said.
var soleOffices = map[string]string{
	"secretary of state": "USA", "secretary of defense": "USA", "secretary of homeland security": "USA",
	"foreign secretary": "GBR", "home secretary": "GBR",
}

// named finds a person of the article by full name or surname.
func (d *document) named(name string) *actor {
	key := gazetteer.Normalize(name)
	for _, p := range slices.Backward(d.persons) {
		known := gazetteer.Normalize(p.name)
		if known == key || strings.HasSuffix(known, " "+key) || strings.HasSuffix(key, " "+known) {
			return p
		}
	}
	return nil
}

// inOffice finds the person with a surname who held an office on the article's
// day, if there is just one, or just one with the title. Without a day it takes
// the latest holder of the title.
func (d *document) inOffice(surname, title string) *actor {
	if strings.Contains(surname, " ") {
		return nil
	}
	var holders, titled []*gazetteer.Entry
	for _, e := range d.x.gazetteer.Surname(surname) {
		if d.day == "" {
			if slices.ContainsFunc(e.Offices, func(o gazetteer.Office) bool { return hasWord(o.Title, title) }) {
				titled = append(titled, e)
			}
		} else if office, ok := d.x.gazetteer.OfficeOn(e, d.day); ok {
			holders = append(holders, e)
			if hasWord(office.Title, title) {
				titled = append(titled, e)
			}
		}
	}
	switch {
	case len(titled) == 1 || len(titled) > 1 && d.day == "":
		return d.person(titled[0], surname)
	case len(holders) == 1:
		return d.person(holders[0], surname)
	}
	return nil
}

// hasWord tells whether a word of a title is this one.
func hasWord(title, word string) bool {
	return word != "" && slices.Contains(strings.Fields(strings.ToLower(title)), word)
}

// addUnknownPersons takes the names that no list knows: "X, the Syrian foreign
// minister," and surnames of persons named before.
func (d *document) addUnknownPersons(s *sentence) {
	for i := 0; i < len(s.Tokens); i++ {
		if s.at[i] != nil || s.Tokens[i].UPOS != nlp.PROPN || s.isTime(i) {
			continue
		}
		end := d.nameRun(s, i)
		if end == i {
			continue
		}
		name := s.words(i, end-1)
		a := d.named(name)
		title := ""
		if a == nil && (s.Tokens[i].Rel == nlp.Nsubj || s.Tokens[i].Rel == nlp.NmodPoss) {
			a = d.inOffice(name, "")
		}
		if a == nil {
			t := d.appositive(s, i, end)
			if t < 0 {
				i = end - 1
				continue
			}
			title = s.lemma(t)
			a = &actor{key: "name:" + gazetteer.Normalize(name), name: name, person: true, title: s.words(d.phraseStart(s, t), t)}
			r, _ := d.x.lexicon.role(s.lemma(t))
			d.placeUnder(s, a, t, r)
			d.persons = append(d.persons, a)
		}
		if m := s.at[end-1]; m == nil || m.last < end {
			s.mentions = slices.DeleteFunc(s.mentions, func(o *mention) bool { return o.first >= i && o.last < end })
			s.cover(&mention{first: i, last: end - 1, actors: []*actor{a}, title: title, why: "name in this article"})
		}
		i = end - 1
	}
}

// appositive finds the title in "NAME, a senior foreign policy advisor to ...,"
// and gives its token, or -1.
func (d *document) appositive(s *sentence, first, end int) int {
	if s.lower(end) != "," {
		return -1
	}
	found := -1
	for j := end + 1; j < len(s.Tokens) && j < end+9; j++ {
		if s.Tokens[j].UPOS == nlp.VERB || s.Tokens[j].UPOS == nlp.PUNCT || s.lower(j) == "who" || s.lower(j) == "and" {
			break
		}
		if r, ok := d.x.lexicon.role(s.lemma(j)); ok && r.person {
			found = j
			if p := s.lower(j + 1); p == "of" || p == "to" || p == "for" || p == "," {
				break
			}
		}
	}
	return found
}

// officeOf gives the state or body in "President of the Republic of Turkey"
// that a title at token i is of, or nil.
func (d *document) officeOf(s *sentence, i int) *mention {
	if p := s.lower(i + 1); p != "of" && p != "for" {
		return nil
	}
	for j := i + 2; j < len(s.Tokens) && j < i+7; j++ {
		if m := s.at[j]; m != nil && len(m.actors) > 0 && !m.demonym && m.title == "" && !m.actors[0].person {
			return m
		}
		if s.Tokens[j].UPOS != nlp.DET && s.Tokens[j].UPOS != nlp.PROPN && s.lower(j) != "of" {
			return nil
		}
	}
	return nil
}

// phraseStart gives the first token of the noun phrase with its head at token
// i: articles and what stands before them are left out.
func (d *document) phraseStart(s *sentence, i int) int {
	first := i
	for j := i - 1; j >= 0; j-- {
		t := &s.Tokens[j]
		if m := s.at[j]; m != nil && !m.bare && m.title == "" && len(m.actors) > 0 && !m.actors[0].person {
			first, j = m.first, m.first // a nationality or a body, whatever its tag
			continue
		}
		switch t.UPOS {
		case nlp.ADJ, nlp.NOUN, nlp.PROPN, nlp.NUM:
			if s.isTime(j) {
				return first
			}
			first = j
		case nlp.PART: // possessive 's
			if t.XPOS != nlp.POS || j == 0 {
				return first
			}
		case nlp.PUNCT:
			if t.Form != "-" && t.Form != "–" {
				return first
			}
		case nlp.CCONJ: // "Russian and Ukrainian officials"
			if j == 0 || !s.at[j-1].isOwner() || !s.at[j+1].isOwner() {
				return first
			}
		default:
			return first
		}
	}
	return first
}

// roleName gives the name of the role noun at token i, whose phrase starts at
// first, for one of the states that it belongs to: of "Iranian and Saudi officials"
// the Saudi ones.
func (d *document) roleName(s *sentence, first, i int, owner *actor, owners int) string {
	switch {
	case owners < 2:
		return s.words(first, d.phraseEnd(s, i))
	case s.at[first] != nil && first < i && strings.Contains(s.words(first, i), owner.name):
		return owner.name + " " + s.words(i, i)
	}
	return s.words(first, i) + " of " + owner.name
}

// phraseEnd gives the last token of the name of a role noun at token i with what
// it is of: "leaders of the opposition coalition", "President of Ukraine".
func (d *document) phraseEnd(s *sentence, i int) int {
	end := i
	switch s.lower(i + 1) {
	case "of", "from", "in":
	default:
		return end
	}
	for _, k := range s.children(i, nlp.Nmod) {
		if c := s.child(k, nlp.Case); c != i+1 {
			continue
		}
		for j := i + 2; j < len(s.Tokens) && j <= i+maxNamed && s.under(j, k) && s.Tokens[j].UPOS != nlp.PUNCT && s.lower(j) != "who" && s.lower(j) != "that"; j++ {
			if s.isNominal(j) {
				end = j
			}
		}
	}
	return end
}

// maxNamed is the greatest number of words behind a role noun that its name takes in.
const maxNamed = 8

// isOwner tells a nationality or a name that can stand before what belongs to it:
// "U.S. and Iranian ambassadors".
func (m *mention) isOwner() bool {
	return m != nil && !m.against && (m.demonym || m.entry != nil && (m.entry.Kind == gazetteer.KindState || m.entry.Kind == gazetteer.KindOrganization))
}

// belonging gives the states and bodies that the phrase with its head at token
// i names as its own, and the sector that its words say: "Syrian Parliament
// speaker", "advisor to the Iranian parliament speaker", "Iran's president".
func (d *document) belonging(s *sentence, i int) (codes []*actor, sector event.Sector) {
	first := d.phraseStart(s, i)
	take := func(m *mention) {
		for _, a := range m.actors {
			if a.code != "" && !slices.ContainsFunc(codes, func(c *actor) bool { return c.code == a.code }) {
				codes = append(codes, a)
			}
		}
	}
	for j := first; j < i; j++ {
		if m := s.at[j]; m != nil && m.first >= first {
			if m.against {
				continue
			}
			if m.place != nil && len(m.actors) == 0 && m.place.Country != "" {
				if r, ok := d.x.lexicon.role(s.lemma(i)); ok && !r.person && m.last == i-1 { // "an Istanbul court"
					codes = append(codes, &actor{code: m.place.Country, name: m.place.Name})
				}
				continue
			}
			take(m)
			if m.entry != nil && m.entry.Kind != gazetteer.KindState && m.entry.Kind != gazetteer.KindCapital && m.entry.Kind != gazetteer.KindDemonym && m.entry.Kind != gazetteer.KindPerson {
				sector = event.Sector(m.entry.Sector)
			}
		} else if r, ok := d.x.lexicon.role(s.lemma(j)); ok && !r.person && r.sector != event.UnknownSector {
			sector = r.sector
		}
	}
	if len(codes) == 1 && sector == event.Organisation { // "the G7 foreign ministers of Canada, France and Italy"
		for _, k := range s.children(i, nlp.Nmod) {
			if states := s.conjuncts(k); len(states) > 1 && s.preposition(k) == "of" {
				codes, sector = nil, ""
				for _, h := range states {
					if m := s.at[h]; m != nil {
						take(m)
					}
				}
			}
		}
	}
	if len(codes) == 0 {
		for _, k := range s.children(i, nlp.Nmod, nlp.NmodPoss) {
			switch s.preposition(k) {
			case "in", "throughout", "across":
				if m := s.at[k]; m != nil && m.isPlace() && m.place.Country != "" { // "opposition groups in Zimbabwe"
					codes = append(codes, &actor{code: m.place.Country, name: m.place.Name})
				}
			case "to", "for":
				if r, ok := d.x.lexicon.role(s.lemma(i)); ok && !r.person {
					continue // troops to a state are not its own
				}
				fallthrough
			case "of", "from", "", "'s", "’s", "'":
				for _, c := range s.conjuncts(k) {
					if s.Tokens[c].UPOS == nlp.PRON && s.Tokens[k].Rel == nlp.NmodPoss && !others[s.lemma(i)] {
						take(&mention{actors: d.pronoun(s, c)}) // "their companies"
					} else if m := s.at[c]; m != nil && len(m.actors) == 0 && m.place != nil && s.preposition(k) == "from" {
						codes = append(codes, &actor{code: m.place.Country}) // "ten people from Nablus"
					} else if m != nil {
						take(m)
					} else if r, ok := d.x.lexicon.role(s.lemma(c)); ok && c != i {
						inner, innerSector := d.belonging(s, c)
						codes = append(codes, inner...)
						if sector = innerSector; sector == "" && r.sector != event.UnknownSector {
							sector = r.sector
						}
					}
				}
			}
		}
	}
	if len(codes) == 0 {
		if m := d.officeOf(s, i); m != nil {
			take(m)
			if e := m.entry; e != nil && (e.Kind == gazetteer.KindInstitution || e.Kind == gazetteer.KindGroup || e.Kind == gazetteer.KindOrganization) {
				sector = event.Sector(e.Sector)
			}
		}
	}
	if len(codes) == 0 { // "rebels loyal to Riek Machar"
		for _, k := range s.children(i, nlp.Acl, nlp.Amod) {
			switch s.lemma(k) {
			case "loyal", "link", "align", "affiliate", "ally", "allegiant", "faithful", "belong":
				for _, o := range s.children(k, nlp.Obl) {
					if m := s.at[o]; m != nil {
						take(m)
					} else if r, ok := d.x.lexicon.role(s.lemma(o)); ok && r.sector != "" {
						inner, _ := d.belonging(s, o)
						codes = append(codes, inner...)
					}
				}
			}
		}
	}
	// "Israeli helicopters and tanks": the nationality is that of both.
	if t := &s.Tokens[i]; len(codes) == 0 && t.Rel == nlp.Conj && t.UPOS == nlp.NOUN && s.child(i, nlp.Det, nlp.Nmod, nlp.NmodPoss) < 0 {
		for _, k := range s.children(t.Head, nlp.Amod, nlp.Compound) {
			if m := s.at[k]; m != nil && (m.demonym || m.entry != nil && m.entry.Kind == gazetteer.KindState) {
				take(m)
			}
		}
	}
	return codes, sector
}

// others are on another side than those whose they are.
var others = map[string]bool{
	"counterpart": true, "neighbor": true, "neighbour": true, "ally": true, "partner": true, "opponent": true, "rival": true, "enemy": true, "host": true,
}

// addRole takes a common noun for an actor with the states that it belongs to:
// "Syrian officials", "Iran's parliament", "the rebels".
func (d *document) addRole(s *sentence, i int) {
	r, ok := d.x.lexicon.role(s.lemma(i))
	if !ok && !s.isCharity(i-1, i) || !s.isNominal(i) || s.at[i] != nil {
		return
	}
	switch s.Tokens[i].Rel {
	case nlp.Compound, nlp.Flat, nlp.Amod:
		if h := s.Tokens[i].Head; h >= 0 && s.isNominal(h) {
			return // part of another phrase
		}
	}
	first := d.phraseStart(s, i)
	if s.isCharity(first, i) {
		name, code := s.words(first, i), "NGO"
		if codes, _ := d.belonging(s, i); len(codes) > 0 {
			code = codes[0].code
		}
		s.cover(&mention{first: i, last: i, title: s.lemma(i), why: "role noun",
			actors: []*actor{{key: code + "/NGO/" + gazetteer.Normalize(name), name: name, code: code, sector: event.NGO, plural: s.Tokens[i].Feats.Has(nlp.Plural)}}})
		return
	}
	codes, sector := d.belonging(s, i)
	if sector == "" || sector == event.Government || !r.person {
		sector = r.sector
	}
	m := &mention{first: first, last: i, title: s.lemma(i), bare: true, why: "role noun"}
	plural := s.Tokens[i].Feats.Has(nlp.Plural)
	for _, c := range codes {
		key := c.code + "/" + string(sector)
		if r.person && !plural {
			key += "/" + s.lemma(i)
		}
		m.actors = append(m.actors, &actor{
			key: key, name: d.roleName(s, first, i, c, len(codes)), code: c.code, sector: sector, person: r.person, plural: plural,
		})
	}
	if len(m.actors) == 0 && d.isCollective(s, first, i) {
		m.actors = []*actor{{key: "IGO/" + s.lemma(i), name: s.words(first, i), code: "IGO", sector: event.Organisation, plural: true}}
	}
	for j := first; j < i; j++ {
		if s.at[j] != nil && !s.at[j].demonym {
			first = j + 1 // keep the inner name as a mention of its own
			if first < i && s.Tokens[first].UPOS == nlp.PART {
				first++
			}
		}
	}
	m.first = min(max(first, m.first), i)
	if len(codes) == 0 || m.first == i {
		m.first = i
	}
	s.mentions = append(s.mentions, m)
	s.at[i] = m
}

// isCharity tells a body that no government runs and no list knows: "human rights
// groups", "an aid agency". The noun is at token i, its phrase starts at first.
func (s *sentence) isCharity(first, i int) bool {
	switch s.lemma(i) {
	case "group", "organization", "organisation", "agency", "charity", "watchdog", "campaigner", "advocate", "defender":
	default:
		return false
	}
	for j := max(first, 0); j < i; j++ {
		switch s.lower(j) {
		case "rights", "aid", "relief", "humanitarian", "advocacy", "environmental", "charity":
			return true
		}
	}
	return false
}

// isCollective tells those that act together without being named: "Western
// governments", "the international community", "the coalition".
func (d *document) isCollective(s *sentence, first, i int) bool {
	switch s.lemma(i) {
	case "coalition", "alliance":
		return first > 0 && s.Tokens[first-1].UPOS == nlp.DET || s.Tokens[first].UPOS == nlp.PROPN
	}
	for j := first; j < i; j++ {
		switch s.lower(j) {
		case "western", "european", "arab", "gulf", "nordic", "international", "allied", "asian", "african", "world":
			return s.Tokens[i].Feats.Has(nlp.Plural) || s.lemma(i) == "community"
		}
	}
	return false
}
