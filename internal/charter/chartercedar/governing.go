package chartercedar

import (
	"encoding/json"
	"fmt"

	"github.com/cedar-policy/cedar-go"

	"github.com/solidaire-coop/solidaire/internal/charter"
)

// scope is what Cedar's JSON form says of the actions of a policy.
type scope struct {
	Action struct {
		Op       string   `json:"op"`
		Entity   entity   `json:"entity"`
		Entities []entity `json:"entities"`
	} `json:"action"`
}

type entity struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// governing returns the first article whose policy permits the action in some cases, or 1.
func (p policies) governing(action charter.Action) (int, error) {
	for _, one := range p {
		if one.rule.Effect() != cedar.Permit {
			continue
		}
		text, err := one.rule.MarshalJSON()
		if err != nil {
			return 0, fmt.Errorf("article %d: %w", one.number, err)
		}
		var s scope
		if err := json.Unmarshal(text, &s); err != nil {
			return 0, fmt.Errorf("article %d: %w", one.number, err)
		}
		if s.covers(action) {
			return one.number, nil
		}
	}
	return 1, nil
}

func (s scope) covers(action charter.Action) bool {
	if s.Action.Op == "All" {
		return true
	}
	for _, e := range append(s.Action.Entities, s.Action.Entity) {
		if e.Type == string(actionType) && e.ID == string(action) {
			return true
		}
	}
	return false
}
