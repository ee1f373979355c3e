package memory

import (
	"context"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Words of one family often have different stems: « dissout » and « dissolution », « rédige » and « rédaction ». A word of a
// question that no document holds is sought by words that begin alike; every word is sought by those that stand for the same thing
// where people work together (kin.go), at less than its own worth.

const (
	leastFamily = 5 // letters in common, two thirds of the word at least
	familySize  = 3 // words that are taken for one
)

// derive fills what passages are sought by. Sentences are weighed by the question's own words first: one about something that no
// document names seldom has its answer there.
func (s *Service) derive(ctx context.Context, organisation core.ID, q *question) error {
	q.sought = make([]soughtWord, len(q.concepts))
	var added []string
	for i, c := range q.concepts {
		word := soughtWord{own: c, weight: q.stats.weight(c)}
		for _, term := range s.analyzer.kinship.of(q.lang, c[0]) {
			if !slices.Contains(c, term) {
				word.kin = append(word.kin, term)
			}
		}
		if prefix := familyOf(c[0]); prefix != "" && !q.known(c) {
			family, err := s.store.Vocabulary(ctx, organisation, prefix, familySize)
			if err != nil {
				return err
			}
			word.own = slices.Concat(c, family)
		}
		q.sought[i] = word
		added = append(append(added, word.kin...), word.own[len(c):]...)
	}
	if len(added) == 0 {
		return nil
	}
	stats, err := s.store.Statistics(ctx, organisation, added)
	if err != nil {
		return err
	}
	for _, term := range added {
		q.stats.Frequency[term] = stats.Frequency[term]
	}
	for i, word := range q.sought {
		if q.known(q.concepts[i]) {
			continue
		}
		if q.sought[i].weight = q.stats.weight(word.own); !q.known(word.own) && q.known(word.kin) {
			q.sought[i].weight = q.stats.weight(word.kin)
		}
	}
	return nil
}

// known tells a word of which some passage holds a spelling.
func (q *question) known(c concept) bool {
	return slices.ContainsFunc(c, func(term string) bool { return q.stats.Frequency[term] > 0 })
}

// familyOf is how the words of a stem's family begin; "" for what has none.
func familyOf(stem string) string {
	if strings.Trim(stem, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	n := max(leastFamily, (len(stem)*2+2)/3)
	if len(stem) < n {
		return ""
	}
	return stem[:n]
}
