// Package ledger keeps accounts in integers, per asset, summing to zero: today token and energy
// budgets. A budget is reserved before an engine is called and settled after, so that requests that
// arrive together cannot overspend together.
package ledger
