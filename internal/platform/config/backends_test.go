package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

func TestBackendsAreAList(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	want := []config.Backend{
		{Name: "gpu", URL: "http://gpu:8000", Dialect: "openai", Replies: "streamed", Models: []config.BackendModel{
			{Name: "Qwen/Qwen3-4B", Alias: "qwen3", Kind: "chat", Context: 32768, Parameters: 4e9, Tools: &yes, Vision: &no, Languages: "fr en"},
			{Name: "bge-m3"},
		}},
		{Name: "voisine", URL: "https://ia.voisine.coop", Dialect: "anthropic", Replies: "whole", KeyFile: "/k"},
	}
	yaml := `backends:
- name: gpu
  url: http://gpu:8000
  models:
  - {name: Qwen/Qwen3-4B, alias: qwen3, kind: chat, context: 32768, parameters: 4B, tools: true, vision: false, languages: fr en}
  - name: bge-m3
- {name: voisine, url: "https://ia.voisine.coop", dialect: anthropic, replies: whole, key_file: /k}
`
	c, err := config.Load(write(t, yaml), nil)
	if diff := cmp.Diff(want, c.Backends); diff != "" || err != nil {
		t.Errorf("file: %v %s", err, diff)
	}
	flow := `[{name: gpu, url: "http://gpu:8000", models: [{name: Qwen/Qwen3-4B, alias: qwen3, kind: chat, context: 32768, parameters: 4B, tools: true, vision: false, languages: fr en}, {name: bge-m3}]}, {name: voisine, url: "https://ia.voisine.coop", dialect: anthropic, replies: whole, key_file: /k}]`
	c, err = config.Load(write(t, "backends: [{name: other, url: 'http://x'}]"), []string{"SOLIDAIRE_BACKENDS=" + flow})
	if diff := cmp.Diff(want, c.Backends); diff != "" || err != nil {
		t.Errorf("environment: %v %s", err, diff)
	}
	if c, err = config.Load(write(t, yaml), []string{"SOLIDAIRE_BACKENDS="}); len(c.Backends) != 0 || err != nil {
		t.Errorf("an empty variable takes them away: %v, %v", c.Backends, err)
	}
}

func TestBackendsRefusedNameTheKeyAndThePlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ yaml, want, key, origin string }{
		"not a list":         {"backends: gpu\n", "errors.config_not_list", "backends", "solidaire.yaml:1"},
		"no mapping":         {"backends: [gpu]\n", "errors.config_not_group", "backends[0]", "solidaire.yaml:1"},
		"no name":            {"backends:\n- url: http://x\n", "errors.config_missing", "backends[0].name", "solidaire.yaml:2"},
		"no address":         {"backends:\n- name: x\n", "errors.config_missing", "backends[0].url", "solidaire.yaml:2"},
		"empty address":      {"backends:\n- name: x\n  url: ''\n", "errors.config_not_url", "backends[0].url", "solidaire.yaml:3"},
		"reserved":           {"backends:\n- name: local\n", "errors.config_not_name", "backends[0].name", "solidaire.yaml:2"},
		"a slash":            {"backends:\n- name: a/b\n", "errors.config_not_name", "backends[0].name", "solidaire.yaml:2"},
		"unknown key":        {"backends:\n- name: x\n  uri: y\n", "errors.config_key_unknown", "backends[0].uri", "solidaire.yaml:3"},
		"twice":              {"backends:\n- name: x\n  name: y\n", "errors.config_key_twice", "backends[0].name", "solidaire.yaml:3"},
		"one name for two":   {"backends:\n- {name: x, url: 'http://x'}\n- {name: x, url: 'http://y'}\n", "errors.config_name_twice", "backends[1].name", "solidaire.yaml:3"},
		"another dialect":    {"backends:\n- {name: x, dialect: gopher}\n", "errors.config_not_choice", "backends[0].dialect", "solidaire.yaml:2"},
		"models no list":     {"backends:\n- {name: x, models: y}\n", "errors.config_not_list", "backends[0].models", "solidaire.yaml:2"},
		"model without name": {"backends:\n- {name: x, models: [{alias: y}]}\n", "errors.config_missing", "backends[0].models[0].name", "solidaire.yaml:2"},
		"not a number":       {"backends:\n- {name: x, models: [{name: m, context: many}]}\n", "errors.config_not_count", "backends[0].models[0].context", "solidaire.yaml:2"},
		"negative":           {"backends:\n- {name: x, models: [{name: m, parameters: -7B}]}\n", "errors.config_not_count", "backends[0].models[0].parameters", "solidaire.yaml:2"},
		"perhaps":            {"backends:\n- {name: x, models: [{name: m, tools: perhaps}]}\n", "errors.config_not_boolean", "backends[0].models[0].tools", "solidaire.yaml:2"},
		"languages":          {"backends:\n- {name: x, models: [{name: m, languages: français}]}\n", "errors.config_not_languages", "backends[0].models[0].languages", "solidaire.yaml:2"},
		"a key in a key":     {"backends:\n- {name: {a: b}}\n", "errors.config_not_plain", "backends[0].name", "solidaire.yaml:2"},
		"too many":           {"backends: [" + strings.Repeat("x,", 300) + "]\n", "errors.config_not_list", "backends", "solidaire.yaml:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(write(t, c.yaml), nil)
			wantRefusal(t, err, c.want, c.key, c.origin)
		})
	}
	_, err := config.Load("", []string{"SOLIDAIRE_BACKENDS=[{name: x}]"})
	wantRefusal(t, err, "errors.config_missing", "backends[0].url", "SOLIDAIRE_BACKENDS:1")
	_, err = config.Load("", []string{"SOLIDAIRE_BACKENDS={"})
	wantRefusal(t, err, "errors.config_not_list", "backends", "SOLIDAIRE_BACKENDS")
}

