package extract

import (
	"slices"
	"strings"

	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// sentence is a parsed sentence with what the stages found in it.
type sentence struct {
	*nlp.Sentence
	index    int
	text     string // of the whole article
	kids     [][]int
	mentions []*mention
	at       []*mention // the mention that covers each token, or nil
	times    []timex
	timeAt   []int // the index in times of the expression that covers each token, or -1
	quoted   []bool
	attempts []attempt       // kept only for explanations
	entities []EntityReading // the same
}

func newSentence(doc *nlp.Document, index int) *sentence {
	s := &sentence{Sentence: &doc.Sentences[index], index: index, text: doc.Text}
	n := len(s.Tokens)
	s.kids, s.at, s.timeAt, s.quoted = make([][]int, n), make([]*mention, n), make([]int, n), make([]bool, n)
	open := false
	for i := range s.Tokens {
		if h := s.Tokens[i].Head; h >= 0 {
			s.kids[h] = append(s.kids[h], i)
		}
		s.timeAt[i] = -1
		if f := s.Tokens[i].Form; f == `"` || f == "``" || f == "''" {
			open = !open
		}
		s.quoted[i] = open
	}
	return s
}

func (s *sentence) addTimes(anchor *event.Day) {
	s.times = timexes(s.Tokens, anchor)
	for k, x := range s.times {
		for i := x.first; i <= x.last; i++ {
			s.timeAt[i] = k
		}
	}
}

// isTime tells a token that says when: part of a date, or the name of a day even
// where no date can be told from it.
func (s *sentence) isTime(i int) bool {
	if s.timeAt[i] >= 0 {
		return true
	}
	_, day := weekdayOf(s.lower(i))
	return day
}

// child gives the first child of i with one of the relations, or -1.
func (s *sentence) child(i int, rels ...nlp.Rel) int {
	for _, k := range s.kids[i] {
		for _, r := range rels {
			if s.Tokens[k].Rel == r {
				return k
			}
		}
	}
	return -1
}

// children gives the children of i with one of the relations.
func (s *sentence) children(i int, rels ...nlp.Rel) []int {
	var out []int
	for _, k := range s.kids[i] {
		for _, r := range rels {
			if s.Tokens[k].Rel == r {
				out = append(out, k)
			}
		}
	}
	return out
}

// conjuncts gives i and everything coordinated with it below it. The first name
// of a list behind an opening phrase ("After the move, Russia, Turkey and Iran")
// counts, though a parser takes it for an apposition to the phrase.
func (s *sentence) conjuncts(i int) []int {
	out := []int{i}
	if m := s.at[i]; m != nil && m.first > 1 && s.child(i, nlp.Conj) >= 0 && s.lower(m.first-1) == "," {
		if o := s.at[m.first-2]; o != nil && len(o.actors) > 0 {
			if h := s.headOf(o); s.Tokens[h].Rel == nlp.Appos && s.at[s.Tokens[h].Head] == nil {
				out = append(out, h)
			}
		}
	}
	// What is coordinated with a long name may hang on any of its words.
	first, last := i, i
	if m := s.at[i]; m != nil {
		first, last = m.first, m.last
	}
	for j := first; j <= last; j++ {
		for _, k := range s.kids[j] {
			if s.Tokens[k].Rel == nlp.Conj && (k < first || k > last) && (j == i || s.at[k] != nil) {
				out = append(out, s.conjuncts(k)...)
			}
		}
	}
	for _, k := range s.enumerated(i) {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// enumerated gives the states that a list goes on with behind the state at token i,
// read off the commas: parsers lose their way in long lists. It is empty if no "and"
// closes the list.
func (s *sentence) enumerated(i int) []int {
	isState := func(m *mention) bool {
		return m != nil && m.entry != nil && m.entry.Kind == gazetteer.KindState && !m.demonym
	}
	m := s.at[i]
	if !isState(m) {
		return nil
	}
	var out []int
	for closed := false; !closed; {
		j := m.last + 1
		if s.lower(j) == "," {
			j++
		}
		if w := s.lower(j); w == "and" || w == "plus" || w == "&" {
			closed = true
			j++
		}
		if s.lower(j) == "the" {
			j++
		}
		if j == m.last+1 || j >= len(s.Tokens) || !isState(s.at[j]) {
			if closed && len(out) > 1 { // "Canada, France, Italy, and the High Representative"
				return out
			}
			return nil
		}
		m = s.at[j]
		out = append(out, s.headOf(m))
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// preposition gives the lower-case preposition of a nominal, "" if none; of
// several words ("in front of") the first.
func (s *sentence) preposition(i int) string {
	if k := s.child(i, nlp.Case); k >= 0 {
		return strings.ToLower(s.Tokens[k].Form)
	}
	// Inside a long name the parser may hang it on any of the words.
	if m := s.at[i]; m != nil {
		for j := m.first; j <= m.last; j++ {
			if k := s.child(j, nlp.Case); k >= 0 && k < m.first {
				return strings.ToLower(s.Tokens[k].Form)
			}
		}
		if m.first > 0 && s.Tokens[m.first-1].UPOS == nlp.ADP {
			return s.lower(m.first - 1)
		}
	}
	// A coordinated nominal has the preposition of the first one.
	if s.Tokens[i].Rel == nlp.Conj {
		return s.preposition(s.Tokens[i].Head)
	}
	return ""
}

// under tells whether token i is root or below it.
func (s *sentence) under(i, root int) bool {
	for ; i >= 0; i = s.Tokens[i].Head {
		if i == root {
			return true
		}
	}
	return false
}

// lemma gives the lower-case lemma of a token.
func (s *sentence) lemma(i int) string {
	return strings.ToLower(s.Tokens[i].Lemma)
}

// lower gives the lower-case form of a token, "" if there is no such token.
func (s *sentence) lower(i int) string {
	if i < 0 || i >= len(s.Tokens) {
		return ""
	}
	return strings.ToLower(s.Tokens[i].Form)
}

// words gives the text from the first to the last token, both included.
func (s *sentence) words(first, last int) string {
	return strings.Join(strings.Fields(s.text[s.Tokens[first].Start:s.Tokens[last].End]), " ")
}

// isVerb tells a verb that can head a clause.
func (s *sentence) isVerb(i int) bool { return s.Tokens[i].UPOS == nlp.VERB }

// isNominal tells a noun, a name or a pronoun.
func (s *sentence) isNominal(i int) bool {
	switch s.Tokens[i].UPOS {
	case nlp.NOUN, nlp.PROPN, nlp.PRON:
		return true
	}
	return false
}

// clause gives the verb or predicate of the clause that token i stands in: i
// itself if it is one.
func (s *sentence) clause(i int) int {
	for ; s.Tokens[i].Head >= 0; i = s.Tokens[i].Head {
		if s.isVerb(i) {
			return i
		}
		switch s.Tokens[i].Rel {
		case nlp.Ccomp, nlp.Xcomp, nlp.Advcl, nlp.Acl, nlp.AclRelcl, nlp.Parataxis, nlp.AdvclRelcl:
			return i
		}
	}
	return i
}
