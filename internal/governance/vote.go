package governance

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// VoteFormat names the canonical form of a vote.
const VoteFormat = "solidaire-vote/1"

// Vote is one recorded voice. Time keeps the order honest: it never goes back along the chain.
type Vote struct {
	Format   string    `json:"format"`
	Ballot   string    `json:"ballot"`
	Sequence int       `json:"sequence"` // from 1
	Person   core.ID   `json:"person"`   // who cast it
	ProxyFor core.ID   `json:"proxy_for,omitempty"`
	Choice   Choice    `json:"choice"`
	Time     time.Time `json:"time"`
	Salt     string    `json:"salt"` // 32 random bytes in hex: the log's hash of a vote tells nothing
}

// Voice is whose vote it is.
func (v Vote) Voice() core.ID {
	if v.ProxyFor != "" {
		return v.ProxyFor
	}
	return v.Person
}

// Canonical returns its bytes.
func (v Vote) Canonical() ([]byte, error) {
	if v.Format != VoteFormat || !charter.IsHash(v.Ballot) || v.Sequence < 1 || !isID(v.Person) || v.ProxyFor != "" && !isID(v.ProxyFor) ||
		v.ProxyFor == v.Person || !charter.IsHash(v.Salt) || !v.Time.Equal(stamp(v.Time)) || v.Time.Location() != time.UTC ||
		v.Time.Year() < 1970 || v.Time.Year() >= 10000 {
		return nil, malformed(VoteFormat, nil)
	}
	return encode(v, VoteFormat, maxVote)
}

// ParseVote reads canonical bytes, and only those.
func ParseVote(canonical []byte) (Vote, error) {
	return parse(canonical, VoteFormat, maxVote, Vote.Canonical)
}

// Chain binds a vote to all those before it: SHA-256(chain before ‖ SHA-256(vote)). The first one follows
// the ballot's own hash.
func Chain(before string, vote []byte) (string, error) {
	prior, ok := hashFromHex(before)
	if !ok {
		return "", malformed(VoteFormat, fmt.Errorf("chain %q", before))
	}
	own := sha256.Sum256(vote)
	return hexOf(sha256.Sum256(append(prior[:], own[:]...))), nil
}

// Chains gives the chain after each vote, from the ballot on.
func Chains(ballot string, votes []Vote) ([]string, error) {
	out := make([]string, len(votes))
	last := ballot
	for i, v := range votes {
		b, err := v.Canonical()
		if err != nil {
			return nil, err
		}
		if last, err = Chain(last, b); err != nil {
			return nil, err
		}
		out[i] = last
	}
	return out, nil
}

// checkVotes goes through a ballot's votes, oldest first, and reports the first that may not stand there.
func checkVotes(b Ballot, hash string, r RuleSet, roll Roll, votes []Vote) error {
	heard, held := map[core.ID]bool{}, map[core.ID]int{}
	limit := r.Proxies.Limit(roll.Size())
	for i, v := range votes {
		if v.Sequence != i+1 || v.Ballot != hash {
			return core.E(core.Corrupt, "errors.governance_votes", core.Args{"Number": i + 1})
		}
		if i > 0 && v.Time.Before(votes[i-1].Time) {
			return core.E(core.Conflict, "errors.governance_clock", nil)
		}
		if err := admit(b, roll, v, heard, held, limit); err != nil {
			return err
		}
	}
	return nil
}

// admit checks one vote against those before it and counts it among them.
func admit(b Ballot, roll Roll, v Vote, heard map[core.ID]bool, held map[core.ID]int, limit int) error {
	voice := v.Voice()
	if _, ok := roll.Find(v.Person); !ok {
		return core.E(core.Forbidden, "errors.governance_off_roll", nil)
	}
	if _, ok := roll.Find(voice); !ok {
		return core.E(core.Forbidden, "errors.governance_off_roll", nil)
	}
	switch {
	case v.Time.Before(b.Opens):
		return core.E(core.Conflict, "errors.governance_not_open", nil)
	case !v.Time.Before(b.Closes):
		return core.E(core.Conflict, "errors.governance_closed", nil)
	case heard[voice]:
		return core.E(core.Conflict, "errors.governance_voted", nil)
	}
	if v.ProxyFor != "" {
		if held[v.Person] >= limit {
			return core.E(core.Forbidden, "errors.governance_proxy_cap", core.Args{"Max": limit})
		}
		held[v.Person]++
	}
	if err := v.Choice.Check(b.Method, b.Options); err != nil {
		return err
	}
	heard[voice] = true
	return nil
}

// Admit reports whether a vote may follow those already cast, and the chain it makes. votes are all of the
// ballot's, oldest first, and chain the one after the last.
func Admit(b Ballot, r RuleSet, roll Roll, votes []Vote, chain string, next Vote) (string, error) {
	hash, err := b.Hash()
	if err != nil {
		return "", err
	}
	if next.Sequence != len(votes)+1 || next.Ballot != hash {
		return "", core.E(core.Corrupt, "errors.governance_votes", core.Args{"Number": next.Sequence})
	}
	if n := len(votes); n > 0 && next.Time.Before(votes[n-1].Time) {
		return "", core.E(core.Conflict, "errors.governance_clock", nil)
	}
	heard, held := map[core.ID]bool{}, map[core.ID]int{}
	for _, v := range votes {
		heard[v.Voice()] = true
		if v.ProxyFor != "" {
			held[v.Person]++
		}
	}
	if err := admit(b, roll, next, heard, held, r.Proxies.Limit(roll.Size())); err != nil {
		return "", err
	}
	canonical, err := next.Canonical()
	if err != nil {
		return "", err
	}
	return Chain(chain, canonical)
}
