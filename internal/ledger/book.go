package ledger

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Book is the accounts of one person on one day, as a process sees them. Its three balances always sum
// to zero in each asset. The zero Book is a day on which nothing was used. Not safe for concurrent use.
type Book struct {
	allowance Amounts
	reserved  Amounts
	used      Amounts
}

// NewBook opens a book on which the given amounts were already used.
func NewBook(used Amounts) Book {
	return Book{allowance: Amounts{}.minus(used), used: used}
}

// Reserve sets amounts aside. It refuses with core.Exhausted, changing nothing, when a limit would be
// passed; renews is when the limits start afresh.
//
// Energy is rarely known beforehand: asking for none of it is refused too once none is left, while a
// request that needs no token never runs out of tokens.
func (b *Book) Reserve(a Amounts, limits Limits, renews time.Time) error {
	if a.Tokens < 0 || a.Millijoules < 0 || a.Tokens > maxAmount || a.Millijoules > maxAmount {
		return core.E(core.Invalid, "errors.budget_amount", nil)
	}
	left := b.left(limits)
	if limits.Tokens > 0 && a.Tokens > left.Tokens && a.Tokens > 0 {
		return core.E(core.Exhausted, "errors.budget_exhausted", core.Args{
			"Left": max(left.Tokens, 0), "Asked": a.Tokens, "Limit": limits.Tokens, "Renews": renews,
		})
	}
	if limits.Millijoules > 0 && (a.Millijoules > left.Millijoules || left.Millijoules <= 0) {
		return core.E(core.Exhausted, "errors.energy_budget_exhausted", core.Args{
			"Left": joules(max(left.Millijoules, 0)), "Limit": joules(limits.Millijoules), "Renews": renews,
		})
	}
	move(&b.allowance, &b.reserved, a)
	return nil
}

// Settle ends a reservation of the given amounts with what was really used.
func (b *Book) Settle(reserved, actual Amounts) {
	b.Release(reserved)
	move(&b.allowance, &b.used, Amounts{clamp(actual.Tokens), clamp(actual.Millijoules)})
}

// Release ends a reservation of the given amounts; nothing was used.
func (b *Book) Release(reserved Amounts) { move(&b.reserved, &b.allowance, reserved) }

// Used is what was settled.
func (b *Book) Used() Amounts { return b.used }

// Reserved is what is set aside.
func (b *Book) Reserved() Amounts { return b.reserved }

// Sum adds the accounts up: zero in each asset.
func (b *Book) Sum() Amounts { return b.allowance.plus(b.reserved).plus(b.used) }

// left is what the limits still allow; negative when more was used than is allowed now.
func (b *Book) left(limits Limits) Amounts {
	return Amounts{limits.Tokens, limits.Millijoules}.minus(b.used).minus(b.reserved)
}

// move is the only way a balance changes.
func move(from, to *Amounts, a Amounts) {
	*from = from.minus(a)
	*to = to.plus(a)
}

func joules(mj int64) float64 { return float64(mj) / 1000 }
