package main

import (
	"encoding/json"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// maxCharterFile bounds what `charter show --json` writes: the document twice, once in base64, and a certificate.
const maxCharterFile = 8 * charter.MaxBytes

// right is by what charter a receipt was decided, and by what vote that charter.
type right struct {
	document    charter.Document
	certificate *governance.Certificate // nil: provisional
}

// logKeyOf verifies what the key of a log signed.
type logKeyOf string

// Verify implements governance.Verifier.
func (k logKeyOf) Verify(purpose string, signed []byte) (string, error) {
	return audittlog.VerifyText(string(k), purpose, signed)
}

// readRight checks, without network or data directory, that a file holds the charter that a receipt cites, byte for byte, and that
// its certificate, when it has one, was signed with the receipt's key and adopts that charter.
func (c *call) readRight(path string, receipt audittlog.Verified) (right, error) {
	args := core.Args{"Path": printable(path), "Hash": receipt.Record.Charter}
	file, err := c.readBounded(path, maxCharterFile)
	if err != nil {
		return right{}, err
	}
	var v gatewayapi.CharterVersion
	if len(file) > maxCharterFile || json.Unmarshal(file, &v) != nil || charter.HashOf(v.Canonical) != receipt.Record.Charter {
		return right{}, core.E(core.Corrupt, "errors.cli_charter_file", args)
	}
	r := right{}
	if r.document, err = charter.Parse(v.Canonical); err != nil {
		return right{}, err
	}
	if v.Certificate == "" {
		return r, nil
	}
	certificate, _, err := governance.ReadCertificate(logKeyOf(receipt.Verifier), []byte(v.Certificate))
	if err != nil {
		return right{}, err
	}
	if certificate.Charter != receipt.Record.Charter || certificate.Decision != governance.Adopted {
		return right{}, core.E(core.Corrupt, "errors.cli_charter_file", args)
	}
	r.certificate = &certificate
	return r, nil
}

// tellRight gives the articles that decided, in their words, and the vote behind them.
func (c *call) tellRight(r right, articles []int) {
	lang := c.speech.Lang()
	for _, a := range r.document.Articles {
		for _, n := range articles {
			if n == a.Number {
				fmt.Fprintln(c.term.out, c.speech.T("cli.charter.cited", core.Args{
					"Number": n, "Title": printable(a.Title.In(lang)), "Text": printable(a.Text.In(lang)),
				}))
			}
		}
	}
	if r.certificate == nil {
		fmt.Fprintln(c.term.out, c.speech.T("cli.charter.by_install"))
		return
	}
	fmt.Fprintln(c.term.out, c.speech.T("cli.charter.by_vote", core.Args{
		"Date": c.moment(r.certificate.Closed), "Votes": r.certificate.Votes, "Roll": r.certificate.RollSize,
		"Proposal": r.certificate.Proposal[:12] + "…", "Ballot": r.certificate.Ballot[:12] + "…",
	}))
}
