package net

import (
	"math"
	"slices"
)

// Decoder finds the best dependency tree of a sentence from the scores of all arcs. It keeps scratch space between
// calls and is for one goroutine at a time.
type Decoder struct {
	nodes    int
	score    []float64 // contracted scores, by head and dependent; node 0 is above the root, word i is node i+1
	from, to []int32   // the words at the ends of each contracted arc
	alive    []bool    // nodes that no other stands for
	color    []int32
	best     []int32 // the head found for each word

	// Of all contractions under way, one after another:
	parent []int32 // best heads
	cycle  []int32 // the nodes of the cycle
	inside []int32 // the ends of the arcs in it
	member []int32 // the node that stands for each word
}

// rootFine keeps a second word from becoming a root: it outweighs any difference between scores.
const rootFine = 1e7

// Tree finds the heads with the highest sum of scores that form a tree with one root. scores has n rows, one a
// dependent, of n+1 columns, one a head, the last of them for being the root; heads receives the head of every word, -1
// for the root. The algorithm is Chu and Liu's and Edmonds', run only where the best heads are no tree as they are.
func (d *Decoder) Tree(scores []float32, n int, heads []int32) {
	if n == 0 {
		return
	}
	width := n + 1
	for i := range n {
		row := scores[i*width:][:width]
		best := -1
		bestScore := row[n]
		for j, s := range row[:n] {
			if j != i && s > bestScore {
				best, bestScore = j, s
			}
		}
		heads[i] = int32(best)
	}
	if !d.isTree(heads[:n]) {
		d.edmonds(scores, n, heads)
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

// edmonds finds the tree by contraction of cycles.
func (d *Decoder) edmonds(scores []float32, n int, heads []int32) {
	m := n + 1
	d.nodes = m
	d.score, d.from, d.to = grow(d.score, m*m), grow(d.from, m*m), grow(d.to, m*m)
	d.alive, d.best = grow(d.alive, m), grow(d.best, m)
	d.parent, d.cycle, d.inside, d.member = d.parent[:0], d.cycle[:0], d.inside[:0], d.member[:0]
	extend(&d.member, m)
	for i := range m {
		d.alive[i] = true
		d.member[i] = int32(i)
		for j := range m {
			at := i*m + j
			d.from[at], d.to[at] = int32(i), int32(j)
			switch {
			case j == 0 || i == j:
				d.score[at] = math.Inf(-1)
			case i == 0:
				d.score[at] = float64(scores[(j-1)*m+n]) - rootFine
			default:
				d.score[at] = float64(scores[(j-1)*m+i-1])
			}
		}
	}
	d.contract(0)
	for i := range n {
		heads[i] = d.best[i+1] - 1
	}
}

// contract solves the graph of the nodes alive; depth counts the contractions around it.
func (d *Decoder) contract(depth int) {
	m := d.nodes
	parent := extend(&d.parent, m)
	for v := 1; v < m; v++ {
		if !d.alive[v] {
			continue
		}
		p := 0
		for u := 1; u < m; u++ {
			if u != v && d.alive[u] && d.score[u*m+v] > d.score[p*m+v] {
				p = u
			}
		}
		parent[v] = int32(p)
	}
	cycle := d.findCycle(parent)
	if cycle == nil {
		for v := 1; v < m; v++ {
			if d.alive[v] {
				at := int(parent[v])*m + v
				d.best[d.to[at]] = d.from[at]
			}
		}
		return
	}
	weight := 0.0
	for _, v := range cycle {
		weight += d.score[int(parent[v])*m+int(v)]
	}
	rep := int(cycle[0])
	for _, v := range cycle {
		d.alive[v] = false
	}
	for u := range m {
		if !d.alive[u] {
			continue
		}
		in, out := rep, rep // the ends in the cycle of the best arc from it to u, and from u to it
		outScore := 0.0
		for k, v := range cycle {
			v := int(v)
			if d.score[v*m+u] > d.score[in*m+u] {
				in = v
			}
			s := weight + d.score[u*m+v] - d.score[int(parent[v])*m+v]
			if k == 0 || s > outScore {
				out, outScore = v, s
			}
		}
		d.score[rep*m+u], d.from[rep*m+u], d.to[rep*m+u] = d.score[in*m+u], d.from[in*m+u], d.to[in*m+u]
		d.score[u*m+rep], d.from[u*m+rep], d.to[u*m+rep] = outScore, d.from[u*m+out], d.to[u*m+out]
	}
	d.alive[rep] = true
	after := extend(&d.member, m)
	before := d.member[depth*m:][:m]
	copy(after, before)
	for w, node := range before {
		if slices.Contains(cycle, node) {
			after[w] = int32(rep)
		}
	}
	// The words at the ends of the arcs in the cycle, which deeper contractions overwrite.
	ends := extend(&d.inside, 2*len(cycle))
	for k, v := range cycle {
		at := int(parent[v])*m + int(v)
		ends[2*k], ends[2*k+1] = d.from[at], d.to[at]
	}
	for v := range m {
		d.best[v] = -1
	}
	d.contract(depth + 1)
	// One word in the cycle has its head outside by now, and its node keeps it; the other nodes take theirs in the cycle.
	entered := int32(-1)
	for w, node := range before {
		if after[w] == int32(rep) && d.best[w] >= 0 {
			entered = node
		}
	}
	for k, v := range cycle {
		if v != entered {
			d.best[ends[2*k+1]] = ends[2*k]
		}
	}
}

// extend appends n elements and gives them.
func extend(s *[]int32, n int) []int32 {
	at := len(*s)
	*s = slices.Grow(*s, n)[:at+n]
	return (*s)[at : at+n : at+n]
}

// findCycle gives the nodes of one cycle among the best heads, or nil.
func (d *Decoder) findCycle(parent []int32) []int32 {
	m := d.nodes
	d.color = grow(d.color, m)
	clear(d.color)
	for v := 1; v < m; v++ {
		if !d.alive[v] {
			continue
		}
		at := int32(v)
		for at != 0 && d.color[at] == 0 {
			d.color[at] = int32(v)
			at = parent[at]
		}
		if at == 0 || d.color[at] != int32(v) {
			continue
		}
		start := len(d.cycle)
		for u := at; ; {
			d.cycle = append(d.cycle, u)
			if u = parent[u]; u == at {
				return d.cycle[start:len(d.cycle):len(d.cycle)]
			}
		}
	}
	return nil
}

// grow gives a slice of n elements, from the same memory where it is large enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n+n/2)[:n]
	}
	return s[:n]
}
