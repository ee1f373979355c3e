package memoryoriginals_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryoriginals"
)

const (
	coop     core.ID = "0000000000000000000000coop"
	other    core.ID = "000000000000000000000other"
	document core.ID = "06h03b5g4b53z6e5056xngvz3g"
	version          = "0a1b2c"
)

func open(t *testing.T) (*memoryoriginals.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "documents")
	s, err := memoryoriginals.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func original() memory.Original {
	return memory.Original{Version: version, Media: "application/pdf", File: bytes.Repeat([]byte("secret"), 30_000),
		Places: []memory.Place{{Start: 2, End: 5, Page: 1, Left: 10, Top: 20, Right: 30, Bottom: 40}}}
}

func TestWhatIsKeptComesBack(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	for range 2 { // again is no harm
		if err := s.Keep(t.Context(), coop, document, original()); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Original(t.Context(), coop, document, version)
	if diff := cmp.Diff(original(), got); err != nil || diff != "" {
		t.Errorf("%v %.300s", err, diff)
	}
	if places, err := s.Places(t.Context(), coop, document, version); err != nil || !cmp.Equal(places, original().Places) {
		t.Errorf("%v, %v", places, err)
	}
	if _, err := s.Original(t.Context(), other, document, version); !core.Is(err, core.NotFound) {
		t.Errorf("another organisation: %v", err)
	}
	files := 0
	filepath.WalkDir(dir, func(_ string, e fs.DirEntry, _ error) error {
		info, err := e.Info()
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v", e.Name(), info.Mode())
		}
		if !e.IsDir() {
			files++
		}
		return nil
	})
	if files != 1 {
		t.Errorf("%d files", files)
	}
}

// An open file keeps its bytes when it is unlinked: they are gone before.
func TestErasingLeavesNoByte(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	if err := s.Keep(t.Context(), coop, document, original()); err != nil {
		t.Fatal(err)
	}
	held, err := os.Open(filepath.Join(dir, string(coop), string(document), version))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	for range 2 {
		if err := s.RemoveOriginals(t.Context(), coop, document); err != nil {
			t.Fatal(err)
		}
	}
	left := make([]byte, 200_000)
	n, _ := held.Read(left)
	if bytes.Contains(left[:n], []byte("secret")) {
		t.Error("the bytes are still there")
	}
	if _, err := s.Original(t.Context(), coop, document, version); !core.Is(err, core.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestNamesLeadNowhereElse(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	bad := original()
	bad.Version = "../x"
	if err := s.Keep(t.Context(), coop, document, bad); err == nil {
		t.Error("a version that is a path was kept")
	}
	if err := s.Keep(t.Context(), "..", document, original()); err == nil {
		t.Error("an organisation that is a path was kept")
	}
	if _, err := s.Original(t.Context(), coop, document, "../../x"); !core.Is(err, core.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestABrokenOriginalIsSaid(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	if err := s.Keep(t.Context(), coop, document, original()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, string(coop), string(document), version)
	for _, size := range []int64{100, 20, 2, 0} {
		if err := os.Truncate(name, size); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Original(t.Context(), coop, document, version); !core.Is(err, core.Corrupt) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
