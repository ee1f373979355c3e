package gatewayanthropic_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

func client(h *gatewayhousetest.House) *anthropic.Client {
	c := anthropic.NewClient(option.WithBaseURL(h.URL), option.WithAPIKey(gatewayhousetest.GoodKey), option.WithMaxRetries(0))
	return &c
}

func greeting(model string) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{
		Model: anthropic.Model(model), MaxTokens: 64,
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Salut"))},
	}
}

// gather reads a stream to its end as the official client does.
func gather(t *testing.T, c *anthropic.Client, params anthropic.MessageNewParams) (anthropic.Message, error) {
	t.Helper()
	stream := c.Messages.NewStreaming(t.Context(), params)
	message, stopped := anthropic.Message{}, false
	for stream.Next() {
		event := stream.Current()
		if err := message.Accumulate(event); err != nil {
			t.Fatal(err)
		}
		stopped = stopped || event.Type == "message_stop"
	}
	if stream.Err() == nil && !stopped {
		t.Error("the stream ended without message_stop")
	}
	return message, stream.Err()
}

// TestOfficialSDK proves the surface with Anthropic's own Go client, over an engine that speaks OpenAI's dialect.
func TestOfficialSDK(t *testing.T) {
	t.Parallel()
	t.Run("whole and streaming", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.Engine.Usually(enginetest.Script{Pieces: []string{"Bon", "jour"}, Deltas: []string{}})
		got, err := client(h).Messages.New(t.Context(), greeting("fake-chat"))
		if err != nil {
			t.Fatal(err)
		}
		streamed, err := gather(t, client(h), greeting("fake-chat"))
		if err != nil {
			t.Fatal(err)
		}
		for how, m := range map[string]anthropic.Message{"whole": *got, "streaming": streamed} {
			if len(m.Content) != 1 || m.Content[0].Text != "Bonjour" || m.StopReason != anthropic.StopReasonEndTurn || m.Usage.OutputTokens != 2 || m.Model != "fake-chat" {
				t.Errorf("%s: %+v", how, m)
			}
		}
	})
	t.Run("thinking, text and two tools", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.Engine.Usually(enginetest.Script{Finish: "tool_calls", Deltas: []string{
			`{"reasoning_content":"Il faut "}`, `{"reasoning_content":"la météo."}`, `{"content":"Je regarde."}`,
			`{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"meteo","arguments":""}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":"{\"ville\":"}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":"\"Montréal\"}"}}]}`,
			`{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"heure","arguments":"{}"}}]}`,
		}})
		params := greeting("fake-chat")
		params.MaxTokens = 4096
		params.Thinking = anthropic.ThinkingConfigParamOfEnabled(2048)
		params.Tools = []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{Name: "meteo", InputSchema: anthropic.ToolInputSchemaParam{Properties: map[string]any{"ville": map[string]string{"type": "string"}}}}}}
		got, err := client(h).Messages.New(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		streamed, err := gather(t, client(h), params)
		if err != nil {
			t.Fatal(err)
		}
		for how, m := range map[string]anthropic.Message{"whole": *got, "streaming": streamed} {
			if len(m.Content) != 4 || m.StopReason != anthropic.StopReasonToolUse {
				t.Fatalf("%s: %+v", how, m)
			}
			var input map[string]string
			if err := json.Unmarshal(m.Content[2].Input, &input); err != nil || input["ville"] != "Montréal" || m.Content[2].ID != "c1" {
				t.Errorf("%s: %s %v", how, m.Content[2].Input, err)
			}
			if m.Content[0].Thinking != "Il faut la météo." || m.Content[1].Text != "Je regarde." || m.Content[3].Name != "heure" || string(m.Content[3].Input) != "{}" {
				t.Errorf("%s: %+v", how, m.Content)
			}
		}
	})
	t.Run("an answer cut by its cap", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.Engine.Usually(enginetest.Script{Pieces: []string{"a"}, Finish: "length"})
		got, err := client(h).Messages.New(t.Context(), greeting("fake-chat"))
		if err != nil || got.StopReason != anthropic.StopReasonMaxTokens {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("a broken stream is an error", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.Engine.Play(enginetest.Script{Pieces: []string{"a"}, End: enginetest.Dies})
		if _, err := gather(t, client(h), greeting("fake-chat")); err == nil {
			t.Error("the client saw no error")
		}
	})
	t.Run("errors", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		refused := greeting("fake-chat")
		refused.Messages = []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("NAS 046 454 286"))}
		_, err := client(h).Messages.New(t.Context(), refused)
		var problem *anthropic.Error
		if !errors.As(err, &problem) || problem.StatusCode != 403 || problem.Type() != "permission_error" {
			t.Errorf("%v", err)
		}
	})
	t.Run("count", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.Engine.PlayAt("/apply-template", reply(200, `{"prompt":"<s>Salut toi"}`))
		got, err := client(h).Messages.CountTokens(t.Context(), anthropic.MessageCountTokensParams{Model: "fake-chat", Messages: greeting("").Messages})
		if err != nil || got.InputTokens != 4 { // two words and two marks, as the fake cuts
			t.Errorf("%+v %v", got, err)
		}
		if r := h.Log.Only(t); r.Action != "chat" || r.OutputTokens != 0 {
			t.Errorf("record: %+v", r)
		}
	})
}
