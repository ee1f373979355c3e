package meetings

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/members"
)

const day = 24 * time.Hour

// Ruled is the rule that a meeting follows, and where it comes from.
type Ruled struct {
	Set   governance.RuleSet
	Hash  string
	Rule  governance.MeetingRule
	Said  bool              // false: the set says nothing about meetings, the rule is the most careful reading of it
	Again bool              // as a second call
	Lines []governance.Line // that explain it
}

// Source is where the rule comes from, in one line.
func (r Ruled) Source() core.Text {
	out := r.Set.Title
	if len(r.Lines) > 0 {
		l := r.Lines[0]
		out = core.Text{FR: out.FR + " · " + l.Law.FR + ", " + l.Where.FR, EN: out.EN + " · " + l.Law.EN + ", " + l.Where.EN}
	}
	return out
}

// rule finds what a meeting follows: the set under which it was convened, or the one in force.
func (s *Service) rule(ctx context.Context, m Meeting) (r Ruled, err error) {
	if r.Set, r.Hash, err = s.needs.Governance.Rules(ctx); err != nil {
		return r, err
	}
	if m.Rules != "" && m.Rules != r.Hash {
		history, err := s.needs.Governance.RulesHistory(ctx)
		if err != nil {
			return r, err
		}
		i := slices.IndexFunc(history, func(v governance.RulesVersion) bool { return v.Hash == m.Rules })
		if i < 0 || charter.HashOf(history[i].Bytes) != m.Rules {
			return r, altered(nil)
		}
		if r.Set, err = governance.ParseRules(history[i].Bytes); err != nil {
			return r, err
		}
		r.Hash = m.Rules
	}
	r.Rule, r.Said = r.Set.Meeting(m.Kind)
	if again := r.Rule.SecondCall; m.Again != "" && again != nil {
		r.Rule.NoticeDays, r.Rule.Quorum, r.Again = again.NoticeDays, again.Quorum, true
	}
	subject := governance.SubjectMeetings
	if !r.Said {
		subject = "notice"
	}
	for _, l := range r.Set.Lines {
		if l.About == subject {
			r.Lines = append(r.Lines, l)
		}
	}
	return r, nil
}

// Earliest is the first instant at which a meeting may be held if it is convened now. Where the rules ask for no notice, people may
// have sat down a moment ago.
func (r Ruled) Earliest(now time.Time) time.Time {
	if r.Rule.NoticeDays == 0 {
		return now.Add(-time.Hour)
	}
	return now.Truncate(time.Minute).Add(time.Duration(r.Rule.NoticeDays) * day)
}

// Convene sends the notice of a draft to everybody on the roll.
func (s *Service) Convene(ctx context.Context, a core.Actor, id core.ID) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Draft)
	if err != nil {
		return m, err
	}
	return s.tell(ctx, m, Convened, NoticeCall, "")
}

// Postpone gives a convened meeting another date, and tells everybody by another notice in time.
func (s *Service) Postpone(ctx context.Context, a core.Actor, id core.ID, p Plan, reason string) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Convened)
	if err != nil {
		return m, err
	}
	if err := p.check(s.now()); err != nil {
		return m, err
	}
	if err := checkLine("reason", reason, maxTitle); err != nil {
		return m, err
	}
	if p.Body != m.Body || p.Kind != m.Kind {
		return m, core.E(core.Invalid, "errors.meetings_kind", nil)
	}
	before := m
	m = m.with(p)
	after, err := s.prepare(ctx, m, Convened, NoticePostpone, reason)
	if err != nil {
		return before, err
	}
	after.Before = before
	return s.save(ctx, after)
}

// Relink changes the address of the video tool alone, and tells everybody at once.
func (s *Service) Relink(ctx context.Context, a core.Actor, id core.ID, link string) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Convened, Open)
	if err != nil {
		return m, err
	}
	if err := checkLink(link); err != nil || link == m.Link || link == "" && m.Place == "" {
		if err == nil {
			err = core.E(core.Invalid, "errors.meetings_link", nil)
		}
		return m, err
	}
	before := m
	m.Link = link
	after, err := s.prepare(ctx, m, m.State, NoticeLink, "")
	if err != nil {
		return before, err
	}
	after.Before = before
	return s.save(ctx, after)
}

// Cancel ends a meeting that has not begun. If members were told of it, they are told that it is cancelled.
func (s *Service) Cancel(ctx context.Context, a core.Actor, id core.ID, reason string) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Draft, Convened)
	if err != nil {
		return m, err
	}
	if err := checkLine("reason", reason, maxTitle); err != nil {
		return m, err
	}
	if m.State == Draft {
		c := m.step(s.now(), Cancelled)
		c.After.Note = reason
		return s.save(ctx, c)
	}
	m.Note = reason
	return s.tell(ctx, m, Cancelled, NoticeCancelled, reason)
}

