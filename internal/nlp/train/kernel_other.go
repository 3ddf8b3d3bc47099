//go:build !amd64

package train

func useKernel() bool { return false }

func kernel6x16(k int, a, b, c *float32, stride int) { panic("no kernel on this processor") }

func forward8(a *recurrentArgs) { panic("no kernel on this processor") }

func backward8(a *recurrentArgs) { panic("no kernel on this processor") }
