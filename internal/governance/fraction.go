package governance

import "math/big"

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
