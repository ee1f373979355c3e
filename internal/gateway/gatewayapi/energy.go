package gatewayapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
)

// Bounds of the days that one answer covers.
const (
	usualDays = 30
	mostDays  = 366
)

// EnergyConfig is what the account of energy needs.
type EnergyConfig struct {
	Days     energy.Days
	Accounts energy.Accounts
	Charter  interface {
		Decide(ctx context.Context, q charter.Question) (charter.Decision, error)
	}
	Keys   gatewayopenai.Authenticator
	Errors *gatewayopenai.ErrorWriter
	Clock  core.Clock
}

// Energy tells programs what a person, or the organisation, used and what the choice of the smallest model saved.
type Energy struct{ EnergyConfig }

// NewEnergy makes it.
func NewEnergy(config EnergyConfig) *Energy { return &Energy{config} }

// Routes adds it to mux.
func (e *Energy) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/energy", as(e.Errors, e.Keys, core.RoleMember, e.show))
}

// EnergyUse is the answer. Figures under each label are never mixed; null is unknown.
type EnergyUse struct {
	From  string       `json:"from"` // the first day, UTC
	To    string       `json:"to"`   // the last day
	Whose string       `json:"whose"`
	Parts []EnergyPart `json:"parts"` // strongest label first
	Auto  AutoUse      `json:"auto"`
}

// EnergyPart is what was used under one label.
type EnergyPart struct {
	Requests int         `json:"requests"`
	Energy   core.Energy `json:"energy"`
}

// AutoUse is what leaving the choice of the model to "auto" came to, as an estimate.
type AutoUse struct {
	Requests int         `json:"requests"`
	Known    int         `json:"known"` // answers that have a figure
	Saved    core.Energy `json:"saved"` // against the largest model that could have answered
	Bigger   int         `json:"bigger"`
	Extra    core.Energy `json:"extra"`
	Method   string      `json:"method"`
}

func (e *Energy) show(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	days, whose, person := usualDays, "me", actor.Person
	if text := r.URL.Query().Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostDays {
			return core.E(core.Invalid, "errors.days_range", core.Args{"Max": mostDays, "Param": "days"})
		}
		days = n
	}
	if r.URL.Query().Get("whose") == "organisation" {
		whose, person = "organisation", ""
	}
	if err := e.mayRead(r.Context(), actor, person); err != nil {
		return err
	}
	today := e.Clock.Now().UTC().Truncate(24 * time.Hour)
	from, to := today.AddDate(0, 0, 1-days), today.AddDate(0, 0, 1)
	recorded, err := e.Days.Daily(r.Context(), actor.Organisation, person, from, to)
	if err != nil {
		return err
	}
	saved, err := e.Accounts.Savings(r.Context(), actor.Organisation, person, from, to)
	if err != nil {
		return err
	}
	return writeJSON(w, EnergyUse{
		From: from.Format(time.DateOnly), To: today.Format(time.DateOnly), Whose: whose, Parts: byLabel(recorded),
		Auto: AutoUse{saved.Requests, saved.Known, saved.Saved, saved.Bigger, saved.Extra, gateway.MethodBySize},
	})
}

// mayRead asks the charter whether the actor may see what somebody used.
func (e *Energy) mayRead(ctx context.Context, actor core.Actor, owner core.ID) error {
	decision, err := e.Charter.Decide(ctx, charter.Question{Actor: actor, Action: charter.ActionReadUsage, Owner: owner, Model: charter.ModelFacts{Local: true}})
	if err != nil || decision.Allow {
		return err
	}
	return core.E(core.Refused, "errors.charter_refused", core.Args{"Article": decision.Articles[0], "Charter": decision.Charter})
}

// byLabel adds up what carries the same label.
func byLabel(days []energy.Day) []EnergyPart {
	order := []core.EnergyLabel{core.EnergyMeteredWall, core.EnergyMeteredPartial, core.EnergyEstimatedCalibrated, core.EnergyEstimatedPublished, core.EnergyUnknown}
	sums := map[core.EnergyLabel]*EnergyPart{}
	for _, day := range days {
		for _, p := range day.Parts {
			sum, ok := sums[p.Energy.Label]
			if !ok {
				sums[p.Energy.Label] = &EnergyPart{p.Requests, p.Energy}
				continue
			}
			sum.Requests, sum.Energy = sum.Requests+p.Requests, sum.Energy.Plus(p.Energy)
		}
	}
	list := []EnergyPart{}
	for _, label := range order {
		if sum := sums[label]; sum != nil {
			list = append(list, *sum)
		}
	}
	return list
}
