package train

import (
	"math"
	"math/rand/v2"

	"demarche/internal/nlp/net"
)

// Example is one sentence to learn from.
type Example struct {
	Rows   []net.Row
	Heads  []int32 // -1 for the root
	Rels   []uint8
	UPOS   []uint8
	XPOS   []uint8
	Weight float32 // how much it counts, 1 for a sentence that people annotated
	Votes  *Votes  // what to learn instead of the labels above, which it agrees with; nil for a sentence that people annotated
}

// Dropout holds the shares of what is left out at random in training; the zero value leaves out nothing.
type Dropout struct {
	Word    float32 // words, which become unknown
	Feature float32 // other features
	Input   float32 // values of the embeddings
	Layer   float32 // inputs of a recurrent layer, and of the heads, for a whole sentence
	Head    float32 // values of the vectors of arcs, for a whole sentence
}

// network runs a network forward and backward over batches of sentences. The words of a batch lie one after another.
type network struct {
	*params
	grad    *params
	touched [net.NumFeats]map[int32]bool // rows of the tables with a gradient
	g       *gemm
	rng     *rand.Rand
	drop    Dropout

	words  int
	sum    int // words of the whole batch, of which this network may learn a part
	one    [1]vote
	spans  []span
	weight []float32 // of each word in the loss
	rows   []net.Row
	input  []float32 // words × Input
	inMask []float32
	window []float32 // words × Window·Input
	layers []layerState
	last   []float32 // what the heads read: the last layer's output after dropout
	lastM  []float32
	heads  []float32 // words × Heads, after the activation
	headM  []float32
	arc    []float32 // words × Arc: dependents' vectors times arcW
	hidden []float32 // words × Label, of the labels at the gold heads
	rels   []float32 // words × Rels

	// Gradients, of what has the same name, of the scores of arcs, of a layer's output and of its input as it is.
	dIn, dWindow, dHeads, dArc, dHidden, dRels, dScores, dOut, dU, dSkip []float32
}

// layerState keeps what one recurrent layer computed. The first entry of the network's list only has out: it is the
// window layer's output.
type layerState struct {
	in, mask, u, state, forget, reset, out []float32
}

func newNetwork(p *params, rng *rand.Rand) *network {
	n := &network{params: p, g: newGemm(), rng: rng, layers: make([]layerState, p.shape.Layers+1)}
	return n
}

// floats gives a slice of n zeros, from the same memory where it is large enough.
func floats(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n+n/4)[:n]
	}
	s = s[:n]
	clear(s)
	return s
}

// load lays a batch out, with its features left out at random.
func (n *network) load(batch []*Example) {
	n.spans, n.rows, n.weight = n.spans[:0], n.rows[:0], n.weight[:0]
	for _, e := range batch {
		start := len(n.rows)
		n.rows = append(n.rows, e.Rows...)
		n.spans = append(n.spans, span{start, len(n.rows)})
		for range e.Rows {
			n.weight = append(n.weight, e.Weight)
		}
	}
	n.words = len(n.rows)
	for i := range n.rows {
		if n.drop.Word > 0 && n.rng.Float32() < n.drop.Word {
			n.rows[i][net.FeatWord] = 0
		}
		for f := range net.NumFeats {
			if f != net.FeatWord && n.drop.Feature > 0 && n.rng.Float32() < n.drop.Feature {
				n.rows[i][f] = -1
			}
		}
	}
}

// mask fills m with the factors of dropout: the same for all words of a sentence when shared.
func (n *network) mask(m []float32, width int, share float32, shared bool) []float32 {
	m = floats(m, n.words*width)
	if share == 0 {
		for i := range m {
			m[i] = 1
		}
		return m
	}
	keep := 1 / (1 - share)
	limit := uint32(float64(share) * (1 << 32))
	draw := func(row []float32) {
		for i := range row {
			if n.rng.Uint32() >= limit {
				row[i] = keep
			}
		}
	}
	for _, s := range n.spans {
		first := m[s.start*width : (s.start+1)*width]
		draw(first)
		for t := s.start + 1; t < s.end; t++ {
			if row := m[t*width : (t+1)*width]; shared {
				copy(row, first)
			} else {
				draw(row)
			}
		}
	}
	return m
}

