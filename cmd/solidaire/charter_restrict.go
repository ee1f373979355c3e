package main

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func charterRestrictCommand() command {
	var at local
	var asJSON bool
	var reason string
	var lasts time.Duration
	return command{
		name: "charter restrict", args: []string{"cli.arg.scope", "cli.arg.scope_value"}, min: 1, max: 2,
		examples: []string{
			`charter restrict remote --reason "Fuite signalée chez l’hébergeur" --for 4h`,
			`charter restrict model qwen3-4b --reason "Réponses trompeuses sur les statuts"`,
			`charter restrict data credit_card --reason "Campagne d’hameçonnage en cours" --for 72h`,
			`charter restrict models --reason "Tout arrêter jusqu’à la réunion du conseil" --for 48h`,
		},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.StringVar(&reason, "reason", "", "cli.flag.restriction_reason")
			set.DurationVar(&lasts, "for", charter.DefaultRestriction, "cli.flag.restriction_for")
		},
		run: func(ctx context.Context, c *call) error {
			scope := charter.Scope{Kind: charter.ScopeKind(c.args[0])}
			if len(c.args) > 1 {
				scope.Value = c.args[1]
			}
			return at.atServer(ctx, c, func(s *server) error {
				made, err := s.Restrict(ctx, gatewayapi.NewRestriction{Scope: scope, Reason: reason, Minutes: minutes(lasts)})
				if err != nil {
					return c.failJSON(asJSON, err)
				}
				if asJSON {
					return c.writeJSON(made)
				}
				c.tellRestriction(made)
				return nil
			})
		},
	}
}

// minutes never turns a duration that is none, or less than a minute, into the default one.
func minutes(d time.Duration) int {
	if d < time.Minute {
		return -1
	}
	return int(d / time.Minute)
}

func charterLiftCommand() command {
	var at local
	var asJSON bool
	var reason string
	return command{
		name: "charter lift", args: []string{"cli.arg.restriction"}, min: 1, max: 1,
		examples: []string{`charter lift 1 --reason "La panne est réparée"`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.StringVar(&reason, "reason", "", "cli.flag.restriction_reason")
		},
		run: func(ctx context.Context, c *call) error {
			number, err := strconv.Atoi(c.args[0])
			if err != nil {
				return usage("errors.restriction_unknown", core.Args{"Number": printable(c.args[0])})
			}
			return at.atServer(ctx, c, func(s *server) error {
				list, err := s.Lift(ctx, number, reason)
				if err != nil {
					return c.failJSON(asJSON, err)
				}
				if asJSON {
					return c.writeJSON(list)
				}
				c.tellRestrictions(list)
				return nil
			})
		},
	}
}

func charterRestrictionsCommand() command {
	return reading("charter restrictions", func(ctx context.Context, s *server) ([]gatewayapi.Restriction, error) { return s.Restrictions(ctx) },
		(*call).tellRestrictions, `charter restrictions`, `charter restrictions --json`)
}

// atServer speaks to the process that holds the data directory, at this machine: nothing else can restrict from a terminal.
func (l *local) atServer(ctx context.Context, c *call, do func(*server) error) error {
	cfg, err := l.load(c)
	if err != nil {
		return err
	}
	server, err := here(ctx, c, cfg)
	if err != nil {
		return err
	}
	defer server.Close()
	return do(server)
}

func (c *call) tellRestrictions(list []gatewayapi.Restriction) {
	if len(list) == 0 {
		fmt.Fprintln(c.term.out, c.speech.T("restriction.none"))
	}
	for _, r := range list {
		c.tellRestriction(r)
	}
}

func (c *call) tellRestriction(r gatewayapi.Restriction) {
	say := func(key string, args core.Args) { fmt.Fprintln(c.term.out, "   "+printable(c.speech.T(key, args))) }
	fmt.Fprintln(c.term.out, printable(c.speech.T("restriction.line", core.Args{"Number": r.Number, "What": c.speech.T("restriction.scope."+string(r.Scope.Kind), core.Args{"What": r.Scope.Value})})))
	if r.Lost {
		say("restriction.lost", nil)
	} else {
		say("restriction.by", core.Args{"Who": r.Who, "Office": c.speech.T("restriction.office." + r.Office), "At": r.Began})
		say("restriction.why", core.Args{"Why": r.Reason})
	}
	switch {
	case r.Lifted != nil:
		say("restriction.lifted", core.Args{"Who": r.By, "At": *r.Lifted, "Why": r.Why})
	case r.Stands:
		say("restriction.until", core.Args{"Until": r.Until})
	default:
		say("restriction.ended", core.Args{"Until": r.Until})
	}
	say("restriction.chain", core.Args{"Chain": r.Chain})
}
