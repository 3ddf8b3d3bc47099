package train

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"demarche/internal/nlp/conllu"
	"demarche/internal/nlp/net"
)

// sentenceOf makes a sentence whose words all hang on the second one.
func sentenceOf(text string, upos ...string) conllu.Sentence {
	s := conllu.Sentence{Text: text}
	for i, form := range strings.Fields(text) {
		head := 1
		if i == 1 {
			head = -1
		}
		s.Words = append(s.Words, conllu.Word{Form: form, UPOS: upos[i], Head: head})
	}
	return s
}

func TestHeadlines(t *testing.T) {
	s := sentenceOf("The ministers of both countries met .", "DET", "NOUN", "ADP", "DET", "NOUN", "VERB", "PUNCT")
	list := Headlines([]conllu.Sentence{s})
	if len(list) != 1 {
		t.Fatalf("%d headlines", len(list))
	}
	var forms []string
	for _, w := range list[0].Words {
		forms = append(forms, w.Form)
	}
	if got := strings.Join(forms, " "); got != "The Ministers of both Countries Met" {
		t.Errorf("%q", got)
	}
	if s.Words[1].Form != "ministers" {
		t.Error("the sentence itself was changed")
	}
}

func TestText(t *testing.T) {
	gold := []conllu.Sentence{sentenceOf("Talks began today", "NOUN", "VERB", "NOUN"), sentenceOf("Talks ended", "NOUN", "VERB")}
	text := NewText(gold, []string{"The talks ended. The secret was kept."}, map[string]bool{"The secret was kept.": true})
	if text.CorpusSentences() != 1 {
		t.Errorf("%d sentences of the corpus", text.CorpusSentences())
	}
	words := text.Vocabulary()
	if len(words) != 2 || words[0] != "" || words[1] != "talks" {
		t.Errorf("words %q", words)
	}
	if rows := text.Rows(net.NewLexicon(words)); len(rows) != 3 || len(rows[0]) != 4 || rows[1][0] != 1 {
		t.Errorf("rows %v", rows)
	}
}

// TestVectors learns from sentences in which words 1 and 2 have the same neighbours, and 3 has others.
func TestVectors(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	var sentences [][]int32
	for range 3000 {
		middle := int32(1 + rng.IntN(3))
		side := int32(4 + rng.IntN(4))
		if middle == 3 {
			side += 4
		}
		sentences = append(sentences, []int32{side, middle, side})
	}
	const width = 16
	v := Vectors(sentences, 12, width, 5, 1, nil)
	similar := func(a, b int) float64 {
		var ab, aa, bb float64
		for i := range width {
			x, y := float64(v[a*width+i]), float64(v[b*width+i])
			ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
		}
		return ab / math.Sqrt(aa*bb)
	}
	if similar(1, 2) <= similar(1, 3) {
		t.Errorf("alike %.2f, unlike %.2f", similar(1, 2), similar(1, 3))
	}
}
