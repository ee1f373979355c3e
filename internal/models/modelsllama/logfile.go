package modelsllama

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// maxLog bounds an engine's log file; one older file of that size is kept.
const maxLog = 1 << 20

// longestLine is what is kept of one line.
const longestLine = 500

// logFile keeps what an engine prints, bounded on disk, and remembers the last line that looks like
// the reason of a failure. Where the disk refuses, the lines are dropped: an engine does not stop for
// its log.
type logFile struct {
	path string

	mu      sync.Mutex
	file    *os.File
	size    int64
	partial []byte
	last    string
	reason  string
}

func openLog(path string) *logFile {
	l := &logFile{path: path}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		l.reopen()
	}
	return l
}

func (l *logFile) reopen() {
	if l.file != nil {
		l.file.Close()
		l.file = nil
	}
	if stat, err := os.Stat(l.path); err == nil && stat.Size() >= maxLog {
		_ = os.Rename(l.path, l.path+".1")
	}
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	if stat, err := f.Stat(); err == nil {
		l.size = stat.Size()
	}
	l.file = f
}

// Write takes everything and never fails. It keeps whole lines, each cut to a sensible length, and of
// what an engine says about a request that it could not parse only that it did: such a line repeats a
// part of the request.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = append(l.partial, p...)
	for {
		line, rest, ended := bytes.Cut(l.partial, []byte("\n"))
		if !ended {
			break
		}
		l.partial = rest
		l.keep(strings.TrimSpace(string(line[:min(len(line), longestLine)])))
	}
	if len(l.partial) > longestLine {
		l.partial = append([]byte(nil), l.partial[:longestLine]...)
	}
	return len(p), nil
}

func (l *logFile) keep(line string) {
	if line == "" {
		return
	}
	if before, _, found := strings.Cut(line, "exception"); found {
		line = before + "exception (its text is not kept)"
	}
	l.last = line
	if strings.Contains(line, " E ") || strings.Contains(line, "error") {
		l.reason = line
	}
	if l.file != nil && l.size+int64(len(line)) > maxLog {
		l.reopen()
	}
	if l.file != nil {
		n, _ := l.file.WriteString(line + "\n")
		l.size += int64(n)
	}
}

// why returns the last line that tells an error, or else the last line.
func (l *logFile) why() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason != "" {
		return l.reason
	}
	return l.last
}

// Close ends the file; later writes are dropped.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
