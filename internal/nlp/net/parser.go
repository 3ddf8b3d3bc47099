package net

// Model is a network for tagging and parsing with weights of eight bits. It is not changed by use.
type Model struct {
	Shape   Shape
	Lexicon *Lexicon
	Tables  [NumFeats]*Table
	Step    float32 // what a unit of the embeddings is worth
	Window  *Linear
	Layers  []Layer
	Heads   *Linear
	Arc     *Linear
	Root    []float32 // the arc vector of the place above the root
	Dist    []float32 // by Distance
	Rel     *Linear
}

// Layer is a recurrent layer: the products, and the weights of the states in the gates of both directions.
type Layer struct {
	Linear *Linear
	State  []float32
}

// Word is the analysis of a word.
type Word struct {
	Head int32 // index in the sentence, -1 for the root
	Rel  uint8
	UPOS uint8
	XPOS uint8
}

// Parser runs a model. It keeps scratch space between calls and is for one goroutine at a time.
type Parser struct {
	m       *Model
	asm     bool // whether the processor runs the assembly kernels
	strip   stripKernel
	decoder Decoder
	input   []float32 // the embeddings of a sentence
	quant   []uint8
	scale   []float32
	x, y    []float32 // the activations of the layer under way and of the next
	u       []float32
	heads   []float32
	arcs    []float32
	keys    packed
	key     []uint8
	keyRow  []int8
	scores  []float32
	all     []float32 // the scores of the arcs of all sentences
	parents []int32
	once    [256]uint8 // of every relation, the sets in which it is
	taken   []uint8
	z       []float32
	rels    []float32
}

// NewParser makes a parser. once lists up to eight sets of relations: of each set, a word gets no more than one dependent.
func (m *Model) NewParser(once ...[]uint8) *Parser {
	p := &Parser{m: m, asm: hasKernels(), strip: stripKernels()[0]}
	for i, set := range once {
		for _, rel := range set {
			p.once[rel] |= 1 << i
		}
	}
	return p
}

// block is how many floats the assembly quantises at once.
const block = 16

// fill sets all elements of a slice.
func fill[T any](s []T, value T) {
	for i := range s {
		s[i] = value
	}
}

// roundUp gives the number of rows that the kernels need.
func roundUp(words int) int { return (words + tileRows - 1) / tileRows * tileRows }

// Parse analyses sentences whose words lie one after another: the sentence i has the rows from ends[i-1] up to ends[i].
// out receives one word a row. Sentences are independent of each other: together or apart, the results are the same.
func (p *Parser) Parse(rows []Row, ends []int, out []Word) {
	if len(rows) == 0 {
		return
	}
	p.encode(rows, ends)
	p.all = p.all[:0]
	start := 0
	for _, end := range ends {
		p.attach(start, end, out)
		start = end
	}
	p.name(ends, out)
	start, scores := 0, p.all
	for _, end := range ends {
		n := end - start
		p.mend(start, out[start:end], scores[:n*(n+1)])
		start, scores = end, scores[n*(n+1):]
	}
}

// encode computes the layer that all tasks read from.
func (p *Parser) encode(rows []Row, ends []int) {
	m, s := p.m, p.m.Shape
	in, d := s.Input(), s.Width()
	n := len(rows)
	// A sentence is laid out with a row of zeros before and after it, so that every window is one piece of memory. Its
	// last tile may write beyond its own rows, into those of the next sentence, which are written later.
	p.x = grow(p.x, (roundUp(n)+tileRows)*d)
	start := 0
	for _, end := range ends {
		words := end - start
		size := (words*in + block - 1) / block * block
		p.input = grow(p.input, size)
		for i, row := range rows[start:end] {
			at := i * in
			for f, r := range row {
				t := m.Tables[f]
				t.copyRow(p.input[at:at+t.Width], r)
				at += t.Width
			}
		}
		clear(p.input[words*in:])
		p.quant = grow(p.quant, in+max(size, (roundUp(words)+1)*in))
		fill(p.quant[:in], zero)
		scale := p.quantizeRow(p.input, p.quant[in:][:size]) * m.Step
		fill(p.quant[in+words*in:], zero)
		p.scale = grow(p.scale, roundUp(words))
		fill(p.scale, scale)
		m.Window.packed.apply(p.strip, roundUp(words), p.quant, in, p.scale, p.x[start*d:])
		start = end
	}
	p.leaky(p.x[:n*d])
	p.y = grow(p.y, len(p.x))
	p.u = grow(p.u, roundUp(n)*2*Gates*s.Hidden)
	for _, layer := range m.Layers {
		p.quantize(p.x, n, d)
		layer.Linear.packed.apply(p.strip, roundUp(n), p.quant, d, p.scale, p.u)
		start := 0
		for _, end := range ends {
			p.recur(recurrence{s.Hidden, 0, layer.State}, start, end-start, 1)
			p.recur(recurrence{s.Hidden, s.Hidden, layer.State[2*s.Hidden:]}, end-1, end-start, -1)
			start = end
		}
		p.x, p.y = p.y, p.x
	}
	p.quantize(p.x, n, d)
	p.heads = grow(p.heads, roundUp(n)*width(s.Heads()))
	m.Heads.packed.apply(p.strip, roundUp(n), p.quant, d, p.scale, p.heads)
}

