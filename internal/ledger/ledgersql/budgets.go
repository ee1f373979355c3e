// Package ledgersql keeps budgets: in memory while requests run, in the database as sums of audit
// records.
//
// Reserving and settling touch no disk, except once per person and day to read what was used before.
// Project makes use permanent, in the transaction that stores the records; so after a restart the books
// say exactly what the records say, once the records of the process before have been projected.
package ledgersql

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/ledger"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Budgets implements ledger.Budgets. Safe for concurrent use; it runs no goroutine.
type Budgets struct {
	db    *sqldb.DB
	clock core.Clock

	mu     sync.RWMutex
	newest time.Time // the newest day asked for
	books  map[holder]*book
}

// holder is whose budget it is, on which UTC day.
type holder struct {
	organisation, person core.ID
	day                  time.Time
}

// book is the book of one holder, once it has been read.
type book struct {
	gate   chan struct{} // held by the one who reads
	loaded atomic.Bool
	mu     sync.Mutex
	ledger ledger.Book
}

// New returns the budgets kept in db. Nothing is read before the first reservation.
func New(db *sqldb.DB, clock core.Clock) *Budgets {
	return &Budgets{db: db, clock: clock, books: map[holder]*book{}}
}

var _ ledger.Budgets = (*Budgets)(nil)

// readTimeout bounds the one read that a reservation may have to wait for.
const readTimeout = 5 * time.Second

// Reserve implements ledger.Budgets.
func (b *Budgets) Reserve(ctx context.Context, organisation, person core.ID, amounts ledger.Amounts, limits ledger.Limits) (ledger.Reservation, error) {
	who := holder{organisation, person, ledger.DayOf(b.clock.Now())}
	k := b.book(who)
	if err := b.load(ctx, who, k); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.ledger.Reserve(amounts, limits, who.day.AddDate(0, 0, 1)); err != nil {
		return nil, err
	}
	return &reservation{book: k, held: amounts}, nil
}

// Used returns what the person has used today, requests under way not counted.
func (b *Budgets) Used(ctx context.Context, organisation, person core.ID) (ledger.Amounts, error) {
	who := holder{organisation, person, ledger.DayOf(b.clock.Now())}
	k := b.book(who)
	if err := b.load(ctx, who, k); err != nil {
		return ledger.Amounts{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ledger.Used(), nil
}

// book finds or makes the book of a holder. The first request of a new day lets go of the books from before
// the day that ends, whose records are long since stored; open reservations keep their book until they end.
func (b *Budgets) book(who holder) *book {
	b.mu.RLock()
	k := b.books[who]
	b.mu.RUnlock()
	if k != nil {
		return k
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if who.day.After(b.newest) {
		b.newest = who.day
		yesterday := who.day.AddDate(0, 0, -1)
		maps.DeleteFunc(b.books, func(old holder, _ *book) bool { return old.day.Before(yesterday) })
	}
	if k := b.books[who]; k != nil {
		return k
	}
	k = &book{gate: make(chan struct{}, 1)}
	b.books[who] = k
	return k
}

// load reads the book once. A read that fails is tried again by the next reservation.
func (b *Budgets) load(ctx context.Context, who holder, k *book) error {
	if k.loaded.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	select {
	case k.gate <- struct{}{}:
		defer func() { <-k.gate }()
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
	if k.loaded.Load() {
		return nil
	}
	used, err := b.stored(ctx, who)
	if err != nil {
		return unavailable(err)
	}
	k.mu.Lock()
	k.ledger = ledger.NewBook(used)
	k.mu.Unlock()
	k.loaded.Store(true)
	return nil
}

func unavailable(cause error) error {
	return core.Wrap(cause, core.Unavailable, "errors.budget_unavailable", nil)
}

// reservation implements ledger.Reservation.
type reservation struct {
	book *book
	held ledger.Amounts
	done atomic.Bool
}

func (r *reservation) Settle(actual ledger.Amounts) {
	r.end(func(l *ledger.Book) { l.Settle(r.held, actual) })
}

func (r *reservation) Release() {
	r.end(func(l *ledger.Book) { l.Release(r.held) })
}

func (r *reservation) end(how func(*ledger.Book)) {
	if r.done.Swap(true) {
		return
	}
	r.book.mu.Lock()
	defer r.book.mu.Unlock()
	how(&r.book.ledger)
}
