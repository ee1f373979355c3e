package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// example is one question put to one memory: the sentences that could answer, and which of them do.
type example struct {
	set        string
	part       int // of cross-validation: questions about one article of PIAF are never on both sides
	reported   bool
	answerable bool
	weight     float64
	candidates []memory.Features
	right      []bool
	passage    []int // of each candidate
}

// parts is how many times learning is repeated, each time without one part of the questions, to report that part.
const parts = 4

// The weight of a question on a co-operative, beside one of PIAF: documents of co-operatives are what the product is for, and questions on them are few.
const coopWeight = 12

// collect puts each question of a set that has exact words for an answer, and some again with their document hidden: then
// nothing answers.
func collect(ctx context.Context, service *memory.Service, s set, every int) ([]example, error) {
	var out []example
	for i, q := range s.thinned(every).questions {
		if q.gold == "" && len(q.files) > 0 {
			continue
		}
		e := example{set: s.name, part: q.article % parts, reported: !s.learning && s.name != "piaf" && !q.learning(), weight: 1}
		if s.name != "piaf" {
			e.weight = coopWeight
		}
		asked, err := e.put(ctx, service, s, q, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, asked)
		if s.name == "piaf" && i%3 == 0 {
			if asked, err = e.put(ctx, service, s, q, s.ids(q)); err != nil {
				return nil, err
			}
			out = append(out, asked)
		}
	}
	return out, nil
}

func (e example) put(ctx context.Context, service *memory.Service, s set, q query, hide []core.ID) (example, error) {
	seen, err := service.Explain(ctx, memory.Query{Organisation: s.organisation, Text: q.text, Limit: 20}, hide...)
	e.answerable = len(q.files) > 0 && hide == nil
	for _, c := range seen.Candidates {
		hit := seen.Hits[c.Passage]
		e.candidates, e.passage = append(e.candidates, c.Features), append(e.passage, c.Passage)
		e.right = append(e.right, e.answerable && slices.Contains(q.files, hit.Name) && q.rightSentence(c))
	}
	return e, err
}

// rightSentence tells a sentence that holds the beginning of the answer where its place is known, else its words.
func (q query) rightSentence(c memory.Weighed) bool {
	if q.kind == "piaf" {
		return c.Start <= q.at && q.at < c.End
	}
	return holds(c.Text, q.gold)
}

// model is what learning finds: how to order sentences, and when the first of them is an answer.
type model struct {
	rank, found weights
	accept      float64 // the least chance at which an answer is given
}

// weights are a bias and one factor for each feature.
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

// supposed is what learning starts from and is drawn towards: a heading or a question in a text is seldom an answer, and a
// passage in the other language is nearer than its cosine says. The data has few such cases.
func supposed() weights {
	return weights{w: memory.Features{memory.FeatureHeading: -1.5, memory.FeatureIndirect: -2, memory.FeatureForeign: -1}}
}

const (
	rankRounds  = 250
	foundRounds = 600
	ridge       = 0.002
)

// ordering are the features that sentences are ordered by: all but those that are the same for every sentence there is.
func ordering(byMeaning bool) []int {
	var out []int
	for k := range memory.FeatureScore {
		switch k {
		case memory.FeatureGap, memory.FeatureUnknown, memory.FeatureFocusMissing:
		case memory.FeatureCosine, memory.FeatureCosinePassage, memory.FeatureCosineBefore, memory.FeatureNearest:
			if byMeaning {
				out = append(out, k)
			}
		default:
			out = append(out, k)
		}
	}
	return out
}

// telling are the features that silence is learned from: how sure the order is, how far what came first stands above the rest of
// what was searched, and what of the question nothing holds.
func telling(byMeaning bool) []int {
	out := []int{memory.FeatureScore, memory.FeatureShare, memory.FeatureAbove, memory.FeatureMargin, memory.FeatureGap, memory.FeatureUnknown,
		memory.FeatureNameMissing, memory.FeatureDayMissing, memory.FeatureFocusMissing, memory.FeatureCoverPassage, memory.FeatureForeign}
	if byMeaning {
		out = append(out, memory.FeatureCosine, memory.FeatureCosinePassage, memory.FeatureCosineApart, memory.FeaturePassageApart)
	}
	return out
}

