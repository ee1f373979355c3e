package audithttp

import (
	"net/url"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// recordView is what a private record says, for the parts that show it.
type recordView struct {
	Record audit.Record
	Log    Verified // empty until verified
	LogKey string
	Watts  int
	Linked bool // the record is ours: its sources and charter can be opened here
}

// recordView prepares a record. One that came in a file may say anything: a label that is none of ours counts
// as unknown.
func (p *Pages) recordView(record audit.Record, linked bool) recordView {
	switch record.Energy.Label {
	case core.EnergyMeteredWall, core.EnergyMeteredPartial, core.EnergyEstimatedCalibrated, core.EnergyEstimatedPublished:
	default:
		record.Energy = core.UnknownEnergy()
	}
	return recordView{Record: record, Watts: p.config.Watts(), Linked: linked}
}

// CharterHref leads to the very version that decided.
func (v recordView) CharterHref() string {
	return "/charter/versions/" + url.PathEscape(v.Record.Charter)
}

// SourceHref leads to the exact range.
func (v recordView) SourceHref(s audit.Source) string {
	return "/memory/versions/" + url.PathEscape(s.Version) + "?start=" + strconv.Itoa(s.Start) + "&end=" + strconv.Itoa(s.End) + "#q"
}

// Refused reports whether the charter or a budget refused.
func (v recordView) Refused() bool {
	return v.Record.Decision == audit.Refused || v.Record.Outcome == audit.Blocked
}
