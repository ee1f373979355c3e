package governancehttp

import (
	"io"
	"mime"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// maxElection bounds what is sent; its reader has a bound of its own.
const maxElection = 520 << 20

type electionsView struct {
	web.Page
	All     []electionView
	May     bool
	Motions []governance.Motion // that an election can carry out
	Problem *core.Error
}

type electionView struct {
	governance.Election
	Who   string
	About *core.Text // the proposal's title
}

func (p *Pages) elections(w http.ResponseWriter, r *http.Request) error {
	return p.showElections(w, r, http.StatusOK, nil)
}

func (p *Pages) showElections(w http.ResponseWriter, r *http.Request, status int, problem *core.Error) error {
	ctx, actor := r.Context(), actorOf(r)
	v := electionsView{Page: p.Site.Page(r, p.Site.Localizer(r).T("elections.title"), web.Assembly), Problem: problem}
	all, err := p.Elections.List(ctx, actor)
	if err != nil {
		return err
	}
	if v.May, err = p.Elections.May(ctx, actor); err != nil {
		return err
	}
	if v.Motions, err = p.Room.Motions(ctx, actor); err != nil {
		return err
	}
	people, err := p.People.People(ctx, actor.Organisation)
	if err != nil {
		return err
	}
	for _, e := range all {
		one := electionView{Election: e}
		for _, person := range people {
			if person.ID == e.By {
				one.Who = person.Name
			}
		}
		for _, m := range v.Motions {
			if m.ID == e.Motion {
				one.About = &m.Title
			}
		}
		v.All = append(v.All, one)
	}
	return p.templates.RenderStatus(w, r, "elections.html", status, v)
}

// bringElection reads the fields of the form in the order of the page: the proposal, then the file.
func (p *Pages) bringElection(w http.ResponseWriter, r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return core.Wrap(err, core.Invalid, "errors.form_unreadable", nil)
	}
	var motion core.ID
	for {
		part, err := parts.NextPart()
		if err != nil {
			return core.Wrap(err, core.Invalid, "errors.form_unreadable", nil)
		}
		_, params, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		switch params["name"] {
		case "motion":
			said, _ := io.ReadAll(io.LimitReader(part, 64))
			motion = core.ID(said)
		case "file":
			_, err := p.Elections.Import(r.Context(), actorOf(r), motion, part)
			switch core.CodeOf(err) {
			case "":
				http.Redirect(w, r, "/decisions/elections", http.StatusSeeOther)
				return nil
			case core.Invalid, core.Conflict, core.NotFound, core.TooLarge:
				return p.showElections(w, r, http.StatusUnprocessableEntity, core.AsError(err))
			}
			return err
		}
	}
}
