package governance

import (
	"bytes"
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// CertificateFormat names the canonical form of a certificate.
const CertificateFormat = "solidaire-certificate/1"

// Outcome is what a ballot decided.
type Outcome string

// The outcomes. Invalid: the votes kept are not those that the log holds.
const (
	Adopted  Outcome = "adopted"
	Rejected Outcome = "rejected"
	Tied     Outcome = "tied" // several options lead and nothing tells them apart
	Invalid  Outcome = "invalid"
)

// Certificate is the result of one ballot (procès-verbal).
type Certificate struct {
	Format       string          `json:"format"`
	Organisation core.ID         `json:"organisation"`
	Proposal     string          `json:"proposal"`
	Kind         Kind            `json:"kind"`
	Body         string          `json:"body"`
	Parent       string          `json:"parent"`
	Charter      string          `json:"charter"`
	Rules        string          `json:"rules"`
	NextRules    string          `json:"next_rules"`
	Ballot       string          `json:"ballot"`
	RollRoot     string          `json:"roll_root"`
	RollSize     int             `json:"roll_size"`
	Method       Method          `json:"method"`
	Opened       time.Time       `json:"opened"`
	Closed       time.Time       `json:"closed"`
	Votes        int             `json:"votes"`
	Chain        string          `json:"chain"` // after the last vote
	Tally        Tally           `json:"tally"`
	Quorum       QuorumResult    `json:"quorum"`
	Threshold    ThresholdResult `json:"threshold"`
	Decision     Outcome         `json:"decision"`
	Fault        *Fault          `json:"fault"` // why it is invalid
	ContestUntil time.Time       `json:"contest_until"`
	Trustees     []string        `json:"trustees"` // of a secret ballot; none in a recorded vote
}

// Tally is what was counted, by class and together.
type Tally struct {
	Classes []Count  `json:"classes"`
	Weights []Weight `json:"weights"` // of the classes; empty: every voice counts alike
	// Ranking sorts the options, best first; more than one in a place are tied.
	Ranking [][]int `json:"ranking"`
	// Medians are the grades of the options, in their own order (majority judgment).
	Medians []int `json:"medians"`
	Tied    bool  `json:"tied"`
}

// QuorumResult says how many took part, in voices.
type QuorumResult struct {
	Base    Base  `json:"base"`
	Needed  int64 `json:"needed"`
	Reached int64 `json:"reached"`
	Met     bool  `json:"met"`
}

// ThresholdResult says how many agreed. Applies is false for a method that has none.
type ThresholdResult struct {
	Applies  bool     `json:"applies"`
	Base     Base     `json:"base"`
	Fraction Fraction `json:"fraction"`
	Strict   bool     `json:"strict"`
	Share    string   `json:"share"` // who agreed, as a reduced fraction
	Met      bool     `json:"met"`
}

// Fault is where the votes kept and the log part ways.
type Fault struct {
	Number int    `json:"number"` // of the vote, from 1
	What   string `json:"what"`   // missing, extra, altered
}

// Canonical returns its bytes.
func (c Certificate) Canonical() ([]byte, error) {
	ok := c.Format == CertificateFormat && isID(c.Organisation) && charter.IsHash(c.Proposal) && charter.IsHash(c.Ballot) &&
		charter.IsHash(c.Parent) && charter.IsHash(c.Rules) && charter.IsHash(c.RollRoot) && charter.IsHash(c.Chain) &&
		(c.Decision == Invalid) == (c.Fault != nil) && c.Method.valid() && c.Tally.Classes != nil && c.Tally.Weights != nil &&
		c.Tally.Ranking != nil && c.Tally.Medians != nil && c.Trustees != nil
	for _, t := range []time.Time{c.Opened, c.Closed, c.ContestUntil} {
		ok = ok && t.Equal(stamp(t)) && t.Location() == time.UTC && t.Year() >= 1970 && t.Year() < 10000
	}
	if !ok {
		return nil, malformed(CertificateFormat, nil)
	}
	return encode(c, CertificateFormat, maxCertificate)
}

// ParseCertificate reads canonical bytes, and only those.
func ParseCertificate(canonical []byte) (Certificate, error) {
	return parse(canonical, CertificateFormat, maxCertificate, Certificate.Canonical)
}

// Held is all that a result follows from.
type Held struct {
	Proposal Proposal
	Rules    RuleSet
	Ballot   Ballot
	Roll     Roll
	Votes    []Vote // oldest first
}

// Certify counts. It refuses what does not belong together and a vote that could not be cast.
func Certify(h Held) (Certificate, error) {
	c, d, err := h.bind()
	if err != nil {
		return Certificate{}, err
	}
	if c.Chain, err = checkVotes(h.Ballot, c.Ballot, h.Rules, h.Roll, h.Votes); err != nil {
		return Certificate{}, err
	}
	c.Votes = len(h.Votes)
	c.Tally.Classes = count(h.Ballot, h.Roll, h.Votes)
	c.decide(d, h.Rules.Classes.Weights, h.Ballot.Options)
	return c, nil
}

// Void makes the certificate of a ballot whose votes are not those of the log.
func Void(h Held, fault Fault) (Certificate, error) {
	c, _, err := h.bind()
	c.Decision, c.Fault = Invalid, &fault
	return c, err
}

// bind checks that proposal, rules, ballot and roll belong together, and starts the certificate.
func (h Held) bind() (Certificate, Decision, error) {
	proposal, err := h.Proposal.ID()
	if err != nil {
		return Certificate{}, Decision{}, err
	}
	rules, err := h.Rules.Hash()
	if err != nil {
		return Certificate{}, Decision{}, err
	}
	ballot, err := h.Ballot.Hash()
	if err != nil {
		return Certificate{}, Decision{}, err
	}
	d, _ := h.Rules.For(h.Proposal.Kind)
	b, p := h.Ballot, h.Proposal
	if b.Proposal != proposal || b.Rules != rules || p.Rules != rules || b.Organisation != p.Organisation ||
		b.RollRoot != h.Roll.Root() || b.RollSize != h.Roll.Size() || b.Options != len(p.Options) || !d.allows(b.Method) {
		return Certificate{}, Decision{}, unbound("proposal, rules, ballot and roll do not belong together")
	}
	if err := h.Rules.Classes.cover(h.Roll); err != nil {
		return Certificate{}, Decision{}, err
	}
	closed := h.closed(d)
	return Certificate{
		Format: CertificateFormat, Organisation: p.Organisation, Proposal: proposal, Kind: p.Kind, Body: p.Body, Parent: p.Parent,
		Charter: p.Charter, Rules: rules, NextRules: p.NextRules, Ballot: ballot, RollRoot: b.RollRoot, RollSize: b.RollSize,
		Method: b.Method, Opened: b.Opens, Closed: closed, Chain: ballot, Trustees: []string{},
		Tally:        Tally{Classes: []Count{}, Weights: []Weight{}, Ranking: [][]int{}, Medians: []int{}},
		ContestUntil: closed.Add(time.Duration(max(d.ContestationHours, p.ContestationHours)) * time.Hour),
	}, d, nil
}

// closed is when the last word was said: the closing of the ballot, or the last vote where the rules close it
// once everybody has voted.
func (h Held) closed(d Decision) time.Time {
	if n := len(h.Votes); d.CloseWhenAllVoted && n > 0 && n == h.Roll.Size() {
		return h.Votes[n-1].Time
	}
	return h.Ballot.Closes
}

// Complete reports whether the ballot may be closed at an instant.
func (h Held) Complete(now time.Time) bool {
	d, _ := h.Rules.For(h.Proposal.Kind)
	return !now.Before(h.closed(d))
}

// Check makes the certificate again from what it follows from, and reports whether it is the same, byte for
// byte. A void one proves nothing but that nothing was decided.
func Check(certificate []byte, h Held) error {
	c, err := ParseCertificate(certificate)
	if err != nil {
		return err
	}
	again, err := Certify(h)
	if c.Fault != nil {
		again, err = Void(h, *c.Fault)
	}
	if err != nil {
		return unbound(err.Error())
	}
	canonical, err := again.Canonical()
	if err != nil {
		return err
	}
	if !bytes.Equal(canonical, certificate) {
		return unbound("counting again gives another certificate")
	}
	return nil
}

func unbound(why string) error {
	return core.Wrap(fmt.Errorf("%s", why), core.Corrupt, "errors.governance_certificate", nil)
}

// Compare reports where the chain rebuilt from the votes kept leaves the one that the log holds.
func Compare(kept, logged []string) *Fault {
	for i := range max(len(kept), len(logged)) {
		switch {
		case i >= len(kept):
			return &Fault{Number: i + 1, What: "missing"}
		case i >= len(logged):
			return &Fault{Number: i + 1, What: "extra"}
		case kept[i] != logged[i]:
			return &Fault{Number: i + 1, What: "altered"}
		}
	}
	return nil
}

// voidOf certifies that nothing was decided where not even the ballot is whole any more.
func voidOf(m Motion, p Proposal, f Fault, at time.Time) Certificate {
	return Certificate{
		Format: CertificateFormat, Organisation: m.Organisation, Proposal: m.Proposal, Kind: p.Kind, Body: p.Body, Parent: p.Parent,
		Charter: p.Charter, Rules: p.Rules, NextRules: p.NextRules, Ballot: m.Ballot, RollRoot: hexOf(root(nil)), Method: YesNoAbstain,
		Opened: at, Closed: at, ContestUntil: at, Chain: m.Ballot, Trustees: []string{}, Decision: Invalid, Fault: &f,
		Tally: Tally{Classes: []Count{}, Weights: []Weight{}, Ranking: [][]int{}, Medians: []int{}},
	}
}

// Voices sums what all classes said, before any weight.
func (c Certificate) Voices() (yes, no, abstained int64) {
	for _, n := range c.Tally.Classes {
		yes, no, abstained = yes+n.Yes, no+n.No, abstained+n.Abstained
	}
	return yes, no, abstained
}