func multiply(dst, a, b []float32) {
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

func addRows(dst, bias []float32) {
	for at := 0; at < len(dst); at += len(bias) {
		row := dst[at:][:len(bias)]
		for i, b := range bias {
			row[i] += b
		}
	}
}

func sumRows(dst, rows []float32) {
	for at := 0; at < len(rows); at += len(dst) {
		row := rows[at:][:len(dst)]
		for i, v := range row {
			dst[i] += v
		}
	}
}

func leaky(x []float32) {
	for i, v := range x {
		if v < 0 {
			x[i] = v * net.Leak
		}
	}
}

// leakyBack scales a gradient by the slope of the activation, found from its output.
func leakyBack(grad, out []float32) {
	for i, v := range out {
		if v < 0 {
			grad[i] *= net.Leak
		}
	}
}

// forward computes everything up to the vectors of the arcs.
func (n *network) forward() {
	n.embed()
	n.windowLayer()
	for l := range n.shape.Layers {
		n.recurrentLayer(l)
	}
	n.headLayer()
}

// embed looks the rows of all words up.
func (n *network) embed() {
	in := n.shape.Input()
	n.input = floats(n.input, n.words*in)
	at := 0
	for _, row := range n.rows {
		for f, r := range row {
			w := n.shape.Embed[f]
			if r >= 0 {
				copy(n.input[at:at+w], n.tables[f][int(r)*w:])
			}
			at += w
		}
	}
	n.inMask = n.mask(n.inMask, in, n.drop.Input, false)
	multiply(n.input, n.input, n.inMask)
}

// windowLayer reads every word with its neighbours.
func (n *network) windowLayer() {
	in, d := n.shape.Input(), n.shape.Width()
	n.window = floats(n.window, n.words*net.Window*in)
	for _, sp := range n.spans {
		for t := sp.start; t < sp.end; t++ {
			for k := range net.Window {
				if from := t + k - net.Window/2; from >= sp.start && from < sp.end {
					copy(n.window[(t*net.Window+k)*in:][:in], n.input[from*in:])
				}
			}
		}
	}
	out := floats(n.layers[0].out, n.words*d)
	n.layers[0].out = out
	n.g.addMul(dense(out, n.words, d), dense(n.window, n.words, net.Window*in), dense(n.convW, net.Window*in, d))
	addRows(out, n.convB)
	leaky(out)
}

// recurrentLayer reads the output of layer l of the list and writes that of the next one.
func (n *network) recurrentLayer(l int) {
	d, gates := n.shape.Width(), 2*net.Gates*n.shape.Hidden
	p, x, y := n.params.layers[l], n.layers[l].out, &n.layers[l+1]
	y.mask = n.mask(y.mask, d, n.drop.Layer, true)
	y.in = floats(y.in, len(x))
	multiply(y.in, x, y.mask)
	y.u = floats(y.u, n.words*gates)
	n.g.addMul(dense(y.u, n.words, gates), dense(y.in, n.words, d), dense(p.w, d, gates))
	addRows(y.u, p.b)
	y.state, y.forget, y.reset = floats(y.state, len(x)), floats(y.forget, len(x)), floats(y.reset, len(x))
	y.out = floats(y.out, len(x))
	for dir := range 2 {
		r := n.direction(p, dir)
		for _, sp := range n.spans {
			r.forward(sp, y.u, x, y.state, y.forget, y.reset, y.out)
		}
	}
}

// headLayer computes the layer that all tasks read from, and the vectors of the arcs.
func (n *network) headLayer() {
	s := n.shape
	d, heads, arcs := s.Width(), s.Heads(), 2*s.Arc
	x := n.layers[s.Layers].out
	n.lastM = n.mask(n.lastM, d, n.drop.Layer, true)
	n.last = floats(n.last, len(x))
	multiply(n.last, x, n.lastM)
	n.heads = floats(n.heads, n.words*heads)
	n.g.addMul(dense(n.heads, n.words, heads), dense(n.last, n.words, d), dense(n.headW, d, heads))
	addRows(n.heads, n.headB)
	n.headM = n.mask(n.headM, arcs, n.drop.Head, true)
	for t := range n.words {
		row := n.heads[t*heads:][:arcs]
		leaky(row)
		multiply(row, row, n.headM[t*arcs:])
	}
	n.arc = floats(n.arc, n.words*s.Arc)
	n.g.addMul(dense(n.arc, n.words, s.Arc), n.headRows(n.heads, span{0, n.words}, 0, s.Arc), dense(n.arcW, s.Arc, s.Arc))
	addRows(n.arc, n.arcB)
}

// headRows views some columns of the layer that all tasks read from, in the rows of some words.
func (n *network) headRows(data []float32, words span, from, cols int) matrix {
	w := n.shape.Heads()
	return dense(data[words.start*w:], words.end-words.start, w).sub(from, cols)
}

// tags gives the scores of the universal and of the English tags of a word.
func (n *network) tags(word int) []float32 {
	s := n.shape
	return n.heads[word*s.Heads()+2*s.Arc+2*s.Label:][:s.UPOS+s.XPOS]
}

// direction gives the recurrence of one direction of a layer.
func (n *network) direction(p layerParams, dir int) *recurrent {
	h := n.shape.Hidden
	return &recurrent{hidden: h, stride: 2 * h, from: dir * h, v: p.v[dir*2*h:][:2*h], backward: dir == 1, asm: n.g.asm}
}

// arcScores fills scores, length rows of length+1 columns, with the scores of all arcs of a sentence; the last column
// is the place above the root.
func (n *network) arcScores(sp span, scores []float32) {
	s := n.shape
	size := sp.end - sp.start
	width := size + 1
	clear(scores[:size*width])
	dep := dense(n.arc[sp.start*s.Arc:], size, s.Arc)
	head := n.headRows(n.heads, sp, s.Arc, s.Arc)
	c := dense(scores, size, size)
	c.stride = width
	n.g.addMul(c, dep, head.t())
	for i := range size {
		row := scores[i*width:][:width]
		for j := range size {
			row[j] += n.dist[net.Distance(i, j)]
		}
		for k, r := range n.root {
			row[size] += r * dep.data[i*s.Arc+k]
		}
	}
}

// labels computes the scores of the relations of words with given heads; words with head -1 are skipped.
func (n *network) labels(heads []int32) {
	s := n.shape
	n.hidden = floats(n.hidden, n.words*s.Label)
	at := 2 * s.Arc
	for _, sp := range n.spans {
		for t := sp.start; t < sp.end; t++ {
			if heads[t] < 0 {
				continue
			}
			z := n.hidden[t*s.Label:][:s.Label]
			dep := n.heads[t*s.Heads()+at:][:s.Label]
			head := n.heads[(sp.start+int(heads[t]))*s.Heads()+at+s.Label:][:s.Label]
			for k := range z {
				z[k] = dep[k] + head[k]
			}
			leaky(z)
		}
	}
	n.rels = floats(n.rels, n.words*s.Rels)
	n.g.addMul(dense(n.rels, n.words, s.Rels), dense(n.hidden, n.words, s.Label), dense(n.relW, s.Label, s.Rels))
	addRows(n.rels, n.relB)
}

// crossEntropy turns scores into their gradient times weight and gives the loss times weight. The shares of the votes sum up
// to one.
func crossEntropy(scores []float32, votes []vote, weight float32) float64 {
	top := scores[0]
	for _, v := range scores {
		top = max(top, v)
	}
	sum := 0.0
	for _, v := range scores {
		sum += math.Exp(float64(v - top))
	}
	loss := math.Log(sum) + float64(top)
	for _, v := range votes {
		loss -= float64(v.share) * float64(scores[v.class])
	}
	k := float64(weight) / sum
	for i, v := range scores {
		scores[i] = float32(math.Exp(float64(v-top)) * k)
	}
	for _, v := range votes {
		scores[v.class] -= weight * v.share
	}
	return loss * float64(weight)
}

// target gives what to learn about a word of a sentence: the votes of the teachers, or all for the label.
func (n *network) target(e *Example, word, task, label int) []vote {
	if e.Votes != nil {
		return e.Votes.of(word, task)
	}
	n.one[0] = vote{uint16(label), 1}
	return n.one[:]
}

// learn runs a batch forward and backward, adds to the gradients, and gives the loss of a word. The batch may be a part of a
// larger one, of sum words.
func (n *network) learn(batch []*Example, sum int) float64 {
	n.load(batch)
	n.sum = sum
	n.forward()
	var gold []int32
	for _, e := range batch {
		gold = append(gold, e.Heads...)
	}
	n.labels(gold)
	n.dHeads = floats(n.dHeads, n.words*n.shape.Heads())
	loss := n.learnArcs(batch) + n.learnLabels(batch, gold)
	n.backHeads()
	for l := n.shape.Layers - 1; l >= 0; l-- {
		n.backLayer(l)
	}
	n.backWindow()
	n.backInput()
	return loss
}

// learnArcs gives the loss of the arcs and takes it back to the layer that all tasks read from.
func (n *network) learnArcs(batch []*Example) (loss float64) {
	s := n.shape
	heads, arcs := s.Heads(), 2*s.Arc
	scale := 1 / float32(n.sum)
	n.dArc = floats(n.dArc, n.words*s.Arc)
	for b, sp := range n.spans {
		size := sp.end - sp.start
		width := size + 1
		n.dScores = floats(n.dScores, size*width)
		n.arcScores(sp, n.dScores)
		for i := range size {
			row := n.dScores[i*width:][:width]
			row[i] = -1e9 // no word is its own head
			g := int(batch[b].Heads[i])
			if g < 0 {
				g = size
			}
			loss += crossEntropy(row, n.target(batch[b], i, headTask, g), scale*n.weight[sp.start+i])
			row[i] = 0
		}
		grad := dense(n.dScores, size, size)
		grad.stride = width
		dep, dDep := dense(n.arc[sp.start*s.Arc:], size, s.Arc), dense(n.dArc[sp.start*s.Arc:], size, s.Arc)
		head, dHead := n.headRows(n.heads, sp, s.Arc, s.Arc), n.headRows(n.dHeads, sp, s.Arc, s.Arc)
		n.g.addMul(dDep, grad, head)
		n.g.addMul(dHead, grad.t(), dep)
		for i := range size {
			row := n.dScores[i*width:][:width]
			for j := range size {
				n.grad.dist[net.Distance(i, j)] += row[j]
			}
			for k, r := range n.root {
				dDep.data[i*s.Arc+k] += row[size] * r
				n.grad.root[k] += row[size] * dep.data[i*s.Arc+k]
			}
		}
	}
	sumRows(n.grad.arcB, n.dArc)
	all := span{0, n.words}
	n.g.addMul(dense(n.grad.arcW, s.Arc, s.Arc), n.headRows(n.heads, all, 0, s.Arc).t(), dense(n.dArc, n.words, s.Arc))
	n.g.addMul(n.headRows(n.dHeads, all, 0, s.Arc), dense(n.dArc, n.words, s.Arc), dense(n.arcW, s.Arc, s.Arc).t())
	for t := range n.words {
		row := n.dHeads[t*heads:][:arcs]
		multiply(row, row, n.headM[t*arcs:])
		leakyBack(row, n.heads[t*heads:][:arcs])
	}
	return loss
}

// learnLabels gives the loss of relations and tags and takes it back to the layer that all tasks read from.
func (n *network) learnLabels(batch []*Example, gold []int32) (loss float64) {
	s := n.shape
	heads, labels := s.Heads(), 2*s.Arc
	tags := labels + 2*s.Label
	scale := 1 / float32(n.sum)
	n.dRels = floats(n.dRels, n.words*s.Rels)
	copy(n.dRels, n.rels)
	for b, sp := range n.spans {
		for i := range sp.end - sp.start {
			t := sp.start + i
			w := scale * n.weight[t]
			if row := n.dRels[t*s.Rels:][:s.Rels]; gold[t] < 0 {
				clear(row)
			} else {
				loss += crossEntropy(row, n.target(batch[b], i, relTask, int(batch[b].Rels[i])), w)
			}
			row := n.dHeads[t*heads+tags:][:s.UPOS+s.XPOS]
			copy(row, n.heads[t*heads+tags:])
			loss += crossEntropy(row[:s.UPOS], n.target(batch[b], i, uposTask, int(batch[b].UPOS[i])), w)
			loss += crossEntropy(row[s.UPOS:], n.target(batch[b], i, xposTask, int(batch[b].XPOS[i])), w)
		}
	}
	sumRows(n.grad.relB, n.dRels)
	n.g.addMul(dense(n.grad.relW, s.Label, s.Rels), dense(n.hidden, n.words, s.Label).t(), dense(n.dRels, n.words, s.Rels))
	n.dHidden = floats(n.dHidden, n.words*s.Label)
	n.g.addMul(dense(n.dHidden, n.words, s.Label), dense(n.dRels, n.words, s.Rels), dense(n.relW, s.Label, s.Rels).t())
	leakyBack(n.dHidden, n.hidden)
	for _, sp := range n.spans {
		for t := sp.start; t < sp.end; t++ {
			if gold[t] < 0 {
				continue
			}
			dep := n.dHeads[t*heads+labels:][:s.Label]
			head := n.dHeads[(sp.start+int(gold[t]))*heads+labels+s.Label:][:s.Label]
			for k, v := range n.dHidden[t*s.Label:][:s.Label] {
				dep[k] += v
				head[k] += v
			}
		}
	}
	return loss
}

// backHeads goes back through the layer that all tasks read from; dOut receives the gradient of the last layer's output.
func (n *network) backHeads() {
	d, heads := n.shape.Width(), n.shape.Heads()
	sumRows(n.grad.headB, n.dHeads)
	n.g.addMul(dense(n.grad.headW, d, heads), dense(n.last, n.words, d).t(), dense(n.dHeads, n.words, heads))
	n.dOut = floats(n.dOut, n.words*d)
	n.g.addMul(dense(n.dOut, n.words, d), dense(n.dHeads, n.words, heads), dense(n.headW, d, heads).t())
	multiply(n.dOut, n.dOut, n.lastM)
}

// backLayer goes back through a recurrent layer: dOut, the gradient of its output, becomes that of its input.
func (n *network) backLayer(l int) {
	d, h := n.shape.Width(), n.shape.Hidden
	gates := 2 * net.Gates * h
	p, gp := n.params.layers[l], n.grad.layers[l]
	x, y := n.layers[l].out, &n.layers[l+1]
	n.dU = floats(n.dU, n.words*gates)
	n.dSkip = floats(n.dSkip, n.words*d)
	for dir := range 2 {
		r := n.direction(p, dir)
		dV := gp.v[dir*2*h:][:2*h]
		for _, sp := range n.spans {
			r.backwardPass(sp, y.u, x, y.state, y.forget, y.reset, n.dOut, n.dU, n.dSkip, dV)
		}
	}
	sumRows(gp.b, n.dU)
	n.g.addMul(dense(gp.w, d, gates), dense(y.in, n.words, d).t(), dense(n.dU, n.words, gates))
	n.dOut = floats(n.dOut, n.words*d)
	n.g.addMul(dense(n.dOut, n.words, d), dense(n.dU, n.words, gates), dense(p.w, d, gates).t())
	for i, m := range y.mask {
		n.dOut[i] = n.dOut[i]*m + n.dSkip[i]
	}
}

// backWindow goes back through the window layer; dIn receives the gradient of the embeddings.
func (n *network) backWindow() {
	in, d := n.shape.Input(), n.shape.Width()
	leakyBack(n.dOut, n.layers[0].out)
	sumRows(n.grad.convB, n.dOut)
	n.g.addMul(dense(n.grad.convW, net.Window*in, d), dense(n.window, n.words, net.Window*in).t(), dense(n.dOut, n.words, d))
	n.dWindow = floats(n.dWindow, n.words*net.Window*in)
	n.g.addMul(dense(n.dWindow, n.words, net.Window*in), dense(n.dOut, n.words, d), dense(n.convW, net.Window*in, d).t())
	n.dIn = floats(n.dIn, n.words*in)
	for _, sp := range n.spans {
		for t := sp.start; t < sp.end; t++ {
			for k := range net.Window {
				from := t + k - net.Window/2
				if from < sp.start || from >= sp.end {
					continue
				}
				dst := n.dIn[from*in:][:in]
				for i, v := range n.dWindow[(t*net.Window+k)*in:][:in] {
					dst[i] += v
				}
			}
		}
	}
	multiply(n.dIn, n.dIn, n.inMask)
}

// backInput adds the gradient of the embeddings to the rows that they come from.
func (n *network) backInput() {
	at := 0
	for _, row := range n.rows {
		for f, r := range row {
			w := n.shape.Embed[f]
			if r >= 0 {
				n.touched[f][r] = true
				dst := n.grad.tables[f][int(r)*w:][:w]
				for k, v := range n.dIn[at : at+w] {
					dst[k] += v
				}
			}
			at += w
		}
	}
}
