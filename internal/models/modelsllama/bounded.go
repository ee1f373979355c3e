package modelsllama

import (
	"cmp"
	"context"

	"github.com/solidaire-coop/solidaire/internal/models"
)

// Bounded is the catalogue as requests to supervised children meet it: a chat model reads no more than the given number of
// tokens, whatever it was trained for; 0: as many as the supervisor gives when nothing is said.
func Bounded(catalogue models.Catalogue, tokens int) models.Catalogue {
	return bounded{catalogue, cmp.Or(tokens, chatContext)}
}

type bounded struct {
	models.Catalogue
	tokens int
}

func (b bounded) List(ctx context.Context) ([]models.Model, error) {
	list, err := b.Catalogue.List(ctx)
	all := make([]models.Model, len(list))
	for i, m := range list {
		all[i] = b.cut(m)
	}
	return all, err
}

func (b bounded) Find(ctx context.Context, name string) (models.Model, error) {
	m, err := b.Catalogue.Find(ctx, name)
	return b.cut(m), err
}

func (b bounded) Default(ctx context.Context, kind models.Kind) (models.Model, error) {
	m, err := b.Catalogue.Default(ctx, kind)
	return b.cut(m), err
}

func (b bounded) cut(m models.Model) models.Model {
	if m.Kind == models.Chat && m.Path != "" {
		m.Context = contextOf(m, b.tokens)
	}
	return m
}

// contextOf is how many tokens one request to a chat model may take.
func contextOf(m models.Model, tokens int) int {
	if m.Context > 0 {
		return min(m.Context, tokens)
	}
	return tokens
}
