package chartercedar

import (
	"encoding/json"
	"fmt"
	"strings"

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

// governing returns the first article whose policy permits the action in some cases, or 0.
func (p policies) governing(action charter.Action) int {
	for _, one := range p {
		if one.rule.Effect() != cedar.Permit {
			continue
		}
		if one.scope.covers(action) {
			return one.number
		}
	}
	return 0
}

// scopeOf reads for whom, what and where a policy is. Its conditions are left out: what they nest could take the reader of JSON for ever.
func scopeOf(policy string) (s scope, err error) {
	head := policy[:endOfScope(policy)] + ";"
	read, err := cedar.NewPolicyListFromBytes("", []byte(head))
	if err != nil {
		return s, err
	}
	if len(read) != 1 {
		return s, fmt.Errorf("%d policies before the conditions", len(read))
	}
	text, err := read[0].MarshalJSON()
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// endOfScope is where the brackets end that follow permit or forbid: annotations before it may have some too.
func endOfScope(policy string) int {
	depth, annotation := 0, false
	for i := 0; i < len(policy); i++ {
		switch c := policy[i]; {
		case c == '"':
			for i++; i < len(policy) && policy[i] != '"'; i++ {
				if policy[i] == '\\' {
					i++
				}
			}
		case c == '/' && strings.HasPrefix(policy[i:], "//"):
			for i < len(policy) && policy[i] != '\n' {
				i++
			}
		case c == '@':
			rest := strings.TrimLeft(policy[i+1:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
			annotation = strings.HasPrefix(strings.TrimSpace(rest), "(")
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 && !annotation {
				return i + 1
			}
			if depth == 0 {
				annotation = false
			}
		}
	}
	return len(policy)
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
