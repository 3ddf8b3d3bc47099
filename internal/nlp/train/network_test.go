package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"demarche/internal/nlp/net"
)

// tiny is a network small enough to check every gradient.
var tiny = net.Shape{
	Embed: [net.NumFeats]int{4, 2, 2, 2, 2, 2, 2}, Hidden: 5, Layers: 2, Arc: 6, Label: 5, UPOS: 3, XPOS: 4, Rels: 5,
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

// TestRecurrentKernels compares the assembly with the Go that TestGradients checks.
func TestRecurrentKernels(t *testing.T) {
	if !useKernel() {
		t.Skip("no assembly kernels on this processor")
	}
	rng := rand.New(rand.NewPCG(9, 10))
	const words, h = 7, 16
	random := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = float32(rng.NormFloat64())
		}
		return s
	}
	u, x, v, dOut := random(words*6*h), random(words*2*h), random(4*h), random(words*2*h)
	var results [2][][]float32
	for k, asm := range []bool{false, true} {
		var lists [][]float32
		for _, n := range []int{words * 2 * h, words * 2 * h, words * 2 * h, words * 2 * h, words * 6 * h, words * 2 * h, 4 * h} {
			lists = append(lists, make([]float32, n))
		}
		for dir := range 2 {
			r := &recurrent{hidden: h, stride: 2 * h, from: dir * h, v: v[dir*2*h:][:2*h], backward: dir == 1, asm: asm}
			for _, s := range []span{{0, 1}, {1, 7}} {
				r.forward(s, u, x, lists[0], lists[1], lists[2], lists[3])
				r.backwardPass(s, u, x, lists[0], lists[1], lists[2], dOut, lists[4], lists[5], lists[6][dir*2*h:][:2*h])
			}
		}
		results[k] = lists
	}
	for i, list := range results[0] {
		for j, want := range list {
			if got := results[1][i][j]; math.Abs(float64(got-want)) > 1e-4*(1+math.Abs(float64(want))) {
				t.Fatalf("list %d, element %d: %v in assembly, %v in Go", i, j, got, want)
			}
		}
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
