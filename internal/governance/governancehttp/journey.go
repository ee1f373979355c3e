package governancehttp

import "github.com/solidaire-coop/solidaire/internal/governance"

// stage is one step of the way of a proposal, as a reader sees it at the top of its pages.
type stage struct {
	Name string // its words are journey.<name>
	Done bool
	Now  bool
	Bad  bool // the way ended here
}

// journey is the way from an idea to what is in force, with where the proposal stands; none for what was withdrawn.
func journey(s governance.State) []stage {
	way := []governance.State{governance.Draft, governance.Deliberation, governance.Balloting, governance.Standing, governance.Enacted}
	switch s {
	case governance.Withdrawn:
		return nil
	case governance.Refused, governance.Voided:
		way = append(way[:3:3], s)
	case governance.Contested, governance.Superseded:
		way = append(way[:4:4], s)
	}
	var out []stage
	done := true
	for _, at := range way {
		now := at == s
		done = done && !now
		out = append(out, stage{Name: string(at), Done: done || now && at == governance.Enacted, Now: now, Bad: signOf(at) == "bad"})
	}
	return out
}

// Journey is the way of the proposal shown.
func (v showView) Journey() []stage { return journey(v.Motion.State) }

// Journey is the way of any proposal, for who has never seen one.
func (listView) Journey() []stage { return journey(governance.Draft) }
