package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"demarche/internal/nlp/net"
)

// tiny is a network small enough to check every gradient.
var tiny = net.Shape{
	Embed: [net.NumFeats]int{4, 2, 2, 2, 2, 2}, Hidden: 5, Layers: 2, Arc: 6, Label: 5, UPOS: 3, XPOS: 4, Rels: 5,
}

// randomExamples makes sentences of random words and trees.
func randomExamples(rng *rand.Rand, lex *net.Lexicon, shape net.Shape, count int) []*Example {
	words := []string{"alpha", "Beta", "gamma", "D4", "...", "unheard"}
	var list []*Example
	for range count {
		e := &Example{Weight: 1}
		for i := range 1 + rng.IntN(6) {
			e.Rows = append(e.Rows, lex.Row(words[rng.IntN(len(words))]))
			e.Heads = append(e.Heads, int32(rng.IntN(i+1)-1))
			e.Rels = append(e.Rels, uint8(rng.IntN(shape.Rels)))
			e.UPOS = append(e.UPOS, uint8(rng.IntN(shape.UPOS)))
			e.XPOS = append(e.XPOS, uint8(rng.IntN(shape.XPOS)))
		}
		list = append(list, e)
	}
	return list
}

func TestGradients(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	lex := net.NewLexicon([]string{"", "alpha", "beta", "gamma", "d0", "..."})
	p := newParams(tiny, lex)
	p.randomize(rng)
	n := newNetwork(p, rng)
	newAdam(n, lex)
	batch := randomExamples(rng, lex, tiny, 4)
	n.learn(batch)
	check := func(name string, w, g []float32, indexes []int) {
		for _, i := range indexes {
			const h = 2e-3
			old := w[i]
			other := newNetwork(p, rng)
			newAdam(other, lex)
			w[i] = old + h
			up := other.learn(batch)
			w[i] = old - h
			down := other.learn(batch)
			w[i] = old
			want := (up - down) / (2 * h)
			if math.Abs(want-float64(g[i])) > 2e-3+0.03*math.Abs(want) {
				t.Errorf("%s[%d]: gradient %v, want %v", name, i, g[i], want)
			}
		}
	}
	some := func(length int) (list []int) {
		for range 25 {
			list = append(list, rng.IntN(length))
		}
		return list
	}
	names := []string{"convW", "convB", "headW", "headB", "arcW", "arcB", "root", "dist", "relW", "relB",
		"w0", "b0", "v0", "w1", "b1", "v1"}
	for i, w := range p.dense() {
		check(names[i], w, n.grad.dense()[i], some(len(w)))
	}
	for f, w := range p.tables {
		var rows []int
		for r := range n.touched[f] {
			for k := range tiny.Embed[f] {
				rows = append(rows, int(r)*tiny.Embed[f]+k)
			}
		}
		check("table", w, n.grad.tables[f], rows)
	}
}

func TestLearns(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	lex := net.NewLexicon([]string{"", "alpha", "beta", "gamma", "d0", "..."})
	p := newParams(tiny, lex)
	p.randomize(rng)
	n := newNetwork(p, rng)
	opt := newAdam(n, lex)
	batch := randomExamples(rng, lex, tiny, 3)
	first := n.learn(batch)
	opt.update(n, 0.01)
	loss := first
	for range 300 {
		loss = n.learn(batch)
		opt.update(n, 0.01)
	}
	if loss > first/10 {
		t.Errorf("the loss fell from %.3f to %.3f only", first, loss)
	}
}
