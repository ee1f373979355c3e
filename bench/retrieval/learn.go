package main

import (
	"context"
	"fmt"
	"math"
	"sort"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// example is one question put to one corpus: the candidate sentences and which of them are right.
type example struct {
	set        string
	kind       string // "" answerable; "hidden": its document was hidden; "none": it has none
	learning   bool
	candidates []memory.Features
	right      []bool
	passage    []int // of each candidate
	weight     float64
}

// collect asks each question of a set, and again with its document hidden: then no sentence is right.
func collect(ctx context.Context, service *memory.Service, s set) ([]example, error) {
	var out []example
	for i, q := range s.questions {
		if q.gold == "" && len(q.files) > 0 {
			continue
		}
		weight := 1.0
		if s.name != "piaf" {
			weight = 12 // documents of co-operatives are what the product is for
		}
		kind := ""
		if len(q.files) == 0 {
			kind = "none"
		}
		e, err := weigh(ctx, service, s, q, nil)
		if err != nil {
			return nil, err
		}
		e.kind, e.weight = kind, weight
		out = append(out, e)
		if kind == "" && (s.name != "piaf" || i%3 == 0) {
			e, err := weigh(ctx, service, s, q, s.ids(q))
			if err != nil {
				return nil, err
			}
			e.kind, e.weight = "hidden", weight
			out = append(out, e)
		}
	}
	return out, nil
}

func weigh(ctx context.Context, service *memory.Service, s set, q query, hide []core.ID) (example, error) {
	ev, err := service.Explain(ctx, memory.Query{Organisation: s.organisation, Text: q.text, Limit: 20}, hide...)
	e := example{set: s.name, learning: q.learning()}
	for _, c := range ev.Candidates {
		e.candidates = append(e.candidates, c.Features)
		e.passage = append(e.passage, c.Passage)
		e.right = append(e.right, q.gold != "" && hide == nil && holds(c.Text, q.gold))
	}
	return e, err
}

// weights are a bias and one factor per feature.
type weights struct {
	bias float64
	w    memory.Features
}

func (w weights) logit(f memory.Features) float64 {
	sum := w.bias
	for i, x := range f {
		sum += w.w[i] * x
	}
	return sum
}

// learn prints the weights for ranking and for telling found from not found, and how both do on
// the other half.
func learn(all []example) {
	rank := learnRank(all)
	fmt.Println("rank weights:")
	printWeights(rank)
	found := learnFound(all, rank)
	fmt.Println("found weights:")
	printWeights(found)
	report(all, rank, found)
}

func printWeights(w weights) {
	fmt.Printf("  bias %.2f, features {", w.bias)
	for i, x := range w.w {
		if i > 0 {
			fmt.Print(", ")
		}
		fmt.Printf("%.2f", x)
	}
	fmt.Println("}")
}

const (
	rounds = 400
	ridge  = 0.002
)

// telling are the features that silence is learned from: those that say how much of the question the
// best sentence and its passage hold. The others order sentences and say nothing of that.
func telling() []int {
	return []int{
		memory.FeatureCover, memory.FeatureCoverNear, memory.FeatureCoverPassage, memory.FeatureCosine, memory.FeatureCosinePassage,
		memory.FeatureRare, memory.FeaturePhrase, memory.FeatureFactMissing, memory.FeatureLittle,
	}
}

// learnRank makes right sentences likelier than the others of their question (conditional logit).
func learnRank(all []example) weights {
	var w weights
	step := newAdam()
	for range rounds {
		var gradient weights
		total := 0.0
		for _, e := range all {
			if !e.learning || e.kind != "" || !hasRight(e) {
				continue
			}
			total += e.weight
			every, right := shares(w, e)
			for i, f := range e.candidates {
				for k := range f {
					gradient.w[k] += e.weight * (right[i] - every[i]) * f[k]
				}
			}
		}
		step.climb(&w, gradient, total)
	}
	return w
}

func hasRight(e example) bool {
	for _, r := range e.right {
		if r {
			return true
		}
	}
	return false
}

// shares gives each candidate's probability, among all and among the right ones.
func shares(w weights, e example) (every, right []float64) {
	every, right = make([]float64, len(e.candidates)), make([]float64, len(e.candidates))
	top := math.Inf(-1)
	for i, f := range e.candidates {
		every[i] = w.logit(f)
		top = max(top, every[i])
	}
	sum, sumRight := 0.0, 0.0
	for i := range every {
		every[i] = math.Exp(every[i] - top)
		sum += every[i]
		if e.right[i] {
			right[i] = every[i]
			sumRight += every[i]
		}
	}
	for i := range every {
		every[i] /= sum
		right[i] /= sumRight
	}
	return every, right
}

// near tells that the right sentence stands in the passage of a candidate: what is quoted then leads to it.
func (e example) near(candidate int) bool {
	for i, r := range e.right {
		if r && e.passage[i] == e.passage[candidate] {
			return true
		}
	}
	return false
}

// learnFound learns the chance that the best sentence stands in a right passage (logistic regression).
// A co-operative's question with its document hidden is left out: its other years often answer it too.
func learnFound(all []example, rank weights) weights {
	var w weights
	step := newAdam()
	for range rounds * 4 {
		var gradient weights
		total := 0.0
		for _, e := range all {
			if !e.learning || len(e.candidates) == 0 || (e.kind == "hidden" && e.set != "piaf") {
				continue
			}
			best := bestOf(rank, e)
			f := e.candidates[best]
			target := 0.0
			if e.near(best) {
				target = 1
			}
			total += e.weight
			miss := e.weight * (target - 1/(1+math.Exp(-w.logit(f))))
			gradient.bias += miss
			for _, k := range telling() {
				gradient.w[k] += miss * f[k]
			}
		}
		step.climb(&w, gradient, total)
	}
	return w
}

func bestOf(w weights, e example) int {
	best := 0
	for i, f := range e.candidates {
		if w.logit(f) > w.logit(e.candidates[best]) {
			best = i
		}
	}
	return best
}

// adam climbs a gradient with a step of its own for each weight.
type adam struct {
	n            float64
	mean, spread [32]float64
}

func newAdam() *adam { return &adam{} }

func (a *adam) climb(w *weights, gradient weights, total float64) {
	a.n++
	one := func(i int, x *float64, g float64) {
		g /= max(total, 1)
		if i > 0 {
			g -= ridge * *x // the bias is free
		}
		a.mean[i] = 0.9*a.mean[i] + 0.1*g
		a.spread[i] = 0.999*a.spread[i] + 0.001*g*g
		m, v := a.mean[i]/(1-math.Pow(0.9, a.n)), a.spread[i]/(1-math.Pow(0.999, a.n))
		*x += 0.05 * m / (math.Sqrt(v) + 1e-8)
	}
	one(0, &w.bias, gradient.bias)
	for i := range w.w {
		one(i+1, &w.w[i], gradient.w[i])
	}
}

// report shows, per set on the half not learned from, how often the best sentence is right and what
// each threshold would answer.
func report(all []example, rank, found weights) {
	sets := map[string]bool{}
	for _, e := range all {
		sets[e.set] = true
	}
	var names []string
	for s := range sets {
		names = append(names, s)
	}
	sort.Strings(names)
	for _, s := range names {
		for _, learning := range []bool{true, false} {
			reportSet(all, s, learning, rank, found)
		}
	}
}

func reportSet(all []example, set string, learning bool, rank, found weights) {
	var right, held, n float64
	chances := map[string][]float64{}
	for _, e := range all {
		if e.set != set || e.learning != learning || len(e.candidates) == 0 {
			continue
		}
		best := bestOf(rank, e)
		kind := e.kind
		if kind == "" {
			n++
			if hasRight(e) {
				held++
			}
			switch {
			case e.right[best]:
				right++
				kind = "right"
			case e.near(best):
				kind = "near"
			default:
				kind = "wrong"
			}
		}
		chances[kind] = append(chances[kind], 1/(1+math.Exp(-found.logit(e.candidates[best]))))
	}
	half := "held out"
	if learning {
		half = "learned "
	}
	fmt.Printf("%-15s %s best sentence right %.3f of %d (in the candidates %.3f)\n", set, half, right/n, int(n), held/n)
	for _, t := range []float64{0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6} {
		fmt.Printf("    accept %.2f:", t)
		for _, k := range []string{"right", "near", "wrong", "hidden", "none"} {
			over := 0
			for _, c := range chances[k] {
				if c >= t {
					over++
				}
			}
			fmt.Printf("  %s %d/%d", k, over, len(chances[k]))
		}
		fmt.Println()
	}
}
