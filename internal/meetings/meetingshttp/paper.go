package meetingshttp

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// paperView is a notice or minutes, to read and to print.
type paperView struct {
	web.Page
	Meeting  meetings.Meeting
	Document document
	In       core.Lang // the document's language
	Hash     string    // "" before it is frozen
	Proof    string    // what the foot says of the hash, in the document's language
	Minutes  bool
	Powers   meetings.Powers
	ForAll   bool
	Address  string
}

// spoken is the language of a document: the one that was asked for, or the reader's.
func (p *Pages) spoken(r *http.Request) *i18n.Localizer {
	for _, lang := range core.Langs() {
		if r.URL.Query().Get("lang") == string(lang) {
			return p.Words(lang)
		}
	}
	return p.Site.Localizer(r)
}

// notice shows the last notice, as members were told it.
func (p *Pages) notice(w http.ResponseWriter, r *http.Request) error {
	id, err := meetingOf(r)
	if err != nil {
		return err
	}
	d, err := p.Room.Show(r.Context(), actorOf(r), id)
	if err != nil {
		return err
	}
	if len(d.Told) == 0 {
		return core.E(core.NotFound, "errors.meetings_unknown", nil)
	}
	names, err := p.bodies(r)
	if err != nil {
		return err
	}
	l, n := p.spoken(r), d.Told[len(d.Told)-1]
	v := paperView{Page: p.page(r, "meetings.notice"), Meeting: d.Meeting, In: l.Lang(), Powers: d.Powers}
	v.Document = noticeDocument(n, v.Organisation, n.Starts.In(p.Zone).Format("-07:00"), names[n.Body], l)
	v.Address = p.Base() + "/meetings/" + string(id) + "/notice"
	if _, v.Hash, err = n.Canonical(); err != nil {
		return err
	}
	return p.templates.Render(w, r, "paper.html", v)
}

// minutes shows them as they stand, or as they were approved.
func (p *Pages) minutes(w http.ResponseWriter, r *http.Request) error {
	v, err := p.paper(r)
	if err != nil {
		return err
	}
	return p.templates.Render(w, r, "paper.html", v)
}

func (p *Pages) paper(r *http.Request) (v paperView, err error) {
	id, err := meetingOf(r)
	if err != nil {
		return v, err
	}
	d, err := p.Room.Show(r.Context(), actorOf(r), id)
	if err != nil {
		return v, err
	}
	m, kept, err := p.Room.Minutes(r.Context(), actorOf(r), id)
	if err != nil {
		return v, err
	}
	l := p.spoken(r)
	v = paperView{Page: p.page(r, "meetings.minutes"), Meeting: d.Meeting, In: l.Lang(), Hash: kept.Hash, Minutes: true, Powers: d.Powers}
	v.Document, v.Address, v.ForAll = minutesDocument(m, l), p.Base()+"/meetings/"+string(id)+"/minutes", d.Meeting.Body == governance.Assembly
	switch {
	case kept.Hash == "":
		v.Proof = l.T("meetings.minutes.draft.short")
	case kept.Stated:
		v.Proof = l.T("meetings.minutes.stated")
	default:
		v.Proof = l.T("meetings.minutes.unstated")
	}
	return v, nil
}

// markdown gives the minutes as a file that any editor reads.
func (p *Pages) markdown(w http.ResponseWriter, r *http.Request) error {
	v, err := p.paper(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/markdown; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.md"`, v.name(p)))
	fmt.Fprint(w, v.Document.proven(p.Words(v.In), v.Hash))
	return nil
}

// MinutesText writes minutes as Markdown, with what proves them once they are approved (hash is "" before).
func MinutesText(l *i18n.Localizer, m meetings.Minutes, hash string) string {
	return minutesDocument(m, l).proven(l, hash)
}

// proven is the Markdown with what proves it.
func (d document) proven(l *i18n.Localizer, hash string) string {
	if hash == "" {
		return d.Markdown()
	}
	return d.Markdown() + "\n---\n\nSHA-256: " + hash + "  \n" + l.T("meetings.minutes.verify") + "\n"
}

// name is what the file is called.
func (v paperView) name(p *Pages) string {
	kind := map[bool]string{true: "minutes", false: "proces-verbal"}[v.In == core.English]
	return kind + "-" + v.Meeting.Starts.In(p.Zone).Format("2006-01-02")
}

// canonical gives the approved bytes, whose SHA-256 the log holds.
func (p *Pages) canonical(w http.ResponseWriter, r *http.Request) error {
	id, err := meetingOf(r)
	if err != nil {
		return err
	}
	_, kept, err := p.Room.Minutes(r.Context(), actorOf(r), id)
	if err != nil {
		return err
	}
	if kept.Hash == "" {
		return core.E(core.NotFound, "errors.meetings_minutes_none", nil)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="minutes-`+strings.ToLower(kept.Hash[:8])+`.json"`)
	w.Write(kept.Bytes) //nolint:errcheck // the reader left
	return nil
}

// remember adds the approved minutes of an assembly to the memory, in the working language of who adds them: the memory is for all
// members, and so are these.
func (p *Pages) remember(r *http.Request, id core.ID) error {
	v, err := p.paper(r)
	if err != nil {
		return err
	}
	switch {
	case !v.Powers.Convenes:
		return core.E(core.Forbidden, "errors.meetings_secretary", nil)
	case v.Hash == "" || !v.ForAll:
		return core.E(core.Conflict, "errors.meetings_remember", nil)
	}
	return p.Keep(r.Context(), v.Actor.Organisation, v.name(p)+"-"+string(id)[len(id)-6:]+".md", v.Meeting.Starts, v.Document.proven(p.Words(v.In), v.Hash))
}
