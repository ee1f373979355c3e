package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

// App is the program as a value. New, then Run, then Close.
type App struct {
	config  config.Config
	dir     DataDir
	version string
	listen  bool
	without Without
	reader  []string        // command of a reader of files
	held    func(bytes int) // is told what the memory's indexes hold; nil: nobody is
	log     *slog.Logger
	clock   core.Clock
	bundle  *i18n.Bundle
	metrics *telemetry.Metrics
	export  *telemetry.Export // nil: nothing is sent

	db *sqldb.DB
	rooms
	reading reading
	person  core.Actor // of this machine
	errors  *gatewayopenai.ErrorWriter
	handler http.Handler

	servers   *servers
	listening chan struct{}
	services  []func(ctx context.Context) error // beside the servers, until their context ends
	closers   []func() error                    // in the order of opening
	closing   sync.Once
	closed    error
}

// New takes the data directory and opens every room. Nothing listens yet. core.Conflict when another process holds the
// directory.
func New(ctx context.Context, o Options) (*App, error) {
	data, err := filepath.Abs(o.Config.Data) // engines are started from elsewhere
	if err != nil {
		return nil, dataDirError(err, DataDir(o.Config.Data))
	}
	o.Config.Data = data
	a := &App{
		config: o.Config, dir: DataDir(data), version: o.Version, listen: o.Listen, without: o.Without, reader: o.Reader, held: o.Held, log: o.Log,
		clock: core.SystemClock{}, listening: make(chan struct{}),
	}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	steps := []func(context.Context) error{
		a.openData, a.openMembers, a.openAccounts, a.openAudit, a.openCharter, a.openRestrictions, a.openGovernance, a.openMeetings,
		a.openModels, a.openMemory, a.openGateway, a.openSurfaces,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// openData takes the directory, the texts and the database.
func (a *App) openData(ctx context.Context) (err error) {
	if err := a.dir.Prepare(); err != nil {
		return err
	}
	held, err := takeLock(a.dir)
	if err != nil {
		return err
	}
	a.onClose(held.Close)
	if a.bundle, err = i18n.Load(); err != nil {
		return err
	}
	a.bundle = a.bundle.WithLogger(a.log).InZone(a.config.Zone())
	if a.db, err = openDatabase(ctx, a.config, a.clock); err != nil {
		return err
	}
	a.onClose(a.db.Close)
	return nil
}

func openDatabase(ctx context.Context, c config.Config, clock core.Clock) (*sqldb.DB, error) {
	address, err := c.Database()
	if err != nil {
		return nil, err
	}
	if address == "" {
		address = DataDir(c.Data).Database()
	}
	return sqldb.Open(ctx, address, clock)
}

// onClose registers what Close undoes, last opened first.
func (a *App) onClose(f func() error) { a.closers = append(a.closers, f) }

// Run serves until ctx ends, then drains. It returns nil after a clean stop.
func (a *App) Run(ctx context.Context) error {
	addr := ""
	if a.listen {
		addr = a.config.Addr
	}
	a.servers = a.newServers()
	if err := a.servers.listen(addr, a.dir); err != nil {
		return err
	}
	close(a.listening)
	background, stop := context.WithCancel(ctx)
	var services sync.WaitGroup
	for _, service := range a.services {
		services.Go(func() {
			if err := service(background); err != nil && background.Err() == nil {
				a.log.ErrorContext(background, "service stopped", "error", err)
			}
		})
	}
	err := a.servers.serve(ctx)
	os.Remove(a.dir.addressFile())
	stop()
	services.Wait()
	return err
}

// Listening is closed once connections are accepted.
func (a *App) Listening() <-chan struct{} { return a.listening }

// Addr is the host:port really listened on, once Listening is closed; "" without a TCP address.
func (a *App) Addr() string {
	if a.servers == nil || a.servers.listenTCP == nil {
		return ""
	}
	return a.servers.listenTCP.Addr().String()
}

// Handler answers as the TCP address does; for tests.
func (a *App) Handler() http.Handler { return a.handler }

// Close releases everything, last opened first. It is safe to call twice.
func (a *App) Close() error {
	a.closing.Do(func() {
		for _, f := range slices.Backward(a.closers) {
			a.closed = errors.Join(a.closed, f())
		}
	})
	return a.closed
}
