package main

import (
	"os"
	"strings"
	"testing"

	"github.com/jdkato/prose/v3/tag"

	"demarche/internal/nlp"
	"demarche/internal/nlp/eval"
)

// proseTags are the tags of UD English that prose does not have, with what it has for them.
var proseTags = strings.NewReplacer("HYPH", ":", "NFP", ":", "-LRB-", "(", "-RRB-", ")")

// TestBesideProse compares tags with those of github.com/jdkato/prose on gold tokens of PUD, in one run. The folder of
// treebanks is in the environment; without it the test is skipped. The tags that prose does not know count as right.
func TestBesideProse(t *testing.T) {
	dir := os.Getenv("TREEBANK")
	if dir == "" {
		t.Skip("TREEBANK is not set")
	}
	sentences, err := read(dir, "en_pud-test")
	if err != nil {
		t.Fatal(err)
	}
	prose, err := tag.New()
	if err != nil {
		t.Fatal(err)
	}
	ours, err := nlp.New()
	if err != nil {
		t.Fatal(err)
	}
	given := eval.Sentences(sentences)
	forms := make([][]string, len(given))
	for i, s := range given {
		for _, token := range s.Tokens {
			forms[i] = append(forms[i], token.Form)
		}
	}
	words, right, proseRight := 0, 0, 0
	start := cpuTime()
	ours.AnalyzeSentences(given)
	took := cpuTime() - start
	proseTook := cpuTime()
	tagged := make([][]tag.Token, len(forms))
	for i := range forms {
		tagged[i] = prose.Tag(forms[i])
	}
	proseTook = cpuTime() - proseTook
	for i, s := range sentences {
		for j, w := range s.Words {
			words++
			if given[i].Tokens[j].XPOS.String() == w.XPOS {
				right++
			}
			gold, got := proseTags.Replace(w.XPOS), proseTags.Replace(tagged[i][j].Tag)
			unknown := w.XPOS == "AFX" || w.XPOS == "GW" || w.XPOS == "ADD" || w.XPOS == "``" || w.XPOS == "''"
			if unknown || got == gold || gold == ":" && got != "" && strings.Contains(",.:", got) {
				proseRight++
			}
		}
	}
	n := float64(words)
	t.Logf("XPOS on PUD: %.2f %% here, with trees, %.0f tokens/s; %.2f %% by prose, tags only, %.0f tokens/s",
		100*float64(right)/n, n/took.Seconds(), 100*float64(proseRight)/n, n/proseTook.Seconds())
	if right <= proseRight {
		t.Error("prose is better")
	}
}
