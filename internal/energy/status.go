package energy

import "github.com/solidaire-coop/solidaire/internal/core"

// Status says what the meter can do now, for doctor and the pages.
type Status struct {
	Label    core.EnergyLabel // of an ordinary request
	Method   string
	Scope    string
	Probe    *ProbeFacts // nil: nothing is measured
	Absent   error       // why nothing is measured, or why the probe fails now; nil when it works
	Standby  *float64    // watts; nil until a quiet moment has been seen
	Pots     Pots        // since the meter started
	Measured float64     // seconds of work that were measured
}

// Status describes the meter.
func (m *NodeMeter) Status() Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Status{Label: core.EnergyEstimatedPublished, Method: MethodBusyTime, Scope: ScopeNode, Absent: m.absent}
	if m.probe == nil {
		return s
	}
	facts := m.facts
	s.Probe, s.Absent, s.Pots, s.Measured = &facts, m.fault, m.pots, m.work
	if m.rest.known() {
		watts := m.rest.watts
		s.Standby = &watts
	}
	if m.fault == nil && m.rest.known() {
		s.Label, s.Method, s.Scope = facts.Label, MethodShared, facts.Scope
	}
	return s
}
