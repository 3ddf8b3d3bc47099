package train

import (
	"math"
	"math/rand/v2"
)

// vectorWindow is how many words on either side a vector is to predict. Each place around a word has its own output
// vectors, which makes the vectors tell more of syntax than of topics (Ling et al. 2015, "structured skip-gram").
const vectorWindow = 2

// Vectors learns embeddings of words from sentences of rows of a lexicon by skip-gram with negative sampling (Mikolov
// et al. 2013). It gives rows × width floats. progress, which may be nil, gets the share done.
func Vectors(sentences [][]int32, rows, width, epochs int, seed uint64, progress func(float64)) []float32 {
	rng := rand.New(rand.NewPCG(seed, 2))
	in := make([]float32, rows*width)
	for i := range in {
		in[i] = (rng.Float32() - 0.5) / float32(width)
	}
	var out [2 * vectorWindow][]float32
	for i := range out {
		out[i] = make([]float32, rows*width)
	}
	counts := make([]float64, rows)
	total := 0
	for _, s := range sentences {
		for _, w := range s {
			counts[w]++
		}
		total += len(s)
	}
	noise := noiseTable(counts)
	const negatives, rate = 6, 0.03
	grad := make([]float32, width)
	seen := 0
	for range epochs {
		for _, s := range sentences {
			k := float32(rate * max(0.02, 1-float64(seen)/float64(epochs*total)))
			seen += len(s)
			for i, w := range s {
				// Very common words are passed over at times.
				if f := counts[w] / float64(total); rng.Float64() > math.Sqrt(2e-4/f)+2e-4/f {
					continue
				}
				v := in[int(w)*width:][:width]
				clear(grad)
				slot := 0
				for j := i - vectorWindow; j <= i+vectorWindow; j++ {
					if j == i {
						continue
					}
					table := out[slot]
					slot++
					if j < 0 || j >= len(s) {
						continue
					}
					pull(v, table[int(s[j])*width:][:width], grad, 1, k)
					for range negatives {
						if other := noise[rng.IntN(len(noise))]; other != s[j] {
							pull(v, table[int(other)*width:][:width], grad, 0, k)
						}
					}
				}
				for d, g := range grad {
					v[d] += g
				}
			}
			if progress != nil {
				progress(float64(seen) / float64(epochs*total))
			}
		}
	}
	return in
}

// pull moves a context towards a word, or away from it, and adds the word's own move to grad.
func pull(v, c, grad []float32, label, rate float32) {
	sum := float32(0)
	c, grad = c[:len(v)], grad[:len(v)]
	for i, x := range v {
		sum += x * c[i]
	}
	g := rate * (label - 1/(1+float32(math.Exp(float64(-sum)))))
	for i, x := range v {
		grad[i] += g * c[i]
		c[i] += g * x
	}
}

// noiseTable lists rows so often as their frequency to the power of 3/4.
func noiseTable(counts []float64) []int32 {
	const size = 1 << 20
	sum := 0.0
	for _, c := range counts {
		sum += math.Pow(c, 0.75)
	}
	table := make([]int32, 0, size+len(counts))
	for row, c := range counts {
		for range int(math.Ceil(math.Pow(c, 0.75) / sum * size)) {
			table = append(table, int32(row))
		}
	}
	return table
}
