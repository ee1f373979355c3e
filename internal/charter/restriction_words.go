package charter

import (
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Problem says what the restriction refuses, who made it, why and until when: the words of a refusal, and of the line that every page
// shows.
func (r Restriction) Problem() *core.Error {
	kind := string(r.Scope.Kind)
	switch {
	case r.Lost:
		kind = "lost"
	case r.Scope.Kind == ScopeData && r.Scope.Value == string(core.DataSIN):
		kind = "sin"
	case r.Scope.Kind == ScopeData:
		kind = "card"
	}
	return core.E(core.Refused, "errors.restricted."+kind, core.Args{
		"Restriction": r.Number, "Who": r.Who, "Why": r.Reason, "Until": r.Until, "What": r.Scope.Value,
	})
}
