package energy

import "github.com/solidaire-coop/solidaire/internal/core"

// What a figure covers, as words that the interface translates.
const (
	ScopeNode          = "node"         // the whole machine, at the wall
	ScopeMachine       = "machine"      // a machine elsewhere, of which nothing is known
	ScopePackage       = "package"      // the processor's package
	ScopePackageMemory = "package+dram" // the processor's package and its memory
)

// Probe reads a counter of energy.
type Probe interface {
	// Read returns the microjoules used since an origin that does not move; it never goes down. After an
	// error the count goes on from where it was: what was used meanwhile is missing from it.
	Read() (microjoules uint64, err error)
	// Describe says what the counter covers and how far it can be trusted.
	Describe() ProbeFacts
}

// ProbeFacts describes a probe.
type ProbeFacts struct {
	Name  string           // of the technology: "rapl"
	Parts []string         // counters added up, as the machine names them: "package-0", "dram"
	Scope string           // of the figures: ScopePackage, ScopePackageMemory, ScopeNode
	Label core.EnergyLabel // core.EnergyMeteredWall or core.EnergyMeteredPartial
}

// Estimator gives a figure where nothing is measured. Safe for concurrent use.
type Estimator interface {
	// Estimate returns UnknownEnergy when the method does not apply to the work.
	Estimate(work Work) core.Energy
}
