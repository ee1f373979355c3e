package modelshttp

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var files embed.FS

// Catalogue is what the page needs of the catalogue.
type Catalogue interface {
	List(ctx context.Context) ([]models.Model, error)
}

// Engines is what the page needs of the engines.
type Engines interface {
	Health(ctx context.Context) []models.EngineHealth
}

// Pages serves the page of models.
type Pages struct {
	site      *web.Site
	catalogue Catalogue
	engines   Engines
	templates *web.Templates
}

// New prepares the page.
func New(site *web.Site, catalogue Catalogue, engines Engines) (*Pages, error) {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := site.Templates(sub)
	if err != nil {
		return nil, err
	}
	return &Pages{site: site, catalogue: catalogue, engines: engines, templates: templates}, nil
}

// Routes registers the page.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle("GET /models", p.site.Member(p.index))
}

// view is the page.
type view struct {
	web.Page
	Models  []modelView
	Latest  *models.Model
	Engines []engineView // that no installed model of the list stands for
}

type modelView struct {
	models.Model
	Digest string // short; "" when the bytes cannot be seen
	Size   string // of its parameters, in words; "" unknown
	Can    string // what it is known to be able to, in words
	Engine *engineView
}

// engineView is how one engine is doing.
type engineView struct {
	Model   string // "" when it serves every model
	Backend string // the server that it is; "" an engine of this machine
	State   models.EngineState
	Program string // shown to the operator only
	Detail  *core.Error
}

func (p *Pages) index(w http.ResponseWriter, r *http.Request) error {
	installed, err := p.catalogue.List(r.Context())
	if err != nil {
		return err
	}
	l := p.site.Localizer(r)
	v := view{Page: p.site.Page(r, l.T("modelspages.title"), web.Models)}
	i18n.Sort(l, installed, func(m models.Model) string { return m.Name })
	engines, servers := engineViews(p.engines.Health(r.Context()), v.Operator)
	for _, m := range installed {
		shown := modelView{Model: m, Digest: shortDigest(m.Digest), Size: parameters(l, m.Parameters), Can: abilities(l, m.Abilities)}
		if e, ok := engines[m.Name]; ok {
			shown.Engine = &e
			delete(engines, m.Name)
		}
		v.Models = append(v.Models, shown)
		if !m.Added.IsZero() && (v.Latest == nil || m.Added.After(v.Latest.Added)) {
			v.Latest = &m
		}
	}
	for _, e := range engines {
		v.Engines = append(v.Engines, e)
	}
	i18n.Sort(l, v.Engines, func(e engineView) string { return e.Model })
	v.Engines = append(v.Engines, servers...)
	return p.templates.Render(w, r, "models.html", v)
}

// engineViews names the engines of this machine by their model, and lists the servers. Where a program lies is the operator's
// business.
func engineViews(health []models.EngineHealth, operator bool) (byModel map[string]engineView, servers []engineView) {
	byModel = make(map[string]engineView, len(health))
	for _, h := range health {
		e := engineView{Model: h.Model, Backend: h.Backend, State: h.State, Detail: h.Detail}
		if operator {
			e.Program = h.Program
		}
		if h.Backend != "" {
			servers = append(servers, e)
		} else {
			byModel[h.Model] = e
		}
	}
	return byModel, servers
}

// shortDigest is enough of a digest to recognise it.
func shortDigest(digest string) string {
	sum, ok := strings.CutPrefix(digest, "sha256:")
	if !ok {
		return ""
	}
	return sum[:min(len(sum), 12)]
}

// abilities says what a model is known to be able to.
func abilities(l *i18n.Localizer, a models.Abilities) string {
	var can []string
	for _, ability := range []struct {
		known models.Known
		key   string
	}{{a.Tools, "modelspages.ability.tools"}, {a.Images, "modelspages.ability.images"}, {a.Thinking, "modelspages.ability.thinking"}} {
		if ability.known == models.Yes {
			can = append(can, l.T(ability.key))
		}
	}
	if a.Languages != "" {
		can = append(can, l.T("modelspages.ability.languages", core.Args{"Languages": a.Languages}))
	}
	return strings.Join(can, ", ")
}

// parameters says how big a model is as people say it.
func parameters(l *i18n.Localizer, count int64) string {
	switch {
	case count <= 0:
		return ""
	case count < 1_000_000_000:
		return l.T("modelspages.parameters.millions", core.Args{"Value": float64(count) / 1e6})
	}
	return l.T("modelspages.parameters.billions", core.Args{"Value": float64(count) / 1e9})
}
