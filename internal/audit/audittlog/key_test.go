package audittlog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func TestAKeyIsMadeOnceAndReadBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secrets", "log.key")
	if _, err := audittlog.LoadKey(path); !core.Is(err, core.NotFound) {
		t.Errorf("no key yet: %v", err)
	}
	made, err := audittlog.CreateKey(path, "coop.example/log")
	if err != nil {
		t.Fatal(err)
	}
	read, err := audittlog.LoadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if read.Verifier != made.Verifier || read.Origin() != "coop.example/log" {
		t.Errorf("read %+v, made %+v", read, made)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	signed, err := note.Sign(&note.Note{Text: "x\n"}, read.Signer)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(read.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(signed, note.VerifierList(verifier)); err != nil {
		t.Error(err)
	}
	if _, err := audittlog.CreateKey(path, "coop.example/log"); !core.Is(err, core.Unavailable) {
		t.Errorf("a second key over the first: %v", err)
	}
	left, _ := os.ReadDir(filepath.Dir(path))
	if len(left) != 1 {
		t.Errorf("files left: %v", left)
	}
}

func TestAKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode  os.FileMode
		spoil func(key string) string
		want  string
	}{
		"open to others": {0o644, func(k string) string { return k }, "errors.audit_key_exposed"},
		"cut":            {0o600, func(k string) string { return k[:len(k)-8] }, "errors.audit_key_damaged"},
		"altered name":   {0o600, func(k string) string { return strings.Replace(k, "coop", "loop", 1) }, "errors.audit_key_damaged"},
		"empty":          {0o600, func(string) string { return "" }, "errors.audit_key_damaged"},
		"huge":           {0o600, func(k string) string { return strings.Repeat(k, 50) }, "errors.audit_key_damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "log.key")
			if _, err := audittlog.CreateKey(path, "coop.example"); err != nil {
				t.Fatal(err)
			}
			raw, _ := os.ReadFile(path)
			if err := os.WriteFile(path, []byte(test.spoil(string(raw))), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, test.mode); err != nil {
				t.Fatal(err)
			}
			_, err := audittlog.LoadKey(path)
			wantKey(t, err, test.want)
		})
	}
}

func TestTheOriginIsAName(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"", "a b", "a+b", "a\nb", "a\u00a0b", "\xff", strings.Repeat("a", 300)} {
		path := filepath.Join(t.TempDir(), "log.key")
		_, err := audittlog.CreateKey(path, origin)
		wantKey(t, err, "errors.audit_origin")
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%q left a file", origin)
		}
	}
}

func FuzzLoadKey(f *testing.F) {
	f.Add("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n")
	f.Add("PRIVATE+KEY++++")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "log.key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		key, err := audittlog.LoadKey(path)
		if err == nil && audittlog.Fingerprint(key.Verifier) == "" {
			t.Errorf("%q gives a key without a public half", text)
		}
	})
}
