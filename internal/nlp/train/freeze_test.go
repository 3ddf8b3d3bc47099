package train

import (
	"math/rand/v2"
	"testing"

	"demarche/internal/nlp/net"
)

// TestFrozenAgrees compares the tree of a network with weights of eight bits with those in floats.
func TestFrozenAgrees(t *testing.T) {
	shape := net.Shape{
		Embed: [net.NumFeats]int{16, 4, 4, 4, 4, 2, 2}, Hidden: 16, Layers: 2, Arc: 32, Label: 16, UPOS: 3, XPOS: 4, Rels: 5,
	}
	rng := rand.New(rand.NewPCG(11, 12))
	lex := net.NewLexicon([]string{"", "alpha", "beta", "gamma", "d0", "..."})
	p := newParams(shape, lex)
	p.randomize(rng)
	m := &Trained{lex, p}
	n := newNetwork(p, rng)
	n.startGradients(lex)
	opt := newAdam(n, lex)
	examples := randomExamples(rng, lex, shape, 60)
	for range 60 {
		n.learn(examples, countWords(examples))
		opt.update(n, 0.005)
	}
	frozen := m.Freeze()
	var rows []net.Row
	var ends []int
	for _, e := range examples {
		rows = append(rows, e.Rows...)
		ends = append(ends, len(rows))
	}
	words := make([]net.Word, len(rows))
	frozen.NewParser().Parse(rows, ends, words)
	trees := m.parse(examples)
	same, all := 0, 0
	for i, e := range examples {
		for k := range e.Rows {
			all++
			if got, want := words[ends[i]-len(e.Rows)+k], trees[i][k]; got.Head == want.Head && got.UPOS == want.UPOS && got.XPOS == want.XPOS &&
				(got.Head < 0 || got.Rel == want.Rel) {
				same++
			}
		}
	}
	if share := float64(same) / float64(all); share < 0.97 {
		t.Errorf("only %.1f %% of the words have the same analysis as with weights in floats", 100*share)
	}
}
