package net

// mend changes the analysis of a sentence where a word has two dependents of relations of which it can have one only,
// such as two subjects: arcs and relations are scored one by one, so nothing keeps a parse from that. scores are those of
// the arcs of the sentence, with rows of n+1 columns.
func (p *Parser) mend(start int, words []Word, scores []float32) {
	for range words { // as many changes as there are words, at most
		first, second := p.clash(words)
		if second < 0 {
			return
		}
		a, b := p.instead(start, words, scores, first), p.instead(start, words, scores, second)
		if a.loss < b.loss {
			second, b = first, a
		}
		if b.loss >= -worst {
			return
		}
		words[second].Head, words[second].Rel = b.head, b.rel
	}
}

// clash finds two words whose relations to the same head exclude each other, or gives -1.
func (p *Parser) clash(words []Word) (first, second int) {
	p.taken = grow(p.taken, len(words))
	clear(p.taken)
	for t, w := range words {
		if w.Head < 0 {
			continue
		}
		if p.taken[w.Head]&p.once[w.Rel] == 0 {
			p.taken[w.Head] |= p.once[w.Rel]
			continue
		}
		for s, other := range words[:t] {
			if other.Head == w.Head && p.once[other.Rel]&p.once[w.Rel] != 0 {
				return s, t
			}
		}
	}
	return -1, -1
}

// change is another head and relation of a word, and by how much lower their scores are.
type change struct {
	head int32
	rel  uint8
	loss float32
}

// instead gives the best change of a word that is at odds with another one: to another relation with the same head, or to
// one of the best other heads.
func (p *Parser) instead(start int, words []Word, scores []float32, t int) change {
	s := p.m.Shape
	n := len(words)
	row := scores[t*(n+1):][:n]
	old := words[t].Head
	defer func() { words[t].Head = old }()
	heads := [tileRows]int32{old, old, old, old}
	for i := 1; i < tileRows; i++ {
		best := int32(-1)
		for j, v := range row {
			words[t].Head = int32(j)
			if j != t && (best < 0 || v > row[best]) && heads[0] != int32(j) && heads[1] != int32(j) && heads[2] != int32(j) && p.fits(words) {
				best = int32(j)
			}
		}
		if best < 0 {
			break
		}
		heads[i] = best
	}
	scored := p.relations(start, t, heads)
	best := change{loss: -worst}
	for i, h := range heads {
		taken := uint8(0)
		for j, other := range words {
			if j != t && other.Head == h {
				taken |= p.once[other.Rel]
			}
		}
		rels := scored[i*width(s.Rels):][:s.Rels]
		top := rels[argmax(rels)]
		for rel, v := range rels {
			if loss := row[old] - row[h] + top - v; p.once[rel]&taken == 0 && loss < best.loss {
				best = change{h, uint8(rel), loss}
			}
		}
	}
	return best
}

// fits tells whether the heads form a tree without crossing arcs.
func (p *Parser) fits(words []Word) bool {
	p.parents = grow(p.parents, len(words))
	for i, w := range words {
		p.parents[i] = w.Head
	}
	return p.decoder.isTree(p.parents) && isProjective(p.parents)
}
