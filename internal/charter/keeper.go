package charter

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Store keeps the chain of one organisation.
type Store interface {
	// Load returns the chain, oldest first, each version verified by itself and against the one before.
	Load(ctx context.Context) ([]Version, error)
	// Genesis adds the first version, from a template.
	Genesis(ctx context.Context, template string) (Version, error)
	// Append adds the version that follows the newest one; core.Conflict when it follows another.
	Append(ctx context.Context, next Version) error
}

// Authority tells by what right a version follows another.
type Authority interface {
	// Authorises returns nil when the certificate says, under a signature that holds, that members of the organisation
	// adopted these very bytes to follow this very parent.
	Authorises(organisation core.ID, parent, next Version) error
}

// Needs are what a Keeper works with.
type Needs struct {
	Organisation core.ID
	Template     string // of the provisional genesis, when there is no charter yet
	Store        Store
	Log          audit.Statements
	Authority    Authority
	Compile      func(Version) (Evaluator, error)
	Closed       func(known Version, cause error) Evaluator // allows nothing
	Clock        core.Clock
	Logger       *slog.Logger
}

// Keeper obeys one chain of charters, and nothing else. It is the Evaluator of a running program.
//
// It promises:
//
//   - A version is obeyed once it stands in the store, its certificate gives the right, and the log says that it was
//     enacted: all three. No file, row or setting changes what is obeyed.
//   - At the start, a chain that is not the one of the log is refused: everything is, until it is put right.
//   - While it runs, the version in force stays in force whatever becomes of the database; Trouble says what is wrong.
//   - An enactment that was cut by a crash is brought to its end at the next start, or never happened.
//   - The clock chooses nothing: the newest enacted version is in force.
//
// Who can write both the database and the log, and read the log's key, can still lie; receipts in other hands
// and witnesses show it.
type Keeper struct {
	needs Needs

	mu    sync.Mutex // of whoever reads or changes the chain
	chain []Version  // enacted

	now     atomic.Pointer[obeyed]
	trouble atomic.Pointer[core.Error]
}

type obeyed struct{ evaluator Evaluator }

var _ Evaluator = (*Keeper)(nil)

// Open reads the chain and checks it against the log; at the first start it makes the provisional genesis. A chain that cannot
// be trusted is no error: the keeper refuses everything and Trouble says why. An error means that nothing could be read.
func Open(ctx context.Context, needs Needs) (*Keeper, error) {
	k := &Keeper{needs: needs}
	err := k.open(ctx)
	switch core.CodeOf(err) {
	case "":
		return k, nil
	case core.Corrupt, core.Invalid:
		k.refuse(ctx, err)
		return k, nil
	}
	return nil, err
}

func (k *Keeper) open(ctx context.Context) error {
	enacted, err := k.readLog(ctx)
	if err != nil {
		return err
	}
	chain, err := k.needs.Store.Load(ctx)
	if err != nil {
		return err
	}
	if enacted.Count() == 0 {
		return k.begin(ctx, chain)
	}
	chain, rest, err := enacted.Split(chain)
	if err != nil {
		return err
	}
	if err := authorised(k.needs.Organisation, chain, k.needs.Authority); err != nil {
		return err
	}
	if err := k.obey(chain); err != nil {
		return err
	}
	return k.finish(ctx, rest)
}

func (k *Keeper) readLog(ctx context.Context) (*Enacted, error) {
	enacted := NewEnacted(k.needs.Organisation)
	_, err := k.needs.Log.Scan(ctx, 0, func(_ uint64, s audit.Statement) error { return enacted.Note(s) })
	return enacted, err
}

// begin enacts the provisional genesis, made now or before charters were stated in the log. Nothing else may be there: a
// version that was voted is in the log.
func (k *Keeper) begin(ctx context.Context, chain []Version) error {
	if len(chain) == 0 {
		first, err := k.needs.Store.Genesis(ctx, k.needs.Template)
		if err != nil {
			return err
		}
		chain = []Version{first}
	}
	if len(chain) > 1 {
		return core.E(core.Corrupt, "errors.charter_unstated", core.Args{"Number": 2})
	}
	return k.enact(ctx, chain)
}

// finish brings an enactment to its end that a crash cut between the store and the log. What has no right to stand there is not
// obeyed, and said.
func (k *Keeper) finish(ctx context.Context, rest []Version) error {
	if len(rest) == 0 {
		return nil
	}
	parent, next := k.chain[len(k.chain)-1], rest[0]
	err := k.needs.Authority.Authorises(k.needs.Organisation, parent, next)
	if err == nil && len(rest) == 1 {
		return k.enact(ctx, append(k.chain[:len(k.chain):len(k.chain)], next))
	}
	k.say(ctx, core.Wrap(err, core.Corrupt, "errors.charter_unstated", core.Args{"Number": next.Number}))
	return nil
}

