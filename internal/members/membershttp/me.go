package membershttp

import (
	"archive/zip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// Elsewhere is what the other rooms hold about people.
type Elsewhere interface {
	// Held says how much there is of each kind: counts that are exact.
	Held(ctx context.Context, actor core.Actor) ([]Holding, error)
	// Give hands out all of it, one value at a time, each under the name of its kind.
	Give(ctx context.Context, actor core.Actor, each func(kind string, value any) error) error
}

// Holding is one kind of thing that is held about somebody.
type Holding struct {
	Kind  string // its words are memberspages.held.<kind>
	Count int
	Href  string // where to see it; "" nowhere
}

// meView is what a person sees of themselves.
type meView struct {
	web.Page
	members.Personal
	Member   members.Membership
	IsMember bool
	Leaving  bool
	Class    string
	Mandates []mandateView
	Holdings []Holding
	Done     string
	Today    string
}

func (p *Pages) me(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), reader(r)
	l := p.site.Localizer(r)
	view := meView{Page: p.site.Page(r, l.T("memberspages.me"), ""), Done: done(r), Today: p.today()}
	var err error
	if view.Personal, err = p.Rooms.Personal(ctx, actor); err != nil {
		return err
	}
	if view.Record != nil {
		classes, err := p.Rooms.Classes(ctx, actor.Organisation)
		if err != nil {
			return err
		}
		view.Member, view.IsMember = view.Record.Membership(), true
		view.Class, view.Leaving = className(classes, view.Member.Class, l.Lang()), !view.Member.Left.IsZero()
	}
	for i := len(view.Personal.Mandates) - 1; i >= 0; i-- {
		held := view.Personal.Mandates[i]
		view.Mandates = append(view.Mandates, mandateOf(held.Mandate, held.Of, l.Lang(), p.Clock.Now()))
	}
	if p.Elsewhere != nil {
		if view.Holdings, err = p.Elsewhere.Held(ctx, actor); err != nil {
			return err
		}
	}
	return p.templates.Render(w, r, "me.html", view)
}

// decline turns AI off or on for the reader.
func (p *Pages) decline(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := p.Rooms.DeclineAI(r.Context(), reader(r).Person, form.Get("declines") == "yes"); err != nil {
		return err
	}
	return see(w, r, "/me?done=declined")
}

// depart is the reader leaving the organisation, on the day they choose.
func (p *Pages) depart(w http.ResponseWriter, r *http.Request) error {
	at, err := p.dateIn(r, "date")
	if err != nil {
		return err
	}
	if at.Before(p.Clock.Now()) {
		at = p.Clock.Now()
	}
	actor := reader(r)
	if _, err := p.Rooms.Leave(r.Context(), actor.Organisation, actor.Person, at); err != nil {
		return err
	}
	return see(w, r, "/me?done=left")
}

// takeAway gives the reader all that is held about them: one ZIP file of JSON files. It is written as it is read, so that it
// never stands whole in memory; when reading fails half-way the file is cut, and so cannot be opened as if it were whole.
func (p *Pages) takeAway(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), reader(r)
	personal, err := p.Rooms.Personal(ctx, actor)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="solidaire-`+p.today()+`.zip"`)
	if err := p.zip(ctx, w, actor, personal); err != nil {
		panic(http.ErrAbortHandler) // headers have left: only a cut connection says that it failed
	}
	return nil
}

func (p *Pages) zip(ctx context.Context, w io.Writer, actor core.Actor, personal members.Personal) error {
	archive := zip.NewWriter(w)
	file, err := p.create(archive, "me.json")
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(file)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(taken(actor, personal)); err != nil {
		return err
	}
	if p.Elsewhere != nil {
		open := ""
		err := p.Elsewhere.Give(ctx, actor, func(kind string, value any) error {
			if kind != open {
				if file, err = p.create(archive, kind+".jsonl"); err != nil {
					return err
				}
				open, encoder = kind, json.NewEncoder(file)
			}
			return encoder.Encode(value)
		})
		if err != nil {
			return err
		}
	}
	return archive.Close()
}

func (p *Pages) create(archive *zip.Writer, name string) (io.Writer, error) {
	return archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: p.Clock.Now().Truncate(time.Second)})
}

// taken is what this room holds, with plain names.
func taken(actor core.Actor, p members.Personal) map[string]any {
	type mandate struct {
		Body, Office string
		Start        time.Time
		End          *time.Time
		DecidedBy    string
	}
	type standing struct {
		Start  time.Time
		End    *time.Time
		Class  string
		Voting bool
		Voices int
	}
	out := map[string]any{
		"person":   map[string]any{"id": p.Person.ID, "name": p.Person.Name, "lang": p.Person.Lang, "roles": p.Person.Roles, "created": p.Person.Created},
		"sessions": p.Sessions, "keys": p.Keys, "organisation": actor.Organisation,
	}
	if p.Record != nil {
		var history []standing
		for _, s := range p.Record.History {
			history = append(history, standing{s.Start, ending(s.End), s.Class, s.Voting, s.Voices})
		}
		m := p.Record.Membership()
		out["membership"] = map[string]any{"number": m.Number, "email": m.Email, "class": m.Class, "voting": m.Voting, "voices": m.Voices, "joined": m.Joined,
			"left": ending(m.Left), "declines_ai": m.DeclinesAI, "history": history}
	}
	mandates := []mandate{}
	for _, h := range p.Mandates {
		mandates = append(mandates, mandate{h.Of.Key, string(h.Office), h.Start, ending(h.End), h.By})
	}
	out["mandates"] = mandates
	return out
}

func ending(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
