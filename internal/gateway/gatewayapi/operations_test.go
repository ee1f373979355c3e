package gatewayapi_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

// roles knows one key for each role.
type roles struct{}

func (roles) Authenticate(_ context.Context, secret string) (core.Actor, error) {
	switch secret {
	case "operator":
		return core.Actor{Person: "sam", Roles: []core.Role{core.RoleMember, core.RoleOperator}}, nil
	case "member":
		return core.Actor{Person: "amelie", Roles: []core.Role{core.RoleMember}}, nil
	}
	return core.Actor{}, core.E(core.Unauthenticated, "errors.key_invalid", nil)
}

type engines []models.EngineHealth

func (e engines) Health(context.Context) []models.EngineHealth { return e }

func operations(t *testing.T, m *telemetry.Metrics, e engines, key string) (int, gatewayapi.OperationsNow) {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	gatewayapi.NewOperations(gatewayapi.OperationsConfig{
		Figures: m, Engines: e, Keys: roles{}, Bundle: bundle, Errors: gatewayopenai.NewErrorWriter(gatewayhousetest.Rules{}, bundle, slog.New(slog.DiscardHandler)),
	}).Routes(mux)
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/api/operations", nil)
	r.Header.Set("Authorization", "Bearer "+key)
	mux.ServeHTTP(w, r)
	var now gatewayapi.OperationsNow
	if err := json.Unmarshal(w.Body.Bytes(), &now); w.Code == http.StatusOK && err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return w.Code, now
}

func TestProgramsOfTheOperatorSeeTheFiguresOfThePage(t *testing.T) {
	t.Parallel()
	m, joules := telemetry.NewMetrics(func(string) bool { return true }), 4.0
	m.Watch(func() (int, int) { return 3, 2 }, nil)
	m.Exchange(t.Context(), telemetry.Exchange{Outcome: "completed", Model: "petit", Node: "local", Output: 20, First: time.Second, Took: 3 * time.Second,
		Energy: core.Energy{Joules: &joules, Label: core.EnergyMeteredWall}, Tried: []telemetry.Try{{Model: "petit", Node: "gpu", Error: "unavailable"}}})
	m.Exchange(t.Context(), telemetry.Exchange{Outcome: "refused", Model: "petit", Node: "local"})
	status, now := operations(t, m, engines{
		{Backend: "gpu", State: models.EngineFailed, Circuit: models.Circuit{State: models.CircuitResting, Failures: 3, Wait: 5 * time.Second}, Detail: core.E(core.Unavailable, "errors.engine_starting", nil)},
		{Model: "petit", State: models.EngineReady},
	}, "operator")
	total := now.Total
	if status != http.StatusOK || now.Waiting != 3 || now.Answering != 2 || total.Requests != 2 || total.Refused != 1 || total.Failed != 1 || total.Tokens != 20 ||
		total.PerSecond != 10 || total.FirstToken == nil || total.FirstToken.Median != 1 || *total.Energy.Joules != 4 || total.Errors["unavailable"] != 1 || len(now.Minutes) != 1 {
		t.Errorf("%d %+v", status, now)
	}
	if len(now.Parts) != 2 || now.Parts[0].Server != "local" || now.Parts[1].Server != "gpu" || now.Parts[1].Failed != 1 || now.Parts[1].FirstToken != nil {
		t.Errorf("parts: %+v", now.Parts)
	}
	if len(now.Engines) != 2 || now.Engines[0].Circuit != "resting" || now.Engines[0].Wait != 5 || now.Engines[0].Detail == "" || now.Engines[1].Circuit != "trusted" {
		t.Errorf("engines: %+v", now.Engines)
	}
}

func TestFiguresOfOperationAskForTheRole(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{"operator": 200, "member": 403, "nobody": 401} {
		if status, _ := operations(t, telemetry.NewMetrics(nil), nil, key); status != want {
			t.Errorf("%s: %d, want %d", key, status, want)
		}
	}
}
