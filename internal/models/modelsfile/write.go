package modelsfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Write makes the file at path with what fill writes, whole or not at all, and returns its digest.
// With want, other bytes are refused and removed: core.Corrupt.
func Write(path string, mode fs.FileMode, want string, fill func(w io.Writer) error) (digest string, err error) {
	_, digest, err = WriteNamed(filepath.Dir(path), mode, want, fill, func(string) string { return filepath.Base(path) })
	return digest, err
}

// WriteNamed is Write for a file in dir whose name follows from its digest.
func WriteNamed(dir string, mode fs.FileMode, want string, fill func(w io.Writer) error, name func(digest string) string) (path, digest string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", writeError(err)
	}
	temp, err := os.CreateTemp(dir, ".partial-*")
	if err != nil {
		return "", "", writeError(err)
	}
	defer func() {
		temp.Close()
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	sum := sha256.New()
	if err := fill(io.MultiWriter(temp, sum)); err != nil {
		return "", "", writeError(err)
	}
	digest = Prefix + hex.EncodeToString(sum.Sum(nil))
	path = filepath.Join(dir, name(digest))
	if want != "" && digest != want {
		return "", "", core.Wrap(fmt.Errorf("%s would be %s, want %s", path, digest, want), core.Corrupt, "errors.models_wrong_digest", nil)
	}
	if err := publish(temp, path, mode); err != nil {
		return "", "", err
	}
	Remember(path, digest)
	return path, digest, nil
}

// publish puts a finished temporary file on stable storage under its name.
func publish(temp *os.File, path string, mode fs.FileMode) error {
	if err := errors.Join(temp.Chmod(mode), temp.Sync(), temp.Close(), os.Rename(temp.Name(), path)); err != nil {
		return writeError(err)
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return writeError(err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return writeError(err)
	}
	return nil
}

// Link puts the checked file at from also at to, which it replaces: by a hard link where the disk
// allows it, by a copy elsewhere.
func Link(ctx context.Context, from, to, digest string, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return writeError(err)
	}
	if a, err := os.Stat(from); err == nil {
		if b, err := os.Stat(to); err == nil && os.SameFile(a, b) {
			Remember(to, digest)
			return nil
		}
	}
	temp := filepath.Join(filepath.Dir(to), ".link-"+filepath.Base(to))
	_ = os.Remove(temp)
	if err := os.Link(from, temp); err == nil {
		if err := os.Rename(temp, to); err != nil {
			os.Remove(temp)
			return writeError(err)
		}
		Remember(to, digest)
		return syncDir(filepath.Dir(to))
	}
	src, err := os.Open(from)
	if err != nil {
		return core.Wrap(err, core.NotFound, "errors.model_file_missing", nil)
	}
	defer src.Close()
	_, err = Write(to, mode, digest, func(w io.Writer) error {
		_, err := Copy(ctx, w, src, nil)
		return err
	})
	return err
}

// writeError gives a failed write the house's shape; a full disk is told by name.
func writeError(err error) error {
	var told *core.Error
	switch {
	case err == nil || errors.As(err, &told):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return core.Wrap(err, core.Unavailable, "errors.models_disk_full", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.models_write", nil)
}

// NeedFree fails with core.Unavailable when the disk of dir has less than bytes free, beside a
// margin for the database and the log. Where free space cannot be known it does not object.
func NeedFree(dir string, bytes int64) error {
	const margin = 256 << 20
	free, known := freeBytes(dir)
	if !known || bytes <= 0 || free >= uint64(bytes)+margin {
		return nil
	}
	return core.E(core.Unavailable, "errors.models_disk_short", core.Args{
		"NeedMB": (bytes + margin) >> 20, "FreeMB": int64(free >> 20),
	})
}
