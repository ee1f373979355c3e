package e2e_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
)

// TestAnthropicClient points Anthropic's own Go client at the whole program: a real key, the real engine, the trial model.
func TestAnthropicClient(t *testing.T) {
	h := startBare(t)
	client := anthropic.NewClient(option.WithBaseURL(h.base), option.WithAPIKey(h.key(t)), option.WithMaxRetries(0))
	params := anthropic.MessageNewParams{
		Model: modelsfetch.TrialModel, MaxTokens: 24, Temperature: anthropic.Float(0),
		System:   []anthropic.TextBlockParam{{Text: "Be brief."}},
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Say hello."))},
	}
	got, err := client.Messages.New(t.Context(), params)
	var problem *anthropic.Error
	if errors.As(err, &problem) && problem.StatusCode == 404 && os.Getenv("SOLIDAIRE_TEST_FULL") != "1" {
		t.Skip("no models in the cache: run `solidaire setup --cache-only`")
	}
	if err != nil || got.Content[0].Text == "" || got.Usage.OutputTokens == 0 || !strings.Contains(got.Usage.RawJSON(), `"receipt"`) {
		t.Fatalf("%+v %v", got, err)
	}
	t.Run("streaming", func(t *testing.T) {
		stream, gathered := client.Messages.NewStreaming(t.Context(), params), anthropic.Message{}
		for stream.Next() {
			if err := gathered.Accumulate(stream.Current()); err != nil {
				t.Fatal(err)
			}
		}
		if stream.Err() != nil || gathered.Content[0].Text == "" || gathered.StopReason == "" || gathered.Usage.OutputTokens == 0 {
			t.Errorf("%+v %v", gathered, stream.Err())
		}
	})
	t.Run("counted before as it is counted after", func(t *testing.T) {
		counted, err := client.Messages.CountTokens(t.Context(), anthropic.MessageCountTokensParams{
			Model: params.Model, Messages: params.Messages, System: anthropic.MessageCountTokensParamsSystemUnion{OfTextBlockArray: params.System},
		})
		if err != nil || counted.InputTokens != got.Usage.InputTokens {
			t.Errorf("%+v %v, want %d", counted, err, got.Usage.InputTokens)
		}
	})
	t.Run("a card number is refused by the charter", func(t *testing.T) {
		refused := params
		refused.Messages = []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("4111 1111 1111 1111"))}
		_, err := client.Messages.New(t.Context(), refused)
		if !errors.As(err, &problem) || problem.StatusCode != 403 || problem.Type() != "permission_error" {
			t.Errorf("%v", err)
		}
	})
}
