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

// Write takes everything and never fails.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil && l.size+int64(len(p)) > maxLog {
		l.reopen()
	}
	if l.file != nil {
		n, _ := l.file.Write(p)
		l.size += int64(n)
	}
	l.remember(p)
	return len(p), nil
}

func (l *logFile) remember(p []byte) {
	const longest = 500
	l.partial = append(l.partial, p...)
	for {
		line, rest, ended := bytes.Cut(l.partial, []byte("\n"))
		if !ended {
			break
		}
		l.partial = rest
		if text := strings.TrimSpace(string(line[:min(len(line), longest)])); text != "" {
			l.last = text
			if strings.Contains(text, " E ") || strings.Contains(text, "error") {
				l.reason = text
			}
		}
	}
	if len(l.partial) > longest {
		l.partial = l.partial[:longest]
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
