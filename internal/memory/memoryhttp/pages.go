package memoryhttp

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var files embed.FS

// Memory is what the pages need of the memory.
type Memory interface {
	memory.Memory
	// Progress lists the files in hand.
	Progress() []memory.Progress
}

// Pages serves the memory's pages.
type Pages struct {
	site      *web.Site
	memory    Memory
	templates *web.Templates
	maxUpload int64 // of one request
}

// New prepares the pages.
func New(site *web.Site, m Memory) (*Pages, error) {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := site.Templates(sub)
	if err != nil {
		return nil, err
	}
	return &Pages{site: site, memory: m, templates: templates, maxUpload: maxUploadBytes}, nil
}

// Routes registers the pages.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle("GET /memory", p.site.Member(p.index))
	mux.Handle("POST /memory", p.site.Operator(p.add, web.MaxBody(p.maxUpload)))
	mux.Handle("GET /memory/documents/{id}/erase", p.site.Operator(p.confirmErase))
	mux.Handle("POST /memory/documents/{id}/erase", p.site.Operator(p.erase))
	mux.Handle("GET /memory/versions/{hash}", p.site.Member(p.read))
}

// organisation is whose memory the reader sees.
func organisation(r *http.Request) core.ID {
	actor, _ := web.ActorFrom(r.Context())
	return actor.Organisation
}

// document finds one of the organisation's documents by the id in the address.
func (p *Pages) document(r *http.Request) (memory.Document, error) {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return memory.Document{}, err
	}
	documents, err := p.memory.Documents(r.Context(), organisation(r))
	if err != nil {
		return memory.Document{}, err
	}
	for _, d := range documents {
		if d.ID == id {
			return d, nil
		}
	}
	return memory.Document{}, core.E(core.NotFound, "errors.memorypages_document_unknown", nil)
}

// title is what people call a document: its title, or its name when it has none.
func title(title, name string) string {
	if title != "" {
		return valid(title)
	}
	return valid(name)
}

// eraseView asks before a document is erased.
type eraseView struct {
	web.Page
	Name   string // of the document
	Action string
}

func (p *Pages) confirmErase(w http.ResponseWriter, r *http.Request) error {
	d, err := p.document(r)
	if err != nil {
		return err
	}
	view := eraseView{
		Page: p.site.Page(r, p.site.Localizer(r).T("memorypages.confirm.title"), web.Memory),
		Name: title(d.Title, d.Name), Action: eraseHref(d.ID),
	}
	return p.templates.Render(w, r, "erase.html", view)
}

func (p *Pages) erase(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := p.memory.Remove(r.Context(), organisation(r), id); err != nil {
		return err
	}
	http.Redirect(w, r, "/memory?done=erased", http.StatusSeeOther)
	return nil
}

func eraseHref(id core.ID) string { return "/memory/documents/" + id.String() + "/erase" }

// newest finds what was added last, among what can be found.
func newest(documents []memory.Document) (last memory.Document, ok bool) {
	for _, d := range documents {
		if d.State == memory.Indexed && d.Added.After(last.Added) {
			last, ok = d, true
		}
	}
	return last, ok
}
