package membershttp

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

const (
	pageOf   = 50  // members on one page of the list
	maxQuery = 120 // characters
)

// registerView is what every page of the register shows.
type registerView struct {
	web.Page
	Keeping members.Keeping
	Done    string // what was just done
	Problem *core.Error
}

// listView is the list of members.
type listView struct {
	registerView
	Classes []members.Class
	Bodies  []members.Body
	Filter  filter
	Members []memberRow
	Total   int // members today
	Found   int
	From    int
	To      int
	Newer   string // address of the page before
	Older   string // and of the next one
	Form    entryForm
	Today   string
	Waiting int // requests to join, for those who keep the register
}

// filter is what the reader looks for.
type filter struct {
	Query, Class, Body string
	Left               bool
}

// Any reports whether something is looked for.
func (f filter) Any() bool { return f != filter{} }

// memberRow is one line of the list.
type memberRow struct {
	ID     core.ID
	Name   string
	Number string
	Class  string
	Voting bool
	Joined time.Time
	Left   time.Time
	Gone   bool
	Seats  []seatView
}

// seatView is a mandate in the list.
type seatView struct {
	Body   string
	Office members.Office
}

// keepers serves a page to those who may keep the register.
func (p *Pages) keepers(h web.Handler, options ...web.Option) http.Handler {
	return p.site.Member(func(w http.ResponseWriter, r *http.Request) error {
		keeping, err := p.Rooms.Keeping(r.Context(), reader(r))
		if err == nil && !keeping.May {
			err = core.E(core.Forbidden, "errors.register_closed", nil)
		}
		if err != nil {
			return err
		}
		return h(w, r)
	}, options...)
}

func reader(r *http.Request) core.Actor {
	actor, _ := web.ActorFrom(r.Context())
	return actor
}

// register prepares what every page of the register shows.
func (p *Pages) register(r *http.Request, title string) (registerView, error) {
	keeping, err := p.Rooms.Keeping(r.Context(), reader(r))
	return registerView{Page: p.site.Page(r, title, web.Members), Keeping: keeping, Done: done(r)}, err
}

// done is what an address says was just done: a word of ours, or nothing.
func done(r *http.Request) string {
	word := r.URL.Query().Get("done")
	if slices.Contains([]string{"enrolled", "amended", "left", "returned", "appointed", "ended", "body", "class", "declined", "joining"}, word) {
		return word
	}
	return ""
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.showList(w, r, http.StatusOK, entryForm{Voting: true, Voices: "1", Joined: p.today()}, nil)
}

func (p *Pages) showList(w http.ResponseWriter, r *http.Request, status int, form entryForm, problem error) error {
	common, err := p.register(r, p.site.Localizer(r).T("memberspages.title"))
	if err != nil {
		return err
	}
	view := listView{registerView: common, Form: form, Today: p.today()}
	if problem != nil {
		view.Problem = core.AsError(problem)
	}
	if view.Filter, err = filterOf(r.URL.Query()); err != nil {
		return err
	}
	if err := p.fill(r, &view); err != nil {
		return err
	}
	if common.Keeping.May {
		waiting, err := p.Rooms.Requests(r.Context(), reader(r).Organisation)
		if err != nil {
			return err
		}
		view.Waiting = len(waiting)
	}
	return p.templates.RenderStatus(w, r, "members.html", status, view)
}

func filterOf(q url.Values) (filter, error) {
	f := filter{Query: strings.TrimSpace(strings.ToValidUTF8(q.Get("q"), "")), Class: q.Get("class"), Body: q.Get("body"), Left: q.Get("left") != ""}
	if utf8.RuneCountInString(f.Query) > maxQuery {
		return filter{}, core.E(core.Invalid, "errors.name_too_long", core.Args{"Max": maxQuery})
	}
	return f, nil
}

// fill reads the register and keeps what the reader looks for.
func (p *Pages) fill(r *http.Request, view *listView) (err error) {
	ctx, organisation := r.Context(), reader(r).Organisation
	if view.Classes, err = p.Rooms.Classes(ctx, organisation); err != nil {
		return err
	}
	if view.Bodies, err = p.Rooms.Bodies(ctx, organisation); err != nil {
		return err
	}
	mandates, err := p.Rooms.Mandates(ctx, organisation)
	if err != nil {
		return err
	}
	records, err := p.Rooms.Members(ctx, organisation)
	if err != nil {
		return err
	}
	l, now := p.site.Localizer(r), p.Clock.Now()
	seats := seatsOf(view.Bodies, mandates, l.Lang(), now)
	var rows []memberRow
	for _, record := range records {
		row := rowOf(record, view.Classes, l.Lang(), now)
		row.Seats = seats[row.ID]
		if !row.Gone {
			view.Total++
		}
		if view.Filter.keeps(record, row, view.Bodies, mandates, now) {
			rows = append(rows, row)
		}
	}
	i18n.Sort(l, rows, func(row memberRow) string { return row.Name })
	view.page(rows, r.URL.Query())
	return nil
}