func (s *Service) tell(ctx context.Context, m Meeting, to State, why NoticeKind, reason string) (Meeting, error) {
	c, err := s.prepare(ctx, m, to, why, reason)
	if err != nil {
		return m, err
	}
	return s.save(ctx, c)
}

// prepare makes a notice with its letters. A call or a postponement freezes the roll and must be in time.
func (s *Service) prepare(ctx context.Context, m Meeting, to State, why NoticeKind, reason string) (Change, error) {
	now := s.now()
	c := m.step(now, to)
	taken := now
	if why == NoticeCall || why == NoticePostpone {
		m.Rules = "" // the rules in force now
		r, err := s.rule(ctx, m)
		if err != nil {
			return c, err
		}
		if err := r.inTime(m, now); err != nil {
			return c, err
		}
		taken = now.Add(-time.Duration(r.Rule.RollDays) * day)
		if c.Roll, err = s.roll(ctx, m, taken); err != nil {
			return c, err
		}
		c.After.Rules, c.After.RollSize = r.Hash, len(c.Roll)
	} else {
		roll, err := s.needs.Store.Roll(ctx, m.ID)
		if err != nil {
			return c, err
		}
		c.Roll = roll
	}
	c.After.Notices++
	n := c.After.notice(why, taken, now, reason)
	c.Notice = &n
	letters, err := s.letters(ctx, n, c.Roll)
	c.Letters = letters
	return c, err
}

func (r Ruled) inTime(m Meeting, now time.Time) error {
	switch earliest := r.Earliest(now); {
	case len(m.Items) == 0:
		return core.E(core.Conflict, "errors.meetings_agenda_empty", nil)
	case m.Starts.Before(earliest):
		return core.E(core.Conflict, "errors.meetings_notice", core.Args{"Count": r.Rule.NoticeDays, "Earliest": earliest, "Source": r.Source()})
	}
	return nil
}

// roll freezes who is called and counted.
func (s *Service) roll(ctx context.Context, m Meeting, at time.Time) ([]governance.Elector, error) {
	list, err := s.needs.Members.Roll(ctx, m.Organisation, m.Body, at)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, core.E(core.Conflict, "errors.meetings_roll_empty", nil)
	}
	out := make([]governance.Elector, len(list))
	for i, e := range list {
		out[i] = governance.Elector{Person: e.Person, Class: e.Class, Weight: 1}
	}
	slices.SortFunc(out, func(x, y governance.Elector) int { return strings.Compare(string(x.Person), string(y.Person)) })
	return out, nil
}

// letters makes one for each person of the roll.
func (s *Service) letters(ctx context.Context, n Notice, roll []governance.Elector) ([]Letter, error) {
	records, err := s.records(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Letter, len(roll))
	for i, e := range roll {
		out[i] = Letter{Meeting: n.Meeting, Number: n.Number, Person: e.Person, State: Waiting, Due: n.Sent}
		switch {
		case records[e.Person].Email == "":
			out[i].State, out[i].Due = ByPost, time.Time{}
		case s.needs.Post == nil:
			out[i].State, out[i].Due = NoMail, time.Time{}
		}
	}
	return out, nil
}

// records finds the register's lines by person.
func (s *Service) records(ctx context.Context) (map[core.ID]members.Record, error) {
	list, err := s.needs.Members.Members(ctx, s.needs.Organisation)
	if err != nil {
		return nil, err
	}
	out := make(map[core.ID]members.Record, len(list))
	for _, r := range list {
		out[r.Person.ID] = r
	}
	return out, nil
}

// Again begins the second call of a meeting that could not decide: the same agenda, under the rule of second calls.
func (s *Service) Again(ctx context.Context, a core.Actor, id core.ID, starts time.Time) (Meeting, error) {
	m, err := s.convened(ctx, a, id, Closed, Drafted, Approved)
	if err != nil {
		return m, err
	}
	d, err := s.Show(ctx, a, id)
	if err != nil {
		return m, err
	}
	if !d.MayCallAgain() {
		return m, core.E(core.Conflict, "errors.meetings_again", nil)
	}
	plan := m.Plan()
	plan.Starts = starts
	next, err := s.Plan(ctx, a, plan)
	if err != nil {
		return m, err
	}
	c := next.step(s.now(), Draft)
	c.After.Again = m.ID
	for _, i := range m.Items {
		if i.Outcome != Balloted {
			c.After.Items = append(c.After.Items, Item{ID: core.NewID(s.now()), Kind: i.Kind, Title: i.Title, Motion: i.Motion, Length: i.Length, By: i.By})
		}
	}
	return s.save(ctx, c)
}
