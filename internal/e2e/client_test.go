package e2e_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
)

// TestOpenAIClient points OpenAI's own Go client at the whole program: a real key, the real engine, the pinned models.
func TestOpenAIClient(t *testing.T) {
	h := startBare(t)
	client := openai.NewClient(option.WithBaseURL(h.base+"/v1"), option.WithAPIKey(h.key(t)), option.WithMaxRetries(0))
	page, err := client.Models.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Data) < 2 {
		if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" {
			t.Fatalf("models: %+v", page.Data)
		}
		t.Skip("no models in the cache: run `solidaire setup --cache-only`")
	}
	params := openai.ChatCompletionNewParams{
		Model: modelsfetch.TrialModel, MaxTokens: openai.Int(24), Temperature: openai.Float(0),
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Say hello.")},
	}
	t.Run("whole", func(t *testing.T) {
		got, err := client.Chat.Completions.New(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		if got.Choices[0].Message.Content == "" || got.Usage.CompletionTokens == 0 || got.Usage.PromptTokens == 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("streaming, with usage and receipt", func(t *testing.T) {
		asked := params
		asked.StreamOptions.IncludeUsage = openai.Bool(true)
		stream := client.Chat.Completions.NewStreaming(t.Context(), asked)
		gathered, receipt := openai.ChatCompletionAccumulator{}, ""
		for stream.Next() {
			chunk := stream.Current()
			gathered.AddChunk(chunk)
			if raw := chunk.Usage.RawJSON(); strings.Contains(raw, `"receipt"`) {
				receipt = raw
			}
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		if gathered.Choices[0].Message.Content == "" || receipt == "" {
			t.Errorf("%+v, usage %s", gathered, receipt)
		}
	})
	t.Run("embeddings", func(t *testing.T) {
		got, err := client.Embeddings.New(t.Context(), openai.EmbeddingNewParams{
			Model: modelsfetch.EmbeddingModel, Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"query: quorum", "passage: assemblée"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Data) != 2 || len(got.Data[0].Embedding) != 384 {
			t.Errorf("%d vectors", len(got.Data))
		}
	})
	t.Run("a card number is refused by the charter", func(t *testing.T) {
		refused := params
		refused.Messages = []openai.ChatCompletionMessageParamUnion{openai.UserMessage("4111 1111 1111 1111")}
		_, err := client.Chat.Completions.New(t.Context(), refused)
		var problem *openai.Error
		if !errors.As(err, &problem) || problem.StatusCode != 403 || problem.Code != "charter_refused" {
			t.Errorf("%v", err)
		}
	})
}
