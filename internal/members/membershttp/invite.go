package membershttp

import (
	"context"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// invitationLife is how long the link of an invitation holds.
const invitationLife = 7 * 24 * time.Hour

// handView is what is handed over to a person: a link, or an answer, when no letter could carry it.
type handView struct {
	registerView
	Person  core.ID // "" when they are no member
	Name    string
	Email   string
	Link    string
	Text    string    // what the letter says
	Sent    bool      // the mail server took it
	NoMail  bool      // none is configured
	Expires time.Time // of the link
}

// invite gives a member a link to sign in: by mail when that can be, on the page otherwise.
func (p *Pages) invite(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	record, err := p.Rooms.Member(r.Context(), reader(r).Organisation, id)
	if err != nil {
		return err
	}
	if left := record.Membership().Left; !left.IsZero() && !left.After(p.Clock.Now()) {
		return p.showMember(w, r, http.StatusUnprocessableEntity, nil, core.E(core.Conflict, "errors.member_gone", core.Args{"Date": left}))
	}
	return p.welcome(w, r, record, "memberspages.letter.invite.subject", "memberspages.letter.invite")
}

// welcome makes a link for a member and sends it, or shows it.
func (p *Pages) welcome(w http.ResponseWriter, r *http.Request, record members.Record, subject, text string) error {
	token, err := p.Rooms.NewLink(r.Context(), record.Person.ID, invitationLife)
	if err != nil {
		return err
	}
	view := handView{Person: record.Person.ID, Name: record.Person.Name, Email: record.Email, Link: p.Base() + "/signin/" + token, Expires: p.Clock.Now().Add(invitationLife)}
	return p.hand(w, r, view, p.letter(r, record.Person.Lang, subject, text, core.Args{"Name": record.Person.Name, "Link": view.Link, "Date": view.Expires}))
}

// letter writes a letter in the language of the one who gets it: theirs, else that of the one who sends it.
func (p *Pages) letter(r *http.Request, lang core.Lang, subject, text string, args core.Args) members.Letter {
	l := p.site.Localizer(r)
	if lang != "" {
		l = p.Bundle.For(lang)
	}
	if date, ok := args["Date"].(time.Time); ok {
		args["Date"] = l.Date(date)
	}
	args["Organisation"] = p.Organisation.Name
	return members.Letter{Subject: l.T(subject, args), Text: l.T(text, args)}
}

// hand sends a letter, and shows what became of it: what could not be sent is there to be handed over.
func (p *Pages) hand(w http.ResponseWriter, r *http.Request, view handView, letter members.Letter) (err error) {
	letter.To, letter.Name, view.Text = view.Email, view.Name, letter.Text
	view.NoMail = p.Post == nil
	var problem error
	if p.Post != nil && view.Email != "" {
		problem = p.send(r.Context(), letter)
		view.Sent = problem == nil
	}
	if view.registerView, err = p.register(r, p.site.Localizer(r).T("memberspages.hand")); err != nil {
		return err
	}
	if problem != nil {
		view.Problem = core.AsError(problem)
	}
	w.Header().Set("Cache-Control", "no-store")
	return p.templates.Render(w, r, "hand.html", view)
}

func (p *Pages) send(ctx context.Context, letter members.Letter) error {
	err := p.Post.Send(ctx, letter)
	if err != nil {
		p.Log.WarnContext(ctx, "a letter could not be sent", "error", err)
	}
	return err
}

// joinView is the public page of those who wish to join.
type joinView struct {
	web.Page
	Of       string // the organisation
	Welcome  string
	Classes  []members.Class
	Form     joinForm
	Problem  *core.Error
	Received bool
}

type joinForm struct{ Name, Email, Class, Message string }

func (p *Pages) offerJoin(w http.ResponseWriter, r *http.Request) error {
	return p.showJoin(w, r, http.StatusOK, joinView{Received: r.URL.Query().Get("done") == "asked"})
}

func (p *Pages) showJoin(w http.ResponseWriter, r *http.Request, status int, view joinView) error {
	door, err := p.Rooms.Door(r.Context(), p.Organisation.ID)
	if err == nil && !door.Open {
		err = core.E(core.NotFound, "errors.join_closed", nil)
	}
	if err != nil {
		return err
	}
	if view.Classes, err = p.Rooms.Classes(r.Context(), p.Organisation.ID); err != nil {
		return err
	}
	view.Page = p.site.Page(r, p.site.Localizer(r).T("memberspages.join"), "")
	view.Welcome, view.Of = door.Welcome, p.Organisation.Name
	return p.templates.RenderStatus(w, r, "join.html", status, view)
}

// join receives the request of a stranger.
func (p *Pages) join(w http.ResponseWriter, r *http.Request) error {
	if !p.strangers.allow(r) {
		return core.E(core.Exhausted, "errors.join_often", core.Args{"RetryAfter": 3600})
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := joinForm{form.Get("name"), form.Get("email"), form.Get("class"), form.Get("message")}
	_, err = p.Rooms.Request(r.Context(), p.Organisation.ID, members.JoinRequest{
		Name: typed.Name, Email: typed.Email, Class: typed.Class, Message: typed.Message, Lang: p.site.Lang(r)})
	switch {
	case err == nil:
		return see(w, r, "/join?done=asked")
	case core.AsError(err).Key != "errors.join_closed" && mendable(err):
		return p.showJoin(w, r, http.StatusUnprocessableEntity, joinView{Form: typed, Problem: core.AsError(err)})
	}
	return err
}

// requestsView is who wishes to join, for those who keep the register.
type requestsView struct {
	registerView
	Requests []requestRow
	Door     members.Door
	Address  string
	Reason   string
}

type requestRow struct {
	members.JoinRequest
	Label string // of the class
}

func (p *Pages) requests(w http.ResponseWriter, r *http.Request) error {
	return p.showRequests(w, r, http.StatusOK, "", nil)
}

func (p *Pages) showRequests(w http.ResponseWriter, r *http.Request, status int, reason string, problem error) (err error) {
	view := requestsView{Address: p.Base() + "/join", Reason: reason}
	if view.registerView, err = p.register(r, p.site.Localizer(r).T("memberspages.requests")); err != nil {
		return err
	}
	if problem != nil {
		view.Problem = core.AsError(problem)
	}
	ctx, organisation := r.Context(), reader(r).Organisation
	if view.Door, err = p.Rooms.Door(ctx, organisation); err != nil {
		return err
	}
	classes, err := p.Rooms.Classes(ctx, organisation)
	if err != nil {
		return err
	}
	waiting, err := p.Rooms.Requests(ctx, organisation)
	if err != nil {
		return err
	}
	for _, q := range waiting {
		view.Requests = append(view.Requests, requestRow{q, className(classes, q.Class, p.site.Lang(r))})
	}
	return p.templates.RenderStatus(w, r, "requests.html", status, view)
}

// setDoor opens or closes the public page.
func (p *Pages) setDoor(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	err = p.Rooms.SetDoor(r.Context(), reader(r).Organisation, members.Door{Open: form.Get("open") == "yes", Welcome: form.Get("welcome")})
	if err != nil && mendable(err) {
		return p.showRequests(w, r, http.StatusUnprocessableEntity, "", err)
	}
	if err != nil {
		return err
	}
	return see(w, r, "/members/requests?done=joining")
}

// admit makes a member of who asked, and invites them.
func (p *Pages) admit(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	_, record, err := p.Rooms.Admit(r.Context(), reader(r), id)
	if err != nil && mendable(err) {
		return p.showRequests(w, r, http.StatusUnprocessableEntity, "", err)
	}
	if err != nil {
		return err
	}
	return p.welcome(w, r, record, "memberspages.letter.admitted.subject", "memberspages.letter.admitted")
}

// turnAway refuses with a reason, which is sent or handed over.
func (p *Pages) turnAway(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	asked, err := p.Rooms.Decline(r.Context(), reader(r), id, form.Get("reason"))
	if err != nil && mendable(err) {
		return p.showRequests(w, r, http.StatusUnprocessableEntity, form.Get("reason"), err)
	}
	if err != nil {
		return err
	}
	letter := p.letter(r, asked.Lang, "memberspages.letter.declined.subject", "memberspages.letter.declined", core.Args{"Name": asked.Name, "Reason": asked.Reason})
	return p.hand(w, r, handView{Name: asked.Name, Email: asked.Email}, letter)
}
