package chartercedar

import (
	"slices"
	"strings"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxKnown bounds how many decisions are remembered.
const maxKnown = 4096

// key holds all of a question that a decision can depend on: what newScene shows to policies.
type key struct {
	person, organisation, owner core.ID
	roles, classes              uint8  // one bit each
	bodies                      string // keys, each ended by a NUL
	class                       string
	action                      charter.Action
	model                       charter.ModelFacts
}

// keyOf returns false for a question with a role or a data class that has no bit yet, or a body that could pass for two.
func keyOf(q charter.Question) (key, bool) {
	k := key{person: q.Actor.Person, organisation: q.Actor.Organisation, class: q.Actor.Class, owner: q.Owner, action: q.Action, model: q.Model}
	if len(q.Actor.Bodies) > 0 {
		k.bodies = strings.Join(q.Actor.Bodies, "\x00") + "\x00"
		if strings.Count(k.bodies, "\x00") != len(q.Actor.Bodies) {
			return key{}, false
		}
	}
	for _, role := range q.Actor.Roles {
		switch role {
		case core.RoleMember:
			k.roles |= 1
		case core.RoleOperator:
			k.roles |= 2
		default:
			return key{}, false
		}
	}
	for _, class := range q.DataClasses {
		switch class {
		case core.DataSIN:
			k.classes |= 1
		case core.DataCreditCard:
			k.classes |= 2
		default:
			return key{}, false
		}
	}
	return k, true
}

// decisions remembers what was decided. The zero value is ready.
type decisions struct {
	mu   sync.RWMutex
	made map[key]charter.Decision
}

// get returns a decision whose articles belong to the caller.
func (m *decisions) get(k key) (charter.Decision, bool) {
	m.mu.RLock()
	d, ok := m.made[k]
	m.mu.RUnlock()
	if ok {
		d.Articles = slices.Clone(d.Articles)
	}
	return d, ok
}

// put keeps a decision, dropping any other one when there are too many: it would be the same again.
func (m *decisions) put(k key, d charter.Decision) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made == nil {
		m.made = map[key]charter.Decision{}
	}
	if len(m.made) >= maxKnown {
		for other := range m.made {
			delete(m.made, other)
			break
		}
	}
	m.made[k] = d
}
