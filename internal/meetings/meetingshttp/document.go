package meetingshttp

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// document is a notice or minutes in one language, before it becomes a page or Markdown.
type document struct {
	Over, Title string // what it is, and of what
	Sections    []section
}

type section struct {
	Heading string
	Deep    bool // under the section before it
	Mark    string
	Facts   []fact
	Text    []string // paragraphs
	List    []string
	Columns []string
	Rows    [][]string
}

type fact struct{ Label, Value string }

func (s *section) fact(label, value string) {
	if value != "" {
		s.Facts = append(s.Facts, fact{label, value})
	}
}

// paragraphs splits what somebody wrote.
func paragraphs(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, "\n") {
		if part != "" {
			out = append(out, part)
		}
	}
	return out
}

// clock is an hour of the same day as another instant, or the whole instant of another day.
func clock(l *i18n.Localizer, at, of time.Time) string {
	if at.Sub(of).Abs() < 12*time.Hour {
		return l.Time(at)
	}
	return l.DateTime(at)
}

// noticeDocument writes what members were told.
func noticeDocument(n meetings.Notice, organisation, zone string, body core.Text, l *i18n.Localizer) document {
	d := document{Over: l.T("meetings.notice.why."+string(n.Why)) + " · " + organisation, Title: n.Title.In(l.Lang())}
	facts := section{}
	facts.fact(l.T("meetings.when"), l.DateTime(n.Starts)+" ("+zone+")")
	facts.fact(l.T("meetings.where"), n.Place)
	facts.fact(l.T("meetings.link"), n.Link)
	facts.fact(l.T("meetings.body"), body.In(l.Lang()))
	facts.fact(l.T("meetings.kind"), l.T("meetings.kind."+string(n.Kind)))
	facts.fact(l.T("meetings.sent"), l.DateTime(n.Sent))
	facts.fact(l.T("meetings.reason"), n.Reason)
	agenda := section{Heading: l.T("meetings.agenda")}
	for _, i := range n.Items {
		agenda.List = append(agenda.List, agendaLine(i, l))
	}
	d.Sections = append(d.Sections, facts, agenda,
		section{Heading: l.T("meetings.notice.who"), Text: []string{l.T("meetings.notice.roll", core.Args{"Count": n.RollSize, "When": n.RollTaken})}})
	return d
}

func agendaLine(i meetings.NoticeItem, l *i18n.Localizer) string {
	line := i.Title.In(l.Lang()) + " (" + l.T("meetings.item."+string(i.Kind))
	if i.Length > 0 {
		line += ", " + l.T("meetings.minutes_long", core.Args{"Count": i.Length})
	}
	return line + ")"
}

// minutesDocument writes minutes in one language. What the secretary wrote stays as it is.
func minutesDocument(m meetings.Minutes, l *i18n.Localizer) document {
	d := document{Over: l.T("meetings.minutes") + " · " + m.Name, Title: m.Title.In(l.Lang())}
	facts := section{}
	facts.fact(l.T("meetings.body"), m.BodyName.In(l.Lang())+", "+l.T("meetings.kind."+string(m.Kind)))
	facts.fact(l.T("meetings.when"), l.T("meetings.minutes.held", core.Args{"Date": l.Date(m.Opened), "From": l.Time(m.Opened), "To": held(l, m), "Zone": m.Zone}))
	facts.fact(l.T("meetings.where"), m.Place)
	if m.Remote {
		facts.fact(l.T("meetings.minutes.remote"), l.T("meetings.yes"))
	}
	if m.Again != "" {
		facts.fact(l.T("meetings.again"), l.T("meetings.yes"))
	}
	facts.fact(l.T("meetings.chair"), m.Chair)
	facts.fact(l.T("meetings.secretary"), m.Secretary)
	d.Sections = []section{facts, noticesSection(m, l), quorumSection(m, l), presentSection(m, l), {Heading: l.T("meetings.minutes.items")}}
	for _, i := range m.Items {
		d.Sections = append(d.Sections, itemSection(i, m, l))
	}
	if m.Note != "" {
		d.Sections = append(d.Sections, section{Heading: l.T("meetings.note"), Text: paragraphs(m.Note)})
	}
	end := section{Heading: l.T("meetings.minutes.approval")}
	if m.ApprovedAt == nil {
		end.Text = []string{l.T("meetings.minutes.draft")}
	} else {
		end.Text = []string{l.T("meetings.minutes.approved."+m.ApprovedAs, core.Args{"Name": m.ApprovedBy, "When": l.DateTime(*m.ApprovedAt)})}
	}
	d.Sections = append(d.Sections, end)
	return d
}

func held(l *i18n.Localizer, m meetings.Minutes) string {
	if m.Ended.IsZero() {
		return "…"
	}
	return clock(l, m.Ended, m.Opened)
}

func noticesSection(m meetings.Minutes, l *i18n.Localizer) section {
	s := section{Heading: l.T("meetings.notice")}
	for _, n := range m.Notices {
		s.List = append(s.List, l.T("meetings.minutes.notice", core.Args{"Why": l.T("meetings.notice.why." + string(n.Why)), "Sent": l.DateTime(n.Sent), "Starts": l.DateTime(n.Starts), "Hash": n.Hash}))
	}
	s.Text = []string{l.T("meetings.minutes.rules", core.Args{"Title": m.RulesTitle.In(l.Lang()), "Hash": m.Rules})}
	return s
}

