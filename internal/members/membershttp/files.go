package membershttp

import (
	"io"
	"mime"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// importView is the page that brings in a file of members.
type importView struct {
	registerView
	Report *members.ImportReport
	Tried  bool
}

// export gives the register as a file for spreadsheets.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+p.site.Localizer(r).T("memberspages.file")+"-"+p.today()+`.csv"`)
	return p.Rooms.Export(r.Context(), reader(r).Organisation, w, p.site.Lang(r), p.Zone)
}

func (p *Pages) offerImport(w http.ResponseWriter, r *http.Request) error {
	return p.showImport(w, r, importView{}, nil)
}

func (p *Pages) showImport(w http.ResponseWriter, r *http.Request, view importView, problem error) (err error) {
	if view.registerView, err = p.register(r, p.site.Localizer(r).T("memberspages.import")); err != nil {
		return err
	}
	status := http.StatusOK
	if problem != nil {
		view.Problem, status = core.AsError(problem), http.StatusUnprocessableEntity
	}
	return p.templates.RenderStatus(w, r, "import.html", status, view)
}

// bringIn reads the file that was sent, and writes it unless it is only tried.
func (p *Pages) bringIn(w http.ResponseWriter, r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return core.Wrap(err, core.Invalid, "errors.form_unreadable", nil)
	}
	options := members.ImportOptions{DryRun: true, Zone: p.Zone}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return core.Wrap(err, core.Invalid, "errors.form_unreadable", nil)
		}
		_, params, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		switch params["name"] {
		case "do": // before the file: fields come in the order of the page
			said, _ := io.ReadAll(io.LimitReader(part, 16))
			options.DryRun = string(said) != "write"
		case "classes":
			options.AddClasses = true
		case "file":
			report, err := p.Rooms.Import(r.Context(), reader(r).Organisation, part, options)
			if err != nil && !mendable(err) {
				return err
			}
			return p.showImport(w, r, importView{Report: &report, Tried: options.DryRun && err == nil}, err)
		}
	}
}
