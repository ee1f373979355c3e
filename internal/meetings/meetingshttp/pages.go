package meetingshttp

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var files embed.FS

// People names bodies and those who act.
type People interface {
	Bodies(ctx context.Context, organisation core.ID) ([]members.Body, error)
}

// Proposals are what members propose and decide.
type Proposals interface {
	Motions(ctx context.Context, a core.Actor) ([]governance.Motion, error)
}

// Shelf keeps a document in the memory.
type Shelf func(ctx context.Context, organisation core.ID, name string, modified time.Time, text string) error

// Config is what the pages need.
type Config struct {
	Site      *web.Site
	Room      *meetings.Service
	People    People
	Proposals Proposals
	Keep      Shelf
	Base      func() string                   // address of this site, for what is printed
	Words     func(core.Lang) *i18n.Localizer // for minutes in another language than the reader's
	Zone      *time.Location                  // of the dates in forms
	Clock     core.Clock
}

// Pages serves them.
type Pages struct {
	Config
	templates *web.Templates
}

// New prepares the pages.
func New(c Config) (*Pages, error) {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := c.Site.Templates(sub)
	return &Pages{Config: c, templates: templates}, err
}

// Routes registers the pages.
func (p *Pages) Routes(mux *http.ServeMux) {
	member := p.Site.Member
	mux.Handle("GET /meetings", member(p.list))
	mux.Handle("GET /meetings/new", member(p.begin))
	mux.Handle("POST /meetings/new", member(p.plan))
	mux.Handle("GET /meetings/{id}", member(p.meeting))
	mux.Handle("GET /meetings/{id}/edit", member(p.edit))
	mux.Handle("POST /meetings/{id}/edit", member(p.replan))
	mux.Handle("POST /meetings/{id}/do/{step}", member(p.act))
	mux.Handle("GET /meetings/{id}/presence", member(p.presence))
	mux.Handle("GET /meetings/{id}/notice", member(p.notice))
	mux.Handle("GET /meetings/{id}/minutes", member(p.minutes))
	mux.Handle("GET /meetings/{id}/minutes.md", member(p.markdown))
	mux.Handle("GET /meetings/{id}/minutes.json", member(p.canonical))
}

// meetingOf reads the id in the address.
func meetingOf(r *http.Request) (core.ID, error) {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return "", core.E(core.NotFound, "errors.meetings_unknown", nil)
	}
	return id, nil
}

func actorOf(r *http.Request) core.Actor {
	actor, _ := web.ActorFrom(r.Context())
	return actor
}

func (p *Pages) page(r *http.Request, title string) web.Page {
	return p.Site.Page(r, p.Site.Localizer(r).T(title), web.Assembly)
}

// bodies finds the names of bodies by their keys.
func (p *Pages) bodies(r *http.Request) (map[string]core.Text, error) {
	list, err := p.People.Bodies(r.Context(), actorOf(r).Organisation)
	names := make(map[string]core.Text, len(list))
	for _, b := range list {
		names[b.Key] = b.Name
	}
	return names, err
}

// signOf is how a state looks beside its words.
func signOf(s meetings.State) string {
	switch s {
	case meetings.Approved:
		return "good"
	case meetings.Cancelled:
		return "bad"
	case meetings.Convened, meetings.Open:
		return "attention"
	}
	return ""
}

// item is one line of the list.
type item struct {
	meetings.Meeting
	Sign     string
	BodyName core.Text
}

type listView struct {
	web.Page
	Coming, Prepared, Past []item
	Convenes               bool
}

// list sorts what comes, what is prepared, and what took place.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	v := listView{Page: p.page(r, "meetings.title")}
	all, err := p.Room.Meetings(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	names, err := p.bodies(r)
	if err != nil {
		return err
	}
	for body := range names {
		powers, err := p.Room.Of(r.Context(), actorOf(r), body)
		if err != nil {
			return err
		}
		v.Convenes = v.Convenes || powers.Convenes
	}
	for _, m := range all {
		it := item{m, signOf(m.State), names[m.Body]}
		switch {
		case m.State == meetings.Draft:
			v.Prepared = append(v.Prepared, it)
		case m.State.Over():
			v.Past = append(v.Past, it)
		default:
			v.Coming = append(v.Coming, it)
		}
	}
	slices.Reverse(v.Coming)
	slices.Reverse(v.Prepared)
	return p.templates.Render(w, r, "list.html", v)
}

// line is what was typed, without line breaks and without spaces around; no-break spaces stay, which French needs.
func line(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s))
}

// lines keeps line breaks.
func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(s)
	kept := strings.Split(s, "\n")
	for i := range kept {
		kept[i] = strings.TrimSpace(kept[i])
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}
