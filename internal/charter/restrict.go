package charter

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// OfficeOperator is by what right the operator restricts at the machine itself.
const OfficeOperator = "operator"

// Right is by what right somebody restricts.
type Right struct {
	Office string // "chair", "secretary" or "operator"
	Body   string // key; "" for the operator
}

// May says by what right the actor may restrict: as chair or secretary of the assembly or of a board; or as the operator,
// at the machine itself, whom the operating system vouches for and no key or session can pretend to be. core.Forbidden for
// everybody else.
func (r *Restrictions) May(ctx context.Context, a core.Actor) (Right, error) {
	held, err := r.needs.People.HeldBy(ctx, a.Organisation, a.Person)
	if err != nil {
		return Right{}, err
	}
	now := r.needs.Clock.Now()
	for _, h := range held {
		officer := h.Office == members.OfficeChair || h.Office == members.OfficeSecretary
		if officer && h.Of.Kind != members.KindCommittee && h.At(now) && !a.ByKey {
			return Right{Office: string(h.Office), Body: h.Of.Key}, nil
		}
	}
	if a.Credential == "" && a.Has(core.RoleOperator) {
		return Right{Office: OfficeOperator}, nil
	}
	return Right{}, core.E(core.Forbidden, "errors.restriction_right", nil)
}

// Restrict puts a restriction in force, for as long as is said, DefaultRestriction where nothing is. When it returns nil, the log
// states it.
func (r *Restrictions) Restrict(ctx context.Context, a core.Actor, s Scope, reason string, lasts time.Duration) (Restriction, error) {
	right, err := r.May(ctx, a)
	if err != nil {
		return Restriction{}, err
	}
	if lasts == 0 {
		lasts = DefaultRestriction
	}
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return Restriction{}, err
	}
	if err := checkDuration(lasts); err != nil {
		return Restriction{}, err
	}
	if s, err = r.needs.Known(ctx, s); err != nil {
		return Restriction{}, err
	}
	if err := s.validate(); err != nil {
		return Restriction{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	err = r.add(ctx, act{Act: actRestrict, Scope: &s, Reason: reason, By: a.Person, Office: right.Office, Body: right.Body}, lasts)
	if err != nil {
		return Restriction{}, err
	}
	return (*r.now.Load())[0].Restriction, nil
}

// Lift ends a restriction before its time. Officers lift any; the operator those that were made at the machine.
func (r *Restrictions) Lift(ctx context.Context, a core.Actor, number int, reason string) error {
	right, err := r.May(ctx, a)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.List()
	i := slices.IndexFunc(list, func(o Restriction) bool { return o.Number == number })
	switch {
	case i < 0:
		return core.E(core.NotFound, "errors.restriction_unknown", core.Args{"Number": number})
	case list[i].Over():
		return core.E(core.Conflict, "errors.restriction_over", core.Args{"Number": number})
	case right.Office == OfficeOperator && list[i].Office != OfficeOperator:
		return core.E(core.Forbidden, "errors.restriction_lift", nil)
	}
	return r.add(ctx, act{Act: actLift, Of: number, Reason: reason, By: a.Person, Office: right.Office, Body: right.Body}, 0)
}

// add writes an act to the record, then states it in the log; from then on it counts.
func (r *Restrictions) add(ctx context.Context, a act, lasts time.Duration) error {
	if r.closed {
		return r.Trouble()
	}
	a.Format, a.Organisation, a.Number, a.Time, a.Salt = actFormat, r.needs.Organisation, len(r.stated)+1, r.second(), newSalt()
	if lasts > 0 {
		a.Until = a.Time.Add(lasts.Truncate(time.Second))
	}
	canonical, err := a.canonical()
	if err != nil {
		return err
	}
	before := r.newest()
	statement := a.statement(before, canonical)
	said, err := readStated(statement)
	if err != nil {
		return err
	}
	seal, err := r.needs.Signer.Sign(sealPurpose, said.chain+"\n")
	if err != nil {
		return err
	}
	if err := r.needs.Acts.Put(ctx, a.Number, KeptAct{Canonical: canonical, Seal: seal}); err != nil {
		return err
	}
	if err := r.needs.Log.State(ctx, statement); err != nil {
		return err
	}
	r.stated = append(r.stated, said)
	return r.admit(ctx, said, a)
}

// admit obeys what was just stated, without asking the store again.
func (r *Restrictions) admit(ctx context.Context, said stated, a act) error {
	list := slices.Clone(*r.now.Load())
	if said.act == actRestrict {
		s := r.stand(ctx, said, a, true)
		s.ends = r.needs.Elapsed() + a.Until.Sub(a.Time)
		list = append([]standing{s}, list...)
	} else {
		i := slices.IndexFunc(list, func(s standing) bool { return s.Number == said.of })
		r.end(ctx, &list[i], said, a)
	}
	r.now.Store(&list)
	return nil
}

// second is now, to the second, as the log words it.
func (r *Restrictions) second() time.Time {
	return r.needs.Clock.Now().UTC().Truncate(time.Second).Round(0)
}
