package memory

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func said(passage int, score, near float64) candidate {
	c := candidate{passage: passage, score: score}
	c.features[FeatureCosinePassage] = near
	return c
}

func TestHowPassagesStand(t *testing.T) {
	t.Parallel()
	for name, candidates := range map[string][]candidate{ // the first passage stands above the second
		"the better sentence":                     {said(0, 2, .5), said(1, 1, .5)},
		"two as good as one":                      {said(0, 2, .5), said(0, 2, .5), said(1, 2, .5)},
		"one good above two that are less likely": {said(0, 2, .5), said(1, 1.4, .5), said(1, 1.3, .5)},
		"as a whole nearer to the question":       {said(0, 2, .6), said(1, 2, .5)},
	} {
		shares := standing(candidates, 2)
		if shares[0] <= shares[1] {
			t.Errorf("%s: %v", name, shares)
		}
	}
}

// Shares are shares whatever was weighed, and a passage never loses by a further sentence of its own.
func TestStandingIsShared(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		passages := rapid.IntRange(1, 5).Draw(t, "passages")
		one := rapid.Custom(func(t *rapid.T) candidate {
			return said(rapid.IntRange(0, passages-1).Draw(t, "passage"), rapid.Float64Range(-30, 30).Draw(t, "score"), 0.5)
		})
		candidates := rapid.SliceOfN(one, 1, 20).Draw(t, "candidates")
		before := standing(candidates, passages)
		sum := 0.0
		for _, share := range before {
			sum += share
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("shares sum to %v", sum)
		}
		further := one.Draw(t, "further")
		after := standing(append(candidates, further), passages)
		if after[further.passage] < before[further.passage]-1e-9 {
			t.Fatalf("passage %d fell from %v to %v", further.passage, before[further.passage], after[further.passage])
		}
	})
}
