package net

import "math"

// The kernels compute in integers, or in floats operation by operation in one fixed order, so that assembly and Go
// give the same bits. Explicit conversions to float32 keep the compiler from fusing a product and a sum.

const (
	tileRows = 4
	tileCols = 16
	quad     = 4   // inputs that the kernels multiply at once
	quantMax = 127 // the largest quantised activation
	zero     = 128 // is added to quantised activations, as the kernels want them without a sign
)

// stripKernel computes tileCols outputs of some tiles of tileRows rows: out = (x - zero) · w * scale * rowScale + bias. The
// rows of x and of out are stride and outStride elements apart; start holds -zero times the sum of the weights of each output.
type stripKernel func(tiles, quads int, x []uint8, stride int, w []int8, out []float32, outStride int, start []int32, scale, bias, rowScale []float32)

func stripGo(tiles, quads int, x []uint8, stride int, w []int8, out []float32, outStride int, start []int32, scale, bias, rowScale []float32) {
	for r := range tiles * tileRows {
		sum := [tileCols]int32(start)
		row := x[r*stride:][:quad*quads]
		for i := range quads {
			a := (*[quad]uint8)(row[i*quad:])
			a0, a1, a2, a3 := int32(a[0]), int32(a[1]), int32(a[2]), int32(a[3])
			b := (*[quad * tileCols]int8)(w[i*quad*tileCols:])
			for c := range sum {
				sum[c] += a0*int32(b[quad*c]) + a1*int32(b[quad*c+1]) + a2*int32(b[quad*c+2]) + a3*int32(b[quad*c+3])
			}
		}
		dst := out[r*outStride:][:tileCols]
		for c, s := range sum {
			dst[c] = float32(float32(float32(s)*scale[c])*rowScale[r]) + bias[c]
		}
	}
}

// quantizeGo scales floats to integers from -quantMax to quantMax, adds zero, and gives what one of them is worth.
func quantizeGo(src []float32, dst []uint8) float32 {
	top := float32(1e-20)
	for _, v := range src {
		if v < 0 {
			v = -v
		}
		if v > top {
			top = v
		}
	}
	factor := quantMax / top
	for i, v := range src {
		dst[i] = uint8(int(math.RoundToEven(float64(float32(v*factor)))) + zero)
	}
	return top / quantMax
}

// recurrence is one direction of a layer of simple recurrent units.
type recurrence struct {
	hidden, from int       // units, and the first of this direction
	v            []float32 // weights of the state in the forget gate, then in the reset gate
}

// recurGo reads the words from first on, step by step, and writes their outputs.
func recurGo(r recurrence, first, words, step int, u, x, out []float32) {
	h := r.hidden
	for j := range h {
		vf, vr := r.v[j], r.v[h+j]
		state := float32(0)
		for k, t := 0, first; k < words; k, t = k+1, t+step {
			ut := u[t*2*Gates*h+Gates*r.from+j:]
			f := gate(float32(vf*state) + ut[h])
			g := gate(float32(vr*state) + ut[2*h])
			state = float32(state*f) + float32((1-f)*ut[0])
			at := t*2*h + r.from + j
			out[at] = float32(state*g) + float32(float32((1-g)*Skip)*x[at])
		}
	}
}

// gate is an algebraic sigmoid, 0 to 1.
func gate(a float32) float32 {
	return float32(float32(0.5*a)/float32(math.Sqrt(float64(float32(a*a)+1)))) + 0.5
}

// leakyGo applies the activation of the window layer and of the vectors of arcs and labels.
func leakyGo(x []float32) {
	for i, v := range x {
		x[i] = max(v, v*Leak)
	}
}
