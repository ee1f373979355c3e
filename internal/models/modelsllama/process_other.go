//go:build !linux && !darwin

package modelsllama

import (
	"io/fs"
	"os"
	"os/exec"
)

// withParent cannot tie a child's life to ours on this system; Stop ends it.
func withParent(*exec.Cmd) (release func()) { return func() {} }

func endGroup(pid int) { killGroup(pid) }

func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill() // already gone is as good
	}
}

// commandLine is not known here, so no process is taken for one of ours.
func commandLine(int) string { return "" }

func ownedByUs(fs.FileInfo) bool { return true }
