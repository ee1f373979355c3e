package governancehttp

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

type effectView struct {
	showView
	Effect   charter.Effect
	Articles []changed
}

// changed is an article that would decide otherwise than today.
type changed struct {
	charter.ArticleEffect
	Title core.Text
}

// dryRun replays past requests under a proposed charter: counts only, nobody's requests.
func (p *Pages) dryRun(w http.ResponseWriter, r *http.Request) error {
	detail, err := p.detail(r)
	if err != nil {
		return err
	}
	if detail.Text.Proposal.Kind != governance.KindCharter {
		return core.E(core.Invalid, "errors.proposal_no_charter", nil)
	}
	proposed, err := charter.Parse(detail.Text.Document)
	if err != nil {
		return err
	}
	v := effectView{showView: detail}
	if v.Effect, err = p.Replay(r.Context(), proposed); err != nil {
		return err
	}
	for _, a := range v.Effect.Articles {
		line := changed{ArticleEffect: a}
		for _, article := range proposed.Articles {
			if article.Number == a.Number {
				line.Title = article.Title
			}
		}
		v.Articles = append(v.Articles, line)
	}
	return p.templates.Render(w, r, "effect.html", v)
}
