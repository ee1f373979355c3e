package app

import (
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayanthropic"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayollama"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaysql"
)

// programSurfaces are what programs speak to: one surface for each dialect, and our own. They share keys and bounds.
func (a *App) programSurfaces(keys gatewayopenai.Authenticator) []module {
	limit := a.config.Limits.MaxBodyBytes
	openai := gatewayopenai.New(a.gateway, keys, gateway.Offered{Catalogue: a.catalogue}, a.charter, a.bundle, a.log, limit)
	return []module{
		openai,
		gatewayopenai.NewResponses(openai, gatewaysql.NewResponses(a.db), a.clock),
		gatewayopenai.NewFiles(openai, a.memory),
		gatewayanthropic.New(a.gateway, keys, a.errors, limit),
		gatewayapi.NewLibrary(a.memory, a.sources, keys, a.errors, a.bundle),
		gatewayapi.NewConversations(a.conversations, a.memory, keys, a.errors, a.bundle),
		gatewayapi.NewQuality(a.quality, keys, a.errors, a.bundle),
		gatewayollama.New(gatewayollama.Config{
			Gateway: a.gateway, Keys: keys, Catalogue: gateway.Offered{Catalogue: a.catalogue}, Engines: a.engines, Errors: a.errors,
			Clock: a.clock, MaxBody: limit, Version: a.version,
		}),
		gatewayapi.NewEnergy(gatewayapi.EnergyConfig{
			Days: a.days, Accounts: a.days, Charter: a.charter, Keys: keys, Errors: a.errors, Clock: a.clock,
		}),
		gatewayapi.NewOperations(gatewayapi.OperationsConfig{Figures: a.metrics, Engines: a.engines, Keys: keys, Errors: a.errors, Bundle: a.bundle}),
		gatewayapi.NewCharter(a.charter, keys, a.errors),
		gatewayapi.NewElections(a.elections(), keys, a.errors),
		gatewayapi.NewRestrictions(a.restrictions, keys, a.errors),
		gatewayapi.NewMeetings(a.meetings, a.minutesText, keys, a.errors),
		gatewayapi.NewProposals(a.governance, a.replay, keys, a.errors),
		gatewayapi.New(a.memory, a.audit, keys, a.errors, a.bundle, a.gateway),
	}
}
