package train

import (
	"math"
	"math/rand/v2"
	"testing"
)

func randomMatrix(rng *rand.Rand, rows, cols int, transposed bool) matrix {
	if transposed {
		return randomMatrix(rng, cols, rows, false).t()
	}
	m := dense(make([]float32, rows*(cols+3)), rows, cols)
	m.stride = cols + 3
	for i := range m.data {
		m.data[i] = rng.Float32() - 0.5
	}
	return m
}

func (m matrix) at(i, j int) float64 {
	down, right := m.steps()
	return float64(m.data[i*down+j*right])
}

func TestAddMul(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 40 {
		m, k, n := 1+rng.IntN(40), 1+rng.IntN(40), 1+rng.IntN(70)
		a := randomMatrix(rng, m, k, trial&1 == 1)
		b := randomMatrix(rng, k, n, trial&2 == 2)
		for _, asm := range []bool{false, useKernel()} {
			c := dense(make([]float32, m*n), m, n)
			g := newGemm()
			g.asm = asm
			g.addMul(c, a, b)
			for i := range m {
				for j := range n {
					want := 0.0
					for p := range k {
						want += a.at(i, p) * b.at(p, j)
					}
					if got := c.at(i, j); math.Abs(got-want) > 1e-4 {
						t.Fatalf("asm %v, %d×%d×%d: c[%d][%d] = %v, want %v", asm, m, k, n, i, j, got, want)
					}
				}
			}
		}
	}
}

func BenchmarkAddMul(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	const m, k, n = 600, 256, 768
	x, y := randomMatrix(rng, m, k, false), randomMatrix(rng, k, n, false)
	c := dense(make([]float32, m*n), m, n)
	g := newGemm()
	for b.Loop() {
		g.addMul(c, x, y)
	}
	b.ReportMetric(float64(b.N)*m*k*n/1e9/b.Elapsed().Seconds(), "GMAC/s")
}
