package audittest

import (
	"os"
	"runtime"
	"testing"
)

// Dir is a directory in which a log may live until the test ends. The driver of a Merkle log that was told to stop may be writing its
// last checkpoint in that very moment, and cannot be waited for: removing the directory is then tried again, a bounded number of times.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "house")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 1000 {
			if err = os.RemoveAll(dir); err == nil {
				return
			}
			runtime.Gosched()
		}
		t.Error(err)
	})
	return dir
}
