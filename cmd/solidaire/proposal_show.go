package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

func proposalShowCommand() command {
	return readingOf(command{
		name: "proposal show", args: []string{"cli.arg.proposal"}, min: 1, max: 1,
		examples: []string{`proposal show 0q3k8v…`, `proposal show 0q3k8v… --json`},
	}, func(ctx context.Context, s *server, id string) (gatewayapi.ProposalDetail, error) {
		return s.Proposal(ctx, id)
	}, (*call).tellProposal)
}

// tellProposal gives the question, where it stands, and what was decided.
func (c *call) tellProposal(p gatewayapi.ProposalDetail) {
	lang, out := c.speech.Lang(), c.term.out
	fmt.Fprintf(out, "%s\n%s\n\n%s\n\n", printable(p.Title.In(lang)), c.speech.T("governance.state."+string(p.State)), passage(p.Reasons.In(lang), ""))
	fmt.Fprintln(out, c.speech.T("cli.proposal.id", core.Args{"Hash": p.Proposal.Proposal, "Version": p.Version}))
	if p.Charter != "" {
		fmt.Fprintln(out, c.speech.T("cli.proposal.charter", core.Args{"Hash": p.Charter, "Parent": p.Parent}))
	}
	if p.Called != nil {
		fmt.Fprintln(out, c.speech.T("cli.proposal.ballot", core.Args{"Hash": p.Ballot, "Closes": c.moment(p.Called.Closes), "Votes": p.Turnout, "Roll": p.Called.RollSize}))
	}
	var certificate governance.Certificate
	if len(p.Certificate) == 0 || json.Unmarshal(p.Certificate, &certificate) != nil {
		return
	}
	fmt.Fprintln(out, c.speech.T("governance.outcome."+string(certificate.Decision)))
	yes, no, abstained := certificate.Voices()
	if certificate.Method == governance.YesNoAbstain || certificate.Method == governance.Consent {
		fmt.Fprintln(out, c.speech.T("cli.proposal.voices", core.Args{"Yes": yes, "No": no, "Abstained": abstained}))
	}
}
