package net

import "math"

// Linear is a layer of weighted sums with weights of eight bits, scaled output by output.
type Linear struct {
	In, Out int
	Weights []int8    // Out rows of In
	Scale   []float32 // what a unit of weight of each output is worth
	Bias    []float32

	packed packed
}

// NewLinear quantises weights that are stored by rows of one input each.
func NewLinear(in, out int, weights, bias []float32) *Linear {
	l := &Linear{In: in, Out: out, Weights: make([]int8, in*out), Scale: make([]float32, out), Bias: bias}
	for o := range out {
		top := float32(1e-20)
		for i := range in {
			top = max(top, float32(math.Abs(float64(weights[i*out+o]))))
		}
		l.Scale[o] = top / 127
		for i := range in {
			l.Weights[o*in+i] = int8(math.Round(float64(weights[i*out+o] / l.Scale[o])))
		}
	}
	l.pack()
	return l
}

// pack readies the layer for use.
func (l *Linear) pack() {
	l.packed.reset(l.In, l.Out)
	for o := range l.Out {
		l.packed.set(o, l.Weights[o*l.In:][:l.In], l.Scale[o], l.Bias[o])
	}
}

// packed are rows of weights laid out for the kernels: strips of tileCols outputs, in them quads of inputs one after
// another, in these the quad of every output.
type packed struct {
	in, out     int // out is a multiple of tileCols
	w           []int8
	start       []int32 // what the sums of products start from, as activations have zero added to them
	scale, bias []float32
}

// width gives the number of floats that outputs take, a multiple of tileCols.
func width(out int) int { return (out + tileCols - 1) / tileCols * tileCols }

// reset makes room for a matrix of zeros; in must be a multiple of quad.
func (p *packed) reset(in, out int) {
	p.in, p.out = in, width(out)
	p.w, p.start = grow(p.w, p.in*p.out), grow(p.start, p.out)
	p.scale, p.bias = grow(p.scale, p.out), grow(p.bias, p.out)
	clear(p.w[p.in*(p.out-tileCols):])
	clear(p.start[p.out-tileCols:])
	clear(p.scale[p.out-tileCols:])
	clear(p.bias[p.out-tileCols:])
}

// set lays out the weights of one output.
func (p *packed) set(out int, row []int8, scale, bias float32) {
	p.scale[out], p.bias[out] = scale, bias
	strip := p.w[out/tileCols*tileCols*p.in+quad*(out%tileCols):]
	sum := int32(0)
	for i := 0; i < len(row); i += quad {
		piece := [quad]int8(row[i:])
		*(*[quad]int8)(strip[i*tileCols:]) = piece
		sum += int32(piece[0]) + int32(piece[1]) + int32(piece[2]) + int32(piece[3])
	}
	p.start[out] = -zero * sum
}

// apply computes all outputs of some words, a multiple of tileRows: x has a row of in activations every stride
// elements, each worth its rowScale; out gets rows of p.out floats.
func (p *packed) apply(kernel stripKernel, words int, x []uint8, stride int, rowScale, out []float32) {
	for c := 0; c < p.out; c += tileCols {
		w := p.w[c*p.in:][:tileCols*p.in]
		kernel(words/tileRows, p.in/quad, x, stride, w, out[c:], p.out, p.start[c:], p.scale[c:], p.bias[c:], rowScale)
	}
}

// Table is a table of embeddings of eight bits; the values of a row are worth its Unit times the step of the model.
type Table struct {
	Width int
	Unit  []uint8
	Value []int8
}

// maxUnit is the largest unit of a row. A step is so small that the largest value of all tables has it.
const maxUnit = 129

// NewTable quantises rows of embeddings, with a step common to all tables of a network.
func NewTable(width int, values []float32, step float32) *Table {
	rows := len(values) / max(1, width)
	t := &Table{Width: width, Unit: make([]uint8, rows), Value: make([]int8, len(values))}
	for r := range rows {
		row := values[r*width:][:width]
		unit := min(maxUnit, max(1, math.Ceil(float64(largest(row)/step/127))))
		t.Unit[r] = uint8(unit)
		for i, v := range row {
			q := math.Round(float64(v) / (unit * float64(step)))
			t.Value[r*width+i] = int8(min(127, max(-127, q)))
		}
	}
	return t
}

// Step gives the step with which the tables hold their largest value.
func Step(tables [][]float32) float32 {
	top := float32(1e-6)
	for _, t := range tables {
		top = max(top, largest(t))
	}
	return top / (127 * maxUnit)
}

func largest(values []float32) float32 {
	top := float32(0)
	for _, v := range values {
		top = max(top, v, -v)
	}
	return top
}

// copyRow writes the values of one row, in steps.
func (t *Table) copyRow(dst []float32, row int32) {
	unit := int32(t.Unit[row])
	for i, v := range t.Value[int(row)*t.Width:][:t.Width] {
		dst[i] = float32(int32(v) * unit)
	}
}
