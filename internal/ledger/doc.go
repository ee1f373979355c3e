// Package ledger keeps accounts in integers, per asset, summing to zero: today token and energy
// budgets. A budget is reserved before an engine is called and settled after, so that requests that
// arrive together cannot overspend together.
//
// Every change is a transfer: what leaves one account enters another. Three kinds of accounts stand
// behind a budget, for each UTC day:
//
//	allowance  of the organisation: goes below zero by what its people took from it
//	reserved   of a person: set aside for requests under way, gone with the process
//	used       of a person: settled
//
// The journal of this ledger is the audit log: Post turns records into entries, and the stored
// balances are nothing but their sum. A record counts on the day it arrived; a reservation on the day it
// was made.
//
// Promises: an accepted reservation never takes a person past a limit, however many arrive at once; what
// was really used may then be more than was reserved, and is counted as it is. A process counts its own
// requests and what was stored before its first; several processes on one database do not see each
// other's open requests, so together they can pass a limit.
package ledger
