package audithttp

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// eraseView asks before a private record goes for ever.
type eraseView struct {
	web.Page
	When   string
	Action string
	Back   string
}

func (p *Pages) confirmErase(w http.ResponseWriter, r *http.Request) error {
	record, err := p.own(r)
	if err != nil {
		return err
	}
	l := p.site.Localizer(r)
	back := "/receipts/" + record.ID.String()
	return p.templates.Render(w, r, "erase.html", eraseView{
		Page: p.site.Page(r, l.T("receipts.erase.title"), web.Receipts), When: l.DateTime(record.Time), Action: back + "/erase", Back: back,
	})
}

// erase shreds the record and its key. The leaf stays in the public log, where it says nothing about anybody.
func (p *Pages) erase(w http.ResponseWriter, r *http.Request) error {
	record, err := p.own(r)
	if err != nil {
		return err
	}
	actor, _ := web.ActorFrom(r.Context())
	if err := p.config.MayErase(r.Context(), actor, record.Person); err != nil {
		return err
	}
	if err := p.config.Receipts.Erase(r.Context(), actor.Organisation, core.ID(record.ID)); err != nil {
		return err
	}
	http.Redirect(w, r, "/receipts?done=erased", http.StatusSeeOther)
	return nil
}
