package governance

import "slices"

// MeetingKind is what sort of meeting a body holds.
type MeetingKind string

// The kinds, in the order of RuleSet.Meetings. The first three are the assembly's.
const (
	MeetingOrdinary      MeetingKind = "ordinary"
	MeetingExtraordinary MeetingKind = "extraordinary"
	MeetingSpecial       MeetingKind = "special"
	MeetingBoard         MeetingKind = "board"
	MeetingCommittee     MeetingKind = "committee"
)

// MeetingKinds lists them.
func MeetingKinds() []MeetingKind {
	return []MeetingKind{MeetingOrdinary, MeetingExtraordinary, MeetingSpecial, MeetingBoard, MeetingCommittee}
}

// SubjectMeetings is what the lines about meetings explain.
const SubjectMeetings = "meetings"

// MeetingRule says how one kind of meeting is convened and when it may decide.
type MeetingRule struct {
	Kind         MeetingKind `json:"kind"`
	NoticeDays   int         `json:"notice_days"`   // between the notice and the meeting
	RollDays     int         `json:"roll_days"`     // how long before the notice the roll is taken
	ItemDays     int         `json:"item_days"`     // until so many days before the meeting, members ask for items
	Quorum       Quorum      `json:"quorum"`        // of the roll
	ByClass      bool        `json:"by_class"`      // in each class too
	RemoteCounts bool        `json:"remote_counts"` // who takes part from afar is present
	Proxies      bool        `json:"proxies"`       // who is represented is present
	SecondCall   *SecondCall `json:"second_call,omitempty"`
}

// SecondCall is what holds when a meeting is convened again because the quorum was not reached.
type SecondCall struct {
	NoticeDays int    `json:"notice_days"`
	Quorum     Quorum `json:"quorum"`
}

// Meeting returns how a kind of meeting is held. Where the rules say nothing about meetings (said is false), it is as careful as
// they are about decisions: the longest notice, the quorum of the gravest decision, and nobody counts from afar.
func (r RuleSet) Meeting(kind MeetingKind) (rule MeetingRule, said bool) {
	if i := slices.IndexFunc(r.Meetings, func(m MeetingRule) bool { return m.Kind == kind }); i >= 0 {
		return r.Meetings[i], true
	}
	rule = MeetingRule{Kind: kind, Proxies: r.Proxies.Allowed}
	for _, d := range r.Decisions {
		rule.NoticeDays, rule.RollDays = max(rule.NoticeDays, d.NoticeDays), max(rule.RollDays, d.RollDays)
	}
	if len(r.Decisions) > 0 {
		rule.Quorum = r.Decisions[0].Quorum
	}
	return rule, false
}

func (r RuleSet) validateMeetings() error {
	if len(r.Meetings) == 0 {
		return nil
	}
	if len(r.Meetings) != len(MeetingKinds()) {
		return wrongRule("meetings")
	}
	for i, kind := range MeetingKinds() {
		m := r.Meetings[i]
		if m.Kind != kind || !m.valid() || m.Proxies && !r.Proxies.Allowed {
			return wrongRule("meetings")
		}
	}
	return nil
}

func (m MeetingRule) valid() bool {
	days := []int{m.NoticeDays, m.RollDays, m.ItemDays}
	if m.SecondCall != nil {
		days = append(days, m.SecondCall.NoticeDays)
		if !m.SecondCall.Quorum.valid() {
			return false
		}
	}
	return m.Quorum.valid() && !slices.ContainsFunc(days, func(d int) bool { return d < 0 || d > maxDays })
}
