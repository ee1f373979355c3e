package governance

import (
	"embed"
	"encoding/json"
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
)

//go:embed rules/*.json
var ruleFiles embed.FS

// Shipped lists the sets of rules to start from; the last one is only for trying.
func Shipped() []string {
	return []string{"quebec-c-67.2", "canada-coop", "scop", "scic", "association-fr", Demonstration}
}

// DefaultRules are those of an organisation that chose none; Demonstration those for trying, without delays.
const (
	DefaultRules  = "quebec-c-67.2"
	Demonstration = "demonstration"
)

// ShippedRules returns a set of rules to start from.
func ShippedRules(id string) (RuleSet, error) {
	if !slices.Contains(Shipped(), id) {
		return RuleSet{}, core.E(core.NotFound, "errors.governance_rules_unknown", nil)
	}
	text, err := ruleFiles.ReadFile("rules/" + id + ".json")
	if err != nil {
		return RuleSet{}, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	var r RuleSet
	if err := json.Unmarshal(text, &r); err != nil {
		return RuleSet{}, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	return r, r.Validate()
}
