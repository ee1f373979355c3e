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
	chain, ok := chainOf(before, hexOfVote(vote))
	if !ok {
		return "", malformed(VoteFormat, fmt.Errorf("chain %q", before))
	}
	return chain, nil
}

func chainOf(before, vote string) (string, bool) {
	prior, ok := hashFromHex(before)
	own, also := hashFromHex(vote)
	return hexOf(sha256.Sum256(append(prior[:], own[:]...))), ok && also
}

func hexOfVote(vote []byte) string { return hexOf(sha256.Sum256(vote)) }

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

// Before is what a vote is checked against: what was cast before it, and who is on the roll.
type Before struct {
	Votes  int
	Chain  string    // after the last of them
	Last   time.Time // when the last was cast
	OnRoll bool      // both who casts the vote and whose voice it is
	Heard  bool      // that voice already
	Held   int       // proxies that the person has used
}

// Admit reports whether a vote may follow, and the chain that it makes.
func Admit(b Ballot, r RuleSet, before Before, next Vote) (chain string, err error) {
	hash, err := b.Hash()
	if err != nil {
		return "", err
	}
	if next.Sequence != before.Votes+1 || next.Ballot != hash {
		return "", core.E(core.Corrupt, "errors.governance_votes", core.Args{"Number": next.Sequence})
	}
	if err := admit(b, r.Proxies.Limit(b.RollSize), before, next); err != nil {
		return "", err
	}
	canonical, err := next.Canonical()
	if err != nil {
		return "", err
	}
	return Chain(before.Chain, canonical)
}

func admit(b Ballot, limit int, before Before, v Vote) error {
	switch {
	case !before.OnRoll:
		return core.E(core.Forbidden, "errors.governance_off_roll", nil)
	case v.Time.Before(before.Last):
		return core.E(core.Conflict, "errors.governance_clock", nil)
	case v.Time.Before(b.Opens):
		return core.E(core.Conflict, "errors.governance_not_open", nil)
	case !v.Time.Before(b.Closes):
		return core.E(core.Conflict, "errors.governance_closed", nil)
	case before.Heard:
		return core.E(core.Conflict, "errors.governance_voted", nil)
	case v.ProxyFor != "" && before.Held >= limit:
		return core.E(core.Forbidden, "errors.governance_proxy_cap", core.Args{"Max": limit})
	}
	return v.Choice.Check(b.Method, b.Options)
}

// checkVotes goes through a ballot's votes, oldest first, as if they were cast again, and gives the chain.
func checkVotes(b Ballot, hash string, r RuleSet, roll Roll, votes []Vote) (chain string, err error) {
	heard, held := make(map[core.ID]bool, len(votes)), map[core.ID]int{}
	limit := r.Proxies.Limit(roll.Size())
	before := Before{Chain: hash}
	for i, v := range votes {
		if v.Sequence != i+1 || v.Ballot != hash {
			return "", core.E(core.Corrupt, "errors.governance_votes", core.Args{"Number": i + 1})
		}
		_, caster := roll.Find(v.Person)
		_, voice := roll.Find(v.Voice())
		before.OnRoll, before.Heard, before.Held = caster && voice, heard[v.Voice()], held[v.Person]
		if err := admit(b, limit, before, v); err != nil {
			return "", err
		}
		canonical, err := v.Canonical()
		if err != nil {
			return "", err
		}
		if before.Chain, err = Chain(before.Chain, canonical); err != nil {
			return "", err
		}
		before.Last, heard[v.Voice()] = v.Time, true
		if v.ProxyFor != "" {
			held[v.Person]++
		}
	}
	return before.Chain, nil
}
