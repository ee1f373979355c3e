package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"

	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// local are the flags that find a data directory on this machine.
type local struct {
	data, config string
}

func (l *local) define(set *flag.FlagSet) {
	set.StringVar(&l.data, "data", "", "cli.flag.data")
	set.StringVar(&l.config, "config", "", "cli.flag.config")
}

// load reads the configuration: file, environment, then the command line. The data directory is given by its whole
// path: engines and the catalogue are found by it, wherever they run.
func (l *local) load(c *call) (config.Config, error) {
	file := l.config
	if file == "" {
		file = c.getenv("SOLIDAIRE_CONFIG")
	}
	cfg, err := config.Load(file, c.environ)
	if err == nil && l.data != "" {
		err = cfg.Set("data", l.data)
	}
	if err != nil {
		return cfg, err
	}
	c.speech, c.zone = c.speech.InZone(cfg.Zone()), cfg.Zone()
	if cfg.Data, err = filepath.Abs(cfg.Data); err != nil {
		err = core.Wrap(err, core.Unavailable, "errors.data_unusable", core.Args{"Dir": printable(cfg.Data)})
	}
	return cfg, err
}

// target are the flags that say which server answers: one elsewhere, or the one of a data directory.
type target struct {
	local
	url, key string
}

func (t *target) define(set *flag.FlagSet) {
	t.local.define(set)
	set.StringVar(&t.url, "url", "", "cli.flag.url")
	set.StringVar(&t.key, "key", "", "cli.flag.key")
}

// server is a client, with what has to stop after it.
type server struct {
	*client.Client
	stop func()
}

// Close lets go of the server, and ends it when this command had started it.
func (s *server) Close() {
	s.Client.Close()
	if s.stop != nil {
		s.stop()
	}
}

// connect reaches the server elsewhere when one is named, else the one that holds the data directory, which this process
// becomes for a moment when there is none.
func (t *target) connect(ctx context.Context, c *call) (*server, error) {
	url, key := t.url, t.key
	if url == "" && t.data == "" && t.config == "" {
		url = c.getenv("SOLIDAIRE_URL")
	}
	if key == "" {
		key = c.getenv("SOLIDAIRE_KEY")
	}
	switch {
	case t.url != "" && t.data != "":
		return nil, usage("errors.cli_url_and_data", nil)
	case url != "":
		remote, err := client.Remote(url, key, c.speech.Lang())
		if err == nil && remote.Exposed() {
			fmt.Fprintln(c.term.err, c.speech.T("cli.key_exposed"))
		}
		return &server{Client: remote}, err
	}
	cfg, err := t.load(c)
	if err != nil {
		return nil, err
	}
	return here(ctx, c, cfg)
}
