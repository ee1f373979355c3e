package charter

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Restrictions are the emergency restrictions of one organisation.
//
// They promise:
//
//   - A restriction only refuses. It cannot allow, and it touches neither the charter nor anybody's right to read, export or
//     erase what is theirs.
//   - It names who made it, says why, and ends by itself within MaxRestriction. Prolonging it is making another.
//   - The log states its beginning, its scope, its end, and a hash that binds the members' record, which holds the name.
//   - Where that record was edited, removed or lost, what the log states is obeyed, which is as strict or stricter.
//   - While the program runs, it lasts as long as was said, whatever becomes of the clock; Trouble says when the clock moved.
type Restrictions struct {
	needs RestrictionNeeds

	mu     sync.Mutex // of whoever acts or checks
	stated []stated   // the log, oldest first
	closed bool       // the log cannot be read: nothing can be added
	opened struct {
		wall    time.Time
		elapsed time.Duration
	}
	backwards bool         // the clock was behind the log at the start
	early     map[int]bool // ends stated before the time that was said: not believed

	now     atomic.Pointer[[]standing] // newest first, over or not
	trouble atomic.Pointer[core.Error]
}

// standing is a restriction with the instant of Elapsed when its time has come.
type standing struct {
	Restriction
	ends time.Duration
}

// OpenRestrictions reads the record and holds it against the log. What a crash kept out of the log, and bears its seal, is stated
// there. A log that cannot be read as one leaves every model suspended, and Trouble says why.
func OpenRestrictions(ctx context.Context, needs RestrictionNeeds) (*Restrictions, error) {
	r := &Restrictions{needs: needs, early: map[int]bool{}}
	err := r.open(ctx)
	if core.Is(err, core.Corrupt) {
		r.closed = true
		r.now.Store(&[]standing{{Restriction{Scope: Scope{Kind: ScopeModels}, Lost: true}, math.MaxInt64}})
		r.say(ctx, core.AsError(err))
		err = nil
	}
	return r, err
}

func (r *Restrictions) open(ctx context.Context) error {
	needs := r.needs
	r.opened.wall, r.opened.elapsed = needs.Clock.Now().Round(0), needs.Elapsed()
	last := needs.LogWritten
	_, err := needs.Log.Scan(ctx, 0, func(_ uint64, s audit.Statement) error {
		if s.Time.After(last) {
			last = s.Time
		}
		return r.note(s)
	})
	if err != nil {
		return err
	}
	r.backwards = r.opened.wall.Before(last.Add(-clockSlack))
	if err := r.finish(ctx); err != nil {
		return err
	}
	return r.read(ctx)
}

// sealPurpose is what the log's key signs here.
const sealPurpose = "solidaire-restriction/1"

// finish brings to the log what a crash kept out of it.
func (r *Restrictions) finish(ctx context.Context) error {
	rows, err := r.needs.Acts.Acts(ctx)
	if err != nil {
		return err
	}
	for {
		before := r.newest()
		row, ok := rows[len(r.stated)+1]
		if !ok || !r.sealed(before, row) {
			return nil
		}
		a, err := parseAct(row.Canonical)
		if err != nil || a.Organisation != r.needs.Organisation || a.Number != len(r.stated)+1 {
			return nil
		}
		statement := a.statement(before, row.Canonical)
		if err := r.needs.Log.State(ctx, statement); err != nil {
			return err
		}
		if err := r.note(statement); err != nil {
			return err
		}
	}
}

// sealed reports whether this program wrote the row to follow what is stated.
func (r *Restrictions) sealed(before string, row KeptAct) bool {
	text, err := r.needs.Signer.Verify(sealPurpose, row.Seal)
	return err == nil && text == actChain(before, row.Canonical)+"\n"
}

// newest is the chain of the last act that the log states.
func (r *Restrictions) newest() string {
	if n := len(r.stated); n > 0 {
		return r.stated[n-1].chain
	}
	return ""
}

// note reads one statement of the log. One that stands twice says nothing more.
func (r *Restrictions) note(s audit.Statement) error {
	if s.Kind != KindRestriction || s.Subject != restrictionSeries(r.needs.Organisation) {
		return nil
	}
	if s.Number <= len(r.stated) && r.stated[s.Number-1].chain == s.Chain {
		return nil
	}
	if s.Number != len(r.stated)+1 {
		return core.E(core.Corrupt, "errors.restriction_log", core.Args{"Number": s.Number})
	}
	said, err := readStated(s)
	if err == nil {
		r.stated = append(r.stated, said)
	}
	return err
}

// read makes what is obeyed from the log and, where it is what the log binds, from the record.
func (r *Restrictions) read(ctx context.Context) error {
	rows, err := r.needs.Acts.Acts(ctx)
	if err != nil {
		return err
	}
	var list []standing
	var lost *core.Error
	before := ""
	for _, said := range r.stated {
		a, whole := r.trusted(rows[said.number], before, said)
		before = said.chain
		if !whole {
			lost = core.E(core.Corrupt, "errors.restriction_altered", core.Args{"Number": said.number})
		}
		switch said.act {
		case actRestrict:
			list = append(list, r.stand(ctx, said, a, whole))
		default:
			i := slices.IndexFunc(list, func(s standing) bool { return s.Number == said.of })
			if i < 0 {
				return core.E(core.Corrupt, "errors.restriction_log", core.Args{"Number": said.number})
			}
			r.end(ctx, &list[i], said, a)
		}
	}
	if row, ok := rows[len(r.stated)+1]; ok && !r.sealed(before, row) {
		lost = core.E(core.Corrupt, "errors.restriction_unstated", core.Args{"Number": len(r.stated) + 1})
	}
	slices.Reverse(list)
	r.carry(list)
	r.now.Store(&list)
	r.say(ctx, cmp.Or(lost, r.clock(list)))
	return nil
}

