package modelsfile_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfile"
)

const abc = modelsfile.Prefix + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

func says(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func TestWriteIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		want string
		fill func(io.Writer) error
		code core.Code
	}{
		"any bytes":       {"", says("abc"), ""},
		"the right bytes": {abc, says("abc"), ""},
		"wrong bytes":     {abc, says("abd"), core.Corrupt},
		"broken off":      {"", func(w io.Writer) error { says("ab")(w); return boom }, core.Unavailable},
		"disk full":       {"", func(w io.Writer) error { says("ab")(w); return syscall.ENOSPC }, core.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "sub", "file")
			digest, err := modelsfile.Write(path, 0o640, c.want, c.fill)
			if core.CodeOf(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err != nil {
				if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 0 {
					t.Errorf("left behind: %v", left)
				}
				return
			}
			if got, _ := os.ReadFile(path); string(got) != "abc" || digest != abc {
				t.Errorf("got %q %s", got, digest)
			}
		})
	}
}

func TestCheckRemembersButNoticesChange(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if _, err := modelsfile.Write(path, 0o600, "", says("abc")); err != nil {
		t.Fatal(err)
	}
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	// A change that keeps size and time is the one thing that only a thorough check finds.
	if err := errors.Join(os.WriteFile(path, []byte("abX"), 0o600), os.Chtimes(path, stat.ModTime(), stat.ModTime())); err != nil {
		t.Fatal(err)
	}
	if err := modelsfile.Check(t.Context(), path, abc, false); err != nil {
		t.Errorf("remembered: got %v", err)
	}
	if err := modelsfile.Check(t.Context(), path, abc, true); !core.Is(err, core.Corrupt) {
		t.Errorf("thorough: got %v, want corrupt", err)
	}
	if err := os.Chtimes(path, stat.ModTime().Add(time.Second), stat.ModTime().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := modelsfile.Check(t.Context(), path, abc, false); !core.Is(err, core.Corrupt) {
		t.Errorf("touched: got %v, want corrupt", err)
	}
	if err := modelsfile.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := modelsfile.Check(t.Context(), path, abc, false); !core.Is(err, core.NotFound) {
		t.Errorf("removed: got %v, want not found", err)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	from, to := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "deep", "b")
	if _, err := modelsfile.Write(from, 0o600, "", says("abc")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // over an old one too
		if err := modelsfile.Link(t.Context(), from, to, abc, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := modelsfile.Check(t.Context(), to, abc, true); err != nil {
			t.Error(err)
		}
	}
}

func TestNeedFree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := modelsfile.NeedFree(dir, 1); err != nil {
		t.Errorf("one byte: %v", err)
	}
	err := modelsfile.NeedFree(dir, 1<<60)
	if !core.Is(err, core.Unavailable) || core.AsError(err).Args["NeedMB"] == nil {
		t.Errorf("an exbibyte: got %v", err)
	}
}

func TestCopyStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := modelsfile.Copy(ctx, io.Discard, strings.NewReader("x"), func(int64) { cancel() })
	if !core.Is(err, core.Cancelled) {
		t.Errorf("got %v, want cancelled", err)
	}
}
