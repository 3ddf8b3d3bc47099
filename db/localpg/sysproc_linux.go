package localpg

import "syscall"

// dieWithParent has the kernel ask a process to shut down in good order when
// the thread that started it ends, however it ends.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGINT }
