//go:build !unix

package main

import "time"

// cpuTime gives the time since the start of the process, where the system does not tell that of the processors.
func cpuTime() time.Duration { return time.Since(started) }
