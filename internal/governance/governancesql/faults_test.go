package governancesql_test

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
)

type versionOf = charter.Version

func withTokens(h *house, tokens int64) charter.Document {
	d := h.charters.InForce().Document
	d.Settings.DailyTokensPerMember = tokens
	return d
}

// faulty is a store whose n-th change fails: before it is written, or after (a crash that nobody was told of).
type faulty struct {
	g.Store
	at   int
	late bool
	seen int
}

func (f *faulty) Apply(ctx context.Context, c g.Change) error {
	f.seen++
	if f.seen != f.at {
		return f.Store.Apply(ctx, c)
	}
	if f.late {
		if err := f.Store.Apply(ctx, c); err != nil {
			return err
		}
	}
	return core.E(core.Unavailable, "errors.governance_unavailable", nil)
}
