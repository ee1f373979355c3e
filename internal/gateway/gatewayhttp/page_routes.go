package gatewayhttp

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var templates embed.FS

// Charter is what the pages read of the charter in force: articles, and the microwave oven's power.
type Charter interface{ InForce() charter.Version }

// Config is what the pages need.
type Config struct {
	Site          *web.Site
	Questions     gateway.Questions
	Conversations gateway.Conversations
	Feedback      Feedback
	Shelf         gateway.Shelf // of the memory: where conversations are saved
	Charter       Charter
	Clock         core.Clock
}

// Pages are the pages of questions and conversations.
type Pages struct {
	Config
	templates *web.Templates
	markdown  *web.Markdown
}

// New makes the pages.
func New(config Config) (*Pages, error) {
	files, err := fs.Sub(templates, "templates")
	if err != nil {
		return nil, err
	}
	pages, err := config.Site.Templates(files)
	return &Pages{config, pages, web.NewMarkdown()}, err
}

// Routes registers the pages.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle("GET /{$}", p.Site.Member(p.home))
	mux.Handle("POST /ask", p.Site.Member(p.ask, web.MaxBody(maxBody)))
	mux.Handle("GET /chat", p.Site.Member(p.newChat))
	mux.Handle("POST /chat", p.Site.Member(p.chat, web.MaxBody(maxBody)))
	mux.Handle("POST /chat/{id}/messages", p.Site.Member(p.chat, web.MaxBody(maxBody)))
	mux.Handle("GET /conversations", p.Site.Member(p.list))
	mux.Handle("GET /conversations/{id}", p.Site.Member(p.conversation))
	mux.Handle("POST /conversations/{id}/title", p.Site.Member(p.rename))
	mux.Handle("POST /conversations/{id}/delete", p.Site.Member(p.remove))
	mux.Handle("POST /conversations/{id}/save", p.Site.Member(p.save))
	mux.Handle("POST /conversations/{id}/unsave", p.Site.Member(p.unsave))
	mux.Handle("POST /conversations/{id}/turns/{turn}/feedback", p.Site.Member(p.giveFeedback))
	mux.Handle("POST /conversations/{id}/turns/{turn}/feedback/remove", p.Site.Member(p.removeFeedback))
}

// maxBody bounds a question as it is sent; the gateway bounds the question itself.
const maxBody = 256 << 10

// actor is who asks: every route here is for signed-in people.
func actor(r *http.Request) core.Actor {
	a, _ := web.ActorFrom(r.Context())
	return a
}