// learnRank makes right sentences likelier than the others of their question (conditional logit).
func learnRank(all []example, byMeaning bool) weights {
	w := supposed()
	prior, step, columns := w, newAdam(), ordering(byMeaning)
	for range rankRounds {
		var gradient weights
		total := 0.0
		for _, e := range all {
			if !slices.Contains(e.right, true) {
				continue
			}
			total += e.weight
			every, right := w.shares(e)
			for i, f := range e.candidates {
				if pull := e.weight * (right[i] - every[i]); math.Abs(pull) > 1e-6 {
					for _, k := range columns {
						gradient.w[k] += pull * f[k]
					}
				}
			}
		}
		step.climb(&w, prior, gradient, total, columns)
	}
	return w
}

// shares gives each candidate's probability, among all and among the right ones.
func (w weights) shares(e example) (every, right []float64) {
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
		right[i] /= max(sumRight, 1e-300)
	}
	return every, right
}

// A row is an example with the sentence that an order puts first.
type row struct {
	example
	best     int // -1: nothing was found
	features memory.Features
	rank     weights // that ordered it
}

// first puts an example in order: the likeliest sentence, with how likely it is as features.
func (w weights) first(e example) row {
	out := row{example: e, best: -1, rank: w}
	features, scores := make([]*memory.Features, len(e.candidates)), make([]float64, len(e.candidates))
	passages := 0
	for i, f := range e.candidates {
		features[i], scores[i] = &f, w.logit(f)
		passages = max(passages, e.passage[i]+1)
		if out.best < 0 || scores[i] > scores[out.best] {
			out.best = i
		}
	}
	if out.best >= 0 {
		memory.Contrast(features, e.passage, scores, passages)
		out.features = *features[out.best]
	}
	return out
}

// near tells that a right sentence stands in the passage of a candidate: what is quoted then leads to it.
func (e example) near(candidate int) bool {
	for i, r := range e.right {
		if r && e.passage[i] == e.passage[candidate] {
			return true
		}
	}
	return false
}

// encyclopedic is what a question of PIAF counts beside others for silence: its paragraphs, when one is hidden, leave others on
// the same article, and its questions take up their paragraph's words as nobody does who asks an organisation's memory.
const encyclopedic = 0.1

// learnFound learns the chance that the documents answer, from what comes first (logistic regression).
func learnFound(rows []row, byMeaning bool) weights {
	var w weights
	step, columns := newAdam(), telling(byMeaning)
	for range foundRounds {
		var gradient weights
		total := 0.0
		for _, r := range rows {
			if r.best < 0 {
				continue
			}
			weight := r.weight
			if r.set == "piaf" {
				weight *= encyclopedic
			}
			miss := weight * (float64(count(r.answerable)) - logistic(w.logit(r.features)))
			total += weight
			gradient.bias += miss
			for _, k := range columns {
				gradient.w[k] += miss * r.features[k]
			}
		}
		step.climb(&w, weights{}, gradient, total, columns)
	}
	return w
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// adam climbs a gradient with a step of its own for each weight, drawn towards a prior.
type adam struct {
	n            float64
	mean, spread [len(memory.Features{}) + 1]float64
}

func newAdam() *adam { return &adam{} }

func (a *adam) climb(w *weights, prior, gradient weights, total float64, columns []int) {
	a.n++
	one := func(i int, x *float64, g float64) {
		a.mean[i] = 0.9*a.mean[i] + 0.1*g
		a.spread[i] = 0.999*a.spread[i] + 0.001*g*g
		m, v := a.mean[i]/(1-math.Pow(0.9, a.n)), a.spread[i]/(1-math.Pow(0.999, a.n))
		*x += 0.05 * m / (math.Sqrt(v) + 1e-8)
	}
	one(0, &w.bias, gradient.bias/max(total, 1))
	for _, k := range columns {
		one(k+1, &w.w[k], gradient.w[k]/max(total, 1)-ridge*(w.w[k]-prior.w[k]))
	}
}

// without leaves out one part, and with it every question that is reported and never learned from.
func without(all []example, part int) []example {
	return slices.DeleteFunc(slices.Clone(all), func(e example) bool { return e.reported || e.part == part })
}

func summary(name string, n, all int) string {
	return fmt.Sprintf("%s %d/%d (%.3f)", name, n, all, float64(n)/float64(max(all, 1)))
}
