package gatewayopenai_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models"
)

func listed(t *testing.T, h *gatewayhousetest.House, query string) gjson.Result {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/v1/models"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+goodKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return gjson.ParseBytes(body)
}

// A program can tell the models that chat from those that do not, by what many servers say of theirs.
func TestModelsSayWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t,
		models.Model{Name: "sees", Kind: models.Chat, Context: 8192, Abilities: models.Abilities{Images: models.Yes, Tools: models.No}},
		models.Model{Name: "orders", Kind: models.Rerank}, models.Model{Name: "hears", Kind: models.Transcription}, models.Model{Name: "says", Kind: models.Speech})
	list := listed(t, h, "")
	for name, want := range map[string]string{
		"fake-chat": "text->text true", "fake-embedding": "text->embeddings false", "sees": "text+image->text true",
		"orders": "text->rerank false", "hears": "audio->text false", "says": "text->audio false",
	} {
		m := list.Get(`data.#(id=="` + name + `")`)
		if got := m.Get("architecture.modality").String() + " " + m.Get("capabilities.completion_chat").String(); got != want || m.Get("type").String() != "model" {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	sees := list.Get(`data.#(id=="sees")`)
	if sees.Get("context_length").Int() != 8192 || !sees.Get("capabilities.vision").Bool() || sees.Get("capabilities.function_calling").Raw != "false" {
		t.Errorf("%s", sees)
	}
	if unsaid := list.Get(`data.#(id=="fake-chat")`); unsaid.Get("context_length").Exists() || unsaid.Get("capabilities.vision").Exists() {
		t.Errorf("what nobody told is not no: %s", unsaid)
	}
	for query, want := range map[string]string{"text": "fake-chat sees hears", "embeddings": "fake-embedding", "audio,rerank": "orders says", "smell": "", "all": "fake-chat fake-embedding sees orders hears says"} {
		var names []string
		for _, name := range listed(t, h, "?output_modalities="+query).Get("data.#.id").Array() {
			names = append(names, name.Str)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}
