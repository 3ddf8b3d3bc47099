//go:build !amd64

package net

func hasKernels() bool { return false }

func dot4x16Asm(pairs int, x []int16, stride int, w []int16, out []float32, outStride int, scale, bias, rowScale []float32) {
	dot4x16Go(pairs, x, stride, w, out, outStride, scale, bias, rowScale)
}

func quantizeAsm(src []float32, dst []int16) float32 { return quantizeGo(src, dst) }

func recurAsm(r recurrence, first, words, step int, u, x, out []float32) {
	recurGo(r, first, words, step, u, x, out)
}
