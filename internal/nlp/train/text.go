package train

import (
	"cmp"
	"slices"
	"strings"

	"demarche/internal/nlp"
	"demarche/internal/nlp/conllu"
	"demarche/internal/nlp/net"
)

const (
	goldWeight = 3     // how many times a word of a treebank counts beside one of the corpus
	leastCount = 6     // a word of a lower count is unknown
	mostWords  = 30000 // how many words a lexicon has at most
)

// Text is what words are learnt from: the sentences of treebanks, and those of a corpus of articles.
type Text struct {
	gold   []conllu.Sentence
	corpus [][]string // folded words
	counts map[string]int
}

// NewText parts articles into sentences and counts words. Sentences of the corpus that are held out, as Squeeze gives
// them, are dropped.
func NewText(gold []conllu.Sentence, articles []string, held map[string]bool) *Text {
	t := &Text{gold: gold, counts: map[string]int{}}
	interned := map[string]string{}
	var buf []byte
	fold := func(form string) string {
		buf = net.Fold(buf[:0], net.Normal(form))
		w, ok := interned[string(buf)]
		if !ok {
			w = string(buf)
			interned[w] = w
		}
		return w
	}
	for _, s := range gold {
		for _, w := range s.Words {
			t.counts[fold(w.Form)] += goldWeight
		}
	}
	for _, article := range articles {
		for _, s := range nlp.Segment(article).Sentences {
			if held[Squeeze(article[s.Start:s.End])] {
				continue
			}
			words := make([]string, len(s.Tokens))
			for i, token := range s.Tokens {
				words[i] = fold(token.Form)
				t.counts[words[i]]++
			}
			t.corpus = append(t.corpus, words)
		}
	}
	return t
}

// Squeeze gives a sentence with single spaces, so that copies of it are equal.
func Squeeze(sentence string) string { return strings.Join(strings.Fields(sentence), " ") }

// CorpusSentences gives the number of sentences of the corpus.
func (t *Text) CorpusSentences() int { return len(t.corpus) }

// Vocabulary lists the folded words that are frequent enough by falling frequency, after the unknown word.
func (t *Text) Vocabulary() []string {
	words := make([]string, 0, len(t.counts))
	for w, n := range t.counts {
		if n >= leastCount && w != "" {
			words = append(words, w)
		}
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.counts[b], t.counts[a]), cmp.Compare(a, b))
	})
	return append([]string{""}, words[:min(len(words), mostWords-1)]...)
}

// Rows gives all sentences as rows of the lexicon.
func (t *Text) Rows(lex *net.Lexicon) [][]int32 {
	rows := make([][]int32, 0, len(t.corpus)+len(t.gold))
	for _, words := range t.corpus {
		row := make([]int32, len(words))
		for i, w := range words {
			row[i] = lex.Row(w)[net.FeatWord]
		}
		rows = append(rows, row)
	}
	for _, s := range t.gold {
		row := make([]int32, len(s.Words))
		for i, w := range s.Words {
			row[i] = lex.Row(net.Normal(w.Form))[net.FeatWord]
		}
		rows = append(rows, row)
	}
	return rows
}
