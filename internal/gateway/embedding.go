package gateway

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// EmbeddingRequest is an embeddings request in the engines' dialect.
type EmbeddingRequest struct {
	Model string
	Text  []byte // all text of the request, unescaped
	Body  []byte
	// Dialect is the client's own, and Native the body in it; nil when that is OpenAI's.
	Dialect models.Dialect
	Native  []byte
}

// call writes the request for the model that was chosen: in the client's own dialect where its engine speaks it too.
func (r EmbeddingRequest) call(model models.Model) Call {
	if r.Native != nil && r.Dialect == model.Dialect {
		return Call{Dialect: r.Dialect, Body: r.Native}
	}
	return Call{Body: r.Body}
}

// EmbeddingResult is the engine's answer and how it ended.
type EmbeddingResult struct {
	Result
	Embeddings
}

// Embed sends text to an embedding model.
func (s *Service) Embed(ctx context.Context, actor core.Actor, req EmbeddingRequest) (EmbeddingResult, error) {
	model, err := s.modelOf(ctx, req.Model, models.Embedding, "errors.model_not_for_embedding")
	if err != nil {
		return EmbeddingResult{}, err
	}
	return s.figures(ctx, actor, model, req, s.Engine.Embed)
}

// figures has an engine turn text into figures, the whole way.
func (s *Service) figures(ctx context.Context, actor core.Actor, model models.Model, req EmbeddingRequest,
	ask func(ctx context.Context, model models.Model, call Call) (Embeddings, error),
) (EmbeddingResult, error) {
	all := s.candidates(ctx, model, req.Model)
	t, err := s.admit(ctx, actor, intent{action: charter.ActionEmbed, text: req.Text, model: &all[0], others: all[1:]})
	if err != nil {
		return EmbeddingResult{}, err
	}
	var got Embeddings
	err = s.attempt(ctx, actor, t, func(model models.Model) (err error) {
		got, err = ask(ctx, model, req.call(model))
		return err
	})
	if err != nil {
		return EmbeddingResult{}, t.fail(ctx, err)
	}
	t.record.PromptTokens, t.record.AnswerSHA256 = got.PromptTokens, digest(got.Body)
	if err := t.settle(ctx, audit.Completed, nil); err != nil {
		return EmbeddingResult{}, err
	}
	return EmbeddingResult{Result: t.result(), Embeddings: got}, nil
}
