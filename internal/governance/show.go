package governance

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Detail is all that a member reads of a proposal.
type Detail struct {
	Motion      Motion
	Text        Text
	Texts       []Text
	Rules       RuleSet
	Decision    Decision
	Signatures  []Signature
	Arguments   []Argument
	Amendments  []Amendment
	Call        *Call
	Proxies     []Proxy
	Turnout     int
	Certificate *Certificate
	Result      Result
	Contests    []Contest
	Statements  int // of the map of opinions
	Answered    int // people who answered one
}

// Show gathers it.
func (s *Service) Show(ctx context.Context, a core.Actor, motion core.ID) (d Detail, err error) {
	if d.Motion, err = s.Motion(ctx, a, motion); err != nil {
		return d, err
	}
	steps := []func() error{
		func() (err error) { d.Texts, err = s.needs.Store.Texts(ctx, motion); return },
		func() (err error) { d.Signatures, err = s.needs.Store.Signatures(ctx, d.Motion.Proposal); return },
		func() (err error) { d.Arguments, err = s.needs.Store.Arguments(ctx, motion); return },
		func() (err error) { d.Amendments, err = s.needs.Store.Amendments(ctx, motion); return },
		func() (err error) {
			d.Text, err = s.needs.Store.TextOf(ctx, d.Motion.Organisation, d.Motion.Proposal)
			return
		},
		func() (err error) { d.Rules, err = s.rulesOf(ctx, d.Text.Proposal.Rules); return },
		func() (err error) { d.Statements, d.Answered, err = s.needs.Store.CountOpinions(ctx, motion); return },
		func() error { return s.showBallot(ctx, &d) },
		func() error { return s.showResult(ctx, &d) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return d, err
		}
	}
	d.Decision, _ = d.Rules.For(d.Motion.Kind)
	return d, nil
}

func (s *Service) showBallot(ctx context.Context, d *Detail) error {
	if d.Motion.Ballot == "" {
		return nil
	}
	call, err := s.needs.Store.Ballot(ctx, d.Motion.Ballot)
	if core.Is(err, core.Corrupt) && d.Motion.State != Balloting {
		return nil // the certificate says that it is void
	}
	if err != nil {
		return err
	}
	d.Call = &call
	if d.Proxies, err = s.needs.Store.Proxies(ctx, call.Hash); err != nil {
		return err
	}
	d.Turnout, err = s.needs.Store.Turnout(ctx, call.Hash)
	return err
}

func (s *Service) showResult(ctx context.Context, d *Detail) error {
	result, err := s.needs.Store.Result(ctx, d.Motion.Proposal)
	if core.Is(err, core.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := ParseCertificate(result.Certificate)
	if err != nil {
		return unbound(err.Error())
	}
	d.Certificate, d.Result = &c, result
	d.Contests, err = s.needs.Store.Contests(ctx, d.Motion.Proposal)
	return err
}

// Running counts a ballot as it stands; only where the rules do not hide it.
func (s *Service) Running(ctx context.Context, a core.Actor, motion core.ID) (Certificate, error) {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return Certificate{}, err
	}
	h, _, err := s.held(ctx, m)
	if err != nil {
		return Certificate{}, err
	}
	if d, _ := h.Rules.For(m.Kind); d.CountHidden && m.State == Balloting {
		return Certificate{}, core.E(core.Forbidden, "errors.governance_hidden", nil)
	}
	return Certify(h)
}

// VoteProof shows a member that their voice is among those counted: the vote itself, its place in the chain that the
// certificate names, and their line of the roll.
type VoteProof struct {
	Proposal string    `json:"proposal"`
	Ballot   string    `json:"ballot"`
	Vote     Vote      `json:"vote"`
	Before   string    `json:"chain_before"` // the vote's own hash with this gives Chain
	Chain    string    `json:"chain"`
	After    []string  `json:"votes_after"` // hashes of the votes after it, which lead to the last chain
	Roll     RollProof `json:"roll"`
}

// Proof makes the proof of the actor's own voice; core.NotFound when it was not used.
func (s *Service) Proof(ctx context.Context, a core.Actor, motion core.ID) (VoteProof, error) {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return VoteProof{}, err
	}
	unused := core.E(core.NotFound, "errors.governance_no_vote", nil)
	if m.Ballot == "" {
		return VoteProof{}, unused
	}
	h, chains, err := s.held(ctx, m)
	if err != nil {
		return VoteProof{}, err
	}
	for i, v := range h.Votes {
		if v.Voice() != a.Person {
			continue
		}
		p := VoteProof{Proposal: m.Proposal, Ballot: m.Ballot, Vote: v, Before: m.Ballot, Chain: chains[i], After: []string{}}
		if i > 0 {
			p.Before = chains[i-1]
		}
		p.Roll, _ = h.Roll.Prove(a.Person)
		for _, later := range h.Votes[i+1:] {
			canonical, err := later.Canonical()
			if err != nil {
				return VoteProof{}, err
			}
			p.After = append(p.After, hexOfVote(canonical))
		}
		return p, nil
	}
	return VoteProof{}, unused
}

// Leads follows the proof to the last chain, which is the one of the certificate; false when it does not hold.
func (p VoteProof) Leads() (chain string, ok bool) {
	canonical, err := p.Vote.Canonical()
	if err != nil || p.Vote.Ballot != p.Ballot || !p.Roll.Holds() || p.Roll.Elector.Person != p.Vote.Voice() {
		return "", false
	}
	chain, err = Chain(p.Before, canonical)
	if err != nil || chain != p.Chain {
		return "", false
	}
	for _, h := range p.After {
		if chain, ok = chainOf(chain, h); !ok {
			return "", false
		}
	}
	return chain, true
}

// MyVote finds the actor's own voice in a ballot.
func (s *Service) MyVote(ctx context.Context, a core.Actor, m Motion) (Kept, bool, error) {
	if m.Ballot == "" {
		return Kept{}, false, nil
	}
	return s.needs.Store.VoteOf(ctx, m.Ballot, a.Person)
}

// Contest objects to how a decision was taken, while it may be.
func (s *Service) Contest(ctx context.Context, a core.Actor, motion core.ID, reasons string) error {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return err
	}
	if m.State != Standing || !s.now().Before(m.Due) {
		return core.E(core.Conflict, "errors.governance_contest_over", nil)
	}
	if _, ok, err := s.needs.Store.OnRoll(ctx, m.Ballot, a.Person); err != nil || !ok {
		if err == nil {
			err = core.E(core.Forbidden, "errors.governance_off_roll", nil)
		}
		return err
	}
	if err := checkText("reasons", reasons, maxArgument); err != nil {
		return err
	}
	return s.needs.Store.AddContest(ctx, m.Proposal, Contest{Person: a.Person, Reasons: reasons, Time: s.now()})
}

// Recorded lists who voted how, once the ballot is over and where the rules show it. An objection is always shown: giving
// its reasons to all is what consent is.
func (s *Service) Recorded(ctx context.Context, a core.Actor, motion core.ID) ([]Vote, error) {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return nil, err
	}
	h, _, err := s.held(ctx, m)
	if err != nil {
		return nil, err
	}
	if m.State == Balloting {
		return nil, core.E(core.Forbidden, "errors.governance_hidden", nil)
	}
	d, _ := h.Rules.For(m.Kind)
	var shown []Vote
	for _, v := range h.Votes {
		if d.ChoicesShown || v.Choice.Answer == Objection {
			shown = append(shown, v)
		}
	}
	return shown, nil
}
