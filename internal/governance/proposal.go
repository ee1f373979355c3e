package governance

import (
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// ProposalFormat names the canonical form of a proposal.
const ProposalFormat = "solidaire-proposal/1"

// maxOptions bounds what a proposal may put to the choice.
const maxOptions = 50

// Proposal is the exact question. What it would enact is named by its hash, so that members vote the bytes
// that will run.
type Proposal struct {
	Format            string      `json:"format"`
	Organisation      core.ID     `json:"organisation"`
	Motion            core.ID     `json:"motion"`  // the proposal through all its versions: the same words twice are two questions
	Version           int         `json:"version"` // from 1
	Kind              Kind        `json:"kind"`
	Body              string      `json:"body"` // who decides: "assembly", or another body's key
	Title             core.Text   `json:"title"`
	Reasons           core.Text   `json:"reasons"`
	Options           []core.Text `json:"options"` // for the methods that choose among several; empty otherwise
	Parent            string      `json:"parent"`  // hash of the charter in force when it was written
	Charter           string      `json:"charter"` // hash of the next one; "" unless Kind is charter
	Rules             string      `json:"rules"`   // hash of the rules it is decided under
	NextRules         string      `json:"next_rules"`
	Mandate           *Mandate    `json:"mandate"`
	ContestationHours int         `json:"contestation_hours"`
}

// Assembly is the body of all voting members. Only it decides on charters, rules and mandates.
const Assembly = "assembly"

// Mandate is what a decision of that kind names somebody to.
type Mandate struct {
	Body   string  `json:"body"`
	Person core.ID `json:"person"`
	Office string  `json:"office"` // member, chair, secretary, moderator
	Months int     `json:"months"`
}

const maxMonths = 120

// Offices lists what a mandate may be.
func Offices() []string { return []string{"member", "chair", "secretary", "moderator"} }

// Canonical returns the bytes that are voted.
func (p Proposal) Canonical() ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return encode(p, ProposalFormat, maxProposal)
}

// ParseProposal reads canonical bytes, and only those.
func ParseProposal(canonical []byte) (Proposal, error) {
	return parse(canonical, ProposalFormat, maxProposal, Proposal.Canonical)
}

// ID names the proposal: the SHA-256 of its bytes.
func (p Proposal) ID() (string, error) {
	b, err := p.Canonical()
	if err != nil {
		return "", err
	}
	return charter.HashOf(b), nil
}

// Validate reports the first thing wrong with the proposal itself; what it enacts is checked by its room.
func (p Proposal) Validate() error {
	if p.Format != ProposalFormat || !isID(p.Organisation) || !isID(p.Motion) || p.Version < 1 || !validKey(p.Body) || p.Options == nil {
		return malformed(ProposalFormat, nil)
	}
	if err := checkBoth("title", p.Title, maxTitle); err != nil {
		return err
	}
	if err := checkBoth("reasons", p.Reasons, maxParagraph); err != nil {
		return err
	}
	if !charter.IsHash(p.Parent) || !charter.IsHash(p.Rules) || p.ContestationHours < 0 || p.ContestationHours > maxHours {
		return malformed(ProposalFormat, nil)
	}
	if n := len(p.Options); n == 1 || n > maxOptions {
		return core.E(core.Invalid, "errors.governance_options", core.Args{"Max": maxOptions})
	}
	for i, option := range p.Options {
		if err := checkBoth("options", option, maxTitle); err != nil {
			return err
		}
		for _, other := range p.Options[:i] {
			if other.FR == option.FR || other.EN == option.EN {
				return core.E(core.Invalid, "errors.governance_options", core.Args{"Max": maxOptions})
			}
		}
	}
	return p.validateEffect()
}

// validateEffect checks that a proposal enacts what its kind says, and nothing else.
func (p Proposal) validateEffect() error {
	changes := p.Kind == KindCharter || p.Kind == KindRules
	ok := (p.Charter != "") == (p.Kind == KindCharter) && (p.NextRules != "") == (p.Kind == KindRules) &&
		(p.Mandate == nil || p.Kind == KindMandate) && !(changes && len(p.Options) > 0) && (p.Kind == KindOrdinary || p.Body == Assembly)
	switch {
	case p.Kind == KindCharter:
		ok = ok && charter.IsHash(p.Charter) && p.Charter != p.Parent
	case p.Kind == KindRules:
		ok = ok && charter.IsHash(p.NextRules) && p.NextRules != p.Rules
	case p.Kind == KindMandate:
		ok = ok && p.Mandate != nil && p.Mandate.valid() && len(p.Options) == 0
	case p.Kind != KindOrdinary:
		ok = false
	}
	if !ok {
		return core.E(core.Invalid, "errors.governance_effect", core.Args{"Kind": string(p.Kind)})
	}
	return nil
}

func (m Mandate) valid() bool {
	known := false
	for _, office := range Offices() {
		known = known || office == m.Office
	}
	return known && validKey(m.Body) && isID(m.Person) && m.Months >= 1 && m.Months <= maxMonths
}

func isID(id core.ID) bool {
	parsed, err := core.ParseID(string(id))
	return err == nil && parsed == id
}
