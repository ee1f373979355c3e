package governancehttp

import "github.com/solidaire-coop/solidaire/internal/governance"

// readMeetings takes how meetings are held. A set that says nothing of meetings goes on saying nothing where no figure was changed.
func (f *figures) readMeetings(set *governance.RuleSet) {
	typed, changed := []governance.MeetingRule{}, false
	for _, kind := range governance.MeetingKinds() {
		held, said := f.Base.Meeting(kind)
		rule := f.readMeeting(kind)
		changed = changed || said || rule.SecondCall != nil || !same(held, rule)
		typed = append(typed, rule)
	}
	if changed {
		set.Meetings = typed
	}
}

func same(a, b governance.MeetingRule) bool {
	a.SecondCall, b.SecondCall = nil, nil // a set that says nothing has none, and who types one changes more than that
	return a == b
}

func (f *figures) readMeeting(kind governance.MeetingKind) governance.MeetingRule {
	name := func(field string) string { return "meeting." + string(kind) + "." + field }
	m := governance.MeetingRule{Kind: kind, Quorum: f.quorum(name("quorum")), NoticeDays: f.number(name("notice_days")), RollDays: f.number(name("roll_days")),
		ItemDays: f.number(name("item_days")), ByClass: f.has(name("by_class")), RemoteCounts: f.has(name("remote_counts")), Proxies: f.has(name("proxies"))}
	if f.has(name("second_call")) {
		m.SecondCall = &governance.SecondCall{NoticeDays: f.number(name("second_days")), Quorum: f.quorum(name("second_quorum"))}
	}
	return m
}

// quorum reads a base and its share.
func (f *figures) quorum(name string) governance.Quorum {
	base, strict := f.choice(name, f.Quorums())
	q := governance.Quorum{Base: base, Strict: strict}
	if base == governance.BaseRoll {
		q.Fraction = f.fraction(name, "share")
	}
	return q
}
