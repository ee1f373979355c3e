package governance

import (
	"math/big"
	"strconv"
	"strings"
)

// Fraction is a share between 0 and 1, exact.
type Fraction struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

const maxDenominator = 1_000_000

func (f Fraction) valid() bool {
	return f.Den >= 1 && f.Den <= maxDenominator && f.Num >= 0 && f.Num <= f.Den
}

// absent reports a fraction that was left out.
func (f Fraction) absent() bool { return f == Fraction{} }

// reachedBy reports whether part is at least this share of whole, or more than it when strict. Nothing is
// reached out of nothing.
func (f Fraction) reachedBy(part, whole *big.Int, strict bool) bool {
	if whole.Sign() <= 0 {
		return false
	}
	left := new(big.Int).Mul(part, big.NewInt(f.Den))
	right := new(big.Int).Mul(whole, big.NewInt(f.Num))
	if strict {
		return left.Cmp(right) > 0
	}
	return left.Cmp(right) >= 0
}

// of gives the smallest whole number that reaches the share of n.
func (f Fraction) of(n int64, strict bool) int64 {
	least := new(big.Int).Mul(big.NewInt(n), big.NewInt(f.Num))
	if !strict {
		least.Add(least, big.NewInt(f.Den-1))
	}
	least.Div(least, big.NewInt(f.Den))
	if strict {
		least.Add(least, big.NewInt(1))
	}
	return least.Int64()
}

// share writes part of whole as a reduced fraction; "0" where there is nothing.
func share(part, whole *big.Int) string {
	if whole.Sign() == 0 {
		return "0"
	}
	return new(big.Rat).SetFrac(part, whole).RatString()
}

// String writes the share as people say it: 2/3. Nothing when it was left out.
func (f Fraction) String() string {
	if f.absent() {
		return ""
	}
	return strconv.FormatInt(f.Num, 10) + "/" + strconv.FormatInt(f.Den, 10)
}

// ParseFraction reads a share as people write it: 2/3, 25 %, 0,25 or 1. Nothing typed is a share left out.
func ParseFraction(text string) (Fraction, bool) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ",", ".").Replace(text)
	if text == "" {
		return Fraction{}, true
	}
	if len(text) > 20 || strings.Trim(text, "0123456789./%") != "" || strings.Count(text, "/") > 1 {
		return Fraction{}, false
	}
	exact, percent := strings.CutSuffix(text, "%")
	value, ok := new(big.Rat).SetString(exact)
	if !ok {
		return Fraction{}, false
	}
	if percent {
		value.Quo(value, big.NewRat(100, 1))
	}
	if !value.Num().IsInt64() || !value.Denom().IsInt64() {
		return Fraction{}, false
	}
	f := Fraction{Num: value.Num().Int64(), Den: value.Denom().Int64()}
	return f, f.valid()
}
