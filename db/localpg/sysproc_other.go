//go:build !linux

package localpg

import "syscall"

// dieWithParent does nothing where the kernel cannot: a server that outlives
// its owner is taken over by the next.
func dieWithParent(*syscall.SysProcAttr) {}
