package conllu

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sample is a sentence of our own, with a multi-word token, one that its words do not make up, and an empty node.
var sample = strings.ReplaceAll(`# newdoc id = x
# sent_id = x-1
# text = They don't wanna.
1 They they PRON PRP _ 3 nsubj _ _
2-3 don't _ _ _ _ _ _ _ _
2 do do AUX VBP _ 4 aux _ _
3 n't not PART RB _ 4 advmod _ _
3.1 x x X X _ _ _ _ _
4-5 wanna _ _ _ _ _ _ _ SpaceAfter=No
4 want want VERB VB _ 0 root _ _
5 to to PART TO _ 4 mark _ _
6 . . PUNCT . _ 4 punct _ SpaceAfter=No

`, " ", "\t")

func TestRead(t *testing.T) {
	text := strings.ReplaceAll(strings.ReplaceAll(sample, "#\t", "# "), "\t=\t", " = ")
	text = strings.ReplaceAll(text, "They\tdon't\twanna.", "They don't wanna.")
	text = strings.Replace(text, "newdoc\tid", "newdoc id", 1)
	got, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []Sentence{{ID: "x-1", Text: "They don't wanna.", NewPar: true, NoSpace: true, Words: []Word{
		{Form: "They", Lemma: "they", UPOS: "PRON", XPOS: "PRP", Head: 2, Rel: "nsubj", Start: 0, End: 4},
		{Form: "do", Lemma: "do", UPOS: "AUX", XPOS: "VBP", Head: 3, Rel: "aux", Start: 5, End: 7},
		{Form: "n't", Lemma: "not", UPOS: "PART", XPOS: "RB", Head: 3, Rel: "advmod", Start: 7, End: 10},
		{Form: "want", Lemma: "want", UPOS: "VERB", XPOS: "VB", Head: -1, Rel: "root", Start: 11, End: 16},
		{Form: "to", Lemma: "to", UPOS: "PART", XPOS: "TO", Head: 3, Rel: "mark", Start: 11, End: 16},
		{Form: ".", Lemma: ".", UPOS: "PUNCT", XPOS: ".", Head: 3, Rel: "punct", Start: 16, End: 17},
	}}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Sentence{})); diff != "" {
		t.Error(diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"columns": "1\tThey\tthey\n\n",
		"head":    "1\ta\ta\tX\tX\t_\tb\troot\t_\t_\n\n",
		"range":   "1\ta\ta\tX\tX\t_\t7\troot\t_\t_\n\n",
		"itself":  "1\ta\ta\tX\tX\t_\t1\troot\t_\t_\n\n",
		"words":   "2-3\tab\t_\t_\t_\t_\t_\t_\t_\t_\n\n",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(sample))
	f.Fuzz(func(t *testing.T, file []byte) {
		sentences, err := Read(strings.NewReader(string(file)))
		if err != nil {
			return
		}
		for _, s := range sentences {
			for _, w := range s.Words {
				if w.Start > w.End || w.End > len(s.Text) || w.Head >= len(s.Words) {
					t.Fatalf("%+v", w)
				}
			}
		}
	})
}
