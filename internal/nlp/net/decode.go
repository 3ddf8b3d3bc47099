package net

// Decoder finds the best dependency tree of a sentence from the scores of all arcs. It keeps scratch space between
// calls and is for one goroutine at a time.
type Decoder struct {
	words int
	color []int32
	// The scores of the best analyses of the words from s to t, found at s*words+t or, where t is the head, at
	// t*words+s: with all dependents of the head (full), and with an arc between s and t (open).
	fullLeft, fullRight, openLeft, openRight []float32
	// The words at which these analyses are parted in two, at s*words+t.
	cutLeft, cutRight, cutOpen []int32
}

// Tree finds the heads with the highest sum of scores that form a tree with one root and without crossing arcs. scores
// has n rows, one a dependent, of n+1 columns, one a head, the last of them for being the root; heads receives the head
// of every word, -1 for the root. The algorithm is Eisner's (1996), in time cubic in n, run only where the best heads are no
// such tree as they are.
func (d *Decoder) Tree(scores []float32, n int, heads []int32) {
	if n == 0 {
		return
	}
	for i := range n {
		row := scores[i*(n+1):][:n+1]
		best, bestScore := -1, row[n]
		for j, s := range row[:n] {
			if j != i && s > bestScore {
				best, bestScore = j, s
			}
		}
		heads[i] = int32(best)
	}
	if heads = heads[:n]; !d.isTree(heads) || !isProjective(heads) {
		d.eisner(scores, heads)
	}
}

// isTree tells whether the heads have one root and no cycle.
func (d *Decoder) isTree(heads []int32) bool {
	d.color = grow(d.color, len(heads))
	clear(d.color)
	roots := 0
	for i := range heads {
		if heads[i] < 0 {
			roots++
		}
		mark := int32(i + 1)
		at := int32(i)
		for at >= 0 && d.color[at] == 0 {
			d.color[at] = mark
			at = heads[at]
		}
		if at >= 0 && d.color[at] == mark {
			return false
		}
	}
	return roots == 1
}

// isProjective tells whether no arcs of a tree cross each other, and none passes over the root.
func isProjective(heads []int32) bool {
	for i, h := range heads {
		if h < 0 {
			continue
		}
		first, last := min(i, int(h)), max(i, int(h))
		for j := first + 1; j < last; j++ {
			if g := int(heads[j]); g < first || g > last {
				return false
			}
		}
	}
	return true
}

// worst is lower than any sum of scores.
const worst = float32(-1e30)

// eisner finds the tree by dynamic programming over ever longer ranges of words.
func (d *Decoder) eisner(scores []float32, heads []int32) {
	n := len(heads)
	d.words = n
	for _, table := range []*[]float32{&d.fullLeft, &d.fullRight, &d.openLeft, &d.openRight} {
		*table = grow(*table, n*n)
	}
	for _, table := range []*[]int32{&d.cutLeft, &d.cutRight, &d.cutOpen} {
		*table = grow(*table, n*n)
	}
	for s := range n {
		d.fullLeft[s*n+s], d.fullRight[s*n+s] = 0, 0
	}
	for length := 1; length < n; length++ {
		for s := range n - length {
			t := s + length
			at := s*n + t
			best, cut := worst, s
			for r, left := range d.fullRight[at-length : at] {
				if v := left + d.fullLeft[t*n+s+r+1]; v > best {
					best, cut = v, s+r
				}
			}
			d.cutOpen[at] = int32(cut)
			d.openLeft[t*n+s] = best + scores[s*(n+1)+t]
			d.openRight[at] = best + scores[t*(n+1)+s]

			best, cut = worst, s
			for r := s; r < t; r++ {
				if v := d.fullLeft[r*n+s] + d.openLeft[t*n+r]; v > best {
					best, cut = v, r
				}
			}
			d.fullLeft[t*n+s], d.cutLeft[at] = best, int32(cut)

			best, cut = worst, t
			for r := s + 1; r <= t; r++ {
				if v := d.openRight[s*n+r] + d.fullRight[r*n+t]; v > best {
					best, cut = v, r
				}
			}
			d.fullRight[at], d.cutRight[at] = best, int32(cut)
		}
	}
	root, best := 0, worst
	for r := range n {
		if v := d.fullLeft[r*n] + d.fullRight[r*n+n-1] + scores[r*(n+1)+n]; v > best {
			root, best = r, v
		}
	}
	heads[root] = -1
	d.left(0, root, heads)
	d.right(root, n-1, heads)
}

// left writes the heads of the words from s on that are below t.
func (d *Decoder) left(s, t int, heads []int32) {
	for s < t {
		r := int(d.cutLeft[s*d.words+t])
		heads[r] = int32(t)
		d.between(r, t, heads)
		t = r
	}
}

// right writes the heads of the words up to t that are below s.
func (d *Decoder) right(s, t int, heads []int32) {
	for s < t {
		r := int(d.cutRight[s*d.words+t])
		heads[r] = int32(s)
		d.between(s, r, heads)
		s = r
	}
}

// between writes the heads of the words between the ends of an arc.
func (d *Decoder) between(s, t int, heads []int32) {
	r := int(d.cutOpen[s*d.words+t])
	d.right(s, r, heads)
	d.left(r+1, t, heads)
}

// grow gives a slice of n elements, from the same memory where it is large enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n+n/2)[:n]
	}
	return s[:n]
}
