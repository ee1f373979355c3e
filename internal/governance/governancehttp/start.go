package governancehttp

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// started is the sketch that a start begins with: the charter in force, changed as the start says.
func (p *Pages) started(r *http.Request, start string) (governance.Sketch, error) {
	k := governance.Sketch{Kind: governance.KindOrdinary, Body: governance.Assembly}
	switch start {
	case "question", "choice":
		return k, nil
	case "price", "space", "witness":
		return p.resolution(r, start)
	case "mandate":
		k.Kind, k.Mandate = governance.KindMandate, &governance.Mandate{Office: "member", Months: 24}
		return k, nil
	case "rules":
		k.Kind = governance.KindRules
		return k, nil
	}
	d := p.Charters.InForce().Document
	d.Articles = slices.Clone(d.Articles)
	k.Kind, k.Charter = governance.KindCharter, &d
	model, err := p.modelNamed(r, r.URL.Query().Get("model"))
	if err != nil {
		return k, err
	}
	words := func(key string) core.Text { return p.both(key, core.Args{"Model": model.Name}) }
	switch start {
	case "model":
		if model.Digest != "" && !slices.Contains(d.Settings.Models, model.Digest) {
			d.Settings.Models = append(slices.Clone(d.Settings.Models), model.Digest)
			slices.Sort(d.Settings.Models)
		}
		k.Title = words("governance.start.model.title")
	case "board":
		d.Articles = append(d.Articles, charter.Article{
			Number: len(d.Articles) + 1, Title: words("governance.start.board.article"), Text: words("governance.start.board.text"),
			Remedy: words("governance.start.board.remedy"), Policy: boardOnly(model),
		})
		k.Title = words("governance.start.board.title")
	case "budget":
		k.Title = words("governance.start.budget.title")
	case "retention":
		k.Title = words("governance.start.retention.title")
	}
	return k, nil
}

// boardOnly is the rule that keeps a model for the board: these very bytes, whatever they are called; by its name where its server
// does not tell what it runs.
func boardOnly(model Model) string {
	which := fmt.Sprintf("resource == Model::%q)", model.Name)
	if model.Digest != "" {
		which = fmt.Sprintf("resource is Model)\nwhen { resource.digest == %q }", model.Digest)
	}
	return "forbid (principal, action, " + which + "\nunless { principal in Body::\"board\" };"
}

// modelNamed finds an installed model; the first one when none is named.
func (p *Pages) modelNamed(r *http.Request, name string) (Model, error) {
	all, err := p.Models(r.Context())
	if err != nil || len(all) == 0 {
		return Model{}, err
	}
	for _, m := range all {
		if m.Name == name {
			return m, nil
		}
	}
	return all[0], nil
}

// both says a sentence in both languages, for a text that will be voted.
func (p *Pages) both(key string, args core.Args) core.Text {
	return core.Text{FR: p.Words(core.French).T(key, args), EN: p.Words(core.English).T(key, args)}
}

// modelNames tells the installed models by their digests, for people who read a charter.
func (p *Pages) modelNames(r *http.Request) (names map[string]string, named []Model, err error) {
	all, err := p.Models(r.Context())
	names = map[string]string{}
	for _, m := range all {
		if m.Digest != "" && names[m.Digest] == "" {
			names[m.Digest] = m.Name
			named = append(named, m)
		}
	}
	return names, named, err
}
