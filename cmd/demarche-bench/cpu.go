package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cpuOf gives the seconds of processor time that a process, its children and
// those of them that have ended have used (Linux; 0 elsewhere).
func cpuOf(pid int) float64 {
	own, _ := stat(strconv.Itoa(pid))
	total := own[0] + own[1] + own[2] + own[3]
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, p := range paths {
		if used, parent := stat(filepath.Base(filepath.Dir(p))); parent == pid {
			total += used[0] + used[1]
		}
	}
	return total / 100
}

// stat reads the ticks of a process, of itself and of its ended children, and
// its parent.
func stat(pid string) (ticks [4]float64, parent int) {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return ticks, 0
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	for i := range ticks {
		ticks[i], _ = strconv.ParseFloat(fields[11+i], 64)
	}
	parent, _ = strconv.Atoi(fields[1])
	return ticks, parent
}

// residentMB gives the memory that a process has, and the most that it has had
// since forgetPeak, in MB (Linux; 0 elsewhere).
func residentMB(pid int) (now, peak float64) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	read := func(name string) float64 {
		_, rest, _ := strings.Cut(string(b), name)
		kb, _ := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
		return kb / 1024
	}
	return read("VmRSS:"), read("VmHWM:")
}

// forgetPeak has the peak of a process begin anew.
func forgetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}
