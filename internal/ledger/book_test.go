package ledger_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/ledger"
)

var tomorrow = time.Date(2025, 3, 13, 0, 0, 0, 0, time.UTC)

func TestReserveRespectsLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		used, ask ledger.Amounts
		limits    ledger.Limits
		want      string // key of the refusal; "" when accepted
	}{
		"no limit":                                     {ask: ledger.Amounts{Tokens: 1 << 40}},
		"exactly what is left":                         {ledger.Amounts{Tokens: 60}, ledger.Amounts{Tokens: 40}, ledger.Limits{Tokens: 100}, ""},
		"one token too many":                           {ledger.Amounts{Tokens: 60}, ledger.Amounts{Tokens: 41}, ledger.Limits{Tokens: 100}, "errors.budget_exhausted"},
		"no token asked, none left":                    {ledger.Amounts{Tokens: 100}, ledger.Amounts{}, ledger.Limits{Tokens: 100}, ""},
		"limit lowered below use":                      {ledger.Amounts{Tokens: 100}, ledger.Amounts{Tokens: 1}, ledger.Limits{Tokens: 50}, "errors.budget_exhausted"},
		"energy not known beforehand, some left":       {ledger.Amounts{Millijoules: 9}, ledger.Amounts{}, ledger.Limits{Millijoules: 10}, ""},
		"energy not known beforehand, none left":       {ledger.Amounts{Millijoules: 10}, ledger.Amounts{}, ledger.Limits{Millijoules: 10}, "errors.energy_budget_exhausted"},
		"energy known beforehand, too much":            {ledger.Amounts{Millijoules: 5}, ledger.Amounts{Millijoules: 6}, ledger.Limits{Millijoules: 10}, "errors.energy_budget_exhausted"},
		"a negative amount would hand out allowance":   {ledger.Amounts{}, ledger.Amounts{Tokens: -1}, ledger.Limits{}, "errors.budget_amount"},
		"an amount that could overflow is not counted": {ledger.Amounts{}, ledger.Amounts{Tokens: math.MaxInt64}, ledger.Limits{}, "errors.budget_amount"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			book := ledger.NewBook(c.used)
			err := book.Reserve(c.ask, c.limits, tomorrow)
			if got := keyOf(err); got != c.want {
				t.Errorf("Reserve: %q, want %q", got, c.want)
			}
			if held := book.Reserved(); c.want != "" && held != (ledger.Amounts{}) {
				t.Errorf("a refusal set %v aside", held)
			}
		})
	}
}

func TestRefusalSaysWhatIsLeftAndUntilWhen(t *testing.T) {
	t.Parallel()
	book := ledger.NewBook(ledger.Amounts{Tokens: 70})
	err := core.AsError(book.Reserve(ledger.Amounts{Tokens: 31}, ledger.Limits{Tokens: 100}, tomorrow))
	if err.Code != core.Exhausted || err.Args["Left"] != int64(30) || err.Args["Renews"] != tomorrow {
		t.Errorf("refusal: %v %v", err.Code, err.Args)
	}
}

// Whatever the order of reservations, settlements and releases: the accounts sum to zero per asset, and
// settled use that stays within its reservation never takes a person past a limit.
func TestBookProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limits := ledger.Limits{Tokens: rapid.Int64Range(1, 1000).Draw(t, "limit")}
		book := ledger.NewBook(ledger.Amounts{Tokens: rapid.Int64Range(0, limits.Tokens).Draw(t, "before")})
		var open []ledger.Amounts
		takeOpen := func(t *rapid.T) ledger.Amounts {
			if len(open) == 0 {
				t.Skip("nothing is reserved")
			}
			a := open[0]
			open = open[1:]
			return a
		}
		t.Repeat(map[string]func(*rapid.T){
			"reserve": func(t *rapid.T) {
				a := ledger.Amounts{Tokens: rapid.Int64Range(-1, 400).Draw(t, "tokens")}
				if book.Reserve(a, limits, tomorrow) == nil {
					open = append(open, a)
				}
			},
			"settle": func(t *rapid.T) {
				a := takeOpen(t)
				book.Settle(a, ledger.Amounts{Tokens: rapid.Int64Range(0, a.Tokens).Draw(t, "actual")})
			},
			"release": func(t *rapid.T) { book.Release(takeOpen(t)) },
			"": func(t *rapid.T) {
				if book.Sum() != (ledger.Amounts{}) {
					t.Fatalf("accounts sum to %v", book.Sum())
				}
				var held int64
				for _, a := range open {
					held += a.Tokens
				}
				if book.Reserved().Tokens != held {
					t.Fatalf("reserved %d, open reservations hold %d", book.Reserved().Tokens, held)
				}
				if book.Used().Tokens+held > limits.Tokens {
					t.Fatalf("used %d and held %d pass the limit %d", book.Used().Tokens, held, limits.Tokens)
				}
			},
		})
	})
}

func keyOf(err error) string {
	if err == nil {
		return ""
	}
	return core.AsError(err).Key
}
