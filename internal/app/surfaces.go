package app

import (
	"context"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audithttp"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/charter/charterhttp"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy/energyhttp"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhttp"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayoperations"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaysql"
	"github.com/solidaire-coop/solidaire/internal/governance/governancehttp"
	"github.com/solidaire-coop/solidaire/internal/meetings/meetingshttp"
	"github.com/solidaire-coop/solidaire/internal/members/membershttp"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryhttp"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelshttp"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// module is what each surface yields.
type module interface{ Routes(mux *http.ServeMux) }

// openSurfaces puts the programs' surfaces and the pages behind one handler. Programs do not pass through what pages
// need: sessions, languages kept in cookies, protection of forms.
func (a *App) openSurfaces(context.Context) error {
	a.errors = gatewayopenai.NewErrorWriter(a.charter, a.bundle, a.log)
	var keys gatewayopenai.Authenticator = a.members
	if a.without.Keys != nil {
		keys = a.without.Keys
	}
	programs := http.NewServeMux()
	for _, surface := range a.programSurfaces(keys) {
		surface.Routes(programs)
	}
	site, pages, err := a.openPages()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	doors := gatewayopenai.Wishes(programs)
	mux.Handle("/v1/", a.metrics.Surface("openai", a.export.Inbound(doors)))
	mux.Handle("/api/", a.metrics.Surface("api", a.export.Inbound(doors)))
	mux.HandleFunc("GET /openapi.json", gatewayapi.OpenAPI)
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.Handle("GET /metrics", a.onlyHere(a.metrics.Handler()))
	mux.Handle("/", a.metrics.Surface("pages", site.Serve(pages)))
	a.handler = fromSurface(mux)
	return nil
}

func (a *App) openPages() (*web.Site, *http.ServeMux, error) {
	site, err := web.New(web.Config{
		Bundle: a.bundle, Logger: a.log, Clock: a.clock, Sessions: a.members, Version: a.version,
		Organisation:  func(context.Context, core.ID) string { return a.organisation.Name },
		Trouble:       a.rulesTrouble,
		Notices:       a.notices,
		SecureCookies: len(a.config.PublicURL) > 8 && a.config.PublicURL[:8] == "https://",
	})
	if err != nil {
		return nil, nil, err
	}
	build := []func() (module, error){
		func() (module, error) {
			return membershttp.New(membershttp.Config{Site: site, Rooms: a.members, Organisation: a.organisation, Bundle: a.bundle, Clock: a.clock, Zone: a.config.Zone(),
				Log: a.log, Post: a.post, Base: a.base, Elsewhere: elsewhere{a.conversations, a.audit, gatewaysql.NewResponses(a.db), a.governance, a.meetings}})
		},
		func() (module, error) {
			return gatewayhttp.New(gatewayhttp.Config{Site: site, Questions: a.gateway, Conversations: a.conversations, Feedback: a.quality, Shelf: a.memory, Charter: a.charter, Clock: a.clock})
		},
		func() (module, error) { return memoryhttp.New(site, a.memory, a.sources, a.quality) },
		func() (module, error) {
			return charterhttp.New(charterhttp.Config{Site: site, Charters: a.charter, Restrictions: a.restrictions, Choices: a.restrictable})
		},
		func() (module, error) {
			return governancehttp.New(governancehttp.Config{
				Site: site, Room: a.governance, People: a.members, Charters: a.charter, Models: a.chatModels, Words: a.bundle.For, Replay: a.replay, Clock: a.clock, Elections: a.elections(),
				Invitations: a.invitations,
			})
		},
		func() (module, error) {
			return meetingshttp.New(meetingshttp.Config{
				Site: site, Room: a.meetings, People: a.members, Proposals: a.governance, Keep: a.keepMinutes, Base: a.base, Words: a.bundle.For, Zone: a.config.Zone(), Clock: a.clock,
			})
		},
		func() (module, error) {
			return audithttp.New(site, audithttp.Config{Receipts: a.audit, Verifier: audithttp.VerifierFunc(verify), LogKey: a.audit.Verifier(), Watts: a.watts, MayErase: a.mayErase})
		},
		func() (module, error) {
			return energyhttp.New(site, energyhttp.Config{Days: a.days, Accounts: a.days, Clock: a.clock, Watts: a.watts})
		},
		func() (module, error) { return modelshttp.New(site, a.catalogue, a.engines) },
		func() (module, error) {
			return gatewayoperations.New(gatewayoperations.Config{Site: site, Figures: a.metrics, Engines: a.engines, Clock: a.clock})
		},
	}
	pages := http.NewServeMux()
	site.Routes(pages)
	for _, make := range build {
		m, err := make()
		if err != nil {
			return nil, nil, err
		}
		m.Routes(pages)
	}
	return site, pages, nil
}

// chatModels are those that a charter can name.
func (a *App) chatModels(ctx context.Context) ([]governancehttp.Model, error) {
	all, err := a.catalogue.List(ctx)
	var named []governancehttp.Model
	for _, m := range all {
		if m.Kind == models.Chat {
			known := governancehttp.Model{Name: m.Name, Digest: m.Digest}
			if m.Digest == models.UnknownDigest {
				known.Digest = ""
			}
			named = append(named, known)
		}
	}
	return named, err
}

// mayErase asks the charter whether the actor may erase what is the owner's.
func (a *App) mayErase(ctx context.Context, actor core.Actor, owner core.ID) error {
	decision, err := a.charter.Decide(ctx, charter.Question{Actor: actor, Action: charter.ActionErase, Owner: owner, Model: charter.ModelFacts{Local: true}})
	if err != nil || decision.Allow {
		return err
	}
	return core.E(core.Refused, "errors.charter_refused", core.Args{"Article": decision.Articles[0], "Charter": decision.Charter})
}

// actor tells who stands behind a program's request.
func (a *App) actor(r *http.Request) (core.Actor, error) { return gatewayopenai.Actor(r, a.members) }

// verify checks a receipt from its own bytes.
func verify(receipt audit.Receipt) (audithttp.Verified, error) {
	file, err := receipt.Encode()
	if err != nil {
		return audithttp.Verified{}, err
	}
	v, err := audittlog.Verify(file, audittlog.Options{})
	return audithttp.Verified{Record: v.Record, Origin: v.Origin, Fingerprint: v.Fingerprint}, err
}
