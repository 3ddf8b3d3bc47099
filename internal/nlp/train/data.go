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
	for _, w := range s.Words {
		upos, _ := nlp.ParseUPOS(w.UPOS)
		xpos, ok := nlp.ParseXPOS(w.XPOS)
		if !ok {
			xpos = nlp.FW
		}
		rel, _ := nlp.ParseRel(w.Rel)
		e.Rows = append(e.Rows, lex.Row(net.Normal(w.Form)))
		e.Heads = append(e.Heads, int32(w.Head))
		e.Rels = append(e.Rels, uint8(rel))
		e.UPOS = append(e.UPOS, uint8(upos))
		e.XPOS = append(e.XPOS, uint8(xpos))
	}
	return e
}
