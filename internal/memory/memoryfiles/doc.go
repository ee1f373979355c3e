// Package memoryfiles keeps, in the data directory, what the memory must not keep in its database:
// files that wait to be read, and the secrets of sources.
//
// Promises: a kept file is whole and on stable storage when its ticket is given; what a stop left half
// written has no ticket that anybody holds; everything is readable by its owner only; names on disk are random, never what a member wrote; a full disk is told as such.
package memoryfiles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Inbox satisfies memory.Inbox in one folder.
type Inbox struct {
	dir   string
	max   int64
	clock core.Clock
	used  atomic.Int64
}

var _ memory.Inbox = (*Inbox)(nil)

// OpenInbox prepares the folder, which holds at most max bytes.
func OpenInbox(dir string, max int64, clock core.Clock) (*Inbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unusable(err)
	}
	in := &Inbox{dir: dir, max: max, clock: clock}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, unusable(err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			in.used.Add(info.Size())
		}
	}
	return in, nil
}

// Keep writes a file whole. One sync makes it durable with its name: the file systems that people use write
// the name of a new file when they sync it.
func (in *Inbox) Keep(ctx context.Context, r io.Reader, max int64) (kept memory.Kept, err error) {
	if in.used.Load() > in.max {
		return kept, core.E(core.Unavailable, "errors.memory_inbox_full", core.Args{"Size": in.max})
	}
	kept.Ticket = string(core.NewID(in.clock.Now()))
	path := filepath.Join(in.dir, kept.Ticket)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return kept, unusable(err)
	}
	defer func() {
		file.Close()
		if err != nil {
			os.Remove(path)
		}
	}()
	sum := sha256.New()
	source := &reading{ctx: ctx, r: io.LimitReader(r, max+1)}
	if kept.Size, err = io.Copy(io.MultiWriter(file, sum), source); err != nil {
		return kept, source.blame(err)
	}
	switch {
	case kept.Size > max:
		return kept, core.E(core.TooLarge, "errors.memory_file_large", core.Args{"Size": max})
	case kept.Size == 0:
		return kept, core.E(core.Invalid, "errors.memory_file_empty", nil)
	}
	if err = file.Sync(); err != nil {
		return kept, unusable(err)
	}
	kept.Hash = hex.EncodeToString(sum.Sum(nil))
	in.used.Add(kept.Size)
	return kept, nil
}

// reading tells a source that fails from a disk that does.
type reading struct {
	ctx context.Context
	r   io.Reader
	err error
}

// Read passes on, and remembers.
func (s *reading) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func (s *reading) blame(err error) error {
	var known *core.Error
	switch {
	case s.err == nil:
		return unusable(err)
	case errors.As(s.err, &known):
		return known
	}
	return core.Wrap(s.err, core.Unavailable, "errors.memory_file_unreadable", nil)
}

// Open gives a kept file.
func (in *Inbox) Open(ticket string) (memory.KeptFile, error) {
	path, err := in.path(ticket)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, core.Wrap(err, core.NotFound, "errors.memory_file_gone", nil)
	case err != nil:
		return nil, unusable(err)
	}
	return file, nil
}

// Drop forgets a file.
func (in *Inbox) Drop(ticket string) error {
	path, err := in.path(ticket)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err == nil {
		err = os.Remove(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return unusable(err)
	}
	in.used.Add(-info.Size())
	return nil
}

// Tickets lists what is kept.
func (in *Inbox) Tickets() ([]string, error) {
	entries, err := os.ReadDir(in.dir)
	if err != nil {
		return nil, unusable(err)
	}
	var out []string
	for _, entry := range entries {
		if _, err := core.ParseID(entry.Name()); err == nil {
			out = append(out, entry.Name())
		}
	}
	return out, nil
}

// path refuses what is no ticket: it never leads out of the folder.
func (in *Inbox) path(ticket string) (string, error) {
	id, err := core.ParseID(ticket)
	if err != nil {
		return "", err
	}
	return filepath.Join(in.dir, string(id)), nil
}

func unusable(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return core.Wrap(err, core.Unavailable, "errors.memory_disk_full", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.memory_inbox_unusable", nil)
}
