package memoryhttp

import (
	"context"
	"embed"
	"io"
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
	// DrawPage draws a page, from 0, of a version at a width in pixels, as PNG; core.NotFound when it has none.
	DrawPage(ctx context.Context, organisation core.ID, version string, page, width int) ([]byte, error)
	// Places tells where the words of a version stand on its pages.
	Places(ctx context.Context, organisation core.ID, version string) ([]memory.Place, error)
	// Page lists documents, a part of the list at a time.
	Page(ctx context.Context, f memory.Filter) (memory.Page, error)
	// Document finds one document.
	Document(ctx context.Context, organisation, document core.ID) (memory.Entry, error)
	// Status tells what the memory is doing.
	Status(ctx context.Context, organisation core.ID) (memory.Status, error)
	// OfferArchive takes in every document of an archive; they are read in the background.
	OfferArchive(ctx context.Context, organisation core.ID, name string, r io.Reader) (memory.ArchiveReport, error)
}

// Sources is what the pages need of the places that documents come from.
type Sources interface {
	Connectors() []memory.Connector
	Sources(ctx context.Context, organisation core.ID) ([]memory.Source, error)
	Source(ctx context.Context, organisation, id core.ID) (memory.Source, error)
	Try(ctx context.Context, n memory.NewSource) (memory.Sample, error)
	TryChange(ctx context.Context, id core.ID, n memory.NewSource) (memory.Sample, error)
	Add(ctx context.Context, n memory.NewSource) (memory.Source, error)
	Change(ctx context.Context, id core.ID, n memory.NewSource) (memory.Source, error)
	Pause(ctx context.Context, organisation, id core.ID, on bool) error
	Ask(ctx context.Context, organisation, id core.ID, all bool) error
	Readmit(ctx context.Context, organisation, id core.ID) error
	Remove(ctx context.Context, organisation, id core.ID, keepDocuments bool) error
	Retry(ctx context.Context, organisation, document core.ID) (int, error)
}

// Pages serves the memory's pages.
type Pages struct {
	site      *web.Site
	memory    Memory
	sources   Sources
	quality   Quality
	templates *web.Templates
	images    images
	maxUpload int64 // of one request
}

// New prepares the pages.
func New(site *web.Site, m Memory, sources Sources, quality Quality) (*Pages, error) {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := site.Templates(sub)
	if err != nil {
		return nil, err
	}
	return &Pages{site: site, memory: m, sources: sources, quality: quality, templates: templates, maxUpload: maxUploadBytes}, nil
}

// Routes registers the pages.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle("GET /memory", p.site.Member(p.index))
	mux.Handle("POST /memory", p.site.Operator(p.add, web.MaxBody(p.maxUpload)))
	mux.Handle("GET /memory/documents/{id}/erase", p.site.Operator(p.confirmErase))
	mux.Handle("POST /memory/documents/{id}/erase", p.site.Operator(p.erase))
	mux.Handle("GET /memory/versions/{hash}", p.site.Member(p.read))
	mux.Handle("GET /memory/versions/{hash}/pages/{page}", p.site.Member(p.page))
	mux.Handle("POST /memory/retry", p.site.Operator(p.retry))

	mux.Handle("GET /memory/sources", p.site.Operator(p.listSources))
	mux.Handle("GET /memory/sources/new", p.site.Operator(p.newSource))
	mux.Handle("POST /memory/sources/new", p.site.Operator(p.addSource))
	mux.Handle("GET /memory/sources/{id}", p.site.Operator(p.editSource))
	mux.Handle("POST /memory/sources/{id}", p.site.Operator(p.changeSource))
	mux.Handle("POST /memory/sources/{id}/{order}", p.site.Operator(p.orderSource))
	mux.Handle("GET /memory/sources/{id}/remove", p.site.Operator(p.confirmRemove))

	p.qualityRoutes(mux)
}

// organisation is whose memory the reader sees.
func organisation(r *http.Request) core.ID {
	actor, _ := web.ActorFrom(r.Context())
	return actor.Organisation
}

// document finds one of the organisation's documents by the id in the address.
func (p *Pages) document(r *http.Request) (memory.Entry, error) {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return memory.Entry{}, err
	}
	return p.memory.Document(r.Context(), organisation(r), id)
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
	Source string // that still has it; "" for a file that somebody added
	Action string
}

func (p *Pages) confirmErase(w http.ResponseWriter, r *http.Request) error {
	d, err := p.document(r)
	if err != nil {
		return err
	}
	view := eraseView{
		Page: p.site.Page(r, p.site.Localizer(r).T("memorypages.confirm.title"), web.Memory),
		Name: title(d.Title, d.Name), Action: eraseHref(d.ID), Source: valid(d.From),
	}
	return p.templates.Render(w, r, "erase.html", view)
}

func (p *Pages) erase(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	defer p.images.forget()
	if err := p.memory.Remove(r.Context(), organisation(r), id); err != nil {
		return err
	}
	http.Redirect(w, r, "/memory?done=erased", http.StatusSeeOther)
	return nil
}

func eraseHref(id core.ID) string { return "/memory/documents/" + id.String() + "/erase" }
