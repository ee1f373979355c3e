package energy

import "github.com/solidaire-coop/solidaire/internal/core"

// MethodKey is the translation key of how a figure was found; "" when it does not say.
func MethodKey(e core.Energy) string {
	if e.Method == "" {
		return ""
	}
	return "energy.method." + e.Method
}

// ScopeKey is the translation key of what a figure covers; "" when it does not say.
func ScopeKey(e core.Energy) string {
	if e.Scope == "" {
		return ""
	}
	return "energy.scope." + e.Scope
}
