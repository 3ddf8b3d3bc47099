package nlp

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
