package charterhttp

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// Restrictions is what the pages need of emergency restrictions; charter.Restrictions satisfies it.
type Restrictions interface {
	List() []charter.Restriction
	May(ctx context.Context, a core.Actor) (charter.Right, error)
	Restrict(ctx context.Context, a core.Actor, s charter.Scope, reason string, lasts time.Duration) (charter.Restriction, error)
	Lift(ctx context.Context, a core.Actor, number int, reason string) error
}

// Choice is something that can be restricted.
type Choice struct {
	Scope charter.Scope
	Label string // what bears it, such as a model's name; "" where the scope says all
}

type restrictionsView struct {
	web.Page
	Standing, Past []restrictionView
	May            bool
	Choices        []choiceView
	Lasts          []lastView
	Problem        *core.Error
	Typed          struct{ Scope, Reason, Lasts string }
}

type restrictionView struct {
	charter.Restriction
	What string
}

type choiceView struct{ Value, Label string }

type lastView struct {
	Hours string
	Time  time.Duration
	Days  int // 0: less than two
}

// hours are the durations that the form offers.
func hours() []int { return []int{1, 4, 24, 72, 168} }

func (p *Pages) restrictions(w http.ResponseWriter, r *http.Request) error {
	v := restrictionsView{}
	v.Typed.Lasts = "24"
	return p.showRestrictions(w, r, http.StatusOK, v)
}

func (p *Pages) showRestrictions(w http.ResponseWriter, r *http.Request, status int, v restrictionsView) error {
	l := p.Site.Localizer(r)
	v.Page = p.Site.Page(r, l.T("charterpages.restrictions"), web.Charter)
	choices, err := p.Choices(r.Context())
	if err != nil {
		return err
	}
	for _, one := range p.Restrictions.List() {
		shown := restrictionView{one, scopeWords(l, one.Scope, labelOf(choices, one.Scope))}
		if one.Over() {
			v.Past = append(v.Past, shown)
		} else {
			v.Standing = append(v.Standing, shown)
		}
	}
	_, err = p.Restrictions.May(r.Context(), v.Actor)
	if v.May = err == nil; v.May {
		for _, c := range choices {
			v.Choices = append(v.Choices, choiceView{string(c.Scope.Kind) + " " + c.Scope.Value, scopeWords(l, c.Scope, c.Label)})
		}
		for _, h := range hours() {
			last := lastView{Hours: strconv.Itoa(h), Time: time.Duration(h) * time.Hour}
			if h > 24 {
				last.Days = h / 24
			}
			v.Lasts = append(v.Lasts, last)
		}
	}
	return p.templates.RenderStatus(w, r, "restrictions.html", status, v)
}

// labelOf finds how what a scope names is called, such as a key.
func labelOf(choices []Choice, s charter.Scope) string {
	for _, c := range choices {
		if c.Scope.Kind == s.Kind && c.Scope.Value == s.Value && c.Label != "" {
			return c.Label
		}
	}
	return s.Value
}

// scopeWords says what a scope suspends.
func scopeWords(l *i18n.Localizer, s charter.Scope, label string) string {
	switch s.Kind {
	case charter.ScopeData:
		label = l.T("charterpages.restrictions.class." + s.Value)
	case charter.ScopeSurface:
		label = l.T("charterpages.restrictions.surface." + s.Value)
	}
	return l.T("restriction.scope."+string(s.Kind), core.Args{"What": label})
}

func (p *Pages) restrict(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	v := restrictionsView{}
	v.Typed.Scope, v.Typed.Reason, v.Typed.Lasts = form.Get("scope"), form.Get("reason"), form.Get("lasts")
	kind, value, _ := strings.Cut(v.Typed.Scope, " ")
	lasts, err := strconv.Atoi(v.Typed.Lasts)
	if err != nil || lasts < 1 || lasts > int(charter.MaxRestriction/time.Hour) {
		lasts = -1 // refused with the bounds
	}
	_, err = p.Restrictions.Restrict(r.Context(), actorOf(r), charter.Scope{Kind: charter.ScopeKind(kind), Value: value}, v.Typed.Reason, time.Duration(lasts)*time.Hour)
	return p.done(w, r, v, err)
}

func (p *Pages) lift(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return core.E(core.NotFound, "errors.page_not_found", nil)
	}
	return p.done(w, r, restrictionsView{}, p.Restrictions.Lift(r.Context(), actorOf(r), number, form.Get("reason")))
}

// done shows the list, or the form again with what to mend.
func (p *Pages) done(w http.ResponseWriter, r *http.Request, v restrictionsView, err error) error {
	switch core.CodeOf(err) {
	case "":
		http.Redirect(w, r, "/charter/restrictions", http.StatusSeeOther)
		return nil
	case core.Invalid, core.Conflict, core.NotFound:
		v.Problem = core.AsError(err)
		return p.showRestrictions(w, r, http.StatusUnprocessableEntity, v)
	}
	return err
}

func actorOf(r *http.Request) core.Actor {
	actor, _ := web.ActorFrom(r.Context()) // every page here asks for a member
	return actor
}
