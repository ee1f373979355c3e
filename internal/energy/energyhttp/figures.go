package energyhttp

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
)

// use is what some days used together: the known figures are added, the unknown ones only counted.
type use struct {
	Known   int         // requests whose energy is known
	Unknown int         // requests whose energy is not
	Energy  core.Energy // of the known ones; meaningless when Known is 0
	ByLabel []labelled  // strongest label first, unknown last, only those present
}

// labelled is the share of a use whose figures carry one label.
type labelled struct {
	Label    core.EnergyLabel
	Requests int
	Energy   core.Energy
}

// labels lists them strongest first.
func labels() []core.EnergyLabel {
	return []core.EnergyLabel{core.EnergyMeteredWall, core.EnergyMeteredPartial,
		core.EnergyEstimatedCalibrated, core.EnergyEstimatedPublished, core.EnergyUnknown}
}

// sum adds the days of [from, to). A part without joules counts as unknown, whatever its label says.
func sum(days []energy.Day, from, to time.Time) use {
	byLabel := map[core.EnergyLabel]*labelled{}
	for _, day := range days {
		if day.Date.Before(from) || !day.Date.Before(to) {
			continue
		}
		for _, part := range day.Parts {
			label := labelOf(part)
			if byLabel[label] == nil {
				byLabel[label] = &labelled{Label: label, Energy: core.UnknownEnergy()}
			}
			byLabel[label].add(part)
		}
	}
	var u use
	for _, label := range labels() {
		if l := byLabel[label]; l != nil && l.Requests > 0 {
			u.ByLabel = append(u.ByLabel, *l)
			u.count(*l)
		}
	}
	return u
}

func (l *labelled) add(part energy.Part) {
	if l.Requests == 0 {
		l.Energy = part.Energy
	} else {
		l.Energy = l.Energy.Plus(part.Energy)
	}
	l.Requests += part.Requests
}

func (u *use) count(l labelled) {
	switch {
	case l.Label == core.EnergyUnknown:
		u.Unknown += l.Requests
	case u.Known == 0:
		u.Known, u.Energy = l.Requests, l.Energy
	default:
		u.Known += l.Requests
		u.Energy = u.Energy.Plus(l.Energy)
	}
}

func labelOf(part energy.Part) core.EnergyLabel {
	if part.Energy.Joules == nil {
		return core.EnergyUnknown
	}
	for _, known := range labels() {
		if part.Energy.Label == known && known != core.EnergyUnknown {
			return known
		}
	}
	return core.EnergyUnknown
}

// joules is the known figure, and whether there is one.
func (u use) joules() (float64, bool) {
	if u.Known == 0 || u.Energy.Joules == nil {
		return 0, false
	}
	return *u.Energy.Joules, true
}

// midnight is the start of the UTC day of an instant.
func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
