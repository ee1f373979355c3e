package memory

import (
	"math"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// How much of a question's words is held, by sentences, passages and their headings.

// coverHere fills what the words of a question are worth among the sentences at hand: those that every sentence of an article
// about assemblies has do not tell one of them from another.
func (q *question) coverHere(all []candidate) {
	weights, total := make([]float64, len(q.concepts)), 0.0
	for i := range q.concepts {
		holders := 0
		for _, c := range all {
			if c.held&(1<<i) != 0 {
				holders++
			}
		}
		weights[i] = math.Log(1 + float64(len(all))/(float64(holders)+0.5))
		if holders > 0 {
			total += weights[i]
		}
	}
	for n := range all {
		for i, w := range weights {
			if all[n].held&(1<<i) != 0 {
				all[n].features[FeatureCoverHere] += w / total
			}
		}
	}
}

// cover is the share of the question's weight that the sets hold.
func (q *question) cover(sets ...map[string]bool) float64 { return q.share(q.concepts, sets...) }

// share is the share of the weight of concepts that the sets hold.
func (q *question) share(concepts []concept, sets ...map[string]bool) float64 {
	got, all := 0.0, 0.0
	for _, c := range concepts {
		w := q.stats.weight(c)
		all += w
		if c.in(sets...) {
			got += w
		}
	}
	if all == 0 {
		return 0
	}
	return got / all
}

// coverByKin is the share of the question's weight in words that the sets lack, and for which they have one that stands for it.
func (q *question) coverByKin(sets ...map[string]bool) float64 {
	got, all := 0.0, 0.0
	for _, word := range q.sought {
		all += word.weight
		if !word.own.in(sets...) && word.kin.in(sets...) {
			got += word.weight
		}
	}
	if all == 0 {
		return 0
	}
	return got / all
}

// holds tells which of the question's words a set has, a bit each: a question has at most maxConcepts.
func (q *question) holds(set map[string]bool) (bits uint64) {
	for i, c := range q.concepts {
		if c.in(set) {
			bits |= 1 << i
		}
	}
	return bits
}

// rareHeld is 1 when the question's weightiest word is held.
func (q *question) rareHeld(set map[string]bool) float64 {
	var rare concept
	most := -1.0
	for _, c := range q.concepts {
		if w := q.stats.weight(c); w > most {
			rare, most = c, w
		}
	}
	if rare.in(set) {
		return 1
	}
	return 0
}

// gap is the weight of the heaviest word that is not held, beside that of a word that nothing holds.
func (q *question) gap(sets ...map[string]bool) float64 {
	heaviest := 0.0
	for _, c := range q.concepts {
		if !c.in(sets...) {
			heaviest = max(heaviest, q.stats.weight(c))
		}
	}
	return heaviest / q.stats.heaviest()
}

// unknownShare is the share of the question's weight in words that no passage of the organisation holds.
func (q *question) unknownShare() float64 {
	nowhere, all := 0.0, 0.0
	for _, c := range q.concepts {
		w := q.stats.weight(c)
		all += w
		if !q.known(c) {
			nowhere += w
		}
	}
	if all == 0 {
		return 0
	}
	return nowhere / all
}

// phrases is the share of the question's neighbouring words that are neighbours in the sentence too.
// Small words count here, though little: « plus de 25 000 $ » is not « de 5 000 $ à 25 000 $ ».
func (q *question) phrases(sentence []token) float64 {
	held := map[[2]string]bool{}
	before := ""
	for _, t := range sentence {
		word := stemPrefix(t.word)
		held[[2]string{before, word}] = true
		before = word
	}
	found, all := 0.0, 0.0
	for pair, weight := range q.pairs {
		all += weight
		if held[pair] {
			found += weight
		}
	}
	if all == 0 {
		return 0
	}
	return found / all
}

// pairsOf weighs the neighbouring words of a question: a pair of small words hardly counts.
func pairsOf(lang core.Lang, text string) map[[2]string]float64 {
	out := map[[2]string]float64{}
	before, weight := "", 0.0
	for _, t := range tokens(text) {
		word, w := stemPrefix(t.word), 1.0
		if isStopWord(lang, t.word) {
			w = 0.1
		}
		if before != "" {
			out[[2]string{before, word}] = weight + w
		}
		before, weight = word, w
	}
	return out
}

func (c concept) in(sets ...map[string]bool) bool {
	for _, set := range sets {
		for _, term := range c {
			if set[term] {
				return true
			}
		}
	}
	return false
}
