package gatewayopenai_test

import (
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// atOnce is a model whose engine may be asked for whole answers.
func atOnce() models.Model {
	return models.Model{Name: "at-once", Kind: models.Chat, Digest: models.UnknownDigest, Origin: "far", Whole: true}
}

const askedAtOnce = `{"model":"at-once","messages":[{"role":"user","content":"Bonjour"}],"stream_options":null,"novel":{"a":1}`

// What an engine adds to a whole answer and to no stream reaches the caller; only the usage is ours.
func TestWholeAnswersComeAsTheEngineSentThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t, atOnce())
	h.Engine.Play(whole("application/json", `{"id":"x","object":"chat.completion","created":5,"model":"at-once","service_tier":"flex","choices":[{"index":0,"message":{"role":"assistant",
		"content":"Bonjour à toutes","refusal":null,"annotations":[{"type":"url_citation"}],"audio":{"id":"son"}},"logprobs":{"content":[],"refusal":null},"finish_reason":"stop","novel":[1]}],
		"usage":{"prompt_tokens":7,"completion_tokens":4,"total_tokens":11,"details":{"cached":2}}}`))
	response, body := h.Post("/v1/chat/completions", askedAtOnce+`}`)
	answer := gjson.Parse(body)
	for path, want := range map[string]string{
		"id": "x", "service_tier": "flex", "choices.0.message.content": "Bonjour à toutes", "choices.0.message.annotations.0.type": "url_citation", "choices.0.message.audio.id": "son",
		"choices.0.novel.0": "1", "usage.details.cached": "2", "usage.total_tokens": "11",
	} {
		if got := answer.Get(path).String(); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
	if response.StatusCode != 200 || !gjson.Valid(body) || strings.Count(body, `"usage"`) != 1 {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	gatewayhousetest.Accounted(t, h, answer.Get("usage"), "prompt_tokens", "completion_tokens")
	sent := gjson.ParseBytes(h.Engine.Requests()[0].Body)
	if sent.Get("stream").Type != gjson.False || sent.Get("stream_options").Exists() || sent.Get("novel.a").Int() != 1 {
		t.Errorf("asked: %s", sent)
	}
}

// What an engine did not count is estimated, whether it says nothing of it or null.
func TestWholeAnswersThatAreNotCounted(t *testing.T) {
	t.Parallel()
	for _, said := range []string{"", `,"usage":null`} {
		h := newHouse(t, atOnce())
		h.Engine.Play(whole("application/json", `{"choices":[{"index":0,"message":{"content":"Bonjour à toutes"},"finish_reason":"stop"}]`+said+`}`))
		_, body := h.Post("/v1/chat/completions", askedAtOnce+`}`)
		gatewayhousetest.Accounted(t, h, gjson.Get(body, "usage"), "prompt_tokens", "completion_tokens")
	}
}

// The official client reads them, and a caller who wants a stream gets one.
func TestTheOfficialClientAndWholeAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, atOnce())
	h.Engine.Usually(enginetest.Script{Pieces: []string{"Bonjour", " à", " toutes"}, Usage: enginetest.UsageNever})
	client := openai.NewClient(option.WithBaseURL(h.URL+"/v1"), option.WithAPIKey(goodKey), option.WithMaxRetries(0))
	params := openai.ChatCompletionNewParams{Model: "at-once", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Bonjour")}}
	got, err := client.Chat.Completions.New(t.Context(), params)
	if err != nil || got.Choices[0].Message.Content != "Bonjour à toutes" || got.Usage.CompletionTokens != int64(len("Bonjour à toutes")/4) {
		t.Fatalf("%+v %v", got, err) // the engine did not count: four bytes are about a token
	}
	stream, pieces := client.Chat.Completions.NewStreaming(t.Context(), params), 0
	for stream.Next() {
		if c := stream.Current().Choices; len(c) > 0 && c[0].Delta.Content != "" {
			pieces++
		}
	}
	if stream.Err() != nil || pieces != 3 {
		t.Errorf("%d pieces, %v", pieces, stream.Err())
	}
	legacy, err := client.Completions.New(t.Context(), openai.CompletionNewParams{Model: "at-once", Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String("Il")}})
	if err != nil || len(legacy.Choices) != 1 {
		t.Errorf("%+v %v", legacy, err)
	}
	if sent := h.Engine.Requests(); gjson.GetBytes(sent[len(sent)-1].Body, "stream").Bool() {
		t.Errorf("asked: %s", sent[len(sent)-1].Body)
	}
}

// An answer at one go that is not whole is none: the engine is asked once more where that may help, and the caller hears an
// error without the engine's words.
func TestWholeAnswersThatAreNot(t *testing.T) {
	t.Parallel()
	json := func(body string) enginetest.Script { return whole("application/json", body) }
	for name, script := range map[string]enginetest.Script{
		"cut":                {Pieces: []string{"Bonjour"}, End: enginetest.Dies},
		"not JSON":           enginetest.NotJSON(),
		"not an object":      json(`["Bonjour"]`),
		"an error":           json(`{"error":{"type":"server_error","message":"` + enginetest.Secret + `"}}`),
		"no choice":          json(`{"choices":[]}`),
		"no reason to end":   json(`{"choices":[{"index":0,"message":{"content":"Bonj"},"finish_reason":null}]}`),
		"a choice left open": json(`{"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"},{"index":1,"message":{"content":"b"}}]}`),
		"half a letter":      json("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"\xc3\"},\"finish_reason\":\"stop\"}]}"),
		"a page":             enginetest.HTMLPage(),
		"a stream":           whole("text/event-stream", "data: [DONE]\n\n"),
		"a flood":            {Pieces: []string{"Bonjour"}, End: enginetest.Floods},
		"many choices":       json(`{"choices":[` + strings.Repeat(`{"finish_reason":"stop"},`, 200) + `{"finish_reason":"stop"}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, atOnce())
			h.Engine.Usually(script)
			response, body := h.Post("/v1/chat/completions", askedAtOnce+`}`)
			if p := problemOf(t, body).Error; response.StatusCode < 500 || p.Next == "" || strings.Contains(body, "SECRET") {
				t.Errorf("%d %s", response.StatusCode, body)
			}
			if r := h.Log.Only(t); r.Outcome == audit.Completed {
				t.Errorf("record: %+v", r)
			}
		})
	}
}

func TestTheCallerOfAWholeAnswerLeaves(t *testing.T) {
	t.Parallel()
	open := func(t testing.TB) *gatewayhousetest.House { return newHouse(t, atOnce()) }
	gatewayhousetest.CallersLeave(t, open, "/v1/chat/completions", map[string]string{"at one go": askedAtOnce + `}`})
}
