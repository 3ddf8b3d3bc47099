package train

import (
	"math"

	"demarche/internal/nlp/net"
)

// recurrent computes one direction of a layer of simple recurrent units (Lei et al. 2018, "Simple Recurrent Units for
// Highly Parallelizable Recurrence") over one sentence:
//
//	f = gate(F + vf·c₋₁)   r = gate(R + vr·c₋₁)   c = f·c₋₁ + (1-f)·X   h = r·c + (1-r)·Skip·x
//
// where X, F and R are the products of the input x with the weights of the layer.
type recurrent struct {
	hidden, stride, from int // of the inputs and outputs: units, floats a word, first unit of this direction
	v                    []float32
	backward             bool
	asm                  bool // use the assembly kernels, which take eight units at a time
}

// recurrentArgs are what the assembly kernels read, in the order in which they know it: steps and the distance of the
// gates in bytes, and pointers to the first word.
type recurrentArgs struct {
	words, xStep, uStep, hidden                             int
	u, x, state, forget, reset, out, v, gradV, gradX, gradU *float32
}

// arguments points at the block of eight units from unit j on.
func (r *recurrent) arguments(s span, t, step, j int, u, x, state, forget, reset, out []float32) recurrentArgs {
	const size = 4 // bytes of a float32
	at, ut := t*r.stride+r.from+j, t*2*net.Gates*r.hidden+net.Gates*r.from+j
	return recurrentArgs{
		words: s.end - s.start, xStep: step * r.stride * size, uStep: step * 2 * net.Gates * r.hidden * size, hidden: r.hidden * size,
		u: &u[ut], x: &x[at], state: &state[at], forget: &forget[at], reset: &reset[at], out: &out[at], v: &r.v[j],
	}
}

// span is a range of words.
type span struct{ start, end int }

// order gives the words of a sentence in the order in which this direction reads them.
func (r *recurrent) order(s span) (first, last, step int) {
	if r.backward {
		return s.end - 1, s.start - 1, -1
	}
	return s.start, s.end, 1
}

// forward reads u (stride 2·Gates·hidden a word) and x, and writes states, gates and outputs.
func (r *recurrent) forward(s span, u, x, state, forget, reset, out []float32) {
	h := r.hidden
	if first, _, step := r.order(s); r.asm && h%8 == 0 && s.end > s.start {
		for j := 0; j < h; j += 8 {
			a := r.arguments(s, first, step, j, u, x, state, forget, reset, out)
			forward8(&a)
		}
		return
	}
	vf, vr := r.v[:h], r.v[h:2*h]
	prev := make([]float32, h)
	for t, last, step := r.order(s); t != last; t += step {
		base := t*r.stride + r.from
		ux := u[t*2*net.Gates*h+net.Gates*r.from:][:net.Gates*h]
		uf, ur := ux[h:2*h], ux[2*h:3*h]
		xt, c, f, g, o := x[base:][:h], state[base:][:h], forget[base:][:h], reset[base:][:h], out[base:][:h]
		for j := range h {
			fj := gate(uf[j] + vf[j]*prev[j])
			rj := gate(ur[j] + vr[j]*prev[j])
			cj := fj*prev[j] + (1-fj)*ux[j]
			f[j], g[j], c[j] = fj, rj, cj
			o[j] = rj*cj + (1-rj)*net.Skip*xt[j]
		}
		prev = c
	}
}

// backwardPass takes the gradient of the outputs and gives those of u (set), x (added) and v (added).
func (r *recurrent) backwardPass(s span, u, x, state, forget, reset, dOut, dU, dX, dV []float32) {
	h := r.hidden
	if _, end, step := r.order(s); r.asm && h%8 == 0 && s.end > s.start {
		for j := 0; j < h; j += 8 {
			a := r.arguments(s, end-step, -step, j, u, x, state, forget, reset, dOut)
			at, ut := (end-step)*r.stride+r.from+j, (end-step)*2*net.Gates*h+net.Gates*r.from+j
			a.gradV, a.gradX, a.gradU = &dV[j], &dX[at], &dU[ut]
			backward8(&a)
		}
		return
	}
	vf, vr := r.v[:h], r.v[h:2*h]
	dvf, dvr := dV[:h], dV[h:2*h]
	dNext, zero := make([]float32, h), make([]float32, h)
	last, first, step := r.order(s)
	for t := first - step; t != last-step; t -= step {
		base := t*r.stride + r.from
		ux := u[t*2*net.Gates*h+net.Gates*r.from:][:h]
		du := dU[t*2*net.Gates*h+net.Gates*r.from:][:net.Gates*h]
		duf, dur := du[h:2*h], du[2*h:3*h]
		prev := zero
		if t != last {
			prev = state[(t-step)*r.stride+r.from:][:h]
		}
		xt, c, f, g := x[base:][:h], state[base:][:h], forget[base:][:h], reset[base:][:h]
		do, dx := dOut[base:][:h], dX[base:][:h]
		for j := range h {
			fj, rj, p := f[j], g[j], prev[j]
			dR := do[j] * (c[j] - net.Skip*xt[j]) * gateSlope(rj)
			dx[j] += do[j] * (1 - rj) * net.Skip
			dc := do[j]*rj + dNext[j]
			dF := dc * (p - ux[j]) * gateSlope(fj)
			du[j], duf[j], dur[j] = dc*(1-fj), dF, dR
			dvf[j] += dF * p
			dvr[j] += dR * p
			dNext[j] = dc*fj + dF*vf[j] + dR*vr[j]
		}
	}
}

// gate is an algebraic sigmoid, 0 to 1.
func gate(a float32) float32 {
	return 0.5 + 0.5*a/sqrt(1+a*a)
}

// gateSlope gives the slope of gate from its value.
func gateSlope(g float32) float32 {
	s := 2*g - 1
	k := max(0, 1-s*s)
	return 0.5 * k * sqrt(k)
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
