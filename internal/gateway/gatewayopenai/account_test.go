package gatewayopenai_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// Whatever the surface and however the engine counts, an answer tells what it cost, streamed or whole.
func TestEveryAnswerIsAccounted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ at, from, ask, usage, prompt, output string }{
		"chat":        {"/v1/chat/completions", "/v1/chat/completions", `"messages":[{"role":"user","content":"Bonjour, comment allez-vous ?"}],"stream_options":{"include_usage":true}`, "usage", "prompt_tokens", "completion_tokens"},
		"completions": {"/v1/completions", "/v1/completions", `"prompt":"Bonjour, comment allez-vous ?","stream_options":{"include_usage":true}`, "usage", "prompt_tokens", "completion_tokens"},
		"responses":   {"/v1/responses", "/v1/chat/completions", `"input":"Bonjour, comment allez-vous ?"`, "usage", "input_tokens", "output_tokens"},
	} {
		for _, counts := range []enginetest.Usage{enginetest.UsageWhenAsked, enginetest.UsageNever} {
			for _, stream := range []string{"true", "false"} {
				t.Run(name+", stream "+stream+", counted "+map[bool]string{true: "by us", false: "there"}[counts == enginetest.UsageNever], func(t *testing.T) {
					t.Parallel()
					h := newHouse(t)
					h.Engine.PlayAt(c.from, enginetest.Script{Pieces: []string{"Bon", "jour"}, Usage: counts})
					ask := c.ask
					if stream == "false" {
						ask = strings.Replace(ask, `,"stream_options":{"include_usage":true}`, "", 1)
					}
					_, body := h.Post(c.at, `{"model":"fake-chat",`+ask+`,"stream":`+stream+`}`)
					usage := gjson.Get(body, c.usage)
					if stream == "true" {
						for line := range strings.Lines(body) {
							data := gjson.Parse(strings.TrimPrefix(strings.TrimSpace(line), "data: "))
							for _, path := range []string{"usage", "response.usage"} {
								if said := data.Get(path); said.IsObject() {
									usage = said
								}
							}
						}
					}
					gatewayhousetest.Accounted(t, h, usage, c.prompt, c.output)
				})
			}
		}
	}
}

func TestATextThatIsTooLongIsToldAsOne(t *testing.T) {
	t.Parallel()
	far := func(t testing.TB) *gatewayhousetest.House {
		return newHouse(t,
			models.Model{Name: "far-anthropic", Kind: models.Chat, Digest: models.UnknownDigest, Dialect: models.Anthropic, Origin: "far"},
			models.Model{Name: "far-ollama", Kind: models.Chat, Digest: models.UnknownDigest, Dialect: models.Ollama, Origin: "far"})
	}
	for path, ask := range map[string]string{"/v1/chat/completions": `"messages":[{"role":"user","content":"x"}]`, "/v1/responses": `"input":"x"`} {
		for _, stream := range []string{"true", "false"} {
			t.Run(path+", stream "+stream, func(t *testing.T) {
				t.Parallel()
				gatewayhousetest.TooLong(t, far, func(model string) (string, string) {
					return path, `{"model":"` + model + `",` + ask + `,"stream":` + stream + `}`
				}, func(t *testing.T, status int, body string) {
					if told := gjson.Get(body, "error"); status != 400 || told.Get("type").String() != "invalid_request_error" || told.Get("code").String() != "context_length_exceeded" {
						t.Errorf("%d %s", status, body)
					}
				})
			})
		}
	}
}
