package memorygit_test

import (
	"maps"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorygit"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

// work is a real repository on disk.
type work struct {
	t   *testing.T
	dir string
}

func newWork(t *testing.T) work {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" {
			t.Fatal("git is not installed")
		}
		t.Skip("git is not installed")
	}
	w := work{t, t.TempDir()}
	w.git("init", "--quiet", "--initial-branch=principale")
	return w
}

func (w work) git(args ...string) {
	w.t.Helper()
	command := exec.Command("git", append([]string{"-c", "user.name=A", "-c", "user.email=a@a.coop", "-c", "commit.gpgsign=false"}, args...)...)
	command.Dir = w.dir
	command.Env = append(os.Environ(), "GIT_COMMITTER_DATE=2026-03-12T10:00:00Z", "GIT_AUTHOR_DATE=2026-03-12T10:00:00Z", "GIT_CONFIG_GLOBAL="+os.DevNull)
	if out, err := command.CombinedOutput(); err != nil {
		w.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (w work) commit(files map[string]string) {
	w.t.Helper()
	for name, text := range files {
		path := filepath.Join(w.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			w.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	w.git("add", "--all")
	w.git("commit", "--quiet", "--message", "x")
}

func connect(t *testing.T, c *memorygit.Connector, source core.ID, settings map[string]string) (memory.Origin, error) {
	t.Helper()
	o, err := c.Connect(t.Context(), memory.Connection{Source: source, Settings: settings, Secrets: map[string]string{"password": settings["password"]}})
	if err == nil {
		t.Cleanup(func() { o.Close() })
	}
	return o, err
}

func anywhere(string) error { return nil }

func TestABranchIsRead(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.commit(map[string]string{"README.md": "hors du dossier", "docs/statuts.md": "quorum", "docs/pv/été 1.md": "procès-verbal"})
	if err := os.Symlink("/etc/passwd", filepath.Join(w.dir, "docs/lien.md")); err != nil {
		t.Fatal(err)
	}
	w.commit(nil)
	c := memorygit.New(t.TempDir(), anywhere)
	settings := map[string]string{"url": w.dir, "folder": "/docs/", "branch": "principale"}
	o, err := connect(t, c, "s1", settings)
	if err != nil {
		t.Fatal(err)
	}
	before := memorytest.Listed(t, o)
	if got := slices.Sorted(maps.Keys(before)); !slices.Equal(got, []string{"docs/pv/été 1.md", "docs/statuts.md"}) {
		t.Fatalf("listed %q", got)
	}
	text, content := memorytest.Content(t, o, before["docs/statuts.md"])
	if text != "quorum" || content.Fingerprint != before["docs/statuts.md"].Fingerprint || content.Modified.Format("2006-01-02") != "2026-03-12" {
		t.Errorf("%q %+v", text, content)
	}
	w.git("mv", "docs/statuts.md", "docs/règlement.md")
	w.commit(map[string]string{"docs/pv/été 1.md": "autre"})
	o, err = connect(t, c, "s1", settings)
	if err != nil {
		t.Fatal(err)
	}
	after := memorytest.Listed(t, o)
	if after["docs/règlement.md"].Fingerprint != before["docs/statuts.md"].Fingerprint || after["docs/pv/été 1.md"].Fingerprint == before["docs/pv/été 1.md"].Fingerprint {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	if _, err := o.Read(t.Context(), before["docs/statuts.md"], ""); !core.Is(err, core.NotFound) {
		t.Errorf("renamed away: %v", err)
	}
	if err := c.Forget("s1"); err != nil {
		t.Fatal(err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.commit(map[string]string{"a.md": "a"})
	mirrors := t.TempDir()
	c := memorygit.New(mirrors, func(dir string) error {
		if strings.HasPrefix(dir, w.dir) {
			return nil
		}
		return core.E(core.Invalid, "errors.source_folder_forbidden", nil)
	})
	for name, q := range map[string]struct{ url, branch, want string }{
		"a branch that is not there": {w.dir, "absente", "errors.source_not_found"},
		"a branch that is an option": {w.dir, "--upload-pack=touch x", "errors.source_setting_invalid"},
		"no repository":              {t.TempDir(), "", "errors.source_folder_forbidden"},
		"no such folder":             {w.dir + "/absent", "", "errors.source_not_found"},
		"a command":                  {"ext::sh -c touch% x", "", "errors.source_address"},
		"an option":                  {"ssh://-oProxyCommand=touch/x", "", "errors.source_address"},
		"a password in the address":  {"https://a:b@forge.coop/x.git", "", "errors.source_address"},
		"nobody":                     {"http://127.0.0.1:1/x.git", "", "errors.source_unreachable"},
		"a word":                     {"reglements", "", "errors.source_address"},
	} {
		if _, err := connect(t, c, "", map[string]string{"url": q.url, "branch": q.branch}); core.AsError(err).Key != q.want {
			t.Errorf("%s: %v, want %s", name, err, q.want)
		}
	}
	if left, _ := os.ReadDir(mirrors); len(left) != 0 {
		t.Errorf("what was only tried stays: %v", left)
	}
}

// Over HTTP with a password, from git's own server program.
func TestARemoteRepositoryWithAPassword(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.commit(map[string]string{"a.md": "a"})
	out, err := exec.Command("git", "--exec-path").Output()
	backend := filepath.Join(strings.TrimSpace(string(out)), "git-http-backend")
	if _, missing := os.Stat(backend); err != nil || missing != nil {
		if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" {
			t.Fatal("git-http-backend is not installed")
		}
		t.Skip("git-http-backend is not installed")
	}
	handler := &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + w.dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"}}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "amelie" || password != "mot de passe" {
			rw.Header().Set("WWW-Authenticate", "Basic")
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(rw, r)
	}))
	defer server.Close()
	c := memorygit.New(t.TempDir(), anywhere)
	o, err := connect(t, c, "s1", map[string]string{"url": server.URL + "/.git", "user": "amelie", "password": "mot de passe"})
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := memorytest.Content(t, o, memorytest.Listed(t, o)["a.md"]); text != "a" {
		t.Errorf("%q", text)
	}
	if _, err := connect(t, c, "s2", map[string]string{"url": server.URL + "/.git", "user": "amelie", "password": "hunter2"}); core.AsError(err).Key != "errors.source_refused" || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("another password: %v", err)
	}
}
