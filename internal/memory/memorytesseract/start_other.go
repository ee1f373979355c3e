//go:build !linux

package memorytesseract

import "os/exec"

// start runs the command to its end; its time is bounded, so it does not outlive us for long.
func start(cmd *exec.Cmd) error { return cmd.Run() }
