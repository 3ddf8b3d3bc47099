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

// randomVotes makes beliefs that waver between classes.
func randomVotes(rng *rand.Rand, e *Example, shape net.Shape) *Votes {
	v := &Votes{}
	for i := range e.Rows {
		for _, classes := range []int{len(e.Rows) + 1, shape.Rels, shape.UPOS, shape.XPOS} {
			beliefs := make([]float32, classes)
			for k := range beliefs {
				beliefs[k] = rng.Float32()
			}
			if classes == len(e.Rows)+1 {
				beliefs[i] = 0
			}
			v.add(beliefs)
		}
	}
	return v
}

// TestLearnTogether compares the gradients of a batch that is learnt in parts with those of the whole.
func TestLearnTogether(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	lex := net.NewLexicon([]string{"", "alpha", "beta", "gamma", "d0", "..."})
	p := newParams(tiny, lex)
	p.randomize(rng)
	for _, count := range []int{1, 2, 9} {
		batch := randomExamples(rng, lex, tiny, count)
		var networks [4]*network
		for i := range networks {
			networks[i] = newNetwork(p, rng)
			networks[i].startGradients(lex)
		}
		whole, parts := networks[0], networks[1:]
		whole.learn(batch, countWords(batch))
		learnTogether(parts, batch, countWords(batch))
		want, got := append(whole.grad.dense(), whole.grad.tables[:]...), append(parts[0].grad.dense(), parts[0].grad.tables[:]...)
		for i := range want {
			for k, v := range want[i] {
				if math.Abs(float64(got[i][k]-v)) > 1e-5 {
					t.Fatalf("%d sentences, list %d, element %d: gradient %v, want %v", count, i, k, got[i][k], v)
				}
			}
		}
		for f, rows := range whole.touched {
			if len(rows) != len(parts[0].touched[f]) {
				t.Errorf("%d rows of table %d have a gradient, want %d", len(parts[0].touched[f]), f, len(rows))
			}
		}
	}
}

func TestGradients(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	lex := net.NewLexicon([]string{"", "alpha", "beta", "gamma", "d0", "..."})
	p := newParams(tiny, lex)
	p.randomize(rng)
	n := newNetwork(p, rng)
	n.startGradients(lex)
	batch := randomExamples(rng, lex, tiny, 4)
	batch[1].Votes = randomVotes(rng, batch[1], tiny)
	n.learn(batch, countWords(batch))
	check := func(name string, w, g []float32, indexes []int) {
		for _, i := range indexes {
			const h = 2e-3
			old := w[i]
			other := newNetwork(p, rng)
			other.startGradients(lex)
			w[i] = old + h
			up := other.learn(batch, countWords(batch))
			w[i] = old - h
			down := other.learn(batch, countWords(batch))
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
	n.startGradients(lex)
	opt := newAdam(n, lex)
	batch := randomExamples(rng, lex, tiny, 3)
	first := n.learn(batch, countWords(batch))
	opt.update(n, 0.01)
	loss := first
	for range 300 {
		loss = n.learn(batch, countWords(batch))
		opt.update(n, 0.01)
	}
	if loss > first/10 {
		t.Errorf("the loss fell from %.3f to %.3f only", first, loss)
	}
}

func BenchmarkLearn(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	lex := net.NewLexicon([]string{"", "alpha", "beta", "gamma", "d0", "..."})
	shape := DefaultShape()
	p := newParams(shape, lex)
	p.randomize(rng)
	n := newNetwork(p, rng)
	n.drop = StudentOptions(1).Dropout
	n.startGradients(lex)
	opt := newAdam(n, lex)
	batch := randomExamples(rng, lex, shape, 25)
	for i := range batch { // sentences of 24 words
		for len(batch[i].Rows) < 24 {
			e := batch[i]
			other := randomExamples(rng, lex, shape, 1)[0]
			e.Rows, e.Heads, e.Rels = append(e.Rows, other.Rows...), append(e.Heads, other.Heads...), append(e.Rels, other.Rels...)
			e.UPOS, e.XPOS = append(e.UPOS, other.UPOS...), append(e.XPOS, other.XPOS...)
		}
	}
	words := countWords(batch)
	for b.Loop() {
		n.learn(batch, words)
		opt.update(n, 1e-4)
	}
	b.ReportMetric(float64(b.N*words)/b.Elapsed().Seconds(), "words/s")
}
