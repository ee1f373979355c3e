package gatewayopenai_test

import (
	"encoding/json"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaytest"
	"github.com/solidaire-coop/solidaire/internal/models"
)

const goodKey = gatewayhousetest.GoodKey

// newHouse is a house with this surface in front.
func newHouse(t testing.TB, more ...models.Model) *gatewayhousetest.House {
	t.Helper()
	h, _ := keepingHouse(t, more...)
	return h
}

// keepingHouse is one whose kept responses the test can reach.
func keepingHouse(t testing.TB, more ...models.Model) (*gatewayhousetest.House, *gatewaytest.Responses) {
	t.Helper()
	h, kept := gatewayhousetest.New(t, more...), gatewaytest.NewResponses()
	api := gatewayopenai.New(h.Service, gatewayhousetest.Keys{}, h.Shelf, gatewayhousetest.Rules{}, h.Bundle, h.Logger, gatewayhousetest.MaxBody)
	return h.Open(api, gatewayopenai.NewResponses(api, kept, core.SystemClock{})), kept
}

type problem struct {
	Error struct {
		Message, Type, Code, Next, ID string
		Param                         *string
		Article                       int
		Charter                       string
		Receipt                       core.ID
	}
}

func problemOf(t *testing.T, body string) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return p
}
