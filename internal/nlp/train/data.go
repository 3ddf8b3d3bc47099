package train

import (
	"demarche/internal/nlp"
	"demarche/internal/nlp/conllu"
	"demarche/internal/nlp/net"
)

// NewExamples turns sentences of a treebank into ones to learn from.
func NewExamples(sentences []conllu.Sentence, lex *net.Lexicon) []*Example {
	list := make([]*Example, len(sentences))
	for i := range sentences {
		list[i] = NewExample(&sentences[i], lex)
	}
	return list
}

// NewExample turns a sentence of a treebank into one to learn from.
func NewExample(s *conllu.Sentence, lex *net.Lexicon) *Example {
	e := &Example{Weight: 1}
	touch := func(i int) bool { // the word i and the next one
		return s.Words[i].Start < s.Words[i].End && s.Words[i+1].Start <= s.Words[i].End
	}
	for i, w := range s.Words {
		upos, _ := nlp.ParseUPOS(w.UPOS)
		xpos, ok := nlp.ParseXPOS(w.XPOS)
		if !ok {
			xpos = nlp.FW
		}
		rel, _ := nlp.ParseRel(w.Rel)
		row := lex.Row(net.Normal(w.Form))
		row[net.FeatSpace] = net.Space(i > 0 && touch(i-1), i+1 < len(s.Words) && touch(i))
		e.Rows = append(e.Rows, row)
		e.Heads = append(e.Heads, int32(w.Head))
		e.Rels = append(e.Rels, uint8(rel))
		e.UPOS = append(e.UPOS, uint8(upos))
		e.XPOS = append(e.XPOS, uint8(xpos))
	}
	return e
}
