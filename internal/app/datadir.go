package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// DataDir is the layout of the data directory. Everything that a backup must hold is in it.
type DataDir string

// The places.
func (d DataDir) Database() string    { return filepath.Join(string(d), "solidaire.db") }
func (d DataDir) Audit() string       { return filepath.Join(string(d), "audit") }
func (d DataDir) Models() string      { return filepath.Join(string(d), "models") }
func (d DataDir) Engine() string      { return filepath.Join(string(d), "engine") }
func (d DataDir) Secrets() string     { return filepath.Join(string(d), "secrets") }
func (d DataDir) RunFiles() string    { return filepath.Join(string(d), "run") }
func (d DataDir) Inbox() string       { return filepath.Join(string(d), "inbox") }
func (d DataDir) Sources() string     { return filepath.Join(string(d), "sources") }
func (d DataDir) Documents() string   { return filepath.Join(string(d), "documents") }
func (d DataDir) Logs() string        { return filepath.Join(string(d), "logs") }
func (d DataDir) addressFile() string { return filepath.Join(d.RunFiles(), "address") }
func (d DataDir) lockFile() string    { return filepath.Join(d.RunFiles(), "lock") }

// Prepare makes the directories, readable by their owner only.
func (d DataDir) Prepare() error {
	for _, dir := range []string{string(d), d.Audit(), d.Models(), d.Secrets(), d.RunFiles(), d.Logs()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return dataDirError(err, d)
		}
	}
	return d.checkOwner()
}

// checkOwner refuses a directory of somebody else: its owner could read every conversation. Root may use any.
func (d DataDir) checkOwner() error {
	info, err := os.Stat(string(d))
	if err != nil {
		return dataDirError(err, d)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && os.Getuid() != 0 && int(stat.Uid) != os.Getuid() {
		return core.E(core.Forbidden, "errors.data_owner", core.Args{"Dir": string(d)})
	}
	return nil
}

func dataDirError(err error, d DataDir) error {
	key := "errors.data_unusable"
	if errors.Is(err, fs.ErrPermission) {
		key = "errors.data_owner"
	}
	return core.Wrap(err, core.Unavailable, key, core.Args{"Dir": string(d)})
}

// lock holds the data directory for this process until it is closed or the process ends.
type lock struct{ file *os.File }

// takeLock fails with core.Conflict when another process holds the directory.
func takeLock(d DataDir) (*lock, error) {
	file, err := os.OpenFile(d.lockFile(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, dataDirError(err, d)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, core.Wrap(err, core.Conflict, "errors.data_locked", core.Args{"Dir": string(d)})
		}
		return nil, dataDirError(err, d)
	}
	return &lock{file: file}, nil
}

// Close gives the directory back at once: a child process that is just being started, such as an engine, holds the file too.
func (l *lock) Close() error {
	return errors.Join(syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}
