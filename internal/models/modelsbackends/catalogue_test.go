package modelsbackends_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsbackends"
)

func TestOneCatalogueOverAll(t *testing.T) {
	t.Parallel()
	a, c := enginetest.Start(t, "qwen3", "bge-m3"), enginetest.Start(t, "qwen3", "mistral")
	b := join(t, []models.Model{{Name: "smollm2", Kind: models.Chat, Path: "/m", Trial: true}, {Name: "mistral", Kind: models.Chat, Path: "/n"}},
		modelsbackends.Backend{Name: "gpu", Address: a.URL}, modelsbackends.Backend{Name: "nuage", Address: c.URL})
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := b.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"bge-m3", "gpu/qwen3", "mistral", "nuage/mistral", "nuage/qwen3", "qwen3", "smollm2"}, names(list)); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]models.Model{
		"smollm2": {Backend: "", Path: "/m"}, "mistral": {Backend: "", Path: "/n"},
		"qwen3": {Backend: "gpu"}, "gpu/qwen3": {Backend: "gpu", Remote: "qwen3"}, "nuage/qwen3": {Backend: "nuage", Remote: "qwen3"},
		"gpu/bge-m3": {Backend: "gpu", Remote: "bge-m3"},
	} {
		got, err := b.Find(t.Context(), name)
		if err != nil || got.Name != name || got.Backend != want.Backend || got.Path != want.Path || want.Remote != "" && got.EngineName() != want.Remote {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, want := range map[string][]string{
		"qwen3": {"gpu", "nuage"}, "mistral": {"", "nuage"}, "nuage/qwen3": {"nuage"}, "smollm2": {""},
	} {
		all, err := b.Candidates(t.Context(), name)
		var servers []string
		for _, m := range all {
			servers = append(servers, m.Backend)
		}
		if diff := cmp.Diff(want, servers); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	if _, err := b.Find(t.Context(), "absent"); !core.Is(err, core.NotFound) || core.AsError(err).Args["Installed"] == nil {
		t.Errorf("absent: %v", err)
	}
	if _, err := b.Candidates(t.Context(), "absent"); !core.Is(err, core.NotFound) {
		t.Errorf("absent: %v", err)
	}
}

func TestWhatIsUsedWhenNothingIsNamed(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t, "qwen3", "bge-m3")
	gpu := modelsbackends.Backend{Name: "gpu", Address: e.URL}
	engine := gpu
	engine.Engine = true
	trial := models.Model{Name: "essai", Kind: models.Chat, Path: "/m", Trial: true}
	vectors := models.Model{Name: "e5", Kind: models.Embedding, Path: "/e"}
	for name, c := range map[string]struct {
		here            []models.Model
		backend         modelsbackends.Backend
		chat, embedding string
	}{
		"a trial model here gives way":                 {[]models.Model{trial, vectors}, gpu, "qwen3", "e5"},
		"a real one does not":                          {[]models.Model{{Name: "lucie", Kind: models.Chat, Path: "/l"}}, gpu, "lucie", ""},
		"documents go to no server beside":             {[]models.Model{trial}, gpu, "qwen3", ""},
		"but to the one that is the engine":            {nil, engine, "qwen3", "bge-m3"},
		"nothing here and a server beside: no vectors": {[]models.Model{}, gpu, "qwen3", ""},
	} {
		b := join(t, c.here, c.backend)
		if err := b.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		for kind, want := range map[models.Kind]string{models.Chat: c.chat, models.Embedding: c.embedding} {
			got, err := b.Default(t.Context(), kind)
			if got.Name != want || (err != nil) != (want == "") || want == "" && !core.Is(err, core.Unavailable) {
				t.Errorf("%s, %s: got %q, %v", name, kind, got.Name, err)
			}
		}
	}
}

func TestWhatTheConfigurationSaysOfModels(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t, "Qwen/Qwen3-4B", "other", "vecteurs")
	b := join(t, nil, modelsbackends.Backend{Name: "gpu", Address: e.URL, Models: []models.Model{
		{Remote: "Qwen/Qwen3-4B", Name: "qwen3-4b", Context: 32768, Parameters: 4e9, Abilities: models.Abilities{Tools: models.Yes, Images: models.No, Languages: "en fr"}},
		{Remote: "vecteurs", Kind: models.Embedding},
		{Remote: "not listed"},
	}})
	check := func(when string) {
		t.Helper()
		list, err := b.List(t.Context())
		if diff := cmp.Diff([]string{"not-listed", "qwen3-4b", "vecteurs"}, names(list)); err != nil || diff != "" {
			t.Fatalf("%s: %v %s", when, err, diff)
		}
		m := list[1]
		if m.EngineName() != "Qwen/Qwen3-4B" || m.Context != 32768 || m.Weight() != 4e9 || m.Tools != models.Yes || m.Images != models.No ||
			m.Thinking != models.NotSaid || m.Speaks("fr") != models.Yes || m.Path != "" || m.Digest != models.UnknownDigest || list[2].Kind != models.Embedding {
			t.Errorf("%s: %+v", when, list)
		}
	}
	check("before the server was asked")
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("after")
}

