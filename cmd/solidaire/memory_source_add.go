package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// pairs is a flag given as NAME=VALUE, as often as one likes.
type pairs map[string]string

// String is for the help.
func (p pairs) String() string { return "" }

// Set adds one.
func (p pairs) Set(word string) error {
	name, value, found := strings.Cut(word, "=")
	if !found || name == "" {
		return fmt.Errorf("not NAME=VALUE")
	}
	p[name] = value
	return nil
}

// maxSecretFile bounds the file of a password or key.
const maxSecretFile = 16 << 10

// secretValue reads a secret from its file, "-" for the terminal. Its last line break is not part of it.
func (c *call) secretValue(file string) (string, error) {
	in := c.term.in
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return "", unreadable(err, file)
		}
		defer opened.Close()
		in = opened
	}
	data, err := io.ReadAll(io.LimitReader(in, maxSecretFile))
	if err != nil {
		return "", unreadable(err, file)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// sourceFlags describe a source on the command line.
type sourceFlags struct {
	target
	name            string
	every           time.Duration
	settings, files pairs
	asJSON          bool
}

func (f *sourceFlags) define(set *flag.FlagSet) {
	f.settings, f.files = pairs{}, pairs{}
	f.target.define(set)
	set.Var(f.settings, "set", "cli.flag.set")
	set.Var(f.files, "secret", "cli.flag.secret")
	set.BoolVar(&f.asJSON, "json", false, "cli.flag.json")
}

// given puts settings and secrets together.
func (f *sourceFlags) given(c *call, kind string) (gatewayapi.NewSource, error) {
	n := gatewayapi.NewSource{Kind: memory.SourceKind(kind), Name: f.name, Settings: f.settings, Minutes: int(f.every / time.Minute)}
	for name, file := range f.files {
		secret, err := c.secretValue(file)
		if err != nil {
			return n, err
		}
		n.Settings[name] = secret
	}
	return n, nil
}

func memorySourceAddCommand() command {
	var f sourceFlags
	return command{
		name: "memory source add", args: []string{"cli.arg.source_kind"}, min: 1, max: 1,
		examples: []string{
			`memory source add folder --name Serveur --set path=/srv/partage --every 15m`,
			`memory source add webdav --name Nextcloud --set url=https://nuage.exemple.coop/remote.php/dav/files/amelie/ --set user=amelie --secret password=nuage.txt --every 1h`,
		},
		flags: func(set *flag.FlagSet) {
			f.define(set)
			set.StringVar(&f.name, "name", "", "cli.flag.source_name")
			set.DurationVar(&f.every, "every", time.Hour, "cli.flag.every")
		},
		run: func(ctx context.Context, c *call) error {
			n, err := f.given(c, c.args[0])
			if err != nil {
				return err
			}
			server, err := f.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			source, err := server.AddSource(ctx, n)
			if err != nil {
				return c.failJSON(f.asJSON, err)
			}
			if server.stop != nil { // nobody stays to read it: do it now
				if err := server.RunSource(ctx, source.ID, false); err != nil {
					return err
				}
				if source, err = c.awaitRun(ctx, server, source.ID, time.Time{}); err != nil {
					return err
				}
			}
			if f.asJSON {
				return c.writeJSON(source)
			}
			fmt.Fprintln(c.term.out, c.speech.T("cli.source.added", core.Args{"Name": printable(source.Name)}))
			c.sourceStatus(source)
			return nil
		},
	}
}

func memorySourceTryCommand() command {
	var f sourceFlags
	return command{
		name: "memory source try", args: []string{"cli.arg.source_kind"}, min: 1, max: 1,
		examples: []string{`memory source try web --set url=https://exemple.coop/sitemap.xml`},
		flags:    f.define,
		run: func(ctx context.Context, c *call) error {
			n, err := f.given(c, c.args[0])
			if err != nil {
				return err
			}
			server, err := f.connect(ctx, c)
			if err != nil {
				return err
			}
			defer server.Close()
			sample, err := server.TrySource(ctx, n)
			switch {
			case err != nil:
				return c.failJSON(f.asJSON, err)
			case f.asJSON:
				return c.writeJSON(sample)
			case sample.More:
				fmt.Fprintln(c.term.out, c.speech.T("source.sample_more", core.Args{"Count": sample.Count}))
			default:
				fmt.Fprintln(c.term.out, c.speech.T("source.sample", core.Args{"Count": sample.Count}))
			}
			for _, name := range sample.Names {
				fmt.Fprintln(c.term.out, "  "+printable(name))
			}
			return nil
		},
	}
}

func memorySourceKindsCommand() command {
	ask := func(ctx context.Context, s *server) ([]gatewayapi.Kind, error) { return s.SourceKinds(ctx) }
	return reading("memory source kinds", ask, (*call).sourceKinds, `memory source kinds`)
}

func (c *call) sourceKinds(kinds []gatewayapi.Kind) {
	for _, k := range kinds {
		fmt.Fprintf(c.term.out, "%s  %s\n", c.term.bold(string(k.Kind)), c.speech.T("source.kind."+string(k.Kind)))
		for _, field := range k.Fields {
			c.field(k.Kind, field)
		}
	}
}

// field says how a setting is given on the command line, and what it is.
func (c *call) field(kind memory.SourceKind, f gatewayapi.SourceField) {
	how := "--set " + f.Name + "=…"
	if f.Kind == memory.SecretField {
		how = "--secret " + f.Name + "=" + c.speech.T("cli.source.file")
	}
	if !f.Required {
		how = "[" + how + "]"
	}
	fmt.Fprintf(c.term.out, "  %s  %s\n", how, c.speech.T("source.field."+string(kind)+"."+f.Name))
}
