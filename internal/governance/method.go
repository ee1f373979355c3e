package governance

import (
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Method is how voices are counted.
type Method string

// The methods, sorted.
const (
	Approval         Method = "approval"          // approve as many options as one likes; most approvals wins
	Consent          Method = "consent"           // adopted unless somebody objects, with reasons
	MajorityJudgment Method = "majority_judgment" // grade every option; highest median wins (Balinski and Laraki)
	Ranked           Method = "ranked"            // order the options; Schulze's method
	YesNoAbstain     Method = "yes_no_abstain"
)

// Methods lists them.
func Methods() []Method {
	return []Method{Approval, Consent, MajorityJudgment, Ranked, YesNoAbstain}
}

func (m Method) valid() bool { return slices.Contains(Methods(), m) }

// hasOptions reports whether the method chooses among several.
func (m Method) hasOptions() bool { return m == Approval || m == MajorityJudgment || m == Ranked }

// HasOptions reports whether the method chooses among several options, rather than about one question.
func (m Method) HasOptions() bool { return m.hasOptions() }

// The answers to one question. Objection belongs to consent, no to the other method.
const (
	Yes       = "yes"
	No        = "no"
	Abstain   = "abstain"
	Objection = "objection"
)

// Grades is how many grades majority judgment has, from 0 (to reject) to 6 (excellent).
const Grades = 7

// Choice is what one person says. Exactly the field of the method is there.
type Choice struct {
	Answer   string `json:"answer,omitempty"`   // consent, yes_no_abstain
	Reasons  string `json:"reasons,omitempty"`  // of an objection: it must have some
	Approved []int  `json:"approved,omitempty"` // approval: options, ascending; none: a blank vote
	Grades   []int  `json:"grades,omitempty"`   // majority judgment: one for each option
	Ranks    []int  `json:"ranks,omitempty"`    // ranked: the place of each option, 1 first; equal places allowed
	Blank    bool   `json:"blank,omitempty"`    // a vote that says nothing, where there are options
}

// Check reports whether the choice is one that the method allows.
func (c Choice) Check(m Method, options int) error {
	if !c.fits(m, options) {
		return core.E(core.Invalid, "errors.governance_choice", nil)
	}
	if c.Answer == Objection {
		return checkText("reasons", c.Reasons, maxParagraph)
	}
	return nil
}

func (c Choice) fits(m Method, options int) bool {
	if !m.hasOptions() {
		if c.Approved != nil || c.Grades != nil || c.Ranks != nil || c.Blank || c.Reasons != "" && c.Answer != Objection {
			return false
		}
		no := No
		if m == Consent {
			no = Objection
		}
		return c.Answer == Yes || c.Answer == Abstain || c.Answer == no
	}
	if c.Answer != "" || c.Reasons != "" {
		return false
	}
	given := len(c.Approved) > 0 || len(c.Grades) > 0 || len(c.Ranks) > 0
	if c.Blank {
		return !given
	}
	switch m {
	case Approval:
		return c.Grades == nil && c.Ranks == nil && ascending(c.Approved, options)
	case MajorityJudgment:
		return c.Approved == nil && c.Ranks == nil && within(c.Grades, options, 0, Grades-1)
	default:
		return c.Approved == nil && c.Grades == nil && within(c.Ranks, options, 1, options)
	}
}

func ascending(list []int, options int) bool {
	for i, n := range list {
		if n < 0 || n >= options || i > 0 && list[i-1] >= n {
			return false
		}
	}
	return len(list) > 0
}

func within(list []int, length, low, high int) bool {
	for _, n := range list {
		if n < low || n > high {
			return false
		}
	}
	return len(list) == length
}

// abstains reports whether the choice takes part without saying anything.
func (c Choice) abstains() bool { return c.Blank || c.Answer == Abstain }
