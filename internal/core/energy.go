package core

// EnergyLabel says how far a figure can be trusted. Labels never mix in silence: the label of a
// sum is the weakest of its parts.
type EnergyLabel string

// The labels, strongest first.
const (
	EnergyMeteredWall         EnergyLabel = "metered-wall"         // a meter on the whole node, shared out
	EnergyMeteredPartial      EnergyLabel = "metered-partial"      // a counter on part of the node, shared out
	EnergyEstimatedCalibrated EnergyLabel = "estimated-calibrated" // a model calibrated on this node
	EnergyEstimatedPublished  EnergyLabel = "estimated-published"  // a model with published constants
	EnergyUnknown             EnergyLabel = "unknown"
)

// Energy is the energy of one request or one period. Joules is nil when unknown, never zero for
// unknown. Low and High bound the figure when the method gives an interval.
type Energy struct {
	Joules *float64    `json:"joules"`
	Low    *float64    `json:"joules_low,omitempty"`
	High   *float64    `json:"joules_high,omitempty"`
	Label  EnergyLabel `json:"label"`
	Scope  string      `json:"scope,omitempty"`  // what the figure covers: "package", "node", "processor"
	Method string      `json:"method,omitempty"` // a stable word, translated by the interface
}

// UnknownEnergy is the honest figure where nothing is known.
func UnknownEnergy() Energy { return Energy{Label: EnergyUnknown} }

// WattHours converts to watt-hours (1 Wh = 3,600 J); nil stays nil.
func (e Energy) WattHours() *float64 {
	if e.Joules == nil {
		return nil
	}
	wh := *e.Joules / 3600
	return &wh
}

// Plus adds two figures. Unknown plus anything is unknown: a partial sum would look like a whole.
func (e Energy) Plus(o Energy) Energy {
	if e.Joules == nil || o.Joules == nil {
		return UnknownEnergy()
	}
	j := *e.Joules + *o.Joules
	sum := Energy{Joules: &j, Label: weaker(e.Label, o.Label), Scope: e.Scope, Method: e.Method}
	sum.Low, sum.High = addBound(e.Low, o.Low), addBound(e.High, o.High)
	if o.Scope != e.Scope {
		sum.Scope = ""
	}
	if o.Method != e.Method {
		sum.Method = ""
	}
	return sum
}

func addBound(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	s := *a + *b
	return &s
}

func weaker(a, b EnergyLabel) EnergyLabel {
	order := []EnergyLabel{EnergyUnknown, EnergyEstimatedPublished, EnergyEstimatedCalibrated, EnergyMeteredPartial}
	for _, l := range order {
		if a == l || b == l {
			return l
		}
	}
	return EnergyMeteredWall
}
