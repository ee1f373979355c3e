package memory

import (
	"context"
	"slices"
	"sort"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// The index holds newest versions only. A question about a day in the past is also put to the versions of documents that
// held on that day and were replaced since: their texts are kept, and few enough to be read when they are asked for.

// Bounds of what is read again for one question.
const (
	formerVersions = 20 // texts read
	formerPassages = 5  // put before those found
)

// formerly puts the best passages of the versions that held on the question's day before what was found.
func (s *Service) formerly(ctx context.Context, organisation core.ID, q *question, times *calendar, hits []hit, passages []StoredPassage) ([]hit, []StoredPassage, error) {
	if q.day.IsZero() || times == nil {
		return hits, passages, nil
	}
	var old []StoredPassage
	var scores []float64
	read := 0
	for _, e := range times.editions {
		if e.Newest || read == formerVersions || (q.among != nil && !slices.Contains(q.among, e.Document)) {
			continue
		}
		if other, err := times.inForce(ctx, e.Version, q.day); err != nil || other != nil {
			if err != nil {
				return nil, nil, err
			}
			continue
		}
		version, err := s.store.Version(ctx, organisation, e.Version)
		if err != nil {
			return nil, nil, err
		}
		read++
		for _, p := range s.cutAgain(version) {
			shadow := Candidate{Body: p.Shadow, Header: s.analyzer.Shadow(p.Lang, headerText(p.Passage, version))}
			if score := q.stats.bm25(q.sought, shadow); score > 0 {
				old, scores = append(old, p), append(scores, score)
			}
		}
	}
	return s.putBefore(ctx, q, old, scores, hits, passages)
}

// cutAgain gives the passages of a version that has left the index.
func (s *Service) cutAgain(v Version) []StoredPassage {
	var out []StoredPassage
	for _, p := range CutPassages(v.Title, v.Text, v.Marks) {
		text := v.Text[p.Start:p.End]
		each := StoredPassage{Passage: p, Document: v.Document, Name: v.Name, Title: v.Title, Version: v.Hash,
			Dated: v.Dated, Text: text}
		each.takeApart()
		each.Lang = each.spoken
		each.Shadow = s.analyzer.Shadow(each.spoken, text)
		out = append(out, each)
	}
	return out
}

func (s *Service) putBefore(ctx context.Context, q *question, old []StoredPassage, scores []float64, hits []hit, passages []StoredPassage) ([]hit, []StoredPassage, error) {
	order := make([]int, len(old))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return scores[order[i]] > scores[order[j]] })
	order = order[:min(len(order), formerPassages)]
	top := 0.0
	for _, h := range hits {
		top = max(top, h.lexical)
	}
	var firstHits []hit
	var first []StoredPassage
	for n, i := range order {
		p := old[i]
		p.ID = -int64(n + 1) // none of the index's
		firstHits = append(firstHits, hit{id: p.ID, lexical: scores[i], score: min(1, scores[i]/max(top, scores[order[0]]))})
		first = append(first, p)
	}
	if err := s.embedFormer(ctx, q, first, firstHits); err != nil {
		return nil, nil, err
	}
	return append(firstHits, hits...), append(first, passages...), nil
}

// embedFormer gives them their vectors, as those of the index have; without an engine words must do.
func (s *Service) embedFormer(ctx context.Context, q *question, passages []StoredPassage, hits []hit) error {
	if q.vector == nil {
		return nil
	}
	for i := range passages {
		p := &passages[i]
		texts := []string{embedText(p.Passage, p.Text)}
		for _, r := range p.Sentences {
			texts = append(texts, p.textOf(r))
		}
		vectors, err := s.embed(ctx, q.model, PassageText, texts)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && core.Is(err, core.Unavailable):
			return nil
		case err != nil:
			return err
		}
		p.Vectors = PassageVectors{ID: p.ID, Whole: vectors[0], Sentences: vectors[1:]}
		if len(vectors[0]) == len(q.vector) {
			hits[i].cosine = float64(dot(q.vector, vectors[0]))
		}
	}
	return nil
}
