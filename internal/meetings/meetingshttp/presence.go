package meetingshttp

import (
	"net/http"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/meetings"
)

// shownAtOnce bounds the lines of the attendance sheet: a name finds the others.
const shownAtOnce = 60

// attendee is a line of the attendance sheet.
type attendee struct {
	ID     core.ID
	Name   string
	OnRoll bool
	How    meetings.How
	Holder string
}

type presenceView struct {
	showView
	Query  string
	Sheet  []attendee
	Hidden int
}

// presence is the attendance sheet that the secretary holds.
func (p *Pages) presence(w http.ResponseWriter, r *http.Request) error {
	detail, err := p.view(r)
	if err != nil {
		return err
	}
	if !detail.Powers.Convenes {
		return core.E(core.Forbidden, "errors.meetings_secretary", nil)
	}
	v := presenceView{showView: detail, Query: line(r.URL.Query().Get("q"))}
	for id, name := range v.Names {
		a := attendee{ID: id, Name: name, OnRoll: v.Detail.OnRoll(id), How: v.Detail.Here(id), Holder: v.Names[v.Represented(id)]}
		if (a.OnRoll || a.How != "" || v.Query != "") && strings.Contains(strings.ToLower(name), strings.ToLower(v.Query)) {
			v.Sheet = append(v.Sheet, a)
		}
	}
	slices.SortFunc(v.Sheet, func(a, b attendee) int { return strings.Compare(a.Name, b.Name) })
	if len(v.Sheet) > shownAtOnce {
		v.Hidden, v.Sheet = len(v.Sheet)-shownAtOnce, v.Sheet[:shownAtOnce]
	}
	return p.templates.Render(w, r, "presence.html", v)
}
