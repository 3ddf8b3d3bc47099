package train

import "golang.org/x/sys/cpu"

// useKernel tells whether this processor runs the assembly kernel.
func useKernel() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

//go:noescape
func kernel6x16(k int, a, b, c *float32, stride int)

//go:noescape
func forward8(a *recurrentArgs)

//go:noescape
func backward8(a *recurrentArgs)
