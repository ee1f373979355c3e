package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/ledger"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// controls are the steps whose price is measured, in the order of the way.
var controls = [...]string{"key", "labels", "charter", "budget", "audit"}

// everything leaves all of them out.
const everything = "everything"

// serveWithout runs the whole program in this process, as `solidaire serve` does, less some controls (or "nothing").
func serveWithout(ctx context.Context, addr, data, upstream, left string) error {
	c := config.Default()
	c.Data, c.Addr, c.Engine.URL = data, addr, upstream
	out, err := leaving(left)
	if err != nil {
		return err
	}
	house, err := app.New(ctx, app.Options{Config: c, Log: slog.New(slog.DiscardHandler), Listen: true, Without: out})
	if err != nil {
		return err
	}
	debug.SetGCPercent(200) // as serve does
	go profileOnSignal(ctx, data)
	err = house.Run(ctx)
	if closed := house.Close(); err == nil {
		err = closed
	}
	return err
}

func leaving(left string) (app.Without, error) {
	names := strings.Split(left, ",")
	switch left {
	case everything:
		names = controls[:]
	case "nothing":
		names = nil
	}
	var out app.Without
	var changes []func(*gateway.Needs)
	for _, name := range names {
		if !slices.Contains(controls[:], name) {
			return out, fmt.Errorf("no control is called %q", name)
		}
		if name == "key" {
			out.Keys = anybody{}
			continue
		}
		changes = append(changes, needsWithout(name))
	}
	out.Needs = func(n *gateway.Needs) {
		for _, change := range changes {
			change(n)
		}
	}
	return out, nil
}

func needsWithout(control string) func(*gateway.Needs) {
	return func(n *gateway.Needs) {
		switch control {
		case "labels":
			n.Scan = func([]byte) []core.DataClass { return nil }
		case "charter":
			n.Charter = allowing{n.Charter.InForce()}
		case "budget":
			n.Budgets = boundless{}
		case "audit":
			n.Audit = forgetful{}
		}
	}
}

// anybody asks nobody for a key.
type anybody struct{}

func (anybody) Authenticate(context.Context, string) (core.Actor, error) {
	return core.Actor{Organisation: "bench", Person: "bench", Name: "bench", ByKey: true, Roles: []core.Role{core.RoleMember}}, nil
}

// allowing decides nothing.
type allowing struct{ version charter.Version }

func (a allowing) Decide(context.Context, charter.Question) (charter.Decision, error) {
	return charter.Decision{Allow: true, Charter: a.version.Hash}, nil
}
func (a allowing) InForce() charter.Version { return a.version }

// boundless counts nothing.
type boundless struct{}

func (boundless) Reserve(context.Context, core.ID, core.ID, ledger.Amounts, ledger.Limits) (ledger.Reservation, error) {
	return boundless{}, nil
}
func (boundless) Settle(ledger.Amounts) {}
func (boundless) Release()              {}

// forgetful keeps nothing.
type forgetful struct{}

func (forgetful) Append(context.Context, audit.Record) error { return nil }
