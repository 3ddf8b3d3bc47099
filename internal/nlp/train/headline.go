package train

import (
	"strings"
	"unicode/utf8"

	"demarche/internal/nlp/conllu"
)

// headlineEvery is how many sentences of a treebank there are to one that is also learnt from as a headline.
const headlineEvery = 12

// Headlines gives some sentences written like headlines, in capitals at the beginning of words and without a full stop,
// because treebanks have hardly any while every article has one.
func Headlines(sentences []conllu.Sentence) []conllu.Sentence {
	var list []conllu.Sentence
	for i, s := range sentences {
		n := len(s.Words)
		if i%headlineEvery != 0 || n < 5 || n > 20 || s.Words[n-1].Form != "." {
			continue
		}
		h := conllu.Sentence{Words: append([]conllu.Word(nil), s.Words[:n-1]...)}
		fit := true
		for j := range h.Words {
			w := &h.Words[j]
			fit = fit && w.Head != n-1
			if !isSmall(w) {
				r, size := utf8.DecodeRuneInString(w.Form)
				w.Form = strings.ToUpper(string(r)) + w.Form[size:]
			}
		}
		if fit {
			list = append(list, h)
		}
	}
	return list
}

// isSmall tells words that headlines leave in small letters.
func isSmall(w *conllu.Word) bool {
	switch w.UPOS {
	case "ADP", "DET", "CCONJ", "PART", "PUNCT", "SCONJ":
		return true
	}
	return false
}
