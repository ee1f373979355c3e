package memory

import (
	"math"
	"slices"
)

// Verdict says what became of a question set between two measurements.
type Verdict string

// The verdicts.
const (
	Better Verdict = "better"
	Worse  Verdict = "worse"
	Same   Verdict = "same" // as many gained as lost
)

// Comparison holds a measurement against an earlier one, question by question. Only questions that both asked, with the
// same right answer, are compared.
type Comparison struct {
	Common      int        `json:"common"`
	RightBefore int        `json:"right_before"`
	RightAfter  int        `json:"right_after"`
	Gained      []Measured `json:"gained"` // wrong before, right now
	Lost        []Measured `json:"lost"`
	Fresh       int        `json:"fresh"` // asked now only, or with another right answer
	Gone        int        `json:"gone"`  // asked before only
	Verdict     Verdict    `json:"verdict"`
	// Chance is how often a coin, thrown for each question that changed, would give a difference at least as large.
	Chance  float64  `json:"chance"`
	Changed []Change `json:"changed"` // what differs in the setting
}

// Change names a part of the setting that differs.
type Change struct {
	What   string `json:"what"` // "model", "by_meaning", "constants", "version", "documents", "passages"
	Before any    `json:"before"`
	After  any    `json:"after"`
}

// sureBelow is the chance under which a difference is no longer called one that may be chance.
const sureBelow = 0.05

// Sure reports whether the difference is more than chance would give.
func (c Comparison) Sure() bool { return c.Chance < sureBelow }

// Compare holds after against before.
func Compare(before, after Measurement) Comparison {
	c := Comparison{Gained: []Measured{}, Lost: []Measured{}, Changed: changes(before, after)}
	asked := map[string]Measured{}
	for _, q := range before.Questions {
		asked[q.ID+"\x00"+q.Expected] = q
	}
	for _, now := range after.Questions {
		then, ok := asked[now.ID+"\x00"+now.Expected]
		if !ok {
			c.Fresh++
			continue
		}
		c.add(then, now)
	}
	c.Gone = len(asked) - c.Common
	switch gained, lost := len(c.Gained), len(c.Lost); {
	case gained > lost:
		c.Verdict = Better
	case gained < lost:
		c.Verdict = Worse
	default:
		c.Verdict = Same
	}
	c.Chance = coin(len(c.Gained), len(c.Lost))
	return c
}

func (c *Comparison) add(then, now Measured) {
	c.Common++
	if then.Right {
		c.RightBefore++
	}
	if now.Right {
		c.RightAfter++
	}
	switch {
	case now.Right && !then.Right:
		c.Gained = append(c.Gained, now)
	case then.Right && !now.Right:
		c.Lost = append(c.Lost, now)
	}
}

func changes(before, after Measurement) []Change {
	a, b := before.Setting, after.Setting
	all := []Change{
		{"model", a.Model, b.Model}, {"by_meaning", a.ByMeaning, b.ByMeaning}, {"constants", a.Constants, b.Constants},
		{"version", a.Version, b.Version}, {"documents", a.Documents, b.Documents}, {"passages", a.Passages, b.Passages},
	}
	return slices.DeleteFunc(all, func(c Change) bool { return c.Before == c.After })
}

// coin is the exact two-sided sign test: the chance of a split at least this uneven when each side is as likely.
func coin(gained, lost int) float64 {
	n, k := gained+lost, min(gained, lost)
	if n == 0 {
		return 1
	}
	factorial, _ := math.Lgamma(float64(n + 1))
	sum := 0.0
	for i := range k + 1 {
		a, _ := math.Lgamma(float64(i + 1))
		b, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(factorial - a - b - float64(n)*math.Ln2)
	}
	return min(1, 2*sum)
}
