package governancehttp

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var files embed.FS

// People names those who act.
type People interface {
	People(ctx context.Context, organisation core.ID) ([]members.Person, error)
	Bodies(ctx context.Context, organisation core.ID) ([]members.Body, error)
	Classes(ctx context.Context, organisation core.ID) ([]members.Class, error)
}

// Charters is what the pages need of the charter.
type Charters interface {
	InForce() charter.Version
	History(ctx context.Context) ([]charter.Version, error)
}

// Model is one that can be named in a charter.
type Model struct{ Name, Digest string }

// Config is what the pages need.
type Config struct {
	Site     *web.Site
	Room     *governance.Service
	People   People
	Charters Charters
	Models   func(ctx context.Context) ([]Model, error)
	Words    func(core.Lang) *i18n.Localizer // for texts that are written in both languages
	Replay   func(ctx context.Context, proposed charter.Document) (charter.Effect, error)
	Clock    core.Clock
	// Elections are those that were held elsewhere.
	Elections governance.Elections
	// Invitations are the meetings that the reader is convened to.
	Invitations func(ctx context.Context, a core.Actor) ([]Invitation, error)
}

// Invitation is a meeting that awaits somebody.
type Invitation struct {
	Href   string
	Title  core.Text
	Starts time.Time
	Now    bool // it is under way
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

// maxWritten bounds a form that holds a whole charter in both languages.
const maxWritten = 4 << 20

// Routes registers the pages.
func (p *Pages) Routes(mux *http.ServeMux) {
	member := p.Site.Member
	mux.Handle("GET /decisions", member(p.list))
	mux.Handle("GET /propose", member(p.choose))
	mux.Handle("GET /propose/{start}", member(p.begin))
	mux.Handle("POST /propose/{start}", member(p.write, web.MaxBody(maxWritten)))
	mux.Handle("GET /decisions/rules", member(p.rules))
	mux.Handle("GET /decisions/elections", member(p.elections))
	mux.Handle("POST /decisions/elections", member(p.bringElection, web.MaxBody(maxElection)))
	mux.Handle("GET /decisions/{id}", member(p.show))
	mux.Handle("GET /decisions/{id}/edit", member(p.edit))
	mux.Handle("POST /decisions/{id}/edit", member(p.rewrite, web.MaxBody(maxWritten)))
	mux.Handle("POST /decisions/{id}/do/{step}", member(p.act))
	mux.Handle("GET /decisions/{id}/vote", member(p.ballot))
	mux.Handle("POST /decisions/{id}/vote", member(p.vote))
	mux.Handle("GET /decisions/{id}/opinions", member(p.opinions))
	mux.Handle("POST /decisions/{id}/opinions/{step}", member(p.opine))
	mux.Handle("GET /decisions/{id}/effect", member(p.dryRun))
	mux.Handle("GET /decisions/{id}/result", member(p.result))
	mux.Handle("GET /decisions/{id}/certificate", member(p.certificate))
	mux.Handle("GET /decisions/{id}/proof", member(p.proof))
}

// motionOf reads the id in the address.
func motionOf(r *http.Request) (core.ID, error) {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return "", core.E(core.NotFound, "errors.governance_unknown", nil)
	}
	return id, nil
}

func actorOf(r *http.Request) core.Actor {
	actor, _ := web.ActorFrom(r.Context())
	return actor
}

// names finds the names of people by their ids.
func (p *Pages) names(r *http.Request) (map[core.ID]string, error) {
	people, err := p.People.People(r.Context(), actorOf(r).Organisation)
	names := make(map[core.ID]string, len(people))
	for _, person := range people {
		names[person.ID] = person.Name
	}
	return names, err
}

// item is one line of the list.
type item struct {
	governance.Motion
	Mine  bool
	Sign  string // class of its state
	Voted bool
}

type listView struct {
	web.Page
	Awaiting, Going, Over []item
	Invitations           []Invitation
}

// list sorts what awaits the reader, what goes on, and what is over.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	actor := actorOf(r)
	all, err := p.Room.Motions(r.Context(), actor)
	if err != nil {
		return err
	}
	v := listView{Page: p.page(r, "governance.title")}
	if v.Invitations, err = p.Invitations(r.Context(), actor); err != nil {
		return err
	}
	for _, m := range all {
		it := item{Motion: m, Mine: m.Author == actor.Person, Sign: signOf(m.State)}
		if _, it.Voted, err = p.Room.MyVote(r.Context(), actor, m); err != nil {
			return err
		}
		switch {
		case m.State == governance.Balloting && !it.Voted && governance.Sits(actor, m.Body):
			v.Awaiting = append(v.Awaiting, it)
		case m.State.Final():
			v.Over = append(v.Over, it)
		default:
			v.Going = append(v.Going, it)
		}
	}
	return p.templates.Render(w, r, "list.html", v)
}

// signOf is how a state looks beside its words.
func signOf(s governance.State) string {
	switch s {
	case governance.Enacted, governance.Standing:
		return "good"
	case governance.Refused, governance.Voided, governance.Contested:
		return "bad"
	case governance.Balloting:
		return "attention"
	}
	return ""
}

func (p *Pages) page(r *http.Request, title string) web.Page {
	return p.Site.Page(r, p.Site.Localizer(r).T(title), web.Assembly)
}

type rulesView struct {
	web.Page
	Rules    governance.RuleSet
	Hash     string
	Names    map[string]core.Text // of classes
	Versions []governance.RulesVersion
}

// rules shows how this organisation decides, line by line with its source.
func (p *Pages) rules(w http.ResponseWriter, r *http.Request) error {
	v := rulesView{Page: p.page(r, "governance.rules")}
	var err error
	if v.Rules, v.Hash, err = p.Room.Rules(r.Context()); err != nil {
		return err
	}
	if v.Versions, err = p.Room.RulesHistory(r.Context()); err != nil {
		return err
	}
	if v.Names, err = p.classes(r); err != nil {
		return err
	}
	return p.templates.Render(w, r, "rules.html", v)
}

// left is how long until an instant, in whole hours and at least none.
func (p *Pages) left(until time.Time) time.Duration {
	return max(0, until.Sub(p.Clock.Now())).Round(time.Minute)
}
