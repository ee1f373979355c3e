package governance

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// StatedRules is the kind of the statements by which the log says that a set of rules came into force: its number, and a chain
// over all sets before it.
const StatedRules = "rules"

// rulesSeries names the sets of rules of one organisation in the log.
func rulesSeries(organisation core.ID) string {
	return charter.HashOf([]byte("solidaire-rules/1\n" + string(organisation) + "\n"))
}

func rulesChain(before, hash string) string {
	return charter.HashOf([]byte(before + "\n" + hash + "\n"))
}

// rules returns the sets that were in force, oldest first, once they are those that the log holds: core.Corrupt when a row was
// edited, added or removed. The first set, chosen at the installation, is stated when the log has none; a later one that a
// crash kept out of the log is brought there if a certificate of the members gives it the right.
func (s *Service) rules(ctx context.Context) ([]RulesVersion, error) {
	kept, err := s.needs.Store.RulesHistory(ctx, s.needs.Organisation)
	if err != nil {
		return nil, err
	}
	s.ruling.Lock()
	defer s.ruling.Unlock()
	if s.ruled == nil {
		if s.ruled, err = s.loggedRules(ctx); err != nil {
			return nil, err
		}
	}
	chain := ""
	for i, v := range kept {
		chain = rulesChain(chain, v.Hash)
		if i < len(s.ruled) {
			if s.ruled[i] != chain {
				return nil, rulesAltered(i+1, nil)
			}
			continue
		}
		if err := s.mayRule(ctx, kept[:i], v); err != nil {
			return nil, rulesAltered(i+1, err)
		}
		if err := s.needs.Statements.State(ctx, statement(StatedRules, rulesSeries(s.needs.Organisation), i+1, chain, v.Since)); err != nil {
			return nil, err
		}
		s.ruled = append(s.ruled, chain)
	}
	if len(kept) < len(s.ruled) {
		return nil, rulesAltered(len(kept)+1, nil)
	}
	return kept, nil
}

// loggedRules reads the series from the log; never nil.
func (s *Service) loggedRules(ctx context.Context) ([]string, error) {
	series, chains := rulesSeries(s.needs.Organisation), []string{}
	_, err := s.needs.Statements.Scan(ctx, 0, func(_ uint64, st audit.Statement) error {
		switch {
		case st.Kind != StatedRules || st.Subject != series:
		case st.Number == len(chains)+1:
			chains = append(chains, st.Chain)
		case st.Number > len(chains) || chains[st.Number-1] != st.Chain:
			return rulesAltered(st.Number, fmt.Errorf("the log says two things"))
		}
		return nil
	})
	return chains, err
}

// mayRule reports whether a set that the log does not hold may follow those before it: the first one may, another one by the signed
// certificate of the decision that put it in force.
func (s *Service) mayRule(ctx context.Context, before []RulesVersion, v RulesVersion) error {
	if len(before) == 0 {
		return nil
	}
	m, err := s.needs.Store.Motion(ctx, s.needs.Organisation, v.Motion)
	if err != nil {
		return err
	}
	result, err := s.needs.Store.Result(ctx, m.Proposal)
	if err != nil {
		return err
	}
	c, _, err := ReadCertificate(s.needs.Signer, result.Signed)
	if err != nil {
		return err
	}
	if c.Organisation != s.needs.Organisation || c.Kind != KindRules || c.Decision != Adopted || c.NextRules != v.Hash || c.Rules != before[len(before)-1].Hash {
		return fmt.Errorf("the certificate of %s adopts something else", m.Proposal)
	}
	return nil
}

const rulesAlteredKey = "errors.governance_rules_altered"

func rulesAltered(number int, cause error) error {
	return core.Wrap(cause, core.Corrupt, rulesAlteredKey, core.Args{"Number": number})
}