func TestOllamaTellsOfItsModels(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.PlayAt("/api/tags", reply(200, `{"models":[
		{"name":"qwen3:4b","digest":"a","size":2600000000,"details":{"parameter_size":"4.0B","quantization_level":"Q4_K_M"}},
		{"name":"nomic-embed-text:latest","digest":"b","size":270000000,"details":{"parameter_size":"137M"}}]}`))
	e.PlayAt("/api/show", reply(200, `{"capabilities":["completion","tools","thinking"],"model_info":{"general.architecture":"qwen3","qwen3.context_length":40960}}`),
		reply(200, `{"capabilities":["embedding"],"model_info":{"nomic-bert.context_length":2048}}`))
	b := join(t, nil, modelsbackends.Backend{Name: "o", Address: e.URL, Dialect: models.Ollama})
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	chat, err := b.Find(t.Context(), "qwen3:4b")
	if err != nil || chat.Kind != models.Chat || chat.Parameters != 4e9 || chat.Context != 40960 || chat.Quantised != "Q4_K_M" ||
		chat.Tools != models.Yes || chat.Images != models.No || chat.Thinking != models.Yes || chat.Dialect != models.Ollama {
		t.Errorf("%+v, %v", chat, err)
	}
	vectors, err := b.Find(t.Context(), "nomic-embed-text:latest")
	if err != nil || vectors.Kind != models.Embedding || vectors.Parameters != 137e6 {
		t.Errorf("%+v, %v", vectors, err)
	}
	e.PlayAt("/api/tags", reply(200, `{"models":[{"name":"qwen3:4b","digest":"a"}]}`))
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m, err := b.Find(t.Context(), "qwen3:4b"); err != nil || m.Context != 40960 {
		t.Errorf("what was learnt is forgotten: %+v, %v", m, err)
	}
}

func TestHostileLists(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	b := join(t, nil, modelsbackends.Backend{Name: "x", Address: e.URL})
	e.PlayAt("/v1/models", reply(200, `{"data":[{"id":"/srv/models/<b>\r\nX: y.gguf"},{"id":""},{"id":"é"}]}`))
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, _ := b.List(t.Context())
	for _, m := range list {
		if models.CheckName(m.Name) != nil {
			t.Errorf("%q is no name", m.Name)
		}
	}
	if len(list) != 2 {
		t.Errorf("%q", names(list))
	}
	for _, body := range []string{`<html>`, `{"data":[{"id":7}]}`, `{"models":3}`} {
		for _, dialect := range []models.Dialect{models.OpenAI, models.Ollama} {
			o := join(t, nil, modelsbackends.Backend{Name: "x", Address: e.URL, Dialect: dialect})
			e.PlayAt("/v1/models", reply(200, body))
			e.PlayAt("/api/tags", reply(200, body))
			_ = o.Refresh(t.Context()) // an error or an empty list
			if list, _ := o.List(t.Context()); len(list) > 0 {
				t.Errorf("%s: %q", body, names(list))
			}
			e.PlayAt("/v1/models")
		}
	}
}

func TestAServerThatCannotBeReached(t *testing.T) {
	t.Parallel()
	b := join(t, nil, modelsbackends.Backend{Name: "x", Address: "http://127.0.0.1:1"})
	if err := b.Refresh(t.Context()); err == nil {
		t.Fatal("nobody was there")
	}
	if _, err := b.Find(t.Context(), "m"); core.AsError(err).Key != "errors.engine_unreachable" {
		t.Errorf("find: %v", err)
	}
	if _, err := b.Default(t.Context(), models.Chat); core.AsError(err).Key != "errors.engine_unreachable" {
		t.Errorf("default: %v", err)
	}
	health := b.Health(t.Context())
	if len(health) != 1 || health[0].State != models.EngineFailed || health[0].Backend != "x" || health[0].Detail == nil {
		t.Errorf("%+v", health)
	}
	if _, err := modelsbackends.New(modelsbackends.Config{Backends: []modelsbackends.Backend{{Name: "x", Address: "ftp://x"}}, Clock: newClock()}); !core.Is(err, core.Invalid) {
		t.Errorf("an address that is none: %v", err)
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"7B": 7e9, "1.7b": 17e8, "350M": 35e7, " 1500000 ": 1500000, "": 0, "-1B": 0, "NaN": 0, "1e99B": 0, "B": 0, "seven": 0} {
		if got := modelsbackends.Parameters(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
