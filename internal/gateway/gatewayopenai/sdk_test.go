package gatewayopenai_test

import (
	"errors"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// TestOfficialSDK proves the surface with OpenAI's own Go client.
func TestOfficialSDK(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Engine.Usually(enginetest.Script{Pieces: []string{"Bon", "jour"}})
	client := openai.NewClient(option.WithBaseURL(h.URL+"/v1"), option.WithAPIKey(goodKey), option.WithMaxRetries(0))
	params := openai.ChatCompletionNewParams{
		Model: "fake-chat", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Salut")},
	}
	t.Run("whole", func(t *testing.T) {
		got, err := client.Chat.Completions.New(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		if got.Choices[0].Message.Content != "Bonjour" || got.Choices[0].FinishReason != "stop" || got.Usage.TotalTokens == 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("streaming", func(t *testing.T) {
		stream := client.Chat.Completions.NewStreaming(t.Context(), params)
		gathered := openai.ChatCompletionAccumulator{}
		for stream.Next() {
			gathered.AddChunk(stream.Current())
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		if gathered.Choices[0].Message.Content != "Bonjour" {
			t.Errorf("%+v", gathered)
		}
	})
	t.Run("a broken stream is an error", func(t *testing.T) {
		h := newHouse(t)
		h.Engine.Play(enginetest.Script{Pieces: []string{"a"}, End: enginetest.Dies})
		client := openai.NewClient(option.WithBaseURL(h.URL+"/v1"), option.WithAPIKey(goodKey), option.WithMaxRetries(0))
		stream := client.Chat.Completions.NewStreaming(t.Context(), params)
		for stream.Next() {
		}
		if stream.Err() == nil {
			t.Error("the client saw no error")
		}
	})
	t.Run("embeddings", func(t *testing.T) {
		got, err := client.Embeddings.New(t.Context(), openai.EmbeddingNewParams{
			Model: "fake-embedding", Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"un", "deux"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Data) != 2 || len(got.Data[0].Embedding) != enginetest.Dimensions {
			t.Errorf("%d vectors", len(got.Data))
		}
	})
	t.Run("models", func(t *testing.T) {
		page, err := client.Models.List(t.Context())
		if err != nil || len(page.Data) != 2 || page.Data[0].ID != "fake-chat" {
			t.Errorf("%+v %v", page, err)
		}
		if _, err := client.Models.Get(t.Context(), "fake-chat"); err != nil {
			t.Error(err)
		}
	})
	t.Run("errors", func(t *testing.T) {
		refused := params
		refused.Messages = []openai.ChatCompletionMessageParamUnion{openai.UserMessage("NAS 046 454 286")}
		_, err := client.Chat.Completions.New(t.Context(), refused)
		var problem *openai.Error
		if !errors.As(err, &problem) || problem.StatusCode != 403 || problem.Code != "charter_refused" {
			t.Errorf("%v", err)
		}
	})
}
