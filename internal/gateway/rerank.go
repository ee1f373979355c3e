package gateway

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Rerank has a model order passages by a question. Like embedding it turns text into figures, and the charter decides on
// it as such.
func (s *Service) Rerank(ctx context.Context, actor core.Actor, req EmbeddingRequest) (EmbeddingResult, error) {
	model, err := s.modelOf(ctx, req.Model, models.Rerank, "errors.model_not_for_rerank")
	if err != nil {
		return EmbeddingResult{}, err
	}
	return s.figures(ctx, actor, model, req, s.Engine.Rerank)
}

// modelOf finds a model by its name, or the default of its kind; wrong is the key of the error for another kind.
func (s *Service) modelOf(ctx context.Context, name string, kind models.Kind, wrong string) (models.Model, error) {
	if name == "" {
		return s.Catalogue.Default(ctx, kind)
	}
	model, err := s.Catalogue.Find(ctx, name)
	if err == nil && model.Kind != kind {
		err = core.E(core.Invalid, wrong, core.Args{"Model": name})
	}
	return model, err
}
