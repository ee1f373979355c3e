package governance

import "math/big"

// decide fills what follows from the counts.
func (c *Certificate) decide(d Decision, weights []Weight, options int) {
	c.Tally.Weights = append(c.Tally.Weights, weights...)
	c.Quorum = d.Quorum.result(c.Tally.Classes)
	c.Threshold = ThresholdResult{Base: d.Threshold.Base, Fraction: d.Threshold.Fraction, Strict: d.Threshold.Strict, Share: "0"}
	switch c.Method {
	case YesNoAbstain:
		c.yesNo(d.Threshold, weights)
	case Consent:
		c.consent()
	default:
		c.among(d.Threshold, weights, options)
	}
	if !c.Quorum.Met {
		c.Decision = Rejected
	}
}

// result says whether enough took part.
func (q Quorum) result(counts []Count) QuorumResult {
	r := QuorumResult{Base: q.Base}
	roll := int64(0)
	for _, c := range counts {
		roll += c.Roll
		r.Reached += c.Cast
	}
	r.Needed = q.Needed(roll)
	r.Met = r.Reached >= r.Needed
	return r
}

// Needed is how many must take part where so many may.
func (q Quorum) Needed(roll int64) int64 {
	switch q.Base {
	case BasePresent:
		return 1
	case BaseRoll:
		return q.Fraction.of(roll, q.Strict)
	}
	return 0
}

func (c *Certificate) yesNo(t Threshold, weights []Weight) {
	w := newWeigher(c.Tally.Classes, weights, t.Base)
	yes, no := w.sum(func(c Count) int64 { return c.Yes }), w.sum(func(c Count) int64 { return c.No })
	c.require(t, yes, w.whole)
	c.Tally.Tied = yes.Sign() > 0 && yes.Cmp(no) == 0
	c.Decision = Rejected
	if c.Threshold.Met {
		c.Decision = Adopted
	}
}

// require says whether a share reaches the threshold.
func (c *Certificate) require(t Threshold, part, whole *big.Int) {
	c.Threshold.Applies = true
	c.Threshold.Share = share(part, whole)
	c.Threshold.Met = t.Fraction.reachedBy(part, whole, t.Strict)
}

// consent: somebody agrees and nobody objects. Weights and thresholds do not enter.
func (c *Certificate) consent() {
	yes, objections := int64(0), int64(0)
	for _, n := range c.Tally.Classes {
		yes, objections = yes+n.Yes, objections+n.No
	}
	c.Decision = Rejected
	if yes > 0 && objections == 0 {
		c.Decision = Adopted
	}
}

// among names the option that leads, if one does. For approval it must also reach the threshold.
func (c *Certificate) among(t Threshold, weights []Weight, options int) {
	base := BaseExpressed
	if c.Method == Approval {
		base = t.Base
	}
	w := newWeigher(c.Tally.Classes, weights, base)
	if w.whole.Sign() == 0 {
		c.Decision = Rejected
		return
	}
	switch c.Method {
	case Approval:
		approvals := make([]*big.Int, options)
		for o := range options {
			approvals[o] = w.sum(func(c Count) int64 { return c.Approvals[o] })
		}
		c.Tally.Ranking = groups(options, func(a, b int) int { return approvals[a].Cmp(approvals[b]) })
		c.require(t, approvals[c.Tally.Ranking[0][0]], w.whole)
	case MajorityJudgment:
		c.judge(w, options)
	case Ranked:
		c.Tally.Ranking = schulze(pairs(w, options))
	}
	c.Tally.Tied = len(c.Tally.Ranking[0]) > 1
	switch {
	case c.Threshold.Applies && !c.Threshold.Met:
		c.Decision = Rejected
	case c.Tally.Tied:
		c.Decision = Tied
	default:
		c.Decision = Adopted
	}
}

func (c *Certificate) judge(w weigher, options int) {
	profiles := make([]profile, options)
	for o := range options {
		for g := range Grades {
			profiles[o][g] = w.sum(func(c Count) int64 { return c.Grades[o][g] })
		}
		c.Tally.Medians = append(c.Tally.Medians, profiles[o].median())
	}
	c.Tally.Ranking = groups(options, func(a, b int) int { return profiles[a].compare(profiles[b]) })
}

func pairs(w weigher, options int) [][]*big.Int {
	p := make([][]*big.Int, options)
	for i := range p {
		p[i] = make([]*big.Int, options)
		for j := range p[i] {
			p[i][j] = w.sum(func(c Count) int64 { return c.Pairs[i][j] })
		}
	}
	return p
}
