package app

import (
	"context"
	"os"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit/auditlog"
	"github.com/solidaire-coop/solidaire/internal/audit/auditsql"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/charter/chartercedar"
	"github.com/solidaire-coop/solidaire/internal/charter/chartersql"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/dlp"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/energy/energyrapl"
	"github.com/solidaire-coop/solidaire/internal/energy/energysql"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayengine"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaysql"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/governance/governancebelenios"
	"github.com/solidaire-coop/solidaire/internal/governance/governancesql"
	"github.com/solidaire-coop/solidaire/internal/ledger/ledgersql"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/membersmail"
	"github.com/solidaire-coop/solidaire/internal/members/memberssql"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

// rooms are the modules, in the order of their ranks.
type rooms struct {
	organisation  members.Organisation
	members       *members.Service
	post          members.Post // nil: no mail
	charter       *charter.Keeper
	restrictions  *charter.Restrictions
	logWritten    time.Time // before this start; zero: there was no log
	governance    *governance.Service
	meetings      *meetings.Service
	budgets       *ledgersql.Budgets
	days          *energysql.Store
	meter         *energy.NodeMeter
	audit         *auditlog.Log
	catalogue     models.Catalogue
	others        models.Alternatives
	adopter       gateway.Adopter // nil: no catalogue of ours
	engines       models.Engines
	memory        *memory.Intake
	sources       *memory.Sources
	quality       *memory.Quality
	conversations *gatewaysql.Conversations
	gateway       *gateway.Service
}

func (a *App) openMembers(ctx context.Context) (err error) {
	a.members = members.NewService(memberssql.New(a.db), a.clock, a.log)
	a.onClose(a.members.Close)
	organisation, person, err := home(ctx, a.members, a.config.Demo, a.config.Zone())
	if err != nil {
		return err
	}
	a.organisation = organisation
	if err := a.openPost(); err != nil {
		return err
	}
	a.person = core.Actor{Organisation: person.Organisation, Person: person.ID, Name: person.Name, Roles: person.Roles}
	return nil
}

// openPost prepares sending letters, where a mail server is configured.
func (a *App) openPost() error {
	if a.config.Mail.Server == "" {
		return nil
	}
	password, err := a.config.MailPassword()
	if err != nil {
		return err
	}
	m := a.config.Mail
	sender, err := membersmail.New(membersmail.Config{Server: m.Server, Security: m.Security, User: m.User, Password: password, From: m.From})
	if err == nil {
		a.post = sender
	}
	return err
}

// openCharter obeys the chain that the log says was enacted, or chooses the provisional genesis at the first start.
func (a *App) openCharter(ctx context.Context) (err error) {
	a.charter, err = charter.Open(ctx, charter.Needs{
		Organisation: a.organisation.ID, Template: a.config.Charter.Template,
		Store: chartersql.New(a.db, a.clock, a.organisation.ID), Log: a.audit, Authority: governance.NewAuthority(governancesql.New(a.db), a.audit),
		Compile: func(v charter.Version) (charter.Evaluator, error) { return chartercedar.New(v) },
		Closed:  chartercedar.Closed, Clock: a.clock, Logger: a.log,
	})
	a.services = append(a.services, func(ctx context.Context) error { return a.charter.Watch(ctx, charterEvery) })
	return err
}

// charterEvery is how often the chain in the database is compared with the one that is obeyed.
const charterEvery = 5 * time.Second

// openGovernance is how members change it.
func (a *App) openGovernance(ctx context.Context) (err error) {
	rules := a.config.Governance.Rules
	if a.config.Demo {
		rules = governance.Demonstration
	}
	a.governance, err = governance.NewService(ctx, governance.Needs{
		Organisation: a.organisation.ID, Rules: rules, Store: governancesql.New(a.db), Members: a.members, Charters: a.charter,
		Statements: a.audit, Signer: a.audit, CheckCharter: compiles, Clock: a.clock, Log: a.log,
	})
	a.services = append(a.services, func(ctx context.Context) error { return a.governance.Run(ctx) })
	return err
}

// elections brings in those that were held with another program.
func (a *App) elections() governance.Elections {
	return governance.Elections{Store: governancesql.New(a.db), Powers: a.members, Motion: a.governance.Motion, Read: governancebelenios.Read, Clock: a.clock}
}

// compiles reports a charter that no evaluator could obey.
func compiles(d charter.Document) error {
	v, err := charter.Genesis(d, time.Unix(0, 0))
	if err == nil {
		_, err = chartercedar.New(v)
	}
	return err
}

// openAccounts opens what counts: budgets and energy.
func (a *App) openAccounts(context.Context) error {
	a.budgets = ledgersql.New(a.db, a.clock)
	a.days = energysql.New(a.db)
	probe, absent := energyrapl.Find(os.DirFS(energyrapl.Root))
	a.meter = energy.NewMeter(probe, absent, energy.Published{}, a.clock)
	a.onClose(func() error { a.meter.Close(); return nil })
	return nil
}

// openAudit opens the log; what the last process acknowledged and did not project is projected now.
func (a *App) openAudit(ctx context.Context) (err error) {
	a.logWritten = lastWritten(a.dir)
	a.audit, err = auditlog.Open(ctx, auditlog.Config{
		Dir: a.dir.Audit(), SecretsDir: a.dir.Secrets(), Origin: logOrigin(a.organisation.ID),
		DB: a.db, Clock: a.clock, Logger: a.log, Projectors: []auditsql.Projector{a.budgets, a.days},
	})
	if err != nil {
		return err
	}
	a.onClose(a.closeAudit)
	return nil
}

// auditLeave is how long the audit may take to bring records to their end when the program stops, so that Ctrl-C ends it
// within five seconds. After a heavy load some are left: they are safe, and the next start goes on with them.
const auditLeave = 2 * time.Second

func (a *App) closeAudit() error {
	ctx, cancel := context.WithTimeout(context.Background(), auditLeave)
	defer cancel()
	err := a.audit.Close(ctx)
	if ctx.Err() != nil {
		a.log.Info("audit records are left for the next start to bring to their end: none is lost", "cause", err)
		return nil
	}
	return err
}

// logOrigin names the log: one per installation, for ever.
func logOrigin(organisation core.ID) string { return "solidaire.coop/log/" + string(organisation) }

func (a *App) openGateway(ctx context.Context) error {
	a.metrics = telemetry.NewMetrics(func(model string) bool {
		_, err := a.catalogue.Find(context.Background(), model)
		return err == nil
	})
	a.conversations = gatewaysql.New(a.db)
	needs := gateway.Needs{
		Clock: a.clock, Log: a.log, Holder: a.members, Scan: dlp.Scan, Charter: a.rules(), Budgets: a.budgets,
		Memory: a.memory, Embedding: a.embeddingModel, Catalogue: a.catalogue, Others: a.others, Engine: gatewayengine.New(a.engines, a.log),
		Meter: a.meter, Audit: timedLog{a.audit, a.metrics}, Observer: a.metrics, Adopter: a.adopter,
		Demanding: a.config.Auto.DemandingParameters,
		Grid:      energy.Grid{GramsPerKWh: a.config.Energy.CarbonGramsPerKwh, Source: a.config.Energy.CarbonSource},
	}
	export, err := a.openExport(ctx)
	if err != nil {
		return err
	}
	needs.Told = func(ctx context.Context, d gateway.Done) { a.metrics.Exchange(ctx, told(d)) }
	if a.without.Needs != nil {
		a.without.Needs(&needs)
	}
	a.gateway = gateway.New(needs)
	a.export = export
	a.metrics.Watch(a.gateway.Load, export)
	a.services = append(a.services, a.metrics.Run)
	a.services = append(a.services, a.keepRetention)
	return nil
}

// told is what telemetry counts of a request that ended.
func told(d gateway.Done) telemetry.Exchange {
	x := telemetry.Exchange{
		Action: d.Action, Outcome: d.Outcome, Error: d.Error, Model: d.Model, Dialect: d.Dialect, Node: d.Node, Auto: d.Auto,
		Began: d.Began, Took: d.Took, First: d.First, Prompt: d.Prompt, Output: d.Output, Energy: d.Energy,
	}
	for _, try := range d.Tried {
		x.Tried = append(x.Tried, telemetry.Try(try))
	}
	return x
}

// openExport prepares sending traces and figures to a collector; nil where none is configured.
func (a *App) openExport(ctx context.Context) (*telemetry.Export, error) {
	if a.config.Telemetry.Endpoint == "" {
		return nil, nil
	}
	key, err := a.config.TelemetryKey()
	if err != nil {
		return nil, err
	}
	export, err := telemetry.NewExport(ctx, telemetry.ExportConfig{Endpoint: a.config.Telemetry.Endpoint, Key: key, Version: a.version, Log: a.log})
	if err == nil {
		a.onClose(export.Close)
	}
	return export, err
}

func (a *App) embeddingModel(ctx context.Context) (models.Model, bool) {
	model, err := a.catalogue.Default(ctx, models.Embedding)
	return model, err == nil
}

func (a *App) watts() int { return a.charter.InForce().Document.Settings.MicrowaveWatts }
