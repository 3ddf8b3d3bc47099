package train

import (
	"math"

	"demarche/internal/nlp/net"
)

// adam adapts weights to their gradients (Kingma and Ba 2015). The rows of the tables move only in the steps in which
// they have a gradient.
type adam struct {
	p, grad, mean, square *params
	step                  int
}

const (
	adamMean    = 0.9
	adamSquare  = 0.98
	adamEpsilon = 1e-8
	maxNorm     = 5 // gradients of a greater norm are scaled down to it
)

// startGradients makes room for gradients.
func (n *network) startGradients(lex *net.Lexicon) {
	n.grad = newParams(n.shape, lex)
	for f := range n.touched {
		n.touched[f] = map[int32]bool{}
	}
}

// gather moves the gradients of another network of the same weights to this one.
func (n *network) gather(from *network) {
	add := func(dst, src []float32) {
		for i, v := range src {
			dst[i] += v
		}
		clear(src)
	}
	mine, theirs := n.grad.dense(), from.grad.dense()
	for i := range mine {
		add(mine[i], theirs[i])
	}
	for f := range n.touched {
		w := n.shape.Embed[f]
		for row := range from.touched[f] {
			at := int(row) * w
			add(n.grad.tables[f][at:at+w], from.grad.tables[f][at:at+w])
			n.touched[f][row] = true
		}
		clear(from.touched[f])
	}
}

// newAdam adapts the weights of a network that has room for gradients.
func newAdam(n *network, lex *net.Lexicon) *adam {
	return &adam{p: n.params, grad: n.grad, mean: newParams(n.shape, lex), square: newParams(n.shape, lex)}
}

// update moves the weights by one step of the given rate and clears the gradients.
func (a *adam) update(n *network, rate float64) {
	a.step++
	norm := 0.0
	dense := a.grad.dense()
	for _, g := range dense {
		for _, v := range g {
			norm += float64(v) * float64(v)
		}
	}
	scale := float32(1)
	if norm = math.Sqrt(norm); norm > maxNorm {
		scale = float32(maxNorm / norm)
	}
	warm1 := 1 - math.Pow(adamMean, float64(a.step))
	warm2 := math.Sqrt(1 - math.Pow(adamSquare, float64(a.step)))
	r := float32(rate * warm2 / warm1)
	p, mean, square := a.p.dense(), a.mean.dense(), a.square.dense()
	for i := range dense {
		adapt(p[i], dense[i], mean[i], square[i], r, scale)
	}
	for f := range n.touched {
		w := n.shape.Embed[f]
		for row := range n.touched[f] {
			at := int(row) * w
			adapt(a.p.tables[f][at:at+w], a.grad.tables[f][at:at+w], a.mean.tables[f][at:at+w], a.square.tables[f][at:at+w], r, scale)
		}
		clear(n.touched[f])
	}
}

func adapt(p, g, m, s []float32, rate, scale float32) {
	m, s, g = m[:len(p)], s[:len(p)], g[:len(p)]
	for i := range p {
		v := g[i] * scale
		g[i] = 0
		m[i] = adamMean*m[i] + (1-adamMean)*v
		s[i] = adamSquare*s[i] + (1-adamSquare)*v*v
		p[i] -= rate * m[i] / (sqrt(s[i]) + adamEpsilon)
	}
}
