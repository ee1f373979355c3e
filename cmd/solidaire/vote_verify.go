package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// Bounds of the files of a vote: a proof holds a hash for each vote after it.
const (
	maxProofFile       = 96 << 20
	maxCertificateFile = 1 << 20
)

func voteVerifyCommand() command {
	var key string
	return command{
		name: "vote verify", args: []string{"cli.arg.proof_file", "cli.arg.certificate_file"}, min: 2, max: 2,
		examples: []string{`vote verify preuve.json proces-verbal.txt`, `vote verify --key ia.exemple.coop+1a2b3c4d+AQ… preuve.json proces-verbal.txt`},
		flags:    func(set *flag.FlagSet) { set.StringVar(&key, "key", "", "cli.flag.log_key") },
		run: func(_ context.Context, c *call) error {
			pin, err := logKey(key)
			if err != nil {
				return err
			}
			proof, err := c.readProof(c.args[0])
			if err != nil {
				return err
			}
			certificate, err := c.readCertificate(c.args[1], pin)
			if err != nil {
				return err
			}
			chain, holds := proof.Leads()
			counted := holds && chain == certificate.Chain && proof.Ballot == certificate.Ballot && proof.Roll.Root == certificate.RollRoot
			if !counted {
				return core.E(core.Corrupt, "errors.cli_vote_not_counted", nil)
			}
			c.tellVote(proof, certificate, pin != "")
			return nil
		},
	}
}

func (c *call) readProof(path string) (proof governance.VoteProof, err error) {
	file, err := c.readBounded(path, maxProofFile)
	if err != nil {
		return proof, err
	}
	decoder := json.NewDecoder(bytes.NewReader(file))
	decoder.DisallowUnknownFields()
	if len(file) > maxProofFile || decoder.Decode(&proof) != nil {
		return proof, core.E(core.Invalid, "errors.cli_vote_file", core.Args{"Path": printable(path)})
	}
	return proof, nil
}

// readCertificate reads a signed certificate; without a key its signature is not looked at, and it is said.
func (c *call) readCertificate(path, key string) (governance.Certificate, error) {
	file, err := c.readBounded(path, maxCertificateFile)
	if err != nil {
		return governance.Certificate{}, err
	}
	if key != "" {
		certificate, _, err := governance.ReadCertificate(logKeyOf(key), file)
		return certificate, err
	}
	// A signed note: the purpose, the text, an empty line, the signatures.
	_, rest, _ := bytes.Cut(file, []byte("\n"))
	canonical, _, _ := bytes.Cut(rest, []byte("\n"))
	return governance.ParseCertificate(canonical)
}

func (c *call) tellVote(proof governance.VoteProof, certificate governance.Certificate, signed bool) {
	fmt.Fprintln(c.term.out, c.speech.T("cli.vote.counted", core.Args{
		"Number": proof.Vote.Sequence, "Votes": certificate.Votes, "Ballot": certificate.Ballot[:12] + "…", "Closed": c.moment(certificate.Closed),
	}))
	fmt.Fprintln(c.term.out, c.speech.T("governance.outcome."+string(certificate.Decision)))
	if signed {
		fmt.Fprintln(c.term.out, c.speech.T("cli.vote.signed"))
	} else {
		fmt.Fprintln(c.term.out, c.speech.T("cli.vote.unsigned"))
	}
}
