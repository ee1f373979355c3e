package gateway

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// CountResult says how many tokens a request would be.
type CountResult struct {
	Result
	Tokens    int
	Estimated bool // the engine cannot count: four bytes are about one token
}

// Count has an engine count the tokens of a chat request. Its text is sent there, so that it goes the whole way: label,
// charter, budget, leaf. Nothing is generated, and nothing is charged.
func (s *Service) Count(ctx context.Context, actor core.Actor, req Completion) (CountResult, error) {
	model, err := s.chatModel(ctx, req.Model)
	if err != nil {
		return CountResult{}, err
	}
	t, err := s.admit(ctx, actor, intent{action: charter.ActionChat, text: req.Text, model: &model})
	if err != nil {
		return CountResult{}, err
	}
	counted := CountResult{}
	counted.Tokens, err = s.Engine.Count(ctx, model, req.call(model, 0))
	if core.Is(err, core.NotFound) {
		counted.Tokens, counted.Estimated, err = (len(req.Text)+3)/4, true, nil
	}
	if err != nil {
		return CountResult{}, t.fail(ctx, err)
	}
	if err := t.settle(ctx, audit.Completed, nil); err != nil {
		return CountResult{}, err
	}
	counted.Result = t.result()
	return counted, nil
}
