package governance

import (
	"cmp"
	"slices"
)

// Reception is how the people on the map received one statement.
type Reception struct {
	Index     int      // of the statement
	All       Answered // by everybody on the map
	Groups    []Answered
	Consensus float64 // product of the groups' Agreeing: high when every group agrees
	Rejection float64 // product of the groups' Disagreeing: high when every group disagrees
	// Typical is the group that agreement with this statement tells from the others, -1 when there is none.
	Typical int
}

// Answered counts what some people said of one statement.
type Answered struct{ Seen, Agree, Disagree int }

// Agreeing is the share that agrees, as estimated from those who answered: a few answers say little, and weigh little.
func (a Answered) Agreeing() float64 { return float64(a.Agree+1) / float64(a.Seen+2) }

// Disagreeing is the share that disagrees, estimated in the same way.
func (a Answered) Disagreeing() float64 { return float64(a.Disagree+1) / float64(a.Seen+2) }

func (a *Answered) add(o Opinion) {
	if o == Unseen {
		return
	}
	a.Seen++
	switch o {
	case Agrees:
		a.Agree++
	case Disagrees:
		a.Disagree++
	}
}

// Tellable reports whether the figures may be told: in each group, enough people answered that a figure is nobody's. Where one group's
// may not, none is: it would follow from the others.
func (r Reception) Tellable() bool {
	return !slices.ContainsFunc(r.Groups, func(g Answered) bool { return g.Seen < minGroup })
}

// clear is the estimated share from which a group is said to be of one mind.
const clear = 0.6

// Shared reports whether every group agrees, or every group disagrees.
func (r Reception) Shared() (agreed, rejected bool) {
	if !r.Tellable() {
		return false, false
	}
	agreed = !slices.ContainsFunc(r.Groups, func(g Answered) bool { return g.Agreeing() < clear })
	rejected = !slices.ContainsFunc(r.Groups, func(g Answered) bool { return g.Disagreeing() < clear })
	return agreed, rejected
}

// receive counts how each group received each statement.
func receive(answers [][]Opinion, points []Point, groups, statements int) []Reception {
	list := make([]Reception, statements)
	for i := range list {
		r := &list[i]
		r.Index, r.Typical, r.Consensus, r.Rejection, r.Groups = i, -1, 1, 1, make([]Answered, groups)
		for _, p := range points {
			if given := answers[p.Person]; i < len(given) {
				r.All.add(given[i])
				r.Groups[p.Group].add(given[i])
			}
		}
		for _, g := range r.Groups {
			r.Consensus *= g.Agreeing()
			r.Rejection *= g.Disagreeing()
		}
		r.Typical = typical(r.Groups)
	}
	slices.SortStableFunc(list, func(a, b Reception) int { return cmp.Compare(b.Consensus, a.Consensus) })
	return list
}

// typical is the group whose agreement exceeds that of every other one by far, -1 when there is none.
func typical(groups []Answered) int {
	const far = 0.3
	if len(groups) < 2 {
		return -1
	}
	top := 0
	for g := range groups {
		if groups[g].Agreeing() > groups[top].Agreeing() {
			top = g
		}
	}
	for g := range groups {
		if g != top && groups[top].Agreeing()-groups[g].Agreeing() < far {
			return -1
		}
	}
	return top
}