func TestQuantities(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"90s": 90 * time.Second, "1h30m": 90 * time.Minute, "0.5s": 0, "25h": 0, "soon": 0, "-1m": 0} {
		c := config.Default()
		err := c.Set("engine.idle_wait", value)
		if want == 0 {
			wantRefusal(t, err, "errors.config_not_wait", "engine.idle_wait", "engine.idle_wait")
		} else if err != nil || c.Engine.IdleWait != want {
			t.Errorf("%s: %v, %v", value, c.Engine.IdleWait, err)
		}
	}
	for value, want := range map[string]float64{"1.3": 1.3, "": 0, "0": -1, "-4": -1, "NaN": -1, "6000": -1, "clean": -1} {
		c := config.Default()
		err := c.Set("energy.carbon_grams_per_kwh", value)
		if want < 0 {
			wantRefusal(t, err, "errors.config_not_amount", "energy.carbon_grams_per_kwh", "energy.carbon_grams_per_kwh")
		} else if err != nil || c.Energy.CarbonGramsPerKwh != want {
			t.Errorf("%q: %v, %v", value, c.Energy.CarbonGramsPerKwh, err)
		}
	}
	for value, want := range map[string]int64{"7B": 7e9, "1.7b": 17e8, "350M": 35e7, "32768": 32768, "": 0, "0": 0} {
		c := config.Default()
		if err := c.Set("auto.demanding_parameters", value); err != nil || c.Auto.DemandingParameters != want {
			t.Errorf("%q: %d, %v", value, c.Auto.DemandingParameters, err)
		}
	}
}

func TestAFigureWithoutASourceIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := config.Load(write(t, "energy:\n  carbon_grams_per_kwh: 1.3\n"), nil); core.AsError(err).Key != "errors.config_carbon_source" {
		t.Errorf("got %v", err)
	}
}

func TestKeysOfServersComeFromFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if key, err := (config.Backend{KeyFile: path}).Key(); key != "hunter2" || err != nil {
		t.Errorf("%q, %v", key, err)
	}
	if key, err := (config.Backend{}).Key(); key != "" || err != nil {
		t.Errorf("%q, %v", key, err)
	}
	if _, err := (config.Backend{KeyFile: path + "x"}).Key(); !core.Is(err, core.Invalid) {
		t.Error(err)
	}
	c := config.Default()
	if key, err := c.TelemetryKey(); key != "" || err != nil {
		t.Errorf("%q, %v", key, err)
	}
	if c.Telemetry.KeyFile = path; true {
		if key, err := c.TelemetryKey(); key != "hunter2" || err != nil {
			t.Errorf("%q, %v", key, err)
		}
	}
}
