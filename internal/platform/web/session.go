package web

import (
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

const (
	sessionCookie = "solidaire_session"
	langCookie    = "solidaire_lang"
	langLasts     = 400 * 24 * time.Hour // the most that browsers keep
)

// signedIn finds the actor behind the session cookie. A session that no longer holds is as good as none.
func (s *Site) signedIn(r *http.Request) (*http.Request, error) {
	token := SessionToken(r)
	if token == "" {
		return r, nil
	}
	actor, err := s.config.Sessions.SessionActor(r.Context(), token)
	if core.Is(err, core.Unauthenticated) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	return r.WithContext(WithActor(r.Context(), actor)), nil
}

// SessionToken is what the browser holds; "" when it holds none.
func SessionToken(r *http.Request) string {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// OpenSession gives the browser its session token.
func (s *Site) OpenSession(w http.ResponseWriter, r *http.Request, token string, expires time.Time) {
	s.setCookie(w, r, &http.Cookie{Name: sessionCookie, Value: token, Expires: expires})
}

// CloseSession makes the browser forget its session token.
func (s *Site) CloseSession(w http.ResponseWriter, r *http.Request) {
	s.setCookie(w, r, &http.Cookie{Name: sessionCookie, MaxAge: -1})
}

// Lang is the reader's language: the one chosen here, else the browser's.
func (s *Site) Lang(r *http.Request) core.Lang {
	var chosen core.Lang
	if cookie, err := r.Cookie(langCookie); err == nil {
		chosen = core.Lang(cookie.Value)
	}
	return i18n.Negotiate(r.Header.Get("Accept-Language"), chosen)
}

// SetLang keeps the language that the reader chose.
func (s *Site) SetLang(w http.ResponseWriter, r *http.Request, lang core.Lang) {
	s.setCookie(w, r, &http.Cookie{Name: langCookie, Value: string(lang), MaxAge: int(langLasts.Seconds())})
}

func (s *Site) setCookie(w http.ResponseWriter, r *http.Request, cookie *http.Cookie) {
	cookie.Path, cookie.HttpOnly, cookie.SameSite = "/", true, http.SameSiteLaxMode
	cookie.Secure = r.TLS != nil || s.config.SecureCookies
	http.SetCookie(w, cookie)
}

// contentPolicy lets a page use its own host only, and no inline script or style.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func pageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language, Cookie")
}
