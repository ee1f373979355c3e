package charter

import (
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// KindEnactment is the kind of the statements by which the log says that a version was enacted.
const KindEnactment = "enactment"

// seriesOf names the enactments of one organisation in the log.
func seriesOf(organisation core.ID) string {
	return HashOf([]byte("solidaire-charter/1\n" + string(organisation) + "\n"))
}

// enactment is what the log says of a version: its number, and its seal, which names the whole chain.
func (v Version) enactment(organisation core.ID, seal string) audit.Statement {
	return audit.Statement{Kind: KindEnactment, Subject: seriesOf(organisation), Number: v.Number, Chain: seal, Time: v.Effective}
}

// Enactments are what a log says of a whole chain.
func Enactments(organisation core.ID, chain []Version) []audit.Statement {
	list := make([]audit.Statement, 0, len(chain))
	seal := ""
	for _, v := range chain {
		seal = v.Seal(seal)
		list = append(list, v.enactment(organisation, seal))
	}
	return list
}

// Enacted are the seals of the versions that a log says were enacted for one organisation, oldest first.
type Enacted struct {
	organisation core.ID
	seals        []string
}

// NewEnacted begins reading a log.
func NewEnacted(organisation core.ID) *Enacted { return &Enacted{organisation: organisation} }

// Note reads one statement of the log, in the log's order. A statement that stands twice says nothing more;
// core.Corrupt when two say different things, or one is missing.
func (e *Enacted) Note(s audit.Statement) error {
	if s.Kind != KindEnactment || s.Subject != seriesOf(e.organisation) {
		return nil
	}
	switch n := s.Number; {
	case n <= len(e.seals) && e.seals[n-1] == s.Chain:
		return nil
	case n == len(e.seals)+1:
		e.seals = append(e.seals, s.Chain)
		return nil
	}
	return core.Wrap(fmt.Errorf("the log enacts version %d after %d others, differently", s.Number, len(e.seals)),
		core.Corrupt, "errors.charter_log", core.Args{"Number": s.Number})
}

// Count is how many versions were enacted.
func (e *Enacted) Count() int { return len(e.seals) }

// Split separates a chain into what the log says was enacted, and what follows. core.Corrupt when a version is not the one that
// was enacted, or is missing.
func (e *Enacted) Split(chain []Version) (enacted, rest []Version, err error) {
	seal := ""
	for i, want := range e.seals {
		if i >= len(chain) {
			return nil, nil, core.E(core.Corrupt, "errors.charter_removed", core.Args{"Number": i + 1, "Enacted": len(e.seals)})
		}
		if seal = chain[i].Seal(seal); seal != want {
			return nil, nil, core.E(core.Corrupt, "errors.charter_altered", core.Args{"Number": i + 1})
		}
	}
	return chain[:len(e.seals):len(e.seals)], chain[len(e.seals):], nil
}

// sealOf is the seal of the newest version of a chain.
func sealOf(chain []Version) (seal string) {
	for _, v := range chain {
		seal = v.Seal(seal)
	}
	return seal
}

// VerifyEnacted checks a whole chain: what is kept is what the log says was enacted, no more and no less, and every version
// after the first had the right to follow its parent.
func VerifyEnacted(organisation core.ID, chain []Version, log *Enacted, authority Authority) error {
	enacted, rest, err := log.Split(chain)
	if err != nil {
		return err
	}
	if len(rest) > 0 || len(enacted) == 0 {
		return core.E(core.Corrupt, "errors.charter_unstated", core.Args{"Number": len(enacted) + 1})
	}
	return authorised(organisation, enacted, authority)
}

func authorised(organisation core.ID, chain []Version, authority Authority) error {
	for i := 1; i < len(chain); i++ {
		if err := authority.Authorises(organisation, chain[i-1], chain[i]); err != nil {
			return err
		}
	}
	return nil
}
