package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func charterVerifyCommand() command {
	var where local
	var asJSON bool
	var key string
	return command{
		name: "charter verify", examples: []string{`charter verify --data ./data`, `charter verify --json`},
		flags: func(set *flag.FlagSet) {
			where.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.json")
			set.StringVar(&key, "key", "", "cli.flag.log_key")
		},
		run: func(ctx context.Context, c *call) error {
			cfg, err := where.load(c)
			if err != nil {
				return err
			}
			pin, err := logKey(key)
			if err != nil {
				return err
			}
			proof, err := app.VerifyCharter(ctx, cfg, pin)
			switch {
			case err != nil:
				return c.failJSON(asJSON, err)
			case asJSON:
				return c.writeJSON(verifiedOf(proof))
			}
			c.tellProof(proof)
			return nil
		},
	}
}

// verified is the JSON of a chain that holds.
type verified struct {
	Valid       bool     `json:"valid"`
	Versions    []string `json:"versions"` // hashes, oldest first; the last one is in force
	Origin      string   `json:"origin"`
	Size        uint64   `json:"size"`
	Fingerprint string   `json:"fingerprint"`
}

func verifiedOf(p app.CharterProof) verified {
	v := verified{Valid: true, Origin: p.Origin, Size: p.Size, Fingerprint: p.Fingerprint}
	for _, one := range p.Chain {
		v.Versions = append(v.Versions, one.Hash)
	}
	return v
}

func (c *call) tellProof(p app.CharterProof) {
	newest := p.Chain[len(p.Chain)-1]
	fmt.Fprintln(c.term.out, c.speech.T("cli.charter.verified", core.Args{
		"Count": len(p.Chain), "Hash": newest.Hash[:12], "Origin": printable(p.Origin), "Size": int64(p.Size),
	}))
	caveat := "audit.key_unpinned"
	if p.Pinned {
		caveat = "audit.key_pinned"
	}
	fmt.Fprintln(c.term.out, c.speech.T(caveat, core.Args{"Fingerprint": p.Fingerprint}))
	fmt.Fprintln(c.term.out, c.speech.T("cli.charter.limit"))
}
