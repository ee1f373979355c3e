package memory

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// embedBatch is how many passages are sent and saved at a time: one transaction each, so that a
// long document progresses and an interrupted one continues where it stopped.
const embedBatch = 8

// embedText is what the model reads of a passage: its headings, then itself.
func embedText(p Passage, text string) string {
	if p.Context == "" {
		return text
	}
	return p.Context + "\n" + text
}

// embedSaved makes the vectors of a new version. The document is findable already; when no engine
// answers, Reembed completes it later.
func (s *Service) embedSaved(ctx context.Context, v NewVersion, saved Saved, report func(State, int, int)) {
	model := s.model(ctx)
	if model == "" {
		return
	}
	var all []Unembedded
	for i, id := range saved.Passages {
		p := v.Passages[i].Passage
		all = append(all, Unembedded{ID: id, Organisation: v.Organisation, Passage: p, Text: v.Version.Text[p.Start:p.End]})
	}
	for done := 0; done < len(all); done += embedBatch {
		report(Indexed, done, len(all))
		if err := s.embedGroup(ctx, model, all[done:min(done+embedBatch, len(all))]); err != nil {
			s.log.WarnContext(ctx, "vectors are put off", "code", core.CodeOf(err), "cause", err)
			return
		}
	}
}

// embedGroup makes and keeps the vectors of passages of one organisation and their sentences.
func (s *Service) embedGroup(ctx context.Context, model string, group []Unembedded) error {
	var texts []string
	for _, u := range group {
		texts = append(texts, embedText(u.Passage, u.Text))
		for _, r := range u.Sentences {
			texts = append(texts, u.Text[r.Start-u.Start:r.End-u.Start])
		}
	}
	vectors, _, err := s.embedder.Embed(ctx, PassageText, texts)
	if err != nil {
		return err
	}
	if len(vectors) != len(texts) || s.model(ctx) != model {
		return core.E(core.Unavailable, "errors.memory_embedding_failed", nil)
	}
	out := make([]PassageVectors, 0, len(group))
	for _, u := range group {
		n := 1 + len(u.Sentences)
		out = append(out, PassageVectors{ID: u.ID, Whole: vectors[0], Sentences: vectors[1:n]})
		vectors = vectors[n:]
	}
	return s.store.PutVectors(ctx, group[0].Organisation, model, out)
}

// Reembed makes the vectors that are missing for the model in use, in every organisation: after an
// engine was away, or when the model changed. It returns how many passages it completed;
// core.Unavailable when no engine answers. Only one runs at a time; a second call waits.
func (s *Service) Reembed(ctx context.Context) (int, error) {
	s.backfill.Lock()
	defer s.backfill.Unlock()
	model := s.model(ctx)
	if model == "" {
		return 0, nil
	}
	done, after := 0, int64(0)
	for {
		if err := ctx.Err(); err != nil {
			return done, core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
		}
		waiting, err := s.store.Unembedded(ctx, model, after, embedBatch)
		if err != nil || len(waiting) == 0 {
			return done, err
		}
		for len(waiting) > 0 {
			n := 1
			for n < len(waiting) && waiting[n].Organisation == waiting[0].Organisation {
				n++
			}
			if err := s.embedGroup(ctx, model, waiting[:n]); err != nil {
				return done, err
			}
			done, after = done+n, waiting[n-1].ID
			waiting = waiting[n:]
		}
	}
}
