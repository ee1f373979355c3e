package auditwal

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Disk is the little that the log asks of a file system, so that tests can break each step.
type Disk interface {
	// List names the files of the directory, creating it when it is missing.
	List() ([]string, error)
	// Create makes a new file and fails if it exists.
	Create(name string) (Writer, error)
	Open(name string) (Reader, error)
	Remove(name string) error
	// SyncDir makes creations and removals permanent.
	SyncDir() error
}

// Writer writes one file.
type Writer interface {
	io.WriterAt
	// Sync returns once what was written is on stable storage.
	Sync() error
	io.Closer
}

// Reader reads one file at any offset.
type Reader interface {
	io.ReaderAt
	Size() (int64, error)
	// Sync makes permanent what an earlier process wrote and may not have synced.
	Sync() error
	io.Closer
}

// Directory is the disk of production: one folder, private to its owner.
type Directory string

// List implements Disk.
func (d Directory) List() ([]string, error) {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(string(d))
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// Create implements Disk.
func (d Directory) Create(name string) (Writer, error) {
	f, err := os.OpenFile(filepath.Join(string(d), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return file{f}, nil
}

// Open implements Disk.
func (d Directory) Open(name string) (Reader, error) {
	f, err := os.OpenFile(filepath.Join(string(d), name), os.O_RDWR, 0) // writing is needed to sync on some systems
	if err != nil {
		return nil, err
	}
	return file{f}, nil
}

// Remove implements Disk.
func (d Directory) Remove(name string) error { return os.Remove(filepath.Join(string(d), name)) }

// SyncDir implements Disk.
func (d Directory) SyncDir() error {
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

type file struct{ *os.File }

func (f file) Sync() error { return syncData(f.File) }

func (f file) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
