package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// options are the flags of run.
type options struct {
	solidaire string        // the program; "" measures the baseline alone
	memory    bool          // questions to the memory too; the engine has been fetched
	rounds    int           // of each target
	each      time.Duration // of one round
	warm      time.Duration
	out       string // report
	peers     string // file that says how other gateways are started; "" measures none
	installed string // where they are
	without   bool   // measure the price of each control
	soak      time.Duration
}

// run measures everything and writes the report. It fails when a bar is missed.
func run(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.StringVar(&o.solidaire, "solidaire", "", "program to measure; empty measures the baseline alone")
	flags.BoolVar(&o.memory, "memory", false, "ask the memory too, with the engine that solidaire setup has fetched")
	flags.IntVar(&o.rounds, "rounds", 5, "rounds of each target")
	flags.DurationVar(&o.each, "each", 3*time.Second, "length of a round")
	flags.DurationVar(&o.warm, "warm", time.Second, "length of the warm-up of each target")
	flags.StringVar(&o.peers, "peers", "", "JSON file of other gateways to measure beside it; see bench/peers.md")
	flags.StringVar(&o.installed, "installed", ".", "directory in which the other gateways are installed")
	flags.BoolVar(&o.without, "without", false, "measure the price of each control too")
	flags.DurationVar(&o.soak, "soak", 0, "how long to load it without a break, watching its memory")
	flags.StringVar(&o.out, "out", "", "Markdown file to write; empty writes to the terminal")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "solidaire-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := report{options: o, began: time.Now()}
	if err := measure(ctx, o, dir, &r); err != nil {
		return err
	}
	if err := r.write(o.out); err != nil {
		return err
	}
	if n := r.missed(); n > 0 {
		return fmt.Errorf("%d bars missed", n)
	}
	return nil
}

func measure(ctx context.Context, o options, dir string, r *report) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	addrs := make([]string, 2)
	for i := range addrs {
		if addrs[i], err = freeAddr(); err != nil {
			return err
		}
	}
	mock, err := start(ctx, "mock", addrs[0], "/health", dir, self, "mock", addrs[0])
	if err != nil {
		return err
	}
	defer mock.stop()
	baseline, err := start(ctx, "proxy", addrs[1], "/health", dir, self, "proxy", addrs[1], addrs[0])
	if err != nil {
		return err
	}
	defer baseline.stop()
	targets := []target{{name: direct, addr: addrs[0], process: mock}, {name: bare, addr: addrs[1], process: baseline}}
	if err := appends(ctx, o, dir, r); err != nil {
		return err
	}
	if o.solidaire == "" {
		return loads(ctx, o, targets, nil, r)
	}
	if err := starts(ctx, o, dir, r); err != nil {
		return err
	}
	if err := beside(ctx, o, targets, dir, r); err != nil {
		return err
	}
	if o.without {
		if err := prices(ctx, o, targets, dir, r); err != nil {
			return err
		}
	}
	return questions(ctx, o, dir, r)
}

// beside measures the program beside the baseline and the peers.
func beside(ctx context.Context, o options, targets []target, dir string, r *report) error {
	peers, err := readPeers(o.peers, targets[0].addr)
	if err != nil {
		return err
	}
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	gateway, key, err := startSolidaire(ctx, o, "gateway", addr, dir, filepath.Join(dir, "gateway"), "--engine", "http://"+targets[0].addr)
	if err != nil {
		return err
	}
	defer gateway.stop()
	us := target{name: ours, addr: addr, key: key, process: gateway}
	once, err := askingWhole(ctx, o, targets[0].addr, dir)
	if err != nil {
		return err
	}
	defer once.process.stop()
	others, stop := startPeers(ctx, peers, o.installed, dir, r)
	defer stop()
	if err := loads(ctx, o, slices.Concat(targets, []target{us, once}, others), gateway, r); err != nil {
		return err
	}
	return soak(ctx, o, us, r)
}

// askingWhole starts the program beside itself, set to ask its engine for whole answers where the caller wants one.
func askingWhole(ctx context.Context, o options, upstream, dir string) (target, error) {
	addr, err := freeAddr()
	if err != nil {
		return target{}, err
	}
	data, settings := filepath.Join(dir, "whole"), filepath.Join(dir, "whole.yaml")
	if err := os.WriteFile(settings, []byte("engine:\n  replies: whole\n"), 0o600); err != nil {
		return target{}, err
	}
	p, key, err := startSolidaire(ctx, o, "whole", addr, dir, data, "--config", settings, "--engine", "http://"+upstream)
	return target{name: atOnce, addr: addr, key: key, process: p, wholeOnly: true}, err
}

