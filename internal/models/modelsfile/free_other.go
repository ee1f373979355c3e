//go:build !linux && !darwin

package modelsfile

// freeBytes is not known here; a full disk then shows when writing fails.
func freeBytes(string) (uint64, bool) { return 0, false }
