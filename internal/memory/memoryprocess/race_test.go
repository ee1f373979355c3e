//go:build race

package memoryprocess_test

// Under the race detector it is the detector's own memory that runs out, and it ends the process in its own words.
const keyOfMemory = "errors.memory_file_crashed"
