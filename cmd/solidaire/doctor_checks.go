package main

import (
	"cmp"
	"context"
	"os"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy/energyrapl"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytesseract"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfile"
	"github.com/solidaire-coop/solidaire/internal/models/modelsllama"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// roomNeeded is the free disk below which an installation is in danger.
const roomNeeded = 500_000_000

// examine looks at every part that can be looked at. It makes nothing: a directory that is not there stays away.
func (d *doctor) examine(ctx context.Context, at *local) {
	cfg, err := at.load(d.call)
	if err != nil {
		d.bad("configuration", broken, err)
		return
	}
	now := time.Now().In(d.zone)
	zone := d.zone.String()
	if d.zone == time.Local { // the machine's, which has no name of its own
		zone, _ = now.Zone()
	}
	d.good("configuration", d.speech.T("cli.doctor.configuration", core.Args{"Time": d.speech.Time(now), "Zone": zone}))
	if d.directory(cfg) {
		d.house(ctx, cfg)
	} else {
		d.engine(ctx, cfg)
	}
	d.energy()
	d.scans()
}

// directory looks at the data directory and reports whether an installation is in it.
func (d *doctor) directory(cfg config.Config) bool {
	dir := app.DataDir(cfg.Data)
	info, err := os.Stat(cfg.Data)
	nothing := d.speech.T("cli.doctor.data_empty", core.Args{"Dir": printable(cfg.Data)})
	if os.IsNotExist(err) {
		d.good("data", nothing)
		return false
	}
	if err == nil && !info.IsDir() || err != nil {
		d.bad("data", broken, core.E(core.Unavailable, "errors.data_unusable", core.Args{"Dir": printable(cfg.Data)}))
		return false
	}
	if !writable(cfg.Data) {
		d.bad("data", broken, core.E(core.Forbidden, "errors.data_owner", core.Args{"Dir": printable(cfg.Data)}))
		return false
	}
	if info.Mode().Perm()&0o077 != 0 {
		d.bad("data", weak, core.E(core.Forbidden, "errors.cli_data_open", core.Args{"Dir": printable(cfg.Data)}))
	} else {
		d.good("data", printable(cfg.Data))
	}
	if err := modelsfile.NeedFree(cfg.Data, roomNeeded); err != nil {
		d.bad("disk", broken, err)
	} else {
		d.good("disk", d.speech.T("cli.doctor.disk", core.Args{"Size": int64(roomNeeded)}))
	}
	if _, err := os.Stat(dir.Database()); err != nil && cfg.DatabaseURL == "" && cfg.DatabaseFile == "" {
		d.good("server", nothing)
		return false
	}
	return true
}

// writable makes a file and takes it away again: permissions alone do not tell of a read-only disk.
func writable(dir string) bool {
	file, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return false
	}
	file.Close()
	return os.Remove(file.Name()) == nil
}

// house asks the server of the directory how it is; without one, this process takes its place for a moment.
func (d *doctor) house(ctx context.Context, cfg config.Config) {
	server, err := here(ctx, d.call, cfg)
	if err != nil {
		d.bad("server", broken, err)
		return
	}
	defer server.Close()
	ready, err := server.Ready(ctx)
	if err != nil {
		d.bad("server", broken, err)
		return
	}
	key := "cli.doctor.server_running"
	if server.stop != nil {
		key = "cli.doctor.server_stopped"
	}
	d.good("server", d.speech.T(key, core.Args{"Version": printable(ready.Version)}))
	for _, part := range ready.Components {
		if part.State != string(models.EngineMissing) { // the engine is looked for below, once for all models
			d.checks = append(d.checks, d.component(part))
		}
	}
	d.engine(ctx, cfg)
	d.models(ctx, server.Client)
}

// component is a part as the server sees it.
func (d *doctor) component(part client.Component) check {
	c := check{Name: part.Name, State: broken, Detail: cmp.Or(part.Detail, part.Program), Next: part.Next}
	switch state := models.EngineState(part.State); state {
	case well:
		c.State = well
	case models.EngineReady, models.EngineStarting, models.EngineIdle:
		c.State, c.Detail = well, cmp.Or(part.Detail, d.speech.T("cli.doctor.engine."+string(state)))
	case weak:
		c.State = weak
	}
	if c.Detail == "" && c.State == well {
		c.Detail = d.speech.T("cli.doctor.well")
	}
	return c
}

// models says what can search by meaning and what can write.
func (d *doctor) models(ctx context.Context, server *client.Client) {
	list, err := server.Models(ctx)
	if err != nil {
		d.bad("chat", broken, err)
		return
	}
	for _, kind := range []models.Kind{models.Embedding, models.Chat} {
		var names []string
		for _, m := range list {
			if m.Facts.Kind == kind {
				names = append(names, d.modelName(m))
			}
		}
		if len(names) > 0 {
			d.good(string(kind), strings.Join(names, ", "))
			continue
		}
		_, err := (*models.Snapshot)(nil).Default(kind)
		d.bad(string(kind), weak, err)
	}
}

// modelName says of a trial model that it is one.
func (d *doctor) modelName(m client.Model) string {
	if m.Facts.Trial {
		return d.speech.T("cli.doctor.trial", core.Args{"Name": printable(m.ID)})
	}
	return printable(m.ID)
}

// engine says which engine would be used, and why that one.
func (d *doctor) engine(ctx context.Context, cfg config.Config) {
	found := modelsllama.Discover(ctx, modelsllama.Search{Configured: cmp.Or(cfg.Engine.URL, cfg.Engine.Program), DataDir: cfg.Data})
	if found.Problem != nil {
		d.bad("engine", weak, found.Problem)
		return
	}
	d.good("engine", d.speech.T("cli.doctor.source."+string(found.Source), core.Args{"Where": printable(cmp.Or(found.Program, found.Address))}))
}

// energy says whether this machine has a meter.
func (d *doctor) energy() {
	probe, err := energyrapl.Find(os.DirFS(energyrapl.Root))
	switch {
	case core.AsError(err).Key == "errors.energy_no_counter": // nothing to mend: figures are estimates, and say so
		sentence, _ := d.speech.Error(err)
		d.good("energy", sentence)
		return
	case err != nil:
		d.bad("energy", weak, err)
		return
	}
	facts := probe.Describe()
	d.good("energy", d.speech.T("cli.doctor.energy", core.Args{"Parts": strings.Join(facts.Parts, ", ")}))
}

// scans says whether scanned documents can be read.
func (d *doctor) scans() {
	languages, err := memorytesseract.New(memorytesseract.Program, os.Environ()).Languages()
	if err != nil {
		d.bad("scans", weak, err)
		return
	}
	d.good("scans", d.speech.T("cli.doctor.scans", core.Args{"Languages": strings.Join(languages, ", ")}))
}

// cut splits "engine:NAME".
func cut(name string) (part, which string) {
	part, which, _ = strings.Cut(name, ":")
	return part, which
}
