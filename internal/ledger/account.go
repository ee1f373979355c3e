package ledger

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Kind says what an account holds.
type Kind string

// The kinds that are stored. Reservations live in memory only: see Book.
const (
	Allowance Kind = "allowance" // of an organisation; Person is empty
	Used      Kind = "used"      // of a person
)

// Account is one line of the ledger: one kind, one day.
type Account struct {
	Kind         Kind
	Organisation core.ID
	Person       core.ID
	Day          time.Time // midnight, UTC
}

// Entry adds amounts, which may be negative, to an account.
type Entry struct {
	Account Account
	Amounts Amounts
}

// maxAmount bounds one amount, so that no sum of believable figures overflows.
const maxAmount = int64(1) << 50

// DayOf returns the UTC day of an instant.
func DayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// AmountsOf says what a record costs its person: nothing when the request was refused, nothing in energy
// when the figure is unknown.
func AmountsOf(r audit.Record) Amounts {
	if r.Outcome == audit.Blocked {
		return Amounts{}
	}
	a := Amounts{Tokens: clamp(int64(r.PromptTokens)) + clamp(int64(r.OutputTokens))}
	if r.Energy.Joules != nil {
		a.Millijoules = millijoules(*r.Energy.Joules)
	}
	return a
}

func millijoules(joules float64) int64 {
	mj := math.Round(joules * 1000)
	if !(mj > 0) { // a NaN too
		return 0
	}
	return int64(min(mj, float64(maxAmount)))
}

func clamp(n int64) int64 { return min(max(n, 0), maxAmount) }

// Post turns records into the entries that they mean, one per account, sorted. A record that appears
// twice in the batch counts once. The entries sum to zero in each asset.
func Post(records []audit.Record) []Entry {
	seen := make(map[core.ID]bool, len(records))
	sums := map[Account]Amounts{}
	for _, r := range records {
		amounts := AmountsOf(r)
		if seen[r.ID] || amounts == (Amounts{}) {
			continue
		}
		seen[r.ID] = true
		day := DayOf(r.Time)
		transfer(sums, Account{Allowance, r.Organisation, "", day}, Account{Used, r.Organisation, r.Person, day}, amounts)
	}
	entries := make([]Entry, 0, len(sums))
	for account, amounts := range sums {
		entries = append(entries, Entry{account, amounts})
	}
	slices.SortFunc(entries, func(a, b Entry) int { return a.Account.compare(b.Account) })
	return entries
}

func transfer(sums map[Account]Amounts, from, to Account, a Amounts) {
	sums[from] = sums[from].minus(a)
	sums[to] = sums[to].plus(a)
}

func (a Account) compare(b Account) int {
	return cmp.Or(
		a.Day.Compare(b.Day),
		cmp.Compare(a.Organisation, b.Organisation),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Person, b.Person),
	)
}

func (a Amounts) plus(b Amounts) Amounts {
	return Amounts{a.Tokens + b.Tokens, a.Millijoules + b.Millijoules}
}

func (a Amounts) minus(b Amounts) Amounts {
	return Amounts{a.Tokens - b.Tokens, a.Millijoules - b.Millijoules}
}