// page shows one page of the rows.
func (v *listView) page(rows []memberRow, q url.Values) {
	v.Found = len(rows)
	at, _ := strconv.Atoi(q.Get("from"))
	at = max(0, min(at, max(0, len(rows)-1))/pageOf*pageOf)
	end := min(len(rows), at+pageOf)
	v.Members, v.From, v.To = rows[at:end], at+1, end
	address := func(from int) string {
		q.Set("from", strconv.Itoa(from))
		q.Del("done")
		return "/members?" + q.Encode()
	}
	if at > 0 {
		v.Newer = address(at - pageOf)
	}
	if end < len(rows) {
		v.Older = address(end)
	}
}

func rowOf(r members.Record, classes []members.Class, lang core.Lang, now time.Time) memberRow {
	m := r.Membership()
	return memberRow{ID: r.Person.ID, Name: r.Person.Name, Number: m.Number, Class: className(classes, m.Class, lang), Voting: m.Voting,
		Joined: m.Joined, Left: m.Left, Gone: !m.Left.IsZero() && !m.Left.After(now)}
}

func className(classes []members.Class, key string, lang core.Lang) string {
	for _, c := range classes {
		if c.Key == key {
			return c.Name.In(lang)
		}
	}
	return key
}

// seatsOf gives the mandates that each person holds now.
func seatsOf(bodies []members.Body, mandates []members.Mandate, lang core.Lang, now time.Time) map[core.ID][]seatView {
	seats := map[core.ID][]seatView{}
	for _, b := range bodies {
		for _, m := range mandates {
			if m.Body == b.ID && m.At(now) {
				seats[m.Person] = append(seats[m.Person], seatView{Body: b.Name.In(lang), Office: m.Office})
			}
		}
	}
	return seats
}

// keeps reports whether a row is what the reader looks for.
func (f filter) keeps(record members.Record, row memberRow, bodies []members.Body, mandates []members.Mandate, now time.Time) bool {
	if row.Gone != f.Left || f.Class != "" && record.Membership().Class != f.Class {
		return false
	}
	query := strings.ToLower(f.Query)
	if query != "" && !strings.Contains(strings.ToLower(row.Name), query) && !strings.EqualFold(row.Number, query) {
		return false
	}
	if f.Body == "" {
		return true
	}
	if f.Body == members.Assembly {
		return row.Voting
	}
	return slices.ContainsFunc(mandates, func(m members.Mandate) bool {
		return m.Person == row.ID && m.At(now) && slices.ContainsFunc(bodies, func(b members.Body) bool { return b.ID == m.Body && b.Key == f.Body })
	})
}

// enrol adds a member.
func (p *Pages) enrol(w http.ResponseWriter, r *http.Request) error {
	form, entry, err := p.entry(r)
	if err != nil {
		return p.again(w, r, form, err)
	}
	record, err := p.Rooms.Enrol(r.Context(), reader(r).Organisation, entry)
	if err != nil {
		return p.again(w, r, form, err)
	}
	return see(w, r, "/members/"+string(record.Person.ID)+"?done=enrolled")
}

// again shows the list with what was typed and what is wrong with it.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, form entryForm, err error) error {
	if !mendable(err) {
		return err
	}
	return p.showList(w, r, http.StatusUnprocessableEntity, form, err)
}

// mendable reports whether the reader can do something about it in the form.
func mendable(err error) bool {
	return core.Is(err, core.Invalid) || core.Is(err, core.Conflict) || core.Is(err, core.NotFound) || core.Is(err, core.TooLarge)
}

func see(w http.ResponseWriter, r *http.Request, address string) error {
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// setClass adds or renames a class.
func (p *Pages) setClass(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	class := members.Class{Key: form.Get("key"), Name: core.Text{FR: form.Get("fr"), EN: form.Get("en")}}
	if err := p.Rooms.SetClass(r.Context(), reader(r).Organisation, class); err != nil {
		return p.again(w, r, entryForm{Voting: true, Voices: "1", Joined: p.today()}, err)
	}
	return see(w, r, "/members?done=class")
}

func (p *Pages) today() string { return p.Clock.Now().In(p.Zone).Format(time.DateOnly) }
