package meetingshttp

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// point is one item of the agenda, as it is shown.
type point struct {
	meetings.Item
	Number int
	Mark   meetings.Mark
	Asker  string
	Motion *governance.Motion
	First  bool
	Last   bool
}

// choice is somebody, or something, that can be chosen.
type choice struct {
	ID   core.ID
	Name string
}

type showView struct {
	web.Page
	meetings.Detail
	BodyName core.Text
	Sign     string
	Points   []point
	Gone     []meetings.NoticeItem
	Call     meetings.Notice
	Noticed  bool // a notice was sent
	Late     []meetings.Mark
	Here     meetings.How
	OnRoll   bool
	Entering bool
	Opens    time.Time // the attendance sheet
	AskUntil time.Time
	MayAsk   bool
	Earliest time.Time
	InTime   bool
	Bar      bar
	Holder   string
	MayProxy bool
	Holders  []choice
	Chairs   []choice
	Motions  []choice // that a decision can be bound to
	Decided  []choice // by which minutes can be adopted
	Asked    []asking
	Letters  letterCounts
	Posts    []posting
	Zone     string
	Adopted  string // title of the decision
	ForAll   bool   // the memory may hold the minutes: they are the assembly's
	Fault    *core.Error
	Done     string
}

// asking is a request with who made it.
type asking struct {
	meetings.Request
	By string
}

// posting is a letter with whom it is for.
type posting struct {
	meetings.Letter
	Name string
}

// letterCounts says what became of a notice.
type letterCounts struct{ Sent, Waiting, Failed, ByPost, NoMail int }

// meeting shows one as it stands.
func (p *Pages) meeting(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, fault *core.Error) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	v.Fault = fault
	status := http.StatusOK
	if fault != nil {
		status = http.StatusUnprocessableEntity
	}
	return p.templates.RenderStatus(w, r, "show.html", status, v)
}

func (p *Pages) view(r *http.Request) (v showView, err error) {
	id, err := meetingOf(r)
	if err != nil {
		return v, err
	}
	actor := actorOf(r)
	if v.Detail, err = p.Room.Show(r.Context(), actor, id); err != nil {
		return v, err
	}
	m := v.Meeting
	names, err := p.bodies(r)
	if err != nil {
		return v, err
	}
	l := p.Site.Localizer(r)
	v.Page = p.Site.Page(r, m.Title.In(l.Lang()), web.Assembly)
	v.BodyName, v.Sign, v.Done = names[m.Body], signOf(m.State), r.URL.Query().Get("done")
	v.Zone, v.ForAll = m.Starts.In(p.Zone).Format("-07:00"), m.Body == governance.Assembly
	v.Call, v.Noticed = v.LastCall()
	v.Here, v.OnRoll, v.Entering = v.Detail.Here(actor.Person), v.Detail.OnRoll(actor.Person), m.Entering(v.Now)
	if v.Entering {
		v.Scripts = []string{"meeting.js"}
	}
	v.Opens, v.AskUntil = m.Starts.Add(-2*time.Hour), v.Ruled.AskUntil(m)
	v.MayAsk = governance.Sits(actor, m.Body) && v.Now.Before(v.AskUntil) && (m.State == meetings.Draft || m.State == meetings.Convened)
	v.Earliest = v.Ruled.Earliest(v.Now)
	v.InTime = !m.Starts.Before(v.Earliest)
	if v.Earliest.Before(v.Now) {
		v.Earliest = v.Now
	}
	v.Bar = drawn(v.Tally)
	v.points()
	v.people(actor)
	v.posts()
	if v.Powers.Convenes {
		err = p.decisions(r, &v)
	}
	return v, err
}

// points gives each item what is shown beside it.
func (v *showView) points() {
	marks := map[core.ID]meetings.Mark{}
	if v.Noticed {
		marks, v.Gone = v.Meeting.Since(v.Call)
	}
	for n, i := range v.Meeting.Items {
		line := point{Item: i, Number: n + 1, Mark: marks[i.ID], Asker: v.Names[i.By], First: n == 0, Last: n == len(v.Meeting.Items)-1}
		if motion, ok := v.Detail.Motions[i.Motion]; ok {
			line.Motion = &motion
		}
		v.Points = append(v.Points, line)
	}
	for _, q := range v.Requests {
		if v.Powers.Convenes || q.Author == v.Actor.Person {
			v.Asked = append(v.Asked, asking{q, v.Names[q.Author]})
		}
	}
}

