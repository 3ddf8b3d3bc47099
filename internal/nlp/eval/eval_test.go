package eval

import (
	"testing"

	"demarche/internal/nlp/conllu"
)

func TestRawText(t *testing.T) {
	text, offsets := RawText([]conllu.Sentence{{Text: "A b."}, {Text: "C.", NoSpace: true}, {Text: "D."}, {Text: "E.", NewPar: true}})
	if text != "A b. C.D.\n\nE." || offsets[1] != 5 || offsets[2] != 7 || offsets[3] != 11 {
		t.Errorf("%q %v", text, offsets)
	}
}

// TestCompare scores an analysis with one word cut in two and one wrong relation.
func TestCompare(t *testing.T) {
	gold := []word{
		{0, 2, 1, "PRON", "PRP", "we", "nsubj"},
		{3, 6, -1, "VERB", "VBD", "meet", "root"},
		{7, 12, 1, "NOUN", "NNS", "envoy", "obj"},
		{12, 13, 1, "PUNCT", ".", ".", "punct"},
	}
	system := []word{
		{0, 2, 1, "PRON", "PRP", "we", "nsubj:pass"},
		{3, 6, -1, "VERB", "VBN", "meet", "root"},
		{7, 9, 1, "NOUN", "NN", "en", "obj"},
		{9, 12, 2, "NOUN", "NNS", "voy", "flat"},
		{12, 13, 1, "PUNCT", ".", ".", "punct"},
	}
	r := newReport()
	r.compare(gold, system)
	for name, c := range map[string][2]Count{
		"words": {r.Words, {4, 5, 3}},
		"UPOS":  {r.UPOS, {4, 5, 3}},
		"XPOS":  {r.XPOS, {4, 5, 2}},
		"UAS":   {r.UAS, {4, 5, 3}},
		"LAS":   {r.LAS, {4, 5, 3}}, // subtypes do not count
		"nsubj": {*r.relation("nsubj"), {1, 0, 0}},
		"obj":   {*r.relation("obj"), {1, 1, 0}},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %+v, want %+v", name, c[0], c[1])
		}
	}
	if f := (Count{Gold: 4, System: 6, Both: 4}).F1(); f != 80 {
		t.Errorf("F1 %v", f)
	}
}
