package governance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// The kinds of the statements that this room makes in the log.
const (
	StatedBallot      = "ballot"      // of a proposal: the hash of its ballot
	StatedVote        = "vote"        // of a ballot: the chain after its n-th vote
	StatedCertificate = "certificate" // of a proposal: the hash of its certificate
)

// Call opens the ballot of a proposal: its author, once enough people co-signed, or the secretary of the body.
func (s *Service) Call(ctx context.Context, a core.Actor, motion core.ID, method Method, opens, closes time.Time) (Motion, error) {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return Motion{}, err
	}
	t, err := s.needs.Store.TextOf(ctx, m.Organisation, m.Proposal)
	if err != nil {
		return Motion{}, err
	}
	r, hash, err := s.Rules(ctx)
	if err != nil {
		return Motion{}, err
	}
	if err := s.mayCall(ctx, a, m, r); err != nil {
		return Motion{}, err
	}
	if hash != t.Proposal.Rules {
		return Motion{}, core.E(core.Conflict, "errors.governance_rules_changed", nil)
	}
	if t.Proposal.Parent != s.needs.Charters.InForce().Hash {
		return Motion{}, core.E(core.Conflict, "errors.governance_parent", nil)
	}
	now := s.now()
	if opens.Before(now) {
		opens = now
	}
	d, _ := r.For(m.Kind)
	roll, err := s.roll(ctx, m, r, now.Add(-time.Duration(d.RollDays)*24*time.Hour))
	if err != nil {
		return Motion{}, err
	}
	b, err := NewBallot(t.Proposal, r, roll, method, now, opens, closes)
	if err != nil {
		return Motion{}, err
	}
	ballot, err := b.Hash()
	if err != nil {
		return Motion{}, err
	}
	c, err := m.call(Call{Hash: ballot, Ballot: b, Roll: roll}, now)
	if err != nil {
		return Motion{}, err
	}
	if err := s.needs.Statements.State(ctx, statement(StatedBallot, m.Proposal, m.Version, ballot, now)); err != nil {
		return Motion{}, err
	}
	return s.apply(ctx, c, nil)
}

func (s *Service) mayCall(ctx context.Context, a core.Actor, m Motion, r RuleSet) error {
	secretary, err := s.MaySecretary(ctx, a, m.Body)
	if err != nil || secretary {
		return err
	}
	if m.Author != a.Person {
		return core.E(core.Forbidden, "errors.governance_call", nil)
	}
	d, _ := r.For(m.Kind)
	signed, err := s.needs.Store.Signatures(ctx, m.Proposal)
	if err == nil && len(signed) < d.CoSigners {
		return core.E(core.Conflict, "errors.governance_cosigners", core.Args{"Count": d.CoSigners, "Have": len(signed)})
	}
	return err
}

// roll freezes who may vote.
func (s *Service) roll(ctx context.Context, m Motion, rules RuleSet, at time.Time) (Roll, error) {
	list, err := s.needs.Members.Roll(ctx, m.Organisation, m.Body, at)
	if err != nil {
		return Roll{}, err
	}
	return NewRoll(electors(list, rules.Classes.Voices))
}

// electors are people with one voice each, or with those that the register gives.
func electors(list []members.Elector, voices bool) []Elector {
	out := make([]Elector, len(list))
	for i, e := range list {
		out[i] = Elector{Person: e.Person, Class: e.Class, Weight: 1}
		if voices {
			out[i].Weight = int64(max(1, e.Voices))
		}
	}
	return out
}

func statement(kind, subject string, number int, chain string, at time.Time) audit.Statement {
	return audit.Statement{Kind: kind, Subject: subject, Number: number, Chain: chain, Time: at.Truncate(time.Hour)}
}

// Vote casts the actor's voice, or that of somebody who gave them a proxy. When it returns nil the vote is kept and
// stated in the log. It cannot be changed.
func (s *Service) Vote(ctx context.Context, a core.Actor, motion core.ID, choice Choice, proxyFor core.ID) (Kept, error) {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return Kept{}, err
	}
	if m.Ballot == "" || m.State == Draft || m.State == Deliberation {
		return Kept{}, core.E(core.Conflict, "errors.governance_not_open", nil)
	}
	if m.State != Balloting {
		return Kept{}, core.E(core.Conflict, "errors.governance_closed", nil)
	}
	call, err := s.callOf(ctx, m.Ballot)
	if err != nil {
		return Kept{}, err
	}
	r, err := s.rulesOf(ctx, call.Ballot.Rules)
	if err != nil {
		return Kept{}, err
	}
	if proxyFor != "" {
		if err := s.holdsProxy(ctx, m.Ballot, a.Person, proxyFor); err != nil {
			return Kept{}, err
		}
	}
	s.voting.Lock()
	defer s.voting.Unlock()
	if s.unknown[m.Ballot] {
		if err := s.restate(ctx, m.Ballot); err != nil {
			return Kept{}, err
		}
	}
	return s.cast(ctx, call, r, Vote{Format: VoteFormat, Ballot: m.Ballot, Person: a.Person, ProxyFor: proxyFor, Choice: choice, Salt: salt()})
}

