package net

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// hasKernels tells whether this processor runs the assembly kernels.
func hasKernels() bool { return cpu.X86.HasAVX2 }

//go:noescape
func stripAVX2(tiles, quads int, x *uint8, stride int, w *int8, out *float32, outStride int, start *int32, scale, bias, rowScale *float32)

//go:noescape
func stripVNNI(tiles, quads int, x *uint8, stride int, w *int8, out *float32, outStride int, start *int32, scale, bias, rowScale *float32)

//go:noescape
func leakyAVX2(n int, x *float32)

//go:noescape
func quantizeAVX2(n int, src *float32, dst *uint8) (scale float32)

//go:noescape
func recurAVX2(words int, u *float32, uStep int, x *float32, xStep int, out *float32, v *float32, hidden int)

// stripKernels lists the kernels for strips of products that this processor runs, the fastest first.
func stripKernels() []stripKernel {
	var list []stripKernel
	if cpu.X86.HasAVX512VNNI && cpu.X86.HasAVX512VL {
		list = append(list, checked(stripVNNI))
	}
	if cpu.X86.HasAVX2 {
		list = append(list, checked(stripAVX2))
	}
	return append(list, stripGo)
}

// checked wraps an assembly kernel with the checks of bounds that assembly lacks.
func checked(kernel func(tiles, quads int, x *uint8, stride int, w *int8, out *float32, outStride int, start *int32, scale, bias, rowScale *float32)) stripKernel {
	return func(tiles, quads int, x []uint8, stride int, w []int8, out []float32, outStride int, start []int32, scale, bias, rowScale []float32) {
		last := tiles*tileRows - 1
		_, _, _ = x[last*stride+quad*quads-1], w[quad*tileCols*quads-1], out[last*outStride+tileCols-1]
		_, _, _, _ = start[tileCols-1], scale[tileCols-1], bias[tileCols-1], rowScale[last]
		kernel(tiles, quads, &x[0], stride, &w[0], &out[0], outStride*int(unsafe.Sizeof(out[0])), &start[0], &scale[0], &bias[0], &rowScale[0])
	}
}

func leakyAsm(x []float32) { leakyAVX2(len(x), &x[0]) }

func quantizeAsm(src []float32, dst []uint8) float32 {
	_ = dst[len(src)-1]
	return quantizeAVX2(len(src), &src[0], &dst[0])
}

func recurAsm(r recurrence, first, words, step int, u, x, out []float32) {
	const size = int(unsafe.Sizeof(u[0]))
	uWidth, xWidth := 2*Gates*r.hidden, 2*r.hidden
	last := first + (words-1)*step
	_, _ = u[max(first, last)*uWidth+uWidth-1], out[max(first, last)*xWidth+xWidth-1]
	_, _ = x[max(first, last)*xWidth+xWidth-1], r.v[2*r.hidden-1]
	for j := 0; j < r.hidden; j += 8 {
		at := first*xWidth + r.from + j
		recurAVX2(words, &u[first*uWidth+Gates*r.from+j], step*uWidth*size, &x[at], step*xWidth*size, &out[at], &r.v[j], r.hidden*size)
	}
}
