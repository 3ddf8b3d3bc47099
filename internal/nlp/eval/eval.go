// Package eval scores the analyses of package nlp against a treebank, as the evaluation of the CoNLL 2018 shared task
// does (https://universaldependencies.org/conll18/evaluation.html): relations count without their subtypes, punctuation
// counts, and words are compared where they cover the same characters.
package eval

import (
	"strings"

	"demarche/internal/nlp"
	"demarche/internal/nlp/conllu"
)

// Count compares two sets: how many things the treebank and the analysis have, and how many they have in common.
type Count struct{ Gold, System, Both int }

// F1 gives the harmonic mean of precision and recall in per cent.
func (c Count) F1() float64 {
	if c.Gold+c.System == 0 {
		return 0
	}
	return 200 * float64(c.Both) / float64(c.Gold+c.System)
}

// Relations are those whose scores are told one by one, by head and full name.
var Relations = []string{
	"nsubj", "nsubj:pass", "obj", "iobj", "obl", "obl:agent", "nmod", "appos", "conj", "compound", "flat", "acl:relcl", "ccomp", "xcomp",
}

// Report holds the scores of an analysis.
type Report struct {
	Sentences, Words            Count
	UPOS, XPOS, Lemma, UAS, LAS Count
	Relation                    map[string]*Count // by full name
	Confusion                   map[[2]string]int // of words with the right head: relations of the treebank and of the analysis that differ
	WrongHead                   map[string]int    // words with a wrong head, by their relation in the treebank
}

// word is one word of either side; heads are indexes into the same list.
type word struct {
	start, end, head       int
	upos, xpos, lemma, rel string
}

// RawText joins the sentences of a treebank to one text, with blank lines between paragraphs, and gives the offset of each
// sentence in it.
func RawText(sentences []conllu.Sentence) (text string, offsets []int) {
	var b strings.Builder
	for i, s := range sentences {
		if i > 0 {
			switch {
			case s.NewPar:
				b.WriteString("\n\n")
			case !sentences[i-1].NoSpace:
				b.WriteByte(' ')
			}
		}
		offsets = append(offsets, b.Len())
		b.WriteString(s.Text)
	}
	return b.String(), offsets
}

// Raw scores an analysis that starts from the bare text of a treebank.
func Raw(a *nlp.Analyzer, sentences []conllu.Sentence) *Report {
	text, offsets := RawText(sentences)
	doc := a.Analyze(text)
	r := newReport()
	spans := map[nlp.Span]bool{}
	for i, s := range sentences {
		spans[nlp.Span{Start: offsets[i], End: offsets[i] + len(s.Text)}] = true
	}
	r.Sentences.Gold, r.Sentences.System = len(spans), len(doc.Sentences)
	for _, s := range doc.Sentences {
		if spans[s.Span] {
			r.Sentences.Both++
		}
	}
	r.compare(goldWords(sentences, offsets), systemWords(doc.Sentences))
	return r
}

// GoldTokens scores an analysis that is given the words and sentences of a treebank.
func GoldTokens(a *nlp.Analyzer, sentences []conllu.Sentence) *Report {
	offsets := make([]int, len(sentences))
	given := Sentences(sentences)
	a.AnalyzeSentences(given)
	gold, system := goldWords(sentences, offsets), systemWords(given)
	for i := range gold {
		gold[i].start, gold[i].end = 2*i, 2*i+1
		system[i].start, system[i].end = 2*i, 2*i+1
	}
	r := newReport()
	r.Sentences = Count{len(sentences), len(sentences), len(sentences)}
	r.compare(gold, system)
	return r
}

// Sentences gives the sentences of a treebank as the analyzer takes them.
func Sentences(sentences []conllu.Sentence) []nlp.Sentence {
	list := make([]nlp.Sentence, len(sentences))
	for i, s := range sentences {
		for _, w := range s.Words {
			list[i].Tokens = append(list[i].Tokens, nlp.NewToken(w.Form, w.Start, w.End))
		}
	}
	return list
}

func newReport() *Report {
	return &Report{Relation: map[string]*Count{}, Confusion: map[[2]string]int{}, WrongHead: map[string]int{}}
}

func goldWords(sentences []conllu.Sentence, offsets []int) []word {
	var words []word
	for i, s := range sentences {
		base := len(words)
		for _, w := range s.Words {
			head := -1
			if w.Head >= 0 {
				head = base + w.Head
			}
			words = append(words, word{offsets[i] + w.Start, offsets[i] + w.End, head, w.UPOS, w.XPOS, w.Lemma, w.Rel})
		}
	}
	return words
}

func systemWords(sentences []nlp.Sentence) []word {
	var words []word
	for _, s := range sentences {
		base := len(words)
		for _, t := range s.Tokens {
			head := -1
			if t.Head >= 0 {
				head = base + t.Head
			}
			words = append(words, word{int(t.Start), int(t.End), head, t.UPOS.String(), t.XPOS.String(), t.Lemma, t.Rel.String()})
		}
	}
	return words
}

// compare aligns the words by the characters that they cover and counts what they have in common.
func (r *Report) compare(gold, system []word) {
	other := make([]int, len(gold)) // the system's word for each of the treebank's, or -1
	back := make([]int, len(system))
	for i := range back {
		back[i] = -1
	}
	for i, j := 0, 0; i < len(gold); i++ {
		other[i] = -1
		for j < len(system) && system[j].start < gold[i].start {
			j++
		}
		if j < len(system) && system[j].start == gold[i].start && system[j].end == gold[i].end {
			other[i], back[j] = j, i
			j++
		}
	}
	all := Count{Gold: len(gold), System: len(system)}
	r.Words, r.UPOS, r.XPOS, r.Lemma, r.UAS, r.LAS = all, all, all, all, all, all
	for _, w := range gold {
		r.relation(w.rel).Gold++
	}
	for _, w := range system {
		r.relation(w.rel).System++
	}
	for i, j := range other {
		if j < 0 {
			continue
		}
		g, s := gold[i], system[j]
		r.Words.Both++
		if g.upos == s.upos {
			r.UPOS.Both++
		}
		if g.xpos == s.xpos {
			r.XPOS.Both++
		}
		if g.lemma == s.lemma || g.lemma == "_" {
			r.Lemma.Both++
		}
		sameHead := g.head < 0 && s.head < 0 || g.head >= 0 && s.head >= 0 && other[g.head] == s.head
		if !sameHead {
			r.WrongHead[g.rel]++
			continue
		}
		r.UAS.Both++
		if base(g.rel) == base(s.rel) {
			r.LAS.Both++
		}
		if g.rel == s.rel {
			r.relation(g.rel).Both++
		} else {
			r.Confusion[[2]string{g.rel, s.rel}]++
		}
	}
}

func (r *Report) relation(name string) *Count {
	c := r.Relation[name]
	if c == nil {
		c = &Count{}
		r.Relation[name] = c
	}
	return c
}

func base(rel string) string {
	name, _, _ := strings.Cut(rel, ":")
	return name
}
