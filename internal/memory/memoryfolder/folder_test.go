package memoryfolder_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryfolder"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

func connect(t *testing.T, dir string, forbidden ...string) (memory.Origin, error) {
	t.Helper()
	o, err := memoryfolder.New(forbidden...).Connect(t.Context(), memory.Connection{Settings: map[string]string{"path": dir}})
	if err == nil {
		t.Cleanup(func() { o.Close() })
	}
	return o, err
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAFolderIsListedAndRead(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	write(t, filepath.Join(dir, "statuts.md"), "quorum")
	write(t, filepath.Join(dir, "pv/2025/été.md"), "procès-verbal")
	write(t, filepath.Join(dir, ".git/config"), "x")
	write(t, filepath.Join(outside, "secret.md"), "secret")
	for from, to := range map[string]string{"lien.md": filepath.Join(outside, "secret.md"), "dossier": outside} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	o, err := connect(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	listed := memorytest.Listed(t, o)
	if got := slices.Sorted(maps.Keys(listed)); !slices.Equal(got, []string{"pv/2025/été.md", "statuts.md"}) {
		t.Fatalf("listed %q", got)
	}
	item := listed["statuts.md"]
	text, content := memorytest.Content(t, o, item)
	if text != "quorum" || content.Fingerprint != item.Fingerprint || content.Modified.IsZero() {
		t.Errorf("%q %+v", text, content)
	}
	if again, err := o.Read(t.Context(), item, item.Fingerprint); err != nil || !again.Unchanged {
		t.Errorf("known already: %+v, %v", again, err)
	}
	write(t, filepath.Join(dir, "statuts.md"), "quorum changé")
	if now := memorytest.Listed(t, o)["statuts.md"]; now.Fingerprint == item.Fingerprint {
		t.Error("a change does not show")
	}
	for _, key := range []string{"absent.md", "../secret.md", "lien.md", "dossier/secret.md", ".git/config", "pv"} {
		if content, err := o.Read(t.Context(), memory.SourceItem{Key: key}, ""); err == nil || content.Body != nil {
			t.Errorf("%s was read", key)
		} else if key == "absent.md" && !core.Is(err, core.NotFound) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// A share that is no longer mounted leaves an empty folder behind: its files are not gone for that.
func TestAFolderThatVanishes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "partage")
	write(t, filepath.Join(dir, "a.md"), "a")
	o, err := connect(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "a.md")); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Read(t.Context(), memory.SourceItem{Key: "a.md"}, ""); core.Is(err, core.NotFound) || err == nil {
		t.Errorf("in an empty folder: %v", err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := connect(t, dir); core.AsError(err).Key != "errors.source_folder_missing" {
		t.Errorf("without the folder: %v", err)
	}
}

func TestFoldersThatAreNoSources(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	write(t, filepath.Join(data, "secrets/key"), "x")
	link := filepath.Join(t.TempDir(), "lien")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{data, filepath.Join(data, "secrets"), filepath.Dir(data), link, "/", "/etc", "/proc/self"} {
		if _, err := connect(t, dir, data); core.AsError(err).Key != "errors.source_folder_forbidden" {
			t.Errorf("%s: %v", dir, err)
		}
	}
	for _, dir := range []string{"relatif", "", filepath.Join(data, "secrets/key"), "/nulle/part"} {
		if _, err := connect(t, dir); err == nil {
			t.Errorf("%q is a source", dir)
		}
	}
}