func quorumSection(m meetings.Minutes, l *i18n.Localizer) section {
	s := section{Heading: l.T("meetings.quorum"), Text: []string{
		l.T("meetings.minutes.quorum.opening") + " " + tallyLine(m.AtOpening, l),
		l.T("meetings.minutes.quorum.end") + " " + tallyLine(m.AtEnd, l),
		ruleLine(m.Rule, l),
	}}
	return s
}

// tallyLine says a quorum in words.
func tallyLine(t meetings.Tally, l *i18n.Localizer) string {
	key := "meetings.tally.missing"
	if t.Met {
		key = "meetings.tally.met"
	}
	line := l.T(key, core.Args{"Counted": t.Counted, "Needed": t.Needed, "Roll": t.Roll, "Room": t.Room, "Remote": t.Remote, "Represented": t.Represented})
	for _, c := range t.Classes {
		line += " " + l.T("meetings.tally.class", core.Args{"Class": c.Class, "Counted": c.Counted, "Needed": c.Needed, "Roll": c.Roll})
	}
	return line
}

// ruleLine says what the rule counts.
func ruleLine(r governance.MeetingRule, l *i18n.Localizer) string {
	return quorumLine(r.Quorum, l) + " " + l.T("meetings.rule.remote."+strconv.FormatBool(r.RemoteCounts)) + " " + l.T("meetings.rule.proxies."+strconv.FormatBool(r.Proxies))
}

func quorumLine(q governance.Quorum, l *i18n.Localizer) string {
	if q.Base == governance.BaseRoll {
		return l.T("meetings.rule.quorum.roll."+strconv.FormatBool(q.Strict), core.Args{"Num": q.Fraction.Num, "Den": q.Fraction.Den})
	}
	return l.T("meetings.rule.quorum." + string(q.Base))
}

func presentSection(m meetings.Minutes, l *i18n.Localizer) section {
	s := section{Heading: l.T("meetings.presence"), Columns: []string{l.T("meetings.name"), l.T("meetings.how"), l.T("meetings.arrived"), l.T("meetings.left")}}
	for _, p := range m.Present {
		how := l.T("meetings.how.represented", core.Args{"Name": p.Holder})
		if p.How != "" {
			how = l.T("meetings.how." + string(p.How))
		}
		if !p.OnRoll {
			how += " · " + l.T("meetings.off_roll")
		}
		row := []string{p.Name, how, "", ""}
		for i, at := range []*time.Time{p.Arrived, p.Left} {
			if at != nil {
				row[2+i] = clock(l, *at, m.Opened)
			}
		}
		s.Rows = append(s.Rows, row)
	}
	if m.Absent > 0 {
		s.Text = []string{l.T("meetings.minutes.absent", core.Args{"Count": m.Absent})}
	}
	return s
}

func itemSection(i meetings.MinutesItem, m meetings.Minutes, l *i18n.Localizer) section {
	s := section{Heading: fmt.Sprintf("%d. %s", i.Number, i.Title.In(l.Lang())), Deep: true, Text: paragraphs(i.Text)}
	s.Mark = l.T("meetings.item." + string(i.Kind))
	if i.Mark != meetings.Same {
		s.Mark += " · " + l.T("meetings.mark."+string(i.Mark))
	}
	if i.By != "" {
		s.Mark += " · " + l.T("meetings.asked_by", core.Args{"Name": i.By})
	}
	if i.Outcome == "" {
		s.fact(l.T("meetings.outcome"), l.T("meetings.outcome.none"))
	} else {
		s.fact(l.T("meetings.outcome"), l.T("meetings.outcome."+string(i.Outcome))+" ("+clock(l, *i.At, m.Opened)+")")
	}
	if i.Quorum != nil {
		s.fact(l.T("meetings.quorum"), tallyLine(*i.Quorum, l))
	}
	if b := i.Ballot; b != nil {
		s.ballot(*b, l)
	}
	return s
}

func (s *section) ballot(b meetings.MinutesVoted, l *i18n.Localizer) {
	s.fact(l.T("meetings.ballot.proposal"), b.Title.In(l.Lang()))
	if b.Certificate == "" {
		s.fact(l.T("meetings.ballot"), l.T("meetings.ballot.running", core.Args{"When": l.DateTime(b.Closes)}))
		return
	}
	s.fact(l.T("meetings.ballot"), l.T("governance.outcome."+b.Decision))
	if b.Method == governance.YesNoAbstain || b.Method == governance.Consent {
		s.fact(l.T("meetings.ballot.count"), l.T("meetings.ballot.voices", core.Args{"Yes": b.Yes, "No": b.No, "Abstained": b.Abstained, "Votes": b.Votes, "Roll": b.Roll}))
	} else {
		s.fact(l.T("meetings.ballot.count"), l.T("meetings.ballot.votes", core.Args{"Votes": b.Votes, "Roll": b.Roll}))
	}
	s.fact(l.T("meetings.ballot.certificate"), b.Certificate)
}
