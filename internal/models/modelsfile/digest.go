// Package modelsfile keeps large files honest: it writes them whole or not at all, knows each by its
// SHA-256, and remembers beside the file that it was checked, so that a start does not read
// gigabytes again.
//
// Promises: a file that Write leaves under its name is complete and on stable storage; Check reads
// the whole file unless size and time are those of the last full check.
package modelsfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Prefix starts a digest as the catalogue keeps it.
const Prefix = "sha256:"

// Digest reads the file and returns its digest. progress, if any, is told the bytes read so far.
func Digest(ctx context.Context, path string, progress func(read int64)) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", core.Wrap(err, core.NotFound, "errors.model_file_missing", nil)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := Copy(ctx, sum, f, progress); err != nil {
		return "", err
	}
	return Prefix + hex.EncodeToString(sum.Sum(nil)), nil
}

// Copy is io.Copy that stops when ctx ends and reports progress.
func Copy(ctx context.Context, dst io.Writer, src io.Reader, progress func(done int64)) (int64, error) {
	buf := make([]byte, 1<<20)
	var done int64
	for {
		if err := ctx.Err(); err != nil {
			return done, core.Wrap(err, core.Cancelled, "errors.models_stopped", nil)
		}
		n, err := src.Read(buf)
		if n > 0 {
			if _, werr := dst.Write(buf[:n]); werr != nil {
				return done, writeError(werr)
			}
			done += int64(n)
			if progress != nil {
				progress(done)
			}
		}
		if err == io.EOF {
			return done, nil
		}
		if err != nil {
			return done, err
		}
	}
}

// stamp remembers a full check.
type stamp struct {
	Size    int64  `json:"size"`
	ModTime int64  `json:"mod_time"` // nanoseconds
	Digest  string `json:"digest"`
}

func stampPath(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".stamp")
}

func readStamp(path string) (stamp, bool) {
	raw, err := os.ReadFile(stampPath(path))
	if err != nil || len(raw) > 1024 {
		return stamp{}, false
	}
	var s stamp
	return s, json.Unmarshal(raw, &s) == nil
}

// Check says whether the file is the one of the digest: nil, core.NotFound when it is missing,
// core.Corrupt when it is another. thorough reads the whole file whatever was remembered.
func Check(ctx context.Context, path, digest string, thorough bool) error {
	stat, err := os.Stat(path)
	if err != nil || !stat.Mode().IsRegular() {
		return core.Wrap(err, core.NotFound, "errors.model_file_missing", nil)
	}
	now := stamp{Size: stat.Size(), ModTime: stat.ModTime().UnixNano(), Digest: digest}
	if old, ok := readStamp(path); ok && old == now && !thorough {
		return nil
	}
	got, err := Digest(ctx, path, nil)
	if err != nil {
		return err
	}
	if got != digest {
		return core.Wrap(fmt.Errorf("%s is %s, want %s", path, got, digest), core.Corrupt, "errors.model_file_corrupt", nil)
	}
	saveStamp(path, now)
	return nil
}

// Remember notes that the file at path was just read or written whole and has the digest.
func Remember(path, digest string) {
	if stat, err := os.Stat(path); err == nil {
		saveStamp(path, stamp{Size: stat.Size(), ModTime: stat.ModTime().UnixNano(), Digest: digest})
	}
}

// saveStamp keeps a note that only saves time: where it cannot be written, the next check is full.
func saveStamp(path string, s stamp) {
	raw, err := json.Marshal(s)
	if err == nil {
		_ = os.WriteFile(stampPath(path), raw, 0o600)
	}
}

// Remove deletes the file and what was remembered of it.
func Remove(path string) error {
	err := os.Remove(path)
	_ = os.Remove(stampPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
