package train

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	word := func(form, lemma, upos, xpos string, head int, rel string) conllu.Word {
		return conllu.Word{Form: form, Lemma: lemma, UPOS: upos, XPOS: xpos, Head: head, Rel: rel}
	}
	s := conllu.Sentence{Words: []conllu.Word{
		word("The", "the", "DET", "DT", 1, "det"),
		word("envoy", "envoy", "NOUN", "NN", 5, "nsubj"),
		word("and", "and", "CCONJ", "CC", 3, "cc"),
		word("king", "king", "NOUN", "NN", 1, "conj"),
		word("have", "have", "AUX", "VBP", 5, "aux"),
		word("met", "meet", "VERB", "VBN", -1, "root"),
		word("rebels", "rebel", "NOUN", "NNS", 5, "obj"),
		word("who", "who", "PRON", "WP", 8, "nsubj"),
		word("carried", "carry", "VERB", "VBD", 6, "acl:relcl"),
		word("arms", "arm", "NOUN", "NNS", 8, "obj"),
		word(".", ".", "PUNCT", ".", 5, "punct"),
	}}
	list := Headlines([]conllu.Sentence{s})
	if len(list) != 1 {
		t.Fatalf("%d headlines", len(list))
	}
	want := []conllu.Word{
		word("Envoy", "envoy", "NOUN", "NN", 3, "nsubj"),
		word(",", ",", "PUNCT", ",", 2, "punct"),
		word("King", "king", "NOUN", "NN", 0, "conj"),
		word("Met", "meet", "VERB", "VBN", -1, "root"),
		word("Rebels", "rebel", "NOUN", "NNS", 3, "obj"),
		word("Who", "who", "PRON", "WP", 6, "nsubj"),
		word("Carry", "carry", "VERB", "VBP", 4, "acl:relcl"),
		word("Arms", "arm", "NOUN", "NNS", 6, "obj"),
	}
	if diff := cmp.Diff(want, list[0].Words); diff != "" {
		t.Error(diff)
	}
	if s.Words[1].Form != "envoy" || s.Words[2].Head != 3 {
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
