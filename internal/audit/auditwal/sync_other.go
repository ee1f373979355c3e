//go:build !linux

package auditwal

import "os"

// syncData makes f permanent. On macOS Sync asks the drive itself to flush.
func syncData(f *os.File) error { return f.Sync() }