// people lists who can chair and who can hold a proxy.
func (v *showView) people(actor core.Actor) {
	for id, name := range v.Names {
		v.Chairs = append(v.Chairs, choice{id, name})
	}
	byName(v.Chairs)
	if v.Meeting.State != meetings.Convened && v.Meeting.State != meetings.Open {
		return
	}
	v.MayProxy = v.Ruled.Rule.Proxies && v.Attendance.Limit > 0 && v.OnRoll && v.Here == ""
	v.Holder = v.Names[v.Represented(actor.Person)]
	for _, e := range v.Attendance.Roll {
		if e.Person != actor.Person {
			v.Holders = append(v.Holders, choice{e.Person, v.Names[e.Person]})
		}
	}
	byName(v.Holders)
}

func byName(list []choice) {
	slices.SortFunc(list, func(a, b choice) int { return strings.Compare(a.Name, b.Name) })
}

// posts counts letters, and lists those that did not leave.
func (v *showView) posts() {
	for _, l := range v.Detail.Letters {
		switch l.State {
		case meetings.Sent:
			v.Letters.Sent++
			continue
		case meetings.Waiting:
			v.Letters.Waiting++
			if l.Tries == 0 {
				continue
			}
		case meetings.Failed:
			v.Letters.Failed++
		case meetings.ByPost:
			v.Letters.ByPost++
		case meetings.NoMail:
			v.Letters.NoMail++
			continue
		}
		v.Posts = append(v.Posts, posting{l, v.Names[l.Person]})
	}
	slices.SortFunc(v.Posts, func(a, b posting) int { return strings.Compare(a.Name, b.Name) })
}

// decisions lists the proposals of the body that an item can be bound to, and those by which minutes can be adopted.
func (p *Pages) decisions(r *http.Request, v *showView) error {
	all, err := p.Proposals.Motions(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	lang := p.Site.Localizer(r).Lang()
	for _, m := range all {
		if m.Body != v.Meeting.Body {
			continue
		}
		c := choice{m.ID, m.Title.In(lang)}
		switch m.State {
		case governance.Deliberation, governance.Balloting:
			v.Motions = append(v.Motions, c)
		case governance.Standing, governance.Enacted:
			if !m.Created.Before(v.Meeting.ApprovedAt) {
				v.Decided = append(v.Decided, c)
			}
		}
		if m.ID == v.Meeting.Adopted {
			v.Adopted = c.Name
		}
	}
	return nil
}

// Ready reports whether the notice can be sent.
func (v showView) Ready() bool { return v.InTime && len(v.Meeting.Items) > 0 }

// Kinds and Outcomes are for forms.
func (v showView) Kinds() []meetings.ItemKind { return meetings.ItemKinds() }

// AddKinds are the kinds that can still be added.
func (v showView) AddKinds() []meetings.ItemKind {
	if v.Meeting.State == meetings.Draft {
		return meetings.ItemKinds()
	}
	return []meetings.ItemKind{meetings.Discussion, meetings.Information}
}

// Outcomes are those that fit an item.
func (p point) Outcomes() []meetings.Outcome {
	return slices.DeleteFunc(meetings.Outcomes(), func(o meetings.Outcome) bool {
		return o == meetings.Balloted && (!p.Kind.Decides() || p.Motion == nil)
	})
}

// bar is the drawing of a quorum, in thousandths of its width.
type bar struct{ Room, Remote, Represented, Needed, RemoteAt, RepresentedAt int64 }

func drawn(t meetings.Tally) bar {
	if t.Roll == 0 {
		return bar{}
	}
	scale := func(n int64) int64 { return n * 1000 / t.Roll }
	return bar{scale(t.Room), scale(t.Remote), scale(t.Represented), scale(t.Needed), scale(t.Room), scale(t.Room + t.Remote)}
}
