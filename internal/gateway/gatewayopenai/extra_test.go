package gatewayopenai_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// wishing sends a chat request with a header that wishes for a bigger model, or without.
func wishing(t *testing.T, h *gatewayhousetest.House, url, body, wish string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+gatewayhousetest.GoodKey)
	if wish != "-" {
		req.Header.Set("X-Solidaire-Bigger", wish)
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(data)
}

type wished struct{ surface gatewayhousetest.Surface }

func (w wished) Routes(mux *http.ServeMux) {
	inner := http.NewServeMux()
	w.surface.Routes(inner)
	mux.Handle("/", gatewayopenai.Wishes(inner))
}

func TestAutoSaysWhoAnswersAndWhy(t *testing.T) {
	t.Parallel()
	h := gatewayhousetest.New(t,
		models.Model{Name: "petit", Kind: models.Chat, Digest: "sha256:cc", Path: "/m", Parameters: 5e8},
		models.Model{Name: "grand", Kind: models.Chat, Digest: "sha256:dd", Path: "/m", Parameters: 4e9})
	api := gatewayopenai.New(h.Service, gatewayhousetest.Keys{}, gateway.Offered{Catalogue: h.Shelf}, gatewayhousetest.Rules{}, h.Bundle, h.Logger, gatewayhousetest.MaxBody)
	h.Open(wished{api})
	const ask = `{"model":"auto","messages":[{"role":"user","content":"Bonjour !"}]`
	for name, c := range map[string]struct{ tail, wish, model, auto, bigger string }{
		"whole":          {`}`, "-", "petit", "task=chat; why=smallest; biggest=grand", ""},
		"streaming":      {`,"stream":true,"stream_options":{"include_usage":true}}`, "-", "petit", "task=chat; why=smallest; biggest=grand", ""},
		"a bigger one":   {`}`, "réponse trop courte", "grand", "task=chat; why=bigger; instead=petit; biggest=grand", "réponse trop courte"},
		"bytes of Latin": {`}`, "r\xe9ponse\tcourte", "grand", "task=chat; why=bigger; instead=petit; biggest=grand", "réponse courte"},
	} {
		response, body := wishing(t, h, h.URL, ask+c.tail, c.wish)
		header := response.Header
		if header.Get("X-Solidaire-Model") != c.model || header.Get("X-Solidaire-Node") != "local" || header.Get("X-Solidaire-Auto") != c.auto {
			t.Errorf("%s: headers %v", name, header)
		}
		usage := gjson.Get(body, "usage")
		for _, data := range events(body) {
			if u := gjson.Get(data, "usage"); u.IsObject() {
				usage = u
			}
		}
		way := usage.Get("solidaire")
		if way.Get("model").String() != c.model || way.Get("auto.task").String() != "chat" || way.Get("auto.bigger").String() != c.bigger ||
			way.Get("auto.saved.method").String() != "by-size" || way.Get("auto.saved.label").String() != "estimated-published" {
			t.Errorf("%s: usage %s", name, usage)
		}
		if way.Get("auto.extra.joules").Exists() != (c.bigger != "") {
			t.Errorf("%s: the energy that the wish added: %s", name, usage)
		}
	}
	for name, wish := range map[string]string{"no reason": "", "a long one": strings.Repeat("a", 201)} {
		if response, body := wishing(t, h, h.URL, ask+"}", wish); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
	}
	if response, body := wishing(t, h, h.URL, strings.Replace(ask, "auto", "petit", 1)+"}", ""); response.StatusCode != http.StatusOK || gjson.Get(body, "usage.solidaire").Exists() {
		t.Errorf("a model that is named: %d %s", response.StatusCode, body)
	}
	list, err := gateway.Offered{Catalogue: h.Shelf}.List(context.Background())
	if err != nil || list[0].Name != "auto" {
		t.Errorf("%v %v", list, err)
	}
}

func TestUsageCarriesCarbonInTheShapeOfOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, body := h.Post("/v1/chat/completions", hello+`}`)
	carbon := gjson.Get(body, "usage.carbon")
	if got := carbon.Get("kWh.min").Float(); got != 0.5/3.6e6 || carbon.Get("kWh.max").Float() != got {
		t.Errorf("kWh: %s", carbon)
	}
	if !carbon.Get("kgCO2eq.min").Exists() || carbon.Get("kgCO2eq.min").Value() != nil || carbon.Get("label").String() != "estimated-published" {
		t.Errorf("emissions that nobody knows are null: %s", carbon)
	}
}
