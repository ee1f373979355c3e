package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Handler answers a request or says why not.
type Handler func(w http.ResponseWriter, r *http.Request) error

// maxForm bounds what a page accepts unless it says otherwise.
const maxForm = 1 << 20

// Option changes how one route is served.
type Option func(*route)

type route struct {
	handler Handler
	maxBody int64
	roles   []core.Role
	signed  bool
}

// MaxBody lets a route accept more, or less, than one mebibyte.
func MaxBody(bytes int64) Option { return func(r *route) { r.maxBody = bytes } }

// Open serves a page to anybody; the actor is known when there is a session.
func (s *Site) Open(h Handler, options ...Option) http.Handler {
	return s.route(route{handler: h}, options)
}

// Member serves a page to signed-in people; others are sent to sign in.
func (s *Site) Member(h Handler, options ...Option) http.Handler {
	return s.route(route{handler: h, signed: true}, options)
}

// Operator serves a page to the operator only.
func (s *Site) Operator(h Handler, options ...Option) http.Handler {
	return s.route(route{handler: h, signed: true, roles: []core.Role{core.RoleOperator}}, options)
}

func (s *Site) route(rt route, options []Option) http.Handler {
	rt.maxBody = maxForm
	for _, option := range options {
		option(&rt)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pageHeaders(w.Header())
		r, err := s.signedIn(r)
		if err == nil {
			err = s.serve(w, r, rt)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

func (s *Site) serve(w http.ResponseWriter, r *http.Request, rt route) error {
	actor, ok := ActorFrom(r.Context())
	if rt.signed && !ok {
		return s.askToSignIn(w, r)
	}
	for _, role := range rt.roles {
		if !actor.Has(role) {
			return core.E(core.Forbidden, "errors.role_required", nil)
		}
	}
	if err := s.origin.Check(r); err != nil {
		return core.Wrap(err, core.Forbidden, "errors.cross_origin", nil)
	}
	r.Body = http.MaxBytesReader(w, r.Body, rt.maxBody)
	return rt.handler(w, r)
}

// askToSignIn sends a reader to the sign-in page and back; a form that was sent meanwhile is refused, since
// its content cannot be kept.
func (s *Site) askToSignIn(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet {
		return core.E(core.Unauthenticated, "errors.sign_in_required", nil)
	}
	http.Redirect(w, r, "/signin?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
	return nil
}

// LocalPath returns the address when it leads inside this site, fallback otherwise.
func LocalPath(address, fallback string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(address, "/") ||
		strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return fallback
	}
	return address
}

// Form reads the fields of a form, within the route's bound.
func Form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.form_unreadable", nil)
	}
	return r.PostForm, nil
}
