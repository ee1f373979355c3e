package membershttp

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rooms is what the pages need of the members' room.
type Rooms interface {
	members.SignIn
	members.Directory
	members.Register
	members.Bodies
	members.Rolls
	members.Joining
	members.Rosters
	members.Powers
	members.Self
}

// Config says what the pages stand on.
type Config struct {
	Site         *web.Site
	Rooms        Rooms
	Organisation members.Organisation // of this installation
	Bundle       *i18n.Bundle         // for letters
	Clock        core.Clock
	Zone         *time.Location // of the dates in forms
	Log          *slog.Logger
	Post         members.Post  // nil: no mail; links are handed over
	Base         func() string // address of this site, without a path
	Elsewhere    Elsewhere     // nil: no other room holds anything about people
}

// Pages are the pages of people: sign-in, the register, bodies, and what is held about oneself.
type Pages struct {
	Config
	site      *web.Site
	signIn    members.SignIn
	templates *web.Templates
	strangers limiter
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	files, err := fs.Sub(templates, "templates")
	if err != nil {
		return nil, err
	}
	pages, err := c.Site.Templates(files)
	return &Pages{Config: c, site: c.Site, signIn: c.Rooms, templates: pages, strangers: limiter{clock: c.Clock, seen: map[string]*window{}}}, err
}

// Routes registers the pages.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle("GET /signin", p.site.Open(p.explain))
	mux.Handle("GET /signin/{token}", p.site.Open(p.door))
	mux.Handle("POST /signin/{token}", p.site.Open(p.enter))
	mux.Handle("POST /signout", p.site.Open(p.leave))
	mux.Handle("POST /lang", p.site.Open(p.speak))
	mux.Handle("GET /members", p.site.Member(p.list))
	mux.Handle("POST /members", p.keepers(p.enrol))
	mux.Handle("GET /members/export", p.keepers(p.export))
	mux.Handle("GET /members/import", p.keepers(p.offerImport))
	mux.Handle("POST /members/import", p.keepers(p.bringIn, web.MaxBody(members.MaxRosterBytes+1<<20)))
	mux.Handle("POST /members/classes", p.keepers(p.setClass))
	mux.Handle("GET /members/requests", p.keepers(p.requests))
	mux.Handle("POST /members/requests/{id}/admit", p.keepers(p.admit))
	mux.Handle("POST /members/requests/{id}/decline", p.keepers(p.turnAway))
	mux.Handle("POST /members/joining", p.keepers(p.setDoor))
	mux.Handle("GET /join", p.site.Open(p.offerJoin))
	mux.Handle("POST /join", p.site.Open(p.join))
	mux.Handle("POST /members/{id}/invite", p.keepers(p.invite))
	mux.Handle("GET /members/{id}", p.site.Member(p.show))
	mux.Handle("POST /members/{id}", p.keepers(p.amend))
	mux.Handle("POST /members/{id}/leave", p.keepers(p.end))
	mux.Handle("POST /members/{id}/return", p.keepers(p.takeBack))
	mux.Handle("GET /bodies", p.site.Member(p.bodies))
	mux.Handle("POST /bodies", p.keepers(p.addBody))
	mux.Handle("POST /bodies/{key}/mandates", p.keepers(p.appoint))
	mux.Handle("POST /mandates/{id}/end", p.keepers(p.endMandate))
	mux.Handle("GET /me", p.site.Member(p.me))
	mux.Handle("GET /me/file", p.site.Member(p.takeAway))
	mux.Handle("POST /me/ai", p.site.Member(p.decline))
	mux.Handle("POST /me/leave", p.site.Member(p.depart))
}

// signinView is what the sign-in page shows.
type signinView struct {
	web.Page
	Action  string // where the button leads; "" without a link
	Problem *core.Error
}

// explain says how to come in; who is in already goes on.
func (p *Pages) explain(w http.ResponseWriter, r *http.Request) error {
	if _, ok := web.ActorFrom(r.Context()); ok {
		http.Redirect(w, r, web.LocalPath(r.FormValue("next"), "/"), http.StatusSeeOther)
		return nil
	}
	return p.templates.Render(w, r, "signin.html", signinView{Page: p.page(r)})
}

// door shows the button that uses the link. Opening the page uses nothing up.
func (p *Pages) door(w http.ResponseWriter, r *http.Request) error {
	return p.templates.Render(w, r, "signin.html", signinView{Page: p.page(r), Action: r.URL.EscapedPath()})
}

// enter uses the link once and opens a session.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	session, token, err := p.signIn.Redeem(r.Context(), r.PathValue("token"))
	if core.Is(err, core.Unauthenticated) {
		view := signinView{Page: p.page(r), Problem: core.AsError(err)}
		return p.templates.RenderStatus(w, r, "signin.html", http.StatusUnauthorized, view)
	}
	if err != nil {
		return err
	}
	p.site.OpenSession(w, r, token, session.Expires)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// leave ends the session, on both sides.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	if token := web.SessionToken(r); token != "" {
		if err := p.signIn.SignOut(r.Context(), token); err != nil && !core.Is(err, core.Unauthenticated) {
			return err
		}
	}
	p.site.CloseSession(w, r)
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
	return nil
}

// speak keeps the chosen language and goes back to where the reader was.
func (p *Pages) speak(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	for _, lang := range core.Langs() {
		if string(lang) == form.Get("lang") {
			p.site.SetLang(w, r, lang)
			http.Redirect(w, r, web.LocalPath(form.Get("back"), "/"), http.StatusSeeOther)
			return nil
		}
	}
	return core.E(core.Invalid, "errors.form_unreadable", nil)
}

func (p *Pages) page(r *http.Request) web.Page {
	return p.site.Page(r, p.site.Localizer(r).T("signin.title"), "")
}
