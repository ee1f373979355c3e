package memory

import (
	"math"
	"slices"
	"sort"
)

// ranked is what was found for a question: passages in their final order, and the sentences of the first of them, the
// likeliest answer first.
type ranked struct {
	hits       []hit
	passages   []StoredPassage // parallel to hits
	candidates []candidate
}

// ranked weighs the sentences of the best passages, and puts these passages in the order of what their sentences say:
// a passage is about as likely to answer as its sentences are together. Measured on each set, this finds the right passage
// first more often than the fused score alone.
func (a Analyzer) ranked(q *question, c calibration, hits []hit, passages []StoredPassage) ranked {
	r := ranked{hits: hits, passages: passages}
	if len(hits) == 0 {
		return r
	}
	r.candidates = a.weigh(q, hits, passages)
	c.score(r.candidates, len(hits))
	r.reorder(standing(r.candidates, min(len(hits), answerDepth)))
	sort.SliceStable(r.candidates, func(i, j int) bool { return r.candidates[i].score > r.candidates[j].score })
	return r
}

// constantsFor gives the constants that hold for what was found. Those for search by meaning were learned with multilingual-e5-small,
// which puts all texts that have anything in common above scaleFrom. Where the nearest passage is below, another model answered:
// it finds passages, and their words say which sentence answers and whether any does.
func constantsFor(q *question, hits []hit) calibration {
	nearest := 0.0
	for _, h := range hits {
		nearest = max(nearest, h.cosine)
	}
	return calibrated(q.vector != nil && nearest > scaleFrom)
}

// score scores the candidates, and fills the features that come from the scores of all.
func (c calibration) score(candidates []candidate, passages int) {
	features, scores, of := make([]*Features, len(candidates)), make([]float64, len(candidates)), make([]int, len(candidates))
	for i := range candidates {
		candidates[i].score = c.rank.logit(candidates[i].features)
		features[i], scores[i], of[i] = &candidates[i].features, candidates[i].score, candidates[i].passage
	}
	Contrast(features, of, scores, passages)
}

// How passages stand to each other, chosen on the questions that constants are learned from: the right passage is then more often
// among the first three on PIAF and on Semailles, and on the co-operatives by words; by meaning it is there for one question less.
const (
	together  = 0.8 // 1: sentences of a passage add up as chances do; below, its best sentence counts more than how many it has
	wholeNear = 2   // log-odds of the passage's own cosine, beyond what its sentences have of it
)

// standing gives each passage its share of the likelihood of all: of its sentences together, and of how near it is as a whole.
func standing(candidates []candidate, passages int) []float64 {
	first := math.Inf(-1)
	for _, c := range candidates {
		first = max(first, c.score)
	}
	shares, near := make([]float64, passages), make([]float64, passages)
	for _, c := range candidates {
		shares[c.passage] += math.Exp((c.score - first) / together)
		near[c.passage] = c.features[FeatureCosinePassage]
	}
	all := 0.0
	for i := range shares {
		shares[i] = math.Pow(shares[i], together) * math.Exp(wholeNear*near[i])
		all += shares[i]
	}
	for i := range shares {
		shares[i] /= max(all, math.SmallestNonzeroFloat64)
	}
	return shares
}

// Contrast fills the features that sentences get from how all of them were scored.
func Contrast(features []*Features, passage []int, scores []float64, passages int) {
	shares, best := make([]float64, passages), make([]float64, passages)
	for i := range best {
		best[i] = math.Inf(-1)
	}
	sum := 0.0
	for i, score := range scores {
		best[passage[i]] = max(best[passage[i]], score)
		sum += score
	}
	first, second := twoBest(best)
	all := 0.0
	for i, score := range scores {
		share := math.Exp(score - first)
		shares[passage[i]] += share
		all += share
	}
	for i := range shares {
		shares[i] /= max(all, 1)
	}
	mean := sum / max(1, float64(len(scores)))
	for i, f := range features {
		other := first
		if best[passage[i]] == first {
			other = max(second, mean)
		}
		f[FeatureScore], f[FeatureShare] = scores[i]/10, shares[passage[i]]
		f[FeatureAbove], f[FeatureMargin] = (scores[i]-mean)/10, (scores[i]-other)/10
	}
}

func twoBest(all []float64) (first, second float64) {
	first, second = math.Inf(-1), math.Inf(-1)
	for _, x := range all {
		first, second = max(first, x), max(second, min(first, x))
	}
	return first, second
}

// reorder puts the passages that were weighed in the order of their shares; the others follow as they were.
func (r *ranked) reorder(shares []float64) {
	order := make([]int, len(shares))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return shares[order[i]] > shares[order[j]] })
	hits, passages := slices.Clone(r.hits), slices.Clone(r.passages)
	place := make([]int, len(order))
	for to, from := range order {
		r.hits[to], r.passages[to] = hits[from], passages[from]
		r.hits[to].score = shares[from]
		place[from] = to
	}
	least := r.hits[len(order)-1].score
	for i := len(order); i < len(r.hits); i++ {
		r.hits[i].score *= least // they come after, in their own order
	}
	for i := range r.candidates {
		r.candidates[i].passage = place[r.candidates[i].passage]
	}
}