// quantize fills quant and scale from rows of floats, with zeros up to a whole tile.
func (p *Parser) quantize(x []float32, words, width int) {
	rows := roundUp(words)
	p.quant, p.scale = grow(p.quant, rows*width), grow(p.scale, rows)
	for t := range words {
		p.scale[t] = p.quantizeRow(x[t*width:][:width], p.quant[t*width:][:width])
	}
	fill(p.quant[words*width:], zero)
	clear(p.scale[words:])
}

func (p *Parser) quantizeRow(src []float32, dst []uint8) float32 {
	if p.asm && len(src)%block == 0 && len(src) > 0 {
		return quantizeAsm(src, dst)
	}
	return quantizeGo(src, dst)
}

func (p *Parser) leaky(x []float32) {
	if p.asm && len(x)%8 == 0 && len(x) > 0 {
		leakyAsm(x)
	} else {
		leakyGo(x)
	}
}

func (p *Parser) recur(r recurrence, first, words, step int) {
	if words == 0 {
		return
	}
	if p.asm && r.hidden%8 == 0 {
		recurAsm(r, first, words, step, p.u, p.x, p.y)
	} else {
		recurGo(r, first, words, step, p.u, p.x, p.y)
	}
}

// attach finds the heads and tags of one sentence.
func (p *Parser) attach(start, end int, out []Word) {
	m, s := p.m, p.m.Shape
	n := end - start
	if n == 0 {
		return
	}
	w := width(s.Heads())
	heads := p.heads[start*w:]
	rows := roundUp(n)
	// Dependents.
	p.quant, p.scale = grow(p.quant, rows*s.Arc), grow(p.scale, rows)
	for t := range n {
		row := heads[t*w:][:2*s.Arc]
		p.leaky(row)
		p.scale[t] = p.quantizeRow(row[:s.Arc], p.quant[t*s.Arc:][:s.Arc])
	}
	fill(p.quant[n*s.Arc:], zero)
	p.arcs = grow(p.arcs, rows*width(s.Arc))
	m.Arc.packed.apply(p.strip, rows, p.quant, s.Arc, p.scale, p.arcs)
	for t := range n {
		p.scale[t] = p.quantizeRow(p.arcs[t*width(s.Arc):][:s.Arc], p.quant[t*s.Arc:][:s.Arc])
	}
	fill(p.quant[n*s.Arc:], zero)
	// Heads, and the place above the root as the last of them.
	p.keys.reset(s.Arc, n+1)
	p.key, p.keyRow = grow(p.key, s.Arc), grow(p.keyRow, s.Arc)
	for t := range n + 1 {
		vector := m.Root
		if t < n {
			vector = heads[t*w+s.Arc:][:s.Arc]
		}
		scale := p.quantizeRow(vector, p.key)
		for i, v := range p.key {
			p.keyRow[i] = int8(int(v) - zero)
		}
		p.keys.set(t, p.keyRow, scale, 0)
	}
	p.scores = grow(p.scores, rows*p.keys.out)
	p.keys.apply(p.strip, rows, p.quant, s.Arc, p.scale, p.scores)
	for i := range n {
		// From rows of whole tiles to rows of n+1, in place.
		src, dst := p.scores[i*p.keys.out:][:n+1], p.scores[i*(n+1):][:n+1]
		for j := range n {
			dst[j] = src[j] + m.Dist[Distance(i, j)]
		}
		dst[n] = src[n]
	}
	p.weigh(start, n)
	p.parents = grow(p.parents, n)
	p.decoder.Tree(p.scores[:n*(n+1)], n, p.parents)
	p.all = append(p.all, p.scores[:n*(n+1)]...)
	tags := 2*s.Arc + 2*s.Label
	for t := range n {
		row := heads[t*w+tags:][:s.UPOS+s.XPOS]
		out[start+t] = Word{Head: p.parents[t], UPOS: argmax(row[:s.UPOS]), XPOS: argmax(row[s.UPOS:])}
	}
}

