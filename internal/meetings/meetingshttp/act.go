package meetingshttp

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// act does one step of a meeting, then shows it again where it happened. What was refused is said on the same page.
func (p *Pages) act(w http.ResponseWriter, r *http.Request) error {
	id, err := meetingOf(r)
	if err != nil {
		return err
	}
	fields, err := web.Form(r)
	if err != nil {
		return err
	}
	where, err := p.step(r, id, fields)
	switch core.CodeOf(err) {
	case core.Conflict, core.Invalid, core.Forbidden, core.Exhausted, core.TooLarge:
		return p.show(w, r, core.AsError(err))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, where, http.StatusSeeOther)
	return nil
}

// step finds who does it: the agenda, presence, or the way of the meeting.
func (p *Pages) step(r *http.Request, id core.ID, fields url.Values) (where string, err error) {
	here := "/meetings/" + string(id)
	if done, err := p.agendaStep(r, id, fields); done {
		return here + "#agenda", err
	}
	if where, err := p.presenceStep(r, id, fields); where != "" {
		return here + where, err
	}
	if r.PathValue("step") == "again" {
		return p.again(r, id, fields)
	}
	done, err := p.wayStep(r, id, fields)
	if done == "" {
		return "", core.E(core.NotFound, "errors.page_not_found", nil)
	}
	return here + done, err
}

func (p *Pages) agendaStep(r *http.Request, id core.ID, fields url.Values) (done bool, err error) {
	ctx, actor, item := r.Context(), actorOf(r), core.ID(fields.Get("item"))
	switch r.PathValue("step") {
	case "item-add", "item-edit":
		i, err := readItem(fields)
		if err != nil {
			return true, err
		}
		if r.PathValue("step") == "item-add" {
			_, err = p.Room.AddItem(ctx, actor, id, i)
		} else {
			_, err = p.Room.EditItem(ctx, actor, id, i)
		}
		return true, err
	case "item-remove":
		_, err = p.Room.RemoveItem(ctx, actor, id, item)
	case "item-up":
		_, err = p.Room.MoveItem(ctx, actor, id, item, -1)
	case "item-down":
		_, err = p.Room.MoveItem(ctx, actor, id, item, 1)
	case "ask":
		err = p.Room.Ask(ctx, actor, id, line(fields.Get("title")), lines(fields.Get("reasons")))
	case "take", "decline":
		err = p.Room.Answer(ctx, actor, id, core.ID(fields.Get("request")), r.PathValue("step") == "take", line(fields.Get("why")))
	case "record":
		_, err = p.Room.Record(ctx, actor, id, item, meetings.Outcome(fields.Get("outcome")), lines(fields.Get("text")))
	default:
		return false, nil
	}
	return true, err
}

func readItem(fields url.Values) (meetings.Item, error) {
	i := meetings.Item{ID: core.ID(fields.Get("item")), Kind: meetings.ItemKind(fields.Get("kind")), Motion: core.ID(fields.Get("motion")),
		Title: core.Text{FR: line(fields.Get("title.fr")), EN: line(fields.Get("title.en"))}}
	if i.Title.EN == "" {
		i.Title.EN = i.Title.FR
	}
	if i.Title.FR == "" {
		i.Title.FR = i.Title.EN
	}
	if !i.Kind.Decides() {
		i.Motion = ""
	}
	var err error
	if typed := line(fields.Get("length")); typed != "" {
		if i.Length, err = strconv.Atoi(typed); err != nil {
			err = core.E(core.Invalid, "errors.meetings_item", nil)
		}
	}
	return i, err
}

func (p *Pages) presenceStep(r *http.Request, id core.ID, fields url.Values) (where string, err error) {
	ctx, actor, how := r.Context(), actorOf(r), meetings.How(fields.Get("how"))
	switch r.PathValue("step") {
	case "sign-in":
		return "#presence", p.Room.SignIn(ctx, actor, id, how)
	case "sign-out":
		return "#presence", p.Room.SignOut(ctx, actor, id)
	case "mark":
		return "/presence?q=" + url.QueryEscape(fields.Get("q")), p.Room.Mark(ctx, actor, id, core.ID(fields.Get("person")), how)
	case "proxy":
		giver, where := core.ID(fields.Get("giver")), "/presence?q="+url.QueryEscape(fields.Get("q"))
		if giver == "" {
			giver, where = actor.Person, "#proxy"
		}
		return where, p.Room.GiveProxy(ctx, actor, id, giver, core.ID(fields.Get("holder")))
	}
	return "", nil
}

// wayStep is what a secretary does with the meeting itself.
func (p *Pages) wayStep(r *http.Request, id core.ID, fields url.Values) (where string, err error) {
	ctx, actor := r.Context(), actorOf(r)
	switch r.PathValue("step") {
	case "convene":
		_, err = p.Room.Convene(ctx, actor, id)
		return "?done=convened", err
	case "relink":
		_, err = p.Room.Relink(ctx, actor, id, line(fields.Get("link")))
		return "?done=relinked", err
	case "cancel":
		_, err = p.Room.Cancel(ctx, actor, id, line(fields.Get("reason")))
	case "resend":
		_, err = p.Room.Resend(ctx, actor, id)
		return "#notice", err
	case "begin":
		_, err = p.Room.Begin(ctx, actor, id, core.ID(fields.Get("chair")))
	case "end":
		_, err = p.Room.End(ctx, actor, id)
	case "remark":
		_, err = p.Room.Remark(ctx, actor, id, lines(fields.Get("note")))
		return "#minutes", err
	case "show-minutes":
		_, err = p.Room.ShowMinutes(ctx, actor, id)
		return "/minutes", err
	case "approve":
		_, err = p.Room.Approve(ctx, actor, id)
		return "/minutes", err
	case "adopt":
		_, err = p.Room.Adopt(ctx, actor, id, core.ID(fields.Get("motion")))
		return "#minutes", err
	case "remember":
		err = p.remember(r, id)
		return "?done=remembered#minutes", err
	default:
		return "", nil
	}
	return "?", err
}

// again prepares the second call and goes to it.
func (p *Pages) again(r *http.Request, id core.ID, fields url.Values) (string, error) {
	f := form{Date: line(fields.Get("date")), Time: line(fields.Get("time")), Length: "1"}
	plan, err := f.plan(p.Zone)
	if err != nil {
		return "", err
	}
	next, err := p.Room.Again(r.Context(), actorOf(r), id, plan.Starts)
	return "/meetings/" + string(next.ID), err
}