// trusted gives the act of a row when it is the one that the log binds.
func (r *Restrictions) trusted(row KeptAct, before string, said stated) (act, bool) {
	if actChain(before, row.Canonical) != said.chain {
		return act{}, false
	}
	a, err := parseAct(row.Canonical)
	return a, err == nil && a.Organisation == r.needs.Organisation && a.Number == said.number && a.Act == said.act && a.Of == said.of
}

// stand is a restriction that began, with the time that it still has.
func (r *Restrictions) stand(ctx context.Context, said stated, a act, whole bool) standing {
	s := standing{Restriction: Restriction{Number: said.number, Chain: said.chain, Scope: said.scope, Began: said.time, Until: said.until, Lost: !whole}}
	if whole {
		s.Scope, s.Reason, s.By, s.Office, s.Body, s.Began = *a.Scope, a.Reason, a.By, a.Office, a.Body, a.Time
		s.Who = r.nameOf(ctx, a.By)
	}
	left := min(s.Until.Sub(r.opened.wall), s.Until.Sub(s.Began), MaxRestriction)
	s.ends = r.opened.elapsed + left
	return s
}

// carry keeps for those that stood already the instant of their end: it does not follow the clock.
func (r *Restrictions) carry(list []standing) {
	if r.now.Load() == nil {
		return
	}
	for _, known := range *r.now.Load() {
		for i := range list {
			if list[i].Number == known.Number {
				list[i].ends = known.ends
			}
		}
	}
}

// end notes that a restriction was lifted, or that its time had come. An end that the log states although the start finds that the
// time has not come is not believed: the clock was moved.
func (r *Restrictions) end(ctx context.Context, s *standing, said stated, a act) {
	if said.act == actEnd {
		if r.now.Load() == nil && r.opened.wall.Before(s.Until.Add(-clockSlack)) {
			r.backwards, r.early[said.number] = true, true
		}
		s.Ended = !r.early[said.number]
		return
	}
	s.Lifted, s.LiftedBy, s.LiftedWhy = said.time, a.By, a.Reason
	if a.By != "" {
		s.Lifted, s.LiftedWho = a.Time, r.nameOf(ctx, a.By)
	}
}

func (r *Restrictions) nameOf(ctx context.Context, id core.ID) string {
	p, err := r.needs.People.Person(ctx, id)
	if err != nil {
		return string(id) // somebody whose name was erased
	}
	return p.Name
}

// clockSlack is how far a clock may be put right without a word.
const clockSlack = 2 * time.Minute

// clock says that the clock moved while a restriction stands: at the start behind the log, or since.
func (r *Restrictions) clock(list []standing) *core.Error {
	if !slices.ContainsFunc(list, func(s standing) bool { return !r.over(s) }) {
		return nil
	}
	drift := r.needs.Clock.Now().Round(0).Sub(r.opened.wall) - (r.needs.Elapsed() - r.opened.elapsed)
	if !r.backwards && drift.Abs() <= clockSlack {
		return nil
	}
	return core.E(core.Corrupt, "errors.restriction_clock", core.Args{"Now": r.needs.Clock.Now()})
}

func (r *Restrictions) over(s standing) bool { return s.Over() || r.needs.Elapsed() >= s.ends }

// say notes a trouble, and logs it when it is another than before.
func (r *Restrictions) say(ctx context.Context, trouble *core.Error) {
	before := r.trouble.Swap(trouble)
	if trouble != nil && (before == nil || before.Key != trouble.Key) {
		r.needs.Logger.ErrorContext(ctx, "the record of emergency restrictions cannot be trusted", "error", trouble)
	}
}

// Trouble says what is wrong with the record; nil: nothing. What is obeyed then is at least as strict.
func (r *Restrictions) Trouble() error {
	if e := r.trouble.Load(); e != nil {
		return e
	}
	return nil
}

// Refuses returns the restriction that refuses a question; nil: none does.
func (r *Restrictions) Refuses(ctx context.Context, q Question) *Restriction {
	list := *r.now.Load()
	for i := range list {
		if s := &list[i]; s.Scope.Covers(ctx, q) && !r.over(*s) {
			over := s.Restriction
			return &over
		}
	}
	return nil
}

// List returns all restrictions, the newest first.
func (r *Restrictions) List() []Restriction {
	list := *r.now.Load()
	all := make([]Restriction, len(list))
	for i, s := range list {
		all[i] = s.Restriction
		all[i].Ended = all[i].Ended || all[i].Lifted.IsZero() && r.over(s)
	}
	return all
}

// Standing returns those in force, the newest first.
func (r *Restrictions) Standing() []Restriction {
	return slices.DeleteFunc(r.List(), Restriction.Over)
}

// Check holds the record against the log again, and states what has come to its end.
func (r *Restrictions) Check(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return // the next start looks again
	}
	for _, s := range *r.now.Load() {
		if !s.Over() && r.over(s) {
			if err := r.add(ctx, act{Act: actEnd, Of: s.Number}, 0); err != nil {
				return // tried again; it is over all the same
			}
		}
	}
	if err := r.read(ctx); err != nil && core.Is(err, core.Corrupt) {
		r.say(ctx, core.AsError(err))
	}
}

// Watch checks every so often until ctx ends.
func (r *Restrictions) Watch(ctx context.Context, every time.Duration) error {
	return watch(ctx, every, r.Check)
}