const (
	nearBest = 1.5 // arcs whose scores are so close to that of the best one are weighed
	clearBy  = 2.5 // a relation is clear if its score is so much above that of the next one
	doubt    = 0.3 // what is missing to that counts against the arc, times this
)

// weigh lowers the scores of arcs whose relation is in doubt, where the best arcs of a word are close to each other: an arc
// that is right mostly has a name.
func (p *Parser) weigh(start, n int) {
	s := p.m.Shape
	for t := range n {
		row := p.scores[t*(n+1):][:n+1]
		row[t] = worst // no word is its own head
		heads, found := bestHeads(row[:n])
		if found < 2 || row[heads[0]]-row[heads[1]] > nearBest {
			continue
		}
		scored := p.relations(start, t, heads)
		for i, h := range heads[:found] {
			first, second := worst, worst
			for _, v := range scored[i*width(s.Rels):][:s.Rels] {
				if v > first {
					first, second = v, first
				} else if v > second {
					second = v
				}
			}
			row[h] -= doubt * max(0, clearBy-(first-second))
		}
	}
}

// bestHeads gives the heads with the highest scores, and how many they are; the first one stands in for those that are missing.
func bestHeads(row []float32) (heads [tileRows]int32, found int) {
	for j, v := range row {
		if found == tileRows && v <= row[heads[tileRows-1]] || v == worst {
			continue
		}
		at := min(found, tileRows-1)
		for ; at > 0 && v > row[heads[at-1]]; at-- {
			heads[at] = heads[at-1]
		}
		heads[at] = int32(j)
		found = min(found+1, tileRows)
	}
	for i := found; i < tileRows; i++ {
		heads[i] = heads[0]
	}
	return heads, found
}

// relations scores all relations of the word t of the sentence that begins at start to each of some heads.
func (p *Parser) relations(start, t int, heads [tileRows]int32) []float32 {
	s := p.m.Shape
	w := width(s.Heads())
	dep := p.heads[(start+t)*w+2*s.Arc:][:s.Label]
	p.z = grow(p.z, tileRows*s.Label)
	for i, h := range heads {
		head := p.heads[(start+int(h))*w+2*s.Arc+s.Label:][:s.Label]
		z := p.z[i*s.Label:][:s.Label]
		for k, v := range dep {
			z[k] = v + head[k]
		}
	}
	p.leaky(p.z)
	p.quantize(p.z, tileRows, s.Label)
	p.rels = grow(p.rels, tileRows*width(s.Rels))
	p.m.Rel.packed.apply(p.strip, tileRows, p.quant, s.Label, p.scale, p.rels)
	return p.rels
}

// name finds the relations of all words.
func (p *Parser) name(ends []int, out []Word) {
	m, s := p.m, p.m.Shape
	n := ends[len(ends)-1]
	w := width(s.Heads())
	p.z = grow(p.z, n*s.Label)
	start := 0
	for _, end := range ends {
		for t := start; t < end; t++ {
			z := p.z[t*s.Label:][:s.Label]
			dep := p.heads[t*w+2*s.Arc:][:s.Label]
			if out[t].Head < 0 {
				copy(z, dep)
				continue
			}
			head := p.heads[(start+int(out[t].Head))*w+2*s.Arc+s.Label:][:s.Label]
			for i := range z {
				z[i] = dep[i] + head[i]
			}
		}
		start = end
	}
	p.leaky(p.z)
	p.quantize(p.z, n, s.Label)
	p.rels = grow(p.rels, roundUp(n)*width(s.Rels))
	m.Rel.packed.apply(p.strip, roundUp(n), p.quant, s.Label, p.scale, p.rels)
	for t := range n {
		out[t].Rel = argmax(p.rels[t*width(s.Rels):][:s.Rels])
	}
}

func argmax(scores []float32) uint8 {
	best := 0
	for i, v := range scores {
		if v > scores[best] {
			best = i
		}
	}
	return uint8(best)
}
