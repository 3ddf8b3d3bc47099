package train

import (
	"fmt"

	"demarche/internal/nlp/net"
)

// Freeze gives the network with weights of eight bits.
func (m *Trained) Freeze() *net.Model {
	p := m.params
	s := p.shape
	f := &net.Model{Shape: s, Lexicon: m.Lexicon, Step: net.Step(p.tables[:]), Root: p.root, Dist: p.dist}
	for i, t := range p.tables {
		f.Tables[i] = net.NewTable(s.Embed[i], t, f.Step)
	}
	d := s.Width()
	f.Window = net.NewLinear(net.Window*s.Input(), d, p.convW, p.convB)
	for _, l := range p.layers {
		f.Layers = append(f.Layers, net.Layer{Linear: net.NewLinear(d, 2*net.Gates*s.Hidden, l.w, l.b), State: l.v})
	}
	f.Heads = net.NewLinear(d, s.Heads(), p.headW, p.headB)
	f.Arc = net.NewLinear(s.Arc, s.Arc, p.arcW, p.arcB)
	f.Rel = net.NewLinear(s.Label, s.Rels, p.relW, p.relB)
	return f
}

// Thaw gives a network in floats with the weights of a model file, so that it can be trained further. Words of the lexicon that the
// model does not know begin as its unknown word. The model must have the DefaultShape.
func Thaw(f *net.Model, lex *net.Lexicon) (*Trained, error) {
	if f.Shape != DefaultShape() {
		return nil, fmt.Errorf("the model has the shape %+v instead of %+v", f.Shape, DefaultShape())
	}
	p := newParams(f.Shape, lex)
	for i, t := range f.Tables {
		for row := range p.rows[i] {
			from := row
			if i == net.FeatWord {
				from = int(f.Lexicon.Row(lex.Words()[row])[net.FeatWord])
			}
			for k, v := range t.Value[from*t.Width:][:t.Width] {
				p.tables[i][row*t.Width+k] = float32(v) * float32(t.Unit[from]) * f.Step
			}
		}
	}
	thaw := func(l *net.Linear, w, b []float32) {
		for o := range l.Out {
			for i := range l.In {
				w[i*l.Out+o] = float32(l.Weights[o*l.In+i]) * l.Scale[o]
			}
		}
		copy(b, l.Bias)
	}
	thaw(f.Window, p.convW, p.convB)
	for i, l := range f.Layers {
		thaw(l.Linear, p.layers[i].w, p.layers[i].b)
		copy(p.layers[i].v, l.State)
	}
	thaw(f.Heads, p.headW, p.headB)
	thaw(f.Arc, p.arcW, p.arcB)
	thaw(f.Rel, p.relW, p.relB)
	copy(p.root, f.Root)
	copy(p.dist, f.Dist)
	return &Trained{lex, p}, nil
}
