package train

import (
	"math/rand/v2"
	"slices"
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

// TestThaw freezes a network, thaws it for a lexicon in another order, and freezes that: the weights must be those of the first.
func TestThaw(t *testing.T) {
	lex := net.NewLexicon([]string{"", "alpha", "beta", "gamma"})
	p := newParams(DefaultShape(), lex)
	p.randomize(rand.New(rand.NewPCG(17, 18)))
	first := (&Trained{lex, p}).Freeze()
	other := net.NewLexicon([]string{"", "gamma", "new", "alpha"})
	m, err := Thaw(first, other)
	if err != nil {
		t.Fatal(err)
	}
	second := m.Freeze()
	if !slices.Equal(first.Window.Weights, second.Window.Weights) || !slices.Equal(first.Layers[2].Linear.Weights, second.Layers[2].Linear.Weights) ||
		!slices.Equal(first.Rel.Bias, second.Rel.Bias) || !slices.Equal(first.Root, second.Root) {
		t.Error("the weights have changed")
	}
	for _, c := range []struct{ word, as string }{{"gamma", "gamma"}, {"alpha", "alpha"}, {"new", ""}} {
		w := DefaultShape().Embed[net.FeatWord]
		a, b := other.Row(c.word)[net.FeatWord], lex.Row(c.as)[net.FeatWord]
		for k := range w {
			x := float32(first.Tables[net.FeatWord].Value[int(b)*w+k]) * float32(first.Tables[net.FeatWord].Unit[b]) * first.Step
			if got := m.params.tables[net.FeatWord][int(a)*w+k]; got != x {
				t.Fatalf("%q, value %d: %v, want %v", c.word, k, got, x)
			}
		}
	}
	if _, err := Thaw(&net.Model{Shape: tiny}, lex); err == nil {
		t.Error("a model of another shape is thawed")
	}
}
