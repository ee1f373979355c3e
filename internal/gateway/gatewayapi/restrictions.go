package gatewayapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
)

// EmergencyRoom is where emergency restrictions are made and lifted; charter.Restrictions satisfies it.
type EmergencyRoom interface {
	List() []charter.Restriction
	Restrict(ctx context.Context, a core.Actor, s charter.Scope, reason string, lasts time.Duration) (charter.Restriction, error)
	Lift(ctx context.Context, a core.Actor, number int, reason string) error
}

// Restrictions shows programs the emergency restrictions, and lets the operator of this machine make them: no key can.
type Restrictions struct {
	room   EmergencyRoom
	keys   gatewayopenai.Authenticator
	errors *gatewayopenai.ErrorWriter
}

// NewRestrictions makes it.
func NewRestrictions(room EmergencyRoom, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter) *Restrictions {
	return &Restrictions{room: room, keys: keys, errors: errors}
}

// Routes adds it to mux.
func (a *Restrictions) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/restrictions", as(a.errors, a.keys, core.RoleMember, a.list))
	mux.Handle("POST /api/restrictions", as(a.errors, a.keys, core.RoleMember, a.restrict))
	mux.Handle("POST /api/restrictions/{number}/lift", as(a.errors, a.keys, core.RoleMember, a.lift))
}

// Restriction is the JSON of an emergency restriction.
type Restriction struct {
	Number int           `json:"number"`
	Chain  string        `json:"chain"` // what the log calls it, and the receipts of its refusals
	Scope  charter.Scope `json:"scope"`
	Reason string        `json:"reason"`
	Who    string        `json:"who"`
	Office string        `json:"office"`
	Body   string        `json:"body,omitempty"`
	Began  time.Time     `json:"began"`
	Until  time.Time     `json:"until"`
	Stands bool          `json:"stands"`
	Lifted *time.Time    `json:"lifted,omitempty"`
	By     string        `json:"lifted_by,omitempty"`
	Why    string        `json:"lifted_why,omitempty"`
	// Lost: its record was edited or removed; what the log says of it is obeyed.
	Lost bool `json:"record_lost,omitempty"`
}

func restrictionAnswer(r charter.Restriction) Restriction {
	return Restriction{Number: r.Number, Chain: r.Chain, Scope: r.Scope, Reason: r.Reason, Who: r.Who, Office: r.Office, Body: r.Body,
		Began: r.Began, Until: r.Until, Stands: !r.Over(), Lifted: instant(r.Lifted), By: r.LiftedWho, Why: r.LiftedWhy, Lost: r.Lost}
}

// NewRestriction is the JSON that makes one.
type NewRestriction struct {
	Scope   charter.Scope `json:"scope"`
	Reason  string        `json:"reason"`
	Minutes int           `json:"minutes"` // 0: a day
}

// Lifting is the JSON that lifts one.
type Lifting struct {
	Reason string `json:"reason"`
}

// maxRestrictionBody bounds either.
const maxRestrictionBody = 16 << 10

func (a *Restrictions) list(w http.ResponseWriter, _ *http.Request, _ core.Actor) error {
	all := a.room.List()
	lines := make([]Restriction, len(all))
	for i, r := range all {
		lines[i] = restrictionAnswer(r)
	}
	return writeJSON(w, lines)
}

func (a *Restrictions) restrict(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	var n NewRestriction
	if err := readOrder(w, r, &n); err != nil {
		return err
	}
	lasts := max(min(n.Minutes, 1<<20), -1)
	made, err := a.room.Restrict(r.Context(), actor, n.Scope, n.Reason, time.Duration(lasts)*time.Minute)
	if err != nil {
		return err
	}
	return writeJSON(w, restrictionAnswer(made))
}

func (a *Restrictions) lift(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	var n Lifting
	if err := readOrder(w, r, &n); err != nil {
		return err
	}
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return core.E(core.NotFound, "errors.restriction_unknown", core.Args{"Number": 0})
	}
	if err := a.room.Lift(r.Context(), actor, number, n.Reason); err != nil {
		return err
	}
	return a.list(w, r, actor)
}

func readOrder(w http.ResponseWriter, r *http.Request, into any) error {
	body, err := gatewayopenai.ReadObject(w, r, maxRestrictionBody)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return core.Wrap(err, core.Invalid, "errors.json_invalid", nil)
	}
	return nil
}
