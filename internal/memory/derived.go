package memory

import (
	"context"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Words of one family often have different stems: « dissout » and « dissolution », « rédige » and « rédaction ». A word of a
// question that no document holds is sought by words that begin alike.

const (
	leastFamily = 5 // letters in common, two thirds of the word at least
	familySize  = 3 // words that are taken for one
)

// derive fills what passages are sought by: the words of the question, and for those that no document holds, words that begin
// alike. Sentences are weighed by the question's own words: one about something that no document names has no answer there.
func (s *Service) derive(ctx context.Context, organisation core.ID, q *question) error {
	var added []string
	q.sought = slices.Clone(q.concepts)
	for i, c := range q.concepts {
		prefix := familyOf(c[0])
		if prefix == "" || q.known(c) {
			continue
		}
		family, err := s.store.Vocabulary(ctx, organisation, prefix, familySize)
		if err != nil {
			return err
		}
		q.sought[i] = slices.Concat(c, family)
		added = append(added, family...)
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