// The targets' names.
const (
	direct = "mock, asked directly"
	bare   = "Go's reverse proxy"
	ours   = "Solidaire"
	atOnce = "Solidaire, `replies: whole`"
)

// loads measures each kind of request on 1, 10 and 16 connections, rounds alternating between the targets.
func loads(ctx context.Context, o options, targets []target, gateway *process, r *report) error {
	for _, stream := range []bool{false, true} {
		asked := slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return stream && t.wholeOnly })
		for _, connections := range []int{1, 10, 16} {
			l, err := load(ctx, o, asked, stream, connections)
			if err != nil {
				return err
			}
			r.loads = append(r.loads, l)
		}
	}
	for _, t := range targets {
		r.memory = append(r.memory, held{t.name, t.process.mostMB()})
	}
	if gateway == nil {
		return nil
	}
	var err error
	_, r.peakMB, err = gateway.residentMB()
	return err
}

// load measures one kind. A peer that fails leaves the table with the reason; anybody else's failure ends the run.
func load(ctx context.Context, o options, targets []target, stream bool, connections int) (loaded, error) {
	l := loaded{stream: stream, connections: connections}
	must := `"finish_reason":"stop"`
	if stream {
		must = "data: [DONE]"
	}
	rounds, failed := make([][]sample, len(targets)), make([]error, len(targets))
	for round := range o.rounds + 1 {
		long := o.each
		if round == 0 {
			long = o.warm
		}
		for i, t := range targets {
			if failed[i] != nil {
				continue
			}
			wanted := must
			if t.peer {
				wanted = strings.ReplaceAll(must, `"finish_reason":"stop"`, "finish_reason")
			}
			s, err := t.load(ctx, t.request(stream), wanted, connections, long)
			if err != nil && !t.peer {
				return l, err
			}
			if failed[i] = err; err == nil && round > 0 {
				rounds[i] = append(rounds[i], s)
			}
		}
	}
	for i, t := range targets {
		if failed[i] != nil {
			l.failed = append(l.failed, fmt.Sprintf("%.300s", failed[i]))
			continue
		}
		l.rows = append(l.rows, row{t.name, medians(rounds[i])})
	}
	return l, nil
}

// startSolidaire starts the program on a data directory, makes a key, and returns both.
func startSolidaire(ctx context.Context, o options, name, addr, dir, data string, more ...string) (*process, string, error) {
	args := append([]string{"serve", "--data", data, "--addr", addr}, more...)
	p, err := start(ctx, name, addr, "/readyz", dir, o.solidaire, args...)
	if err != nil {
		return nil, "", err
	}
	key, err := newKey(ctx, o, data)
	if err != nil {
		p.stop()
		return nil, "", err
	}
	return p, key, nil
}

// newKey makes a key on a data directory that a program holds.
func newKey(ctx context.Context, o options, data string) (string, error) {
	var out, problem bytes.Buffer
	create := exec.CommandContext(ctx, o.solidaire, "key", "create", "--data", data, "--name", "bench")
	create.Stdout, create.Stderr = &out, &problem
	if err := create.Run(); err != nil {
		return "", fmt.Errorf("key create: %w\n%s", err, problem.String())
	}
	key := strings.TrimSpace(out.String())
	if key == "" || strings.ContainsAny(key, " \n") {
		return "", errors.New("key create printed more or less than a key")
	}
	return key, nil
}

// starts measures the time to ready without an engine, on a new and on a used data directory, and the memory
// of the process once it has nothing to do.
func starts(ctx context.Context, o options, dir string, r *report) error {
	data := filepath.Join(dir, "start")
	var used []time.Duration
	for i := range o.rounds + 1 {
		addr, err := freeAddr()
		if err != nil {
			return err
		}
		p, err := start(ctx, "start", addr, "/readyz", dir, o.solidaire, "serve", "--data", data, "--addr", addr)
		if err != nil {
			return err
		}
		if i == 0 {
			r.firstStart = p.ready
		} else {
			used = append(used, p.ready)
		}
		if i == o.rounds {
			if err := idle(ctx, p, r); err != nil {
				p.stop()
				return err
			}
		}
		p.stop()
	}
	r.laterStart = median(used)
	return nil
}

// settling is how long a process that has just started is left alone before its memory is read.
const settling = 5 * time.Second

func idle(ctx context.Context, p *process, r *report) error {
	select {
	case <-time.After(settling):
	case <-ctx.Done():
		return ctx.Err()
	}
	var err error
	r.idleMB, _, err = p.residentMB()
	return err
}
