package net

import (
	"math/rand/v2"
	"testing"
)

// TestTreeIsBest compares the decoder with the best of all trees without crossing arcs, found by trying every one.
func TestTreeIsBest(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var d Decoder
	for range 3000 {
		n := 1 + rng.IntN(5)
		scores := make([]float32, n*(n+1))
		for i := range scores {
			scores[i] = rng.Float32()*20 - 10
		}
		heads := make([]int32, n)
		d.Tree(scores, n, heads)
		if !d.isTree(heads) || !isProjective(heads) {
			t.Fatalf("no tree without crossing arcs: %v", heads)
		}
		got, want := total(scores, heads), float32(-1e9)
		try := make([]int32, n)
		var all func(i int)
		all = func(i int) {
			if i == n {
				if d.isTree(try) && isProjective(try) {
					want = max(want, total(scores, try))
				}
				return
			}
			for h := -1; h < n; h++ {
				if h != i {
					try[i] = int32(h)
					all(i + 1)
				}
			}
		}
		all(0)
		if got < want-1e-3 {
			t.Fatalf("n=%d: tree %v scores %v, the best scores %v", n, heads, got, want)
		}
	}
}

func total(scores []float32, heads []int32) (sum float32) {
	n := len(heads)
	for i, h := range heads {
		if h < 0 {
			h = int32(n)
		}
		sum += scores[i*(n+1)+int(h)]
	}
	return sum
}
