package telemetry

import (
	"maps"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// keptWaits bounds how many waits for a first token are kept at once: the latest.
const keptWaits = 512

// Figures are what requests that ended came to.
type Figures struct {
	Requests int           // that ended
	Refused  int           // by the charter or a budget
	Failed   int           // engines that failed or broke off, those among them after which another one answered
	Left     int           // callers who left
	Tokens   int           // written
	Timed    int           // those of answers that were seen to begin: not of answers that come at one go, nor of calls alone
	Writing  time.Duration // of the timed ones
	Joules   float64       // of those that are known
	Known    int           // answers with a figure of energy
	Unknown  int           // answers without
	Weakest  core.EnergyLabel
	Errors   map[string]int // failures by code

	waits []time.Duration // to the first token
	seen  int             // waits, kept or not
}

// FirstToken is the wait below which the given share of first tokens came; false when there was none.
func (f Figures) FirstToken(share float64) (time.Duration, bool) {
	if len(f.waits) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(f.waits))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))], true
}

// FirstTokens counts the waits that FirstToken goes by.
func (f Figures) FirstTokens() int { return f.seen }

// Speed is how many tokens a second an answer grew by, once it had begun; 0 when none did.
func (f Figures) Speed() float64 {
	if f.Writing <= 0 || f.Timed <= 0 {
		return 0
	}
	return float64(f.Timed) / f.Writing.Seconds()
}

// Energy is what the answers with a figure used, under the weakest of their labels; unknown where there is none.
func (f Figures) Energy() core.Energy {
	if f.Known == 0 {
		return core.UnknownEnergy()
	}
	joules := f.Joules
	return core.Energy{Joules: &joules, Label: f.Weakest}
}

func (f *Figures) add(x Exchange) {
	f.Requests++
	switch {
	case x.Outcome == "refused":
		f.Refused++
		return // it used nothing
	case x.failed():
		f.fail(x.Error)
	case x.Outcome == "cancelled":
		f.Left++
	}
	f.Tokens += max(x.Output, 0)
	if x.Energy.Joules == nil {
		f.Unknown++
	} else {
		f.Known++
		f.Joules += max(*x.Energy.Joules, 0)
		f.Weakest = weakest(f.Weakest, x.Energy.Label)
	}
	if x.First > 0 {
		f.Timed += max(x.Output, 0)
		f.Writing += max(x.Took-x.First, 0)
		f.wait(x.First)
	}
}

// fail counts a failure under its code.
func (f *Figures) fail(code string) {
	f.Failed++
	if f.Errors == nil {
		f.Errors = map[string]int{}
	}
	f.Errors[code]++
}

// wait keeps a wait for a first token; once there are many, a later one takes the place of an earlier one.
func (f *Figures) wait(d time.Duration) {
	f.seen++
	if len(f.waits) < keptWaits {
		f.waits = append(f.waits, d)
		return
	}
	f.waits[f.seen%keptWaits] = d
}

// plus adds what other requests came to.
func (f *Figures) plus(g Figures) {
	f.Requests, f.Refused, f.Failed, f.Left = f.Requests+g.Requests, f.Refused+g.Refused, f.Failed+g.Failed, f.Left+g.Left
	f.Tokens, f.Timed, f.Writing = f.Tokens+g.Tokens, f.Timed+g.Timed, f.Writing+g.Writing
	f.Joules, f.Unknown, f.seen = f.Joules+g.Joules, f.Unknown+g.Unknown, f.seen+g.seen
	if g.Known > 0 {
		f.Known += g.Known
		f.Weakest = weakest(f.Weakest, g.Weakest)
	}
	for code, count := range g.Errors {
		if f.Errors == nil {
			f.Errors = map[string]int{}
		}
		f.Errors[code] += count
	}
	f.waits = append(f.waits, g.waits...)
}

// copied shares nothing with the original.
func (f Figures) copied() Figures {
	f.waits, f.Errors = slices.Clone(f.waits), maps.Clone(f.Errors)
	return f
}

func weakest(a, b core.EnergyLabel) core.EnergyLabel {
	for _, label := range []core.EnergyLabel{core.EnergyEstimatedPublished, core.EnergyEstimatedCalibrated, core.EnergyMeteredPartial} {
		if a == label || b == label {
			return label
		}
	}
	return core.EnergyMeteredWall
}