func salt() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: crypto/rand aborts the program instead
	return hex.EncodeToString(b[:])
}

func (s *Service) holdsProxy(ctx context.Context, ballot string, holder, giver core.ID) error {
	list, err := s.needs.Store.Proxies(ctx, ballot)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.Giver == giver && p.Holder == holder {
			return nil
		}
	}
	return core.E(core.Forbidden, "errors.governance_proxy", nil)
}

// cast writes the vote, then states it. Where the statement fails the vote is kept, and stated before any other.
func (s *Service) cast(ctx context.Context, call Call, r RuleSet, v Vote) (Kept, error) {
	kept, err := s.needs.Store.Cast(ctx, call.Hash, v.Person, v.Voice(), func(before Before) (Kept, error) {
		v.Sequence, v.Time = before.Votes+1, s.now()
		chain, err := Admit(call.Ballot, r, before, v)
		if err != nil {
			return Kept{}, err
		}
		seal, err := s.needs.Signer.Sign(votePurpose, chain+"\n")
		return Kept{Vote: v, Chain: chain, Seal: seal}, err
	})
	if err != nil {
		return Kept{}, err
	}
	if err := s.needs.Statements.State(ctx, kept.statement()); err != nil {
		s.unknown[call.Hash] = true
		return Kept{}, err
	}
	s.nudge()
	return kept, nil
}

func (k Kept) statement() audit.Statement {
	return statement(StatedVote, k.Vote.Ballot, k.Vote.Sequence, k.Chain, k.Vote.Time)
}

func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// restate brings to the log what a crash or a full disk kept out of it: votes that this program wrote, as their seals
// show, at the end of a series that agrees so far. The caller holds voting.
func (s *Service) restate(ctx context.Context, ballot string) error {
	logged, err := s.logged(ctx, ballot)
	if err != nil {
		return err
	}
	kept, err := s.needs.Store.Votes(ctx, ballot)
	if err != nil {
		return err
	}
	for i := len(logged.chains); i < len(kept); i++ {
		text, err := s.needs.Signer.Verify(votePurpose, kept[i].Seal)
		if err != nil || text != kept[i].Chain+"\n" {
			return core.Wrap(err, core.Corrupt, "errors.governance_votes", core.Args{"Number": i + 1})
		}
		if err := s.needs.Statements.State(ctx, kept[i].statement()); err != nil {
			return err
		}
	}
	delete(s.unknown, ballot)
	return nil
}

// series is what the log says of one ballot.
type series struct {
	chains []string // of its votes, in order
	fault  *Fault
	called bool // under that hash
}

// logged reads the log.
func (s *Service) logged(ctx context.Context, ballot string) (series, error) {
	var out series
	_, err := s.needs.Statements.Scan(ctx, 0, func(_ uint64, st audit.Statement) error {
		switch {
		case st.Kind == StatedBallot && st.Chain == ballot:
			out.called = true
		case st.Kind != StatedVote || st.Subject != ballot:
		case st.Number == len(out.chains)+1:
			out.chains = append(out.chains, st.Chain)
		case st.Number > len(out.chains) || out.chains[st.Number-1] != st.Chain:
			if out.fault == nil {
				out.fault = &Fault{Number: st.Number, What: "altered"}
			}
		}
		return nil
	})
	return out, err
}

// GiveProxy lets another elector vote in the actor's place on this ballot; "" takes it back.
func (s *Service) GiveProxy(ctx context.Context, a core.Actor, motion, holder core.ID) error {
	m, err := s.Motion(ctx, a, motion)
	if err != nil {
		return err
	}
	if m.State != Balloting {
		return wrongState(m)
	}
	call, err := s.callOf(ctx, m.Ballot)
	if err != nil {
		return err
	}
	r, err := s.rulesOf(ctx, call.Ballot.Rules)
	if err != nil {
		return err
	}
	limit := r.Proxies.Limit(call.Ballot.RollSize)
	for _, person := range []core.ID{a.Person, holder} {
		if _, ok := call.Roll.Find(person); !ok && person != "" {
			return core.E(core.Forbidden, "errors.governance_off_roll", nil)
		}
	}
	if holder != "" && (limit == 0 || holder == a.Person) {
		return core.E(core.Forbidden, "errors.governance_proxy_cap", core.Args{"Max": limit})
	}
	return s.needs.Store.GiveProxy(ctx, m.Ballot, a.Person, holder, limit)
}
