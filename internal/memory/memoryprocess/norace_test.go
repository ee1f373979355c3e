//go:build !race

package memoryprocess_test

// keyOfMemory is how a file is refused whose reading takes too much memory.
const keyOfMemory = "errors.memory_file_heavy"
