package governance

import (
	"math/big"
	"slices"
	"strings"
)

// Count is what one class said. Which of the fields are filled depends on the method. Figures are sums of
// the electors' weights.
type Count struct {
	Class     string    `json:"class"`
	Roll      int64     `json:"roll"`
	Cast      int64     `json:"cast"`
	Yes       int64     `json:"yes"`
	No        int64     `json:"no"` // or objections
	Abstained int64     `json:"abstained"`
	Approvals []int64   `json:"approvals,omitempty"` // by option
	Grades    [][]int64 `json:"grades,omitempty"`    // by option, by grade
	Pairs     [][]int64 `json:"pairs,omitempty"`     // how many rank the row's option before the column's
}

// count sorts votes by class. The votes have been checked.
func count(b Ballot, roll Roll, votes []Vote) []Count {
	byClass := map[string]*Count{}
	for _, e := range roll.electors {
		c := byClass[e.Class]
		if c == nil {
			c = newCount(b, e.Class)
			byClass[e.Class] = c
		}
		c.Roll += e.Weight
	}
	for _, v := range votes {
		e, _ := roll.Find(v.Voice())
		byClass[e.Class].add(b, v.Choice, e.Weight)
	}
	out := make([]Count, 0, len(byClass))
	for _, c := range byClass {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Count) int { return strings.Compare(a.Class, b.Class) })
	return out
}

func newCount(b Ballot, class string) *Count {
	c := &Count{Class: class}
	switch b.Method {
	case Approval:
		c.Approvals = make([]int64, b.Options)
	case MajorityJudgment:
		c.Grades = table(b.Options, Grades)
	case Ranked:
		c.Pairs = table(b.Options, b.Options)
	}
	return c
}

func table(rows, columns int) [][]int64 {
	t := make([][]int64, rows)
	for i := range t {
		t[i] = make([]int64, columns)
	}
	return t
}

func (c *Count) add(b Ballot, choice Choice, weight int64) {
	c.Cast += weight
	switch {
	case choice.abstains():
		c.Abstained += weight
		return
	case choice.Answer == Yes:
		c.Yes += weight
	case choice.Answer != "":
		c.No += weight
	}
	for _, option := range choice.Approved {
		c.Approvals[option] += weight
	}
	for option, grade := range choice.Grades {
		c.Grades[option][grade] += weight
	}
	for one, place := range choice.Ranks {
		for other, place2 := range choice.Ranks {
			if place < place2 {
				c.Pairs[one][other] += weight
			}
		}
	}
}

// On is what shares of this class are shares of, on a base.
func (c Count) On(b Base) int64 {
	switch b {
	case BaseRoll:
		return c.Roll
	case BaseCast:
		return c.Cast
	}
	return c.Cast - c.Abstained
}

// weigher turns figures of classes into figures of all, as integers: each class is multiplied by its weight
// over its own total, brought to one denominator. Without weights every class is multiplied by one.
type weigher struct {
	counts []Count
	by     []*big.Int
	whole  *big.Int // the sum of all, where every voice agrees
}

// newWeigher prepares the sum. A class where nobody stands on the base has no share to give, and its weight
// counts on neither side.
func newWeigher(counts []Count, weights []Weight, base Base) weigher {
	w := weigher{counts: counts, whole: new(big.Int)}
	common := big.NewInt(1)
	if len(weights) > 0 {
		for _, c := range counts {
			if n := c.On(base); n > 0 {
				common = lcm(common, big.NewInt(n))
			}
		}
	}
	for _, c := range counts {
		n, by := c.On(base), big.NewInt(1)
		if len(weights) > 0 {
			by = new(big.Int)
			if n > 0 {
				by.Mul(big.NewInt(partsOf(weights, c.Class)), new(big.Int).Div(common, big.NewInt(n)))
			}
		}
		w.by = append(w.by, by)
		w.whole.Add(w.whole, new(big.Int).Mul(by, big.NewInt(n)))
	}
	return w
}

// sum adds one figure of every class, weighed.
func (w weigher) sum(figure func(Count) int64) *big.Int {
	total := new(big.Int)
	for i, c := range w.counts {
		total.Add(total, new(big.Int).Mul(w.by[i], big.NewInt(figure(c))))
	}
	return total
}

func partsOf(weights []Weight, class string) int64 {
	for _, w := range weights {
		if w.Class == class {
			return w.Parts
		}
	}
	return 0
}

func lcm(a, b *big.Int) *big.Int {
	gcd := new(big.Int).GCD(nil, nil, a, b)
	return new(big.Int).Mul(a, new(big.Int).Div(b, gcd))
}