// enact states the newest version of the chain in the log, then obeys it.
func (k *Keeper) enact(ctx context.Context, chain []Version) error {
	newest := chain[len(chain)-1]
	if _, err := k.needs.Compile(newest); err != nil {
		return err
	}
	if err := k.needs.Log.State(ctx, Enactments(k.needs.Organisation, chain)[len(chain)-1]); err != nil {
		return err
	}
	return k.obey(chain)
}

func (k *Keeper) obey(chain []Version) error {
	evaluator, err := k.needs.Compile(chain[len(chain)-1])
	if err != nil {
		return err
	}
	k.chain = chain
	k.now.Store(&obeyed{evaluator})
	return nil
}

func (k *Keeper) refuse(ctx context.Context, cause error) {
	k.now.Store(&obeyed{k.needs.Closed(Version{}, cause)})
	k.say(ctx, cause)
}

// say notes a trouble, and logs it when it is another than before.
func (k *Keeper) say(ctx context.Context, err error) {
	trouble := core.AsError(err)
	if before := k.trouble.Swap(trouble); before == nil || before.Key != trouble.Key {
		k.needs.Logger.ErrorContext(ctx, "the charter in the database cannot be trusted", "error", err)
	}
}

// Decide implements Evaluator.
func (k *Keeper) Decide(ctx context.Context, q Question) (Decision, error) {
	return k.now.Load().evaluator.Decide(ctx, q)
}

// InForce implements Evaluator.
func (k *Keeper) InForce() Version { return k.now.Load().evaluator.InForce() }

// Trouble is nil as long as the charter that is obeyed and the chain that is kept are the same; otherwise it says what
// is wrong, and in force is what was in force before.
func (k *Keeper) Trouble() error {
	if e := k.trouble.Load(); e != nil {
		return e
	}
	return nil
}

// History returns the enacted versions, newest first.
func (k *Keeper) History(context.Context) ([]Version, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	history := make([]Version, 0, len(k.chain))
	for i := len(k.chain) - 1; i >= 0; i-- {
		history = append(history, k.chain[i])
	}
	return history, nil
}

// Enact puts the document in force that a certificate adopts. core.Conflict when another version came in between,
// core.Corrupt or core.Forbidden when the certificate gives no right to it. Calling it again after it was cut short, with the
// same arguments, ends what was begun.
func (k *Keeper) Enact(ctx context.Context, document, certificate []byte) (Version, error) {
	d, err := Parse(document)
	if err != nil {
		return Version{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.chain) == 0 {
		return Version{}, k.Trouble()
	}
	parent := k.chain[len(k.chain)-1]
	next, err := parent.Next(d, certificate, k.needs.Clock.Now())
	if err != nil {
		return Version{}, err
	}
	if err := k.needs.Authority.Authorises(k.needs.Organisation, parent, next); err != nil {
		return Version{}, err
	}
	if _, err := k.needs.Compile(next); err != nil {
		return Version{}, err
	}
	chain, err := k.needs.Store.Load(ctx)
	if err != nil {
		return Version{}, err
	}
	if k.begun(chain, next) {
		next = chain[len(chain)-1]
	} else if err := k.needs.Store.Append(ctx, next); err != nil {
		return Version{}, err
	}
	return next, k.enact(ctx, append(k.chain[:len(k.chain):len(k.chain)], next))
}

// begun reports whether the version stands in the kept chain already, and not in the log yet.
func (k *Keeper) begun(chain []Version, next Version) bool {
	if len(chain) != len(k.chain)+1 || !k.same(chain) {
		return false
	}
	newest := chain[len(chain)-1]
	return newest.Hash == next.Hash && bytes.Equal(newest.Certificate, next.Certificate)
}

// same reports whether a chain begins with what is obeyed.
func (k *Keeper) same(chain []Version) bool {
	return len(chain) >= len(k.chain) && sealOf(chain[:len(k.chain)]) == sealOf(k.chain)
}

// Check compares the chain that is kept with the one that is obeyed, and notes the trouble or its end.
func (k *Keeper) Check(ctx context.Context) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.chain) == 0 {
		return // refused at the start; the next one looks again
	}
	chain, err := k.needs.Store.Load(ctx)
	switch {
	case core.Is(err, core.Unavailable), core.Is(err, core.Cancelled):
		return // said elsewhere: what cannot be read now is not altered
	case err != nil:
		k.say(ctx, err)
	case len(chain) < len(k.chain):
		k.say(ctx, core.E(core.Corrupt, "errors.charter_removed", core.Args{"Number": len(chain) + 1, "Enacted": len(k.chain)}))
	case !k.same(chain):
		k.say(ctx, core.E(core.Corrupt, "errors.charter_altered", core.Args{"Number": len(k.chain)}))
	case len(chain) > len(k.chain):
		k.say(ctx, core.E(core.Corrupt, "errors.charter_unstated", core.Args{"Number": len(k.chain) + 1}))
	default:
		k.trouble.Store(nil)
	}
}

// Watch checks every so often until ctx ends.
func (k *Keeper) Watch(ctx context.Context, every time.Duration) error {
	return watch(ctx, every, k.Check)
}

func watch(ctx context.Context, every time.Duration, check func(context.Context)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			check(ctx)
		}
	}
}
