package train

import "demarche/internal/nlp/net"

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
