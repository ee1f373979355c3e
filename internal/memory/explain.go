package memory

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Evidence is what an answer was chosen from: for calibration, and to tell why a passage came first.
type Evidence struct {
	Hits       []Quote   // whole passages, best first
	Candidates []Weighed // their sentences, in reading order
	ByMeaning  bool
}

// Weighed is a sentence and the features that speak for it.
type Weighed struct {
	Passage  int // index in Hits
	Text     string
	Start    int // bytes of the version
	End      int
	Features Features
}

// Explain ranks passages and weighs their sentences as Answer does, without choosing. Passages of
// the documents in without are passed over, as if they were not there.
func (s *Service) Explain(ctx context.Context, q Query, without ...core.ID) (Evidence, error) {
	read, err := s.read(ctx, q)
	if err != nil {
		return Evidence{}, err
	}
	hits, passages, err := s.retrieve(ctx, q.Organisation, read, max(limitOf(q), answerFetch))
	if err != nil {
		return Evidence{}, err
	}
	hits, passages = passOver(hits, passages, without)
	if _, hits, passages, err = s.timely(ctx, q.Organisation, read, hits, passages); err != nil {
		return Evidence{}, err
	}
	hits, passages = distinct(hits, passages, read.past)
	out := Evidence{ByMeaning: read.vector != nil}
	for i, h := range hits {
		out.Hits = append(out.Hits, passages[i].whole(h.score))
	}
	if len(hits) == 0 {
		return out, nil
	}
	for _, c := range s.analyzer.weigh(read, hits, passages) {
		p := passages[c.passage]
		out.Candidates = append(out.Candidates, Weighed{
			Passage: c.passage, Text: p.textOf(p.Sentences[c.sentence]), Features: c.features,
			Start: p.Sentences[c.sentence].Start, End: p.Sentences[c.sentence].End})
	}
	return out, nil
}

func passOver(hits []hit, passages []StoredPassage, without []core.ID) ([]hit, []StoredPassage) {
	skip := map[core.ID]bool{}
	for _, id := range without {
		skip[id] = true
	}
	var keptHits []hit
	var kept []StoredPassage
	for i, p := range passages {
		if !skip[p.Document] {
			keptHits, kept = append(keptHits, hits[i]), append(kept, p)
		}
	}
	return keptHits, kept
}
