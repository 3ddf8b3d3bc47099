package train

import (
	"math"
	"math/rand/v2"

	"demarche/internal/nlp/net"
)

// params are the weights of a network in floats. Matrices are stored by rows, one an input.
type params struct {
	shape  net.Shape
	rows   [net.NumFeats]int
	tables [net.NumFeats][]float32 // rows × Embed
	convW  []float32               // Window·Input × Width
	convB  []float32
	layers []layerParams
	headW  []float32 // Width × Heads
	headB  []float32
	arcW   []float32 // Arc × Arc
	arcB   []float32
	root   []float32 // the arc vector of the place above the root
	dist   []float32 // Distances
	relW   []float32 // Label × Rels
	relB   []float32
}

// layerParams are the weights of one recurrent layer, both directions side by side: value, forget gate and reset gate
// forward, then the same backward.
type layerParams struct {
	w []float32 // Width × 2·Gates·Hidden
	b []float32
	v []float32 // the weights of the state in the gates: forget and reset forward, then backward
}

// newParams makes weights of zero.
func newParams(shape net.Shape, lex *net.Lexicon) *params {
	p := &params{shape: shape}
	for f := range p.tables {
		p.rows[f] = lex.Rows(f)
		p.tables[f] = make([]float32, p.rows[f]*shape.Embed[f])
	}
	d, h := shape.Width(), shape.Hidden
	p.convW, p.convB = make([]float32, net.Window*shape.Input()*d), make([]float32, d)
	p.layers = make([]layerParams, shape.Layers)
	for l := range p.layers {
		p.layers[l] = layerParams{
			w: make([]float32, d*2*net.Gates*h), b: make([]float32, 2*net.Gates*h), v: make([]float32, 4*h),
		}
	}
	p.headW, p.headB = make([]float32, d*shape.Heads()), make([]float32, shape.Heads())
	p.arcW, p.arcB = make([]float32, shape.Arc*shape.Arc), make([]float32, shape.Arc)
	p.root, p.dist = make([]float32, shape.Arc), make([]float32, net.Distances)
	p.relW, p.relB = make([]float32, shape.Label*shape.Rels), make([]float32, shape.Rels)
	return p
}

// randomize sets the weights to where training starts.
func (p *params) randomize(rng *rand.Rand) {
	fill := func(w []float32, scale float64) {
		for i := range w {
			w[i] = float32((rng.Float64()*2 - 1) * scale)
		}
	}
	uniform := func(w []float32, inputs int) { fill(w, math.Sqrt(3/float64(inputs))) }
	for f := range p.tables {
		fill(p.tables[f], 0.5)
	}
	uniform(p.convW, net.Window*p.shape.Input())
	for _, l := range p.layers {
		uniform(l.w, p.shape.Width())
		fill(l.v, math.Sqrt(3/float64(p.shape.Hidden)))
	}
	uniform(p.headW, p.shape.Width())
	uniform(p.arcW, p.shape.Arc*p.shape.Arc)
	fill(p.root, 0.1)
	uniform(p.relW, p.shape.Label)
}

// dense lists all weights but the tables.
func (p *params) dense() [][]float32 {
	list := [][]float32{p.convW, p.convB, p.headW, p.headB, p.arcW, p.arcB, p.root, p.dist, p.relW, p.relB}
	for _, l := range p.layers {
		list = append(list, l.w, l.b, l.v)
	}
	return list
}

// clone copies the weights.
func (p *params) clone(lex *net.Lexicon) *params {
	c := newParams(p.shape, lex)
	for i, w := range p.dense() {
		copy(c.dense()[i], w)
	}
	for f, table := range p.tables {
		copy(c.tables[f], table)
	}
	return c
}
