package charterhttp

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var files embed.FS

// Charters is what the pages need of the charter.
type Charters interface {
	// InForce returns the version that decides now.
	InForce() charter.Version
	// History returns every version, newest first.
	History(ctx context.Context) ([]charter.Version, error)
}

// Config is what the pages need.
type Config struct {
	Site         *web.Site
	Charters     Charters
	Restrictions Restrictions
	Choices      func(ctx context.Context) ([]Choice, error) // what can be restricted
}

// Pages serves the charter's pages.
type Pages struct {
	Config
	templates *web.Templates
}

// New prepares the pages.
func New(config Config) (*Pages, error) {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := config.Site.Templates(sub)
	if err != nil {
		return nil, err
	}
	return &Pages{Config: config, templates: templates}, nil
}

// Routes registers the pages.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle("GET /charter", p.Site.Member(p.inForce))
	mux.Handle("GET /charter/versions/{hash}", p.Site.Member(p.version))
	mux.Handle("GET /charter/versions/{hash}/file", p.Site.Member(p.file))
	mux.Handle("GET /charter/restrictions", p.Site.Member(p.restrictions))
	mux.Handle("POST /charter/restrictions", p.Site.Member(p.restrict))
	mux.Handle("POST /charter/restrictions/{number}/lift", p.Site.Member(p.lift))
}

func (p *Pages) inForce(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, p.Charters.InForce())
}

func (p *Pages) version(w http.ResponseWriter, r *http.Request) error {
	v, err := p.find(r)
	if err != nil {
		return err
	}
	return p.show(w, r, v)
}

// file gives the canonical bytes, whose SHA-256 is the version's name.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	v, err := p.find(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="solidaire-charter-`+short(v.Hash)+`.json"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(v.Bytes)))
	w.Write(v.Bytes) //nolint:errcheck // the reader left
	return nil
}

// find returns the version that the address names by its hash, or the beginning of it.
func (p *Pages) find(r *http.Request) (charter.Version, error) {
	hash := r.PathValue("hash")
	if now := p.Charters.InForce(); now.Hash == hash {
		return now, nil
	}
	history, err := p.Charters.History(r.Context())
	if err != nil {
		return charter.Version{}, err
	}
	v, ok := charter.Find(history, hash)
	if !ok {
		return charter.Version{}, core.E(core.NotFound, "errors.charterpages_unknown", nil)
	}
	return v, nil
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, v charter.Version) error {
	history, err := p.Charters.History(r.Context())
	if err != nil {
		return err
	}
	l := p.Site.Localizer(r)
	now := p.Charters.InForce()
	view := charterView{
		Page: p.Site.Page(r, l.T("charterpages.title"), web.Charter), Heading: v.Document.Title.In(l.Lang()),
		Preamble: v.Document.Preamble.In(l.Lang()), Number: v.Number, Hash: v.Hash, Short: short(v.Hash),
		InForce:     v.Hash == now.Hash,
		Provisional: v.Status != charter.Voted, Effective: v.Effective,
		Articles: articles(v.Document, l.Lang()), Settings: settings(l, v.Document.Settings),
		History: entries(history, now.Hash), File: "/charter/versions/" + v.Hash + "/file",
	}
	if view.Heading == "" {
		view.Heading = view.Title
	}
	return p.templates.Render(w, r, "charter.html", view)
}

// charterView is one version.
type charterView struct {
	web.Page
	Heading     string
	Preamble    string
	Number      int
	Hash, Short string
	InForce     bool
	Provisional bool
	Effective   time.Time
	Articles    []articleView
	Settings    []string
	History     []entry
	File        string
}

type articleView struct {
	Number              int
	Title, Text, Remedy string
	Policy              string
}

// entry is one version in the history.
type entry struct {
	Number      int
	Hash, Short string
	Effective   time.Time
	Provisional bool
	InForce     bool
	Parent      string // short hash; "" for the first
}

func articles(d charter.Document, lang core.Lang) []articleView {
	out := make([]articleView, 0, len(d.Articles))
	for _, a := range d.Articles {
		out = append(out, articleView{Number: a.Number, Title: a.Title.In(lang), Text: a.Text.In(lang),
			Remedy: a.Remedy.In(lang), Policy: a.Policy})
	}
	return out
}

func entries(history []charter.Version, inForce string) []entry {
	out := make([]entry, 0, len(history))
	for _, v := range history {
		out = append(out, entry{Number: v.Number, Hash: v.Hash, Short: short(v.Hash), Effective: v.Effective,
			Provisional: v.Status != charter.Voted, InForce: v.Hash == inForce, Parent: short(v.Parent)})
	}
	return out
}

// short is enough of a hash to recognise it.
func short(hash string) string { return hash[:min(len(hash), 8)] }
