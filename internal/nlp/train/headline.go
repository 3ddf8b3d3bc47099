package train

import (
	"slices"
	"strings"
	"unicode/utf8"

	"demarche/internal/nlp/conllu"
)

// headlineEvery is how many sentences of a treebank there are to one that is also learnt from as a headline.
const headlineEvery = 6

// Headlines gives some sentences written like headlines, because treebanks have hardly any while every article has one: in
// capitals at the beginning of words, without a full stop, articles and the auxiliaries of passives and perfects, in the
// present tense, and every second one with commas for "and" between nouns.
func Headlines(sentences []conllu.Sentence) []conllu.Sentence {
	var list []conllu.Sentence
	for i, s := range sentences {
		n := len(s.Words)
		if i%headlineEvery != 0 || n < 5 || n > 20 || s.Words[n-1].Form != "." {
			continue
		}
		if h, ok := headline(s.Words, i%(2*headlineEvery) == 0); ok {
			list = append(list, conllu.Sentence{Words: h})
		}
	}
	return list
}

// headline writes a sentence that ends with a full stop like a headline, if it can be.
func headline(words []conllu.Word, commas bool) ([]conllu.Word, bool) {
	leaf := make([]bool, len(words))
	for i := range leaf {
		leaf[i] = !slices.ContainsFunc(words, func(w conllu.Word) bool { return w.Head == i })
	}
	last := len(words) - 1
	if !leaf[last] {
		return nil, false
	}
	var h []conllu.Word
	place := make([]int, len(words))
	for i, w := range words {
		place[i] = len(h)
		if i == last || leaf[i] && isDropped(&w) {
			continue
		}
		if w.XPOS == "VBD" {
			present(&w, words, i)
		}
		if head := w.Head; commas && leaf[i] && i > 0 && w.Form == "and" && w.Rel == "cc" && words[head].Rel == "conj" && isNoun(&words[head]) && words[i-1].UPOS != "PUNCT" {
			w.Form, w.Lemma, w.UPOS, w.XPOS, w.Rel, w.Start = ",", ",", "PUNCT", ",", "punct", words[i-1].End
		}
		if !isSmall(&w) {
			r, size := utf8.DecodeRuneInString(w.Form)
			w.Form = strings.ToUpper(string(r)) + w.Form[size:]
		}
		h = append(h, w)
	}
	for i := range h {
		if h[i].Head >= 0 {
			h[i].Head = place[h[i].Head]
		}
	}
	return h, true
}

// isDropped tells the words that headlines leave out.
func isDropped(w *conllu.Word) bool {
	switch strings.ToLower(w.Form) {
	case "the", "a", "an":
		return w.Rel == "det"
	case "is", "are", "was", "were":
		return w.Rel == "aux:pass"
	case "has", "have", "had":
		return w.Rel == "aux" && w.XPOS != "VB"
	}
	return false
}

// present puts a verb of the past tense into the present.
func present(w *conllu.Word, words []conllu.Word, i int) {
	many := false
	if subject := subjectOf(words, i); subject >= 0 {
		s := words[subject]
		many = strings.HasSuffix(s.XPOS, "S") || s.XPOS == "PRP" && !isSingular(s.Form) ||
			slices.ContainsFunc(words, func(c conllu.Word) bool { return c.Rel == "conj" && c.Head == subject })
	}
	w.XPOS = "VBZ"
	switch lemma := w.Lemma; {
	case lemma == "be" && many:
		w.Form, w.XPOS = "are", "VBP"
	case lemma == "be":
		w.Form = "is"
	case many:
		w.Form, w.XPOS = lemma, "VBP"
	case lemma == "have":
		w.Form = "has"
	case strings.HasSuffix(lemma, "y") && !strings.ContainsAny(lemma[max(0, len(lemma)-2):len(lemma)-1], "aeou"):
		w.Form = lemma[:len(lemma)-1] + "ies"
	case slices.ContainsFunc([]string{"s", "x", "z", "ch", "sh", "o"}, func(end string) bool { return strings.HasSuffix(lemma, end) }):
		w.Form = lemma + "es"
	default:
		w.Form = lemma + "s"
	}
}

// subjectOf gives the subject of a verb, or of the verb that it is coordinated with, or what its relative pronoun stands for; -1
// if there is none.
func subjectOf(words []conllu.Word, verb int) int {
	subject := slices.IndexFunc(words, func(w conllu.Word) bool { return w.Head == verb && strings.HasPrefix(w.Rel, "nsubj") })
	switch {
	case subject < 0 && words[verb].Rel == "conj":
		return subjectOf(words, words[verb].Head)
	case subject >= 0 && strings.HasPrefix(words[subject].XPOS, "W") && words[verb].Rel == "acl:relcl":
		return words[verb].Head
	}
	return subject
}

func isSingular(pronoun string) bool {
	switch strings.ToLower(pronoun) {
	case "he", "she", "it":
		return true
	}
	return false
}

func isNoun(w *conllu.Word) bool { return w.UPOS == "NOUN" || w.UPOS == "PROPN" }

// isSmall tells words that headlines leave in small letters.
func isSmall(w *conllu.Word) bool {
	switch w.UPOS {
	case "ADP", "DET", "CCONJ", "PART", "PUNCT", "SCONJ":
		return true
	}
	return false
}
