package web

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// Sessions finds the actor behind a session cookie: core.Unauthenticated when there is none.
type Sessions interface {
	SessionActor(ctx context.Context, token string) (core.Actor, error)
}

// Config is what a Site needs.
type Config struct {
	Bundle   *i18n.Bundle
	Logger   *slog.Logger
	Clock    core.Clock
	Sessions Sessions
	// Organisation names the organisation of a signed-in person in the margin of each page.
	Organisation func(ctx context.Context, id core.ID) string
	// Trouble, when it is not nil, is said at the head of every page.
	Trouble func() error
	// Notices, when it is not nil, are said there too: what is refused for now, by whom and until when.
	Notices func() []error
	Version string // of the program, shown at the foot
	// SecureCookies marks cookies Secure even when TLS ends before this process.
	SecureCookies bool
}

// Site is what the pages of every module share. Safe for concurrent use.
type Site struct {
	config Config
	assets *assets
	base   *template.Template // layout and shared parts
	errors *Templates
	origin *http.CrossOriginProtection
}

// New prepares the layout and the embedded files.
func New(config Config) (*Site, error) {
	assets, err := newAssets()
	if err != nil {
		return nil, err
	}
	s := &Site{config: config, assets: assets, origin: http.NewCrossOriginProtection()}
	if err := s.parseBase(); err != nil {
		return nil, err
	}
	s.errors, err = s.Templates(ownPages())
	return s, err
}

// Routes registers what belongs to no module: embedded files, and the page for an address that nobody serves.
func (s *Site) Routes(mux *http.ServeMux) {
	mux.Handle("GET /static/{build}/{file}", http.HandlerFunc(s.assets.serve))
	mux.Handle("GET /favicon.ico", http.RedirectHandler(s.assets.url("mark.svg"), http.StatusFound))
	mux.Handle("/", s.Open(func(http.ResponseWriter, *http.Request) error {
		return core.E(core.NotFound, "errors.page_not_found", nil)
	}))
}

// Localizer speaks the reader's language.
func (s *Site) Localizer(r *http.Request) *i18n.Localizer { return s.config.Bundle.For(s.Lang(r)) }
