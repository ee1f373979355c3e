package memoryhttp

import (
	"fmt"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// feedbackView lists what members said of answers, and never who.
type feedbackView struct {
	web.Page
	Done string
	List []feedbackRow
}

type feedbackRow struct {
	memory.Feedback
	Action  string
	Sources []citedRow
}

type citedRow struct{ Name, Href string }

func (p *Pages) listFeedback(w http.ResponseWriter, r *http.Request) error {
	list, err := p.quality.Feedback(r.Context(), organisation(r))
	if err != nil {
		return err
	}
	view := feedbackView{Page: p.site.Page(r, p.site.Localizer(r).T("quality.feedback"), web.Memory), Done: r.URL.Query().Get("done")}
	for _, f := range list {
		row := feedbackRow{Feedback: f, Action: "/memory/feedback/" + f.ID.String()}
		for _, c := range f.Cited {
			row.Sources = append(row.Sources, citedRow{valid(c.Name), fmt.Sprintf("%s?start=%d&end=%d#q", versionHref(c.Version), c.Start, c.End)})
		}
		view.List = append(view.List, row)
	}
	return p.templates.Render(w, r, "feedback.html", view)
}

// orderFeedback makes a question of what a member said, or erases it.
func (p *Pages) orderFeedback(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	next := "/memory/feedback?done=" + r.PathValue("order")
	switch r.PathValue("order") {
	case "question":
		_, err = p.quality.Adopt(r.Context(), organisation(r), id)
	case "remove":
		err = p.quality.RemoveFeedback(r.Context(), organisation(r), id)
	default:
		err = core.E(core.NotFound, "errors.memory_no_feedback", nil)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}
