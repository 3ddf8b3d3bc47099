//go:build !amd64

package net

func hasKernels() bool { return false }

func stripKernels() []stripKernel { return []stripKernel{stripGo} }

func leakyAsm(x []float32) { leakyGo(x) }

func quantizeAsm(src []float32, dst []uint8) float32 { return quantizeGo(src, dst) }

func recurAsm(r recurrence, first, words, step int, u, x, out []float32) {
	recurGo(r, first, words, step, u, x, out)
}
