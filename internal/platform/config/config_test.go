package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "solidaire.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNothingConfiguredWorks(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"no file": "", "empty": write(t, ""), "comments": write(t, "# nothing\n---\n# yet\n"),
	} {
		c, err := config.Load(path, nil)
		if diff := cmp.Diff(config.Default(), c); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestFileThenEnvironment(t *testing.T) {
	t.Parallel()
	path := write(t, "addr: 0.0.0.0:80\ndemo: true\nlimits:\n  max_body_bytes: 1MiB\nengine: {url: \"http://gpu:8000\"}\nlog:\n  level: debug\n")
	c, err := config.Load(path, []string{"SOLIDAIRE_LOG_LEVEL=warn", "SOLIDAIRE_LIMITS_MAX_BODY_BYTES=2048", "SOLIDAIRE_DEMO=false", "HOME=/", "odd"})
	want := config.Default()
	want.Addr, want.Limits.MaxBodyBytes, want.Engine.URL, want.Log.Level = "0.0.0.0:80", 2048, "http://gpu:8000", "warn"
	if diff := cmp.Diff(want, c); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestRefusalsNameTheKeyAndThePlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ yaml, want, key, origin string }{
		"unknown key":            {"addr: :80\nport: 80\n", "errors.config_key_unknown", "port", "solidaire.yaml:2"},
		"unknown key in a group": {"engine:\n  adress: x\n", "errors.config_key_unknown", "engine.adress", "solidaire.yaml:2"},
		"not quite a boolean":    {"demo: yes\n", "errors.config_not_boolean", "demo", "solidaire.yaml:1"},
		"twice":                  {"addr: :80\naddr: :81\n", "errors.config_key_twice", "addr", "solidaire.yaml:2"},
		"group given a value":    {"engine: fast\n", "errors.config_not_group", "engine", "solidaire.yaml:1"},
		"value given a group":    {"addr:\n  port: 80\n", "errors.config_not_plain", "addr", "solidaire.yaml:1"},
		"nothing given":          {"demo: true\naddr:\n", "errors.config_not_plain", "addr", "solidaire.yaml:2"},
		"an alias":               {"data: &d /x\nengine:\n  program: *d\n", "errors.config_not_plain", "engine.program", "solidaire.yaml:3"},
		"a list":                 {"- addr\n", "errors.config_syntax", "", "solidaire.yaml:1"},
		"not YAML":               {"addr: :80\n\t- [", "errors.config_syntax", "", "solidaire.yaml:2"},
		"two documents":          {"addr: :80\n---\ndemo: true\n", "errors.config_syntax", "", "solidaire.yaml:2"},
		"a key that is a list":   {"[a]: 1\n", "errors.config_syntax", "", "solidaire.yaml:1"},
		"no port":                {"addr: localhost\n", "errors.config_not_address", "addr", "solidaire.yaml:1"},
		"port out of range":      {"addr: :65536\n", "errors.config_not_address", "addr", "solidaire.yaml:1"},
		"too small":              {"limits:\n  max_body_bytes: 1\n", "errors.config_not_size", "limits.max_body_bytes", "solidaire.yaml:2"},
		"too big":                {"limits:\n  max_body_bytes: 9999999999999GiB\n", "errors.config_not_size", "limits.max_body_bytes", "solidaire.yaml:2"},
		"empty":                  {"data: \"\"\n", "errors.config_empty", "data", "solidaire.yaml:1"},
		"another scheme":         {"public_url: ftp://x\n", "errors.config_not_url", "public_url", "solidaire.yaml:1"},
		"no time zone":           {"time_zone: Montreal\n", "errors.config_not_time_zone", "time_zone", "solidaire.yaml:1"},
		"another database":       {"database_url: mysql://hunter2@x\n", "errors.config_not_database", "database_url", "solidaire.yaml:1"},
		"not a choice":           {"log: {level: loud}\n", "errors.config_not_choice", "log.level", "solidaire.yaml:1"},
		"lines in a value":       {"data: \"a\\nb\"\n", "errors.config_not_one_line", "data", "solidaire.yaml:1"},
		"two databases":          {"database_url: postgres://x\ndatabase_file: y\n", "errors.config_two_databases", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(write(t, c.yaml), nil)
			wantRefusal(t, err, c.want, c.key, c.origin)
		})
	}
	_, err := config.Load("", []string{"SOLIDAIRE_DEMO=oui"})
	wantRefusal(t, err, "errors.config_not_boolean", "demo", "SOLIDAIRE_DEMO")
	command := config.Default()
	wantRefusal(t, command.Set("addr", "x"), "errors.config_not_address", "addr", "addr")
	wantRefusal(t, command.Set("nope", "x"), "errors.config_key_unknown", "nope", "nope")
}

func wantRefusal(t *testing.T, err error, want, key, origin string) {
	t.Helper()
	e := core.AsError(err)
	if e.Code != core.Invalid || e.Key != want {
		t.Fatalf("%v, want %s", err, want)
	}
	for name, value := range map[string]string{"Key": key, "Origin": origin} {
		if got, _ := e.Args[name].(string); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	if strings.Contains(fmt.Sprint(e.Args), "hunter2") {
		t.Errorf("the refusal repeats the value: %v", e.Args)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, want string }{
		"missing":  {filepath.Join(t.TempDir(), "none.yaml"), "errors.config_unreadable"},
		"a folder": {t.TempDir(), "errors.config_unreadable"},
		"too big":  {write(t, strings.Repeat("#", config.MaxFileBytes+1)), "errors.config_too_large"},
	} {
		if _, err := config.Load(c.path, nil); core.AsError(err).Key != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	t.Parallel()
	c := config.Default()
	if address, err := c.Database(); address != "" || err != nil {
		t.Errorf("default database %q, %v", address, err)
	}
	if key, err := c.EngineKey(); key != "" || err != nil {
		t.Errorf("default key %q, %v", key, err)
	}
	c.DatabaseFile, c.Engine.KeyFile = write(t, "postgres://u:hunter2@host/db\n"), write(t, " hunter2 \n")
	if address, err := c.Database(); address != "postgres://u:hunter2@host/db" || err != nil {
		t.Errorf("database %q, %v", address, err)
	}
	if key, err := c.EngineKey(); key != "hunter2" || err != nil {
		t.Errorf("key %q, %v", key, err)
	}
	for content, want := range map[string]string{"": "errors.config_secret", "a\nb": "errors.config_secret", "hunter2": "errors.config_not_database"} {
		c.DatabaseFile = write(t, content)
		if _, err := c.Database(); core.AsError(err).Key != want || strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("database in a file %q: %v", content, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("addr: 127.0.0.1:80\nlimits:\n  max_body_bytes: 4MiB\n")
	f.Add("a: &a [*a]\n")
	f.Add("%YAML 1.1\n---\n? {}\n: !!binary x\n...\n---\n")
	f.Fuzz(func(t *testing.T, content string) {
		c, err := config.Load(write(t, content), nil)
		if err != nil {
			if !core.Is(err, core.Invalid) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if c.Data == "" || c.Addr == "" || c.Limits.MaxBodyBytes < 1<<10 || c.Limits.MaxBodyBytes > 1<<30 {
			t.Fatalf("accepted %+v", c)
		}
	})
}
