package net

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestKernelsAgree(t *testing.T) {
	if !hasKernels() {
		t.Skip("no assembly kernels on this processor")
	}
	rng := rand.New(rand.NewPCG(1, 9))
	for range 200 {
		n := 16 * (1 + rng.IntN(20))
		src := make([]float32, n)
		for i := range src {
			src[i] = float32(rng.NormFloat64())
		}
		a, b := make([]uint8, n), make([]uint8, n)
		if x, y := quantizeGo(src, a), quantizeAsm(src, b); x != y {
			t.Fatalf("scales %v and %v", x, y)
		}
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("quantised %d and %d", a[i], b[i])
			}
		}
		in, out := quad*(1+rng.IntN(100)), 1+rng.IntN(40)
		weights := make([]float32, in*out)
		for i := range weights {
			weights[i] = rng.Float32() - 0.5
		}
		l := NewLinear(in, out, weights, make([]float32, out))
		x := make([]uint8, 8*in)
		for i := range x {
			x[i] = uint8(zero - quantMax + rng.IntN(2*quantMax+1))
		}
		scale := []float32{1, 2, 3, 4, 5, 6, 7, 8}
		p, q := make([]float32, 8*width(out)), make([]float32, 8*width(out))
		l.packed.apply(stripGo, 8, x, in, scale, p)
		for _, kernel := range stripKernels() {
			l.packed.apply(kernel, 8, x, in, scale, q)
			for i := range p {
				if p[i] != q[i] {
					t.Fatalf("products %v and %v", p[i], q[i])
				}
			}
		}
		other := slices.Clone(src)
		leakyGo(src)
		leakyAsm(other)
		if !slices.Equal(src, other) {
			t.Fatalf("activations %v and %v", src, other)
		}
		h, words := 8*(1+rng.IntN(3)), 1+rng.IntN(9)
		u, in2, v := make([]float32, words*6*h), make([]float32, words*2*h), make([]float32, 4*h)
		for _, s := range [][]float32{u, in2, v} {
			for i := range s {
				s[i] = float32(rng.NormFloat64())
			}
		}
		r, s := make([]float32, words*2*h), make([]float32, words*2*h)
		for dir := range 2 {
			rec := recurrence{h, dir * h, v[dir*2*h:]}
			first, step := 0, 1
			if dir == 1 {
				first, step = words-1, -1
			}
			recurGo(rec, first, words, step, u, in2, r)
			recurAsm(rec, first, words, step, u, in2, s)
		}
		for i := range r {
			if r[i] != s[i] || math.IsNaN(float64(r[i])) {
				t.Fatalf("recurrent %v and %v", r[i], s[i])
			}
		}
	}
}

func TestBestHeads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SliceOfN(rapid.Map(rapid.IntRange(-3, 3), func(i int) float32 { return float32(i) }), 1, 9).Draw(t, "scores")
		self := rapid.IntRange(0, len(row)-1).Draw(t, "self")
		row[self] = worst
		var want []int32 // the earlier ones of equal scores first
		for j := range row {
			if j != self {
				want = append(want, int32(j))
			}
		}
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(row[b], row[a]) })
		want = want[:min(len(want), tileRows)]
		if got, found := bestHeads(row); !slices.Equal(got[:found], want) {
			t.Fatalf("%v of %v, want %v", got[:found], row, want)
		}
	})
}

func BenchmarkProducts(b *testing.B) {
	const words, in, out = 192, 256, 768
	l := NewLinear(in, out, make([]float32, in*out), make([]float32, out))
	x, scale, y := make([]uint8, words*in), make([]float32, words), make([]float32, words*out)
	for i, kernel := range stripKernels() {
		b.Run(string(rune('0'+i)), func(b *testing.B) {
			for b.Loop() {
				l.packed.apply(kernel, words, x, in, scale, y)
			}
			b.ReportMetric(float64(b.N)*words*in*out/1e9/b.Elapsed().Seconds(), "GMAC/s")
		})
	}
}
