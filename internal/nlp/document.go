package nlp

import "iter"

// Document is the analysis of one text.
type Document struct {
	Text      string    // exactly the text given; all offsets are into it
	Dateline  *Dateline // where, when and by whom the text says it was written; nil if it has none
	Sentences []Sentence
}

// Span is a piece of the text in byte offsets, the end exclusive.
type Span struct{ Start, End int }

// Dateline is the beginning of a news report ("KYIV, Feb 24 (AP) —"), which is no part of any sentence. Its strings are
// the text's own words, "" where it has none.
type Dateline struct {
	Span          // with the dash and the spaces after it
	Place  string // "KYIV", "TEHRAN, Iran"
	Date   string // "Feb 24"
	Agency string // "AP"
}

// Sentence is one sentence and its dependency tree.
type Sentence struct {
	Span
	Tokens      []Token
	Boilerplate bool // a licence, a byline, an invitation to subscribe: not part of the report
}

// Token is one syntactic word.
type Token struct {
	Start, End         uint32 // byte offsets into the text of the document
	RuneStart, RuneEnd uint32 // the same in code points; a byte that is no UTF-8 counts as one
	Form               string // as analysed: with plain quotes and dashes, without invisible characters
	Lemma              string // the base form, in lower case except for proper nouns
	Head               int    // index of the head in the sentence, -1 for the root
	Feats              Feats
	UPOS               UPOS
	XPOS               XPOS
	Rel                Rel
}

// Children lists the indexes of the words whose head is word i, from left to right.
func (s *Sentence) Children(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for j := range s.Tokens {
			if s.Tokens[j].Head == i && !yield(j) {
				return
			}
		}
	}
}

// Child gives the first word whose head is word i and whose relation is one of those given, -1 if there is none.
func (s *Sentence) Child(i int, rels ...Rel) int {
	for j := range s.Tokens {
		if s.Tokens[j].Head != i {
			continue
		}
		for _, rel := range rels {
			if s.Tokens[j].Rel == rel {
				return j
			}
		}
	}
	return -1
}

// Root gives the index of the root, -1 for a sentence without words.
func (s *Sentence) Root() int {
	for i := range s.Tokens {
		if s.Tokens[i].Head < 0 {
			return i
		}
	}
	return -1
}

// Subtree gives the range of words from the first to the last descendant of word i, itself included; the end is
// exclusive. No arcs of a tree cross each other, so these are exactly its descendants.
func (s *Sentence) Subtree(i int) (start, end int) {
	start, end = i, i+1
	for j := range s.Tokens {
		if (j < start || j >= end) && s.Dominates(i, j) {
			start, end = min(start, j), max(end, j+1)
		}
	}
	return start, end
}

// Dominates tells whether word j is word i or one of its descendants.
func (s *Sentence) Dominates(i, j int) bool {
	for ; j >= 0; j = s.Tokens[j].Head {
		if j == i {
			return true
		}
	}
	return false
}
