package memory

import (
	"context"
	"strings"
	"unicode"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// embedBatch is how many passages are sent and saved at a time: one transaction each, so that a
// long document progresses and an interrupted one continues where it stopped.
const embedBatch = 8

// embedText is what the model reads of a passage: its headings, then itself. A title that is but a number,
// as files that were scanned or exported have, says nothing and stays out.
func embedText(p Passage, text string) string {
	context := p.Context
	if title, rest, _ := strings.Cut(context, contextSeparator); !speaks(title) {
		context = rest
	}
	if context == "" {
		return text
	}
	return context + "\n" + text
}

// speaks tells a title with at least one word of three letters.
func speaks(title string) bool {
	run := 0
	for _, r := range title {
		if !unicode.IsLetter(r) {
			run = 0
		} else if run++; run == 3 {
			return true
		}
	}
	return false
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
	var passages, sentences []string
	for _, u := range group {
		passages = append(passages, embedText(u.Passage, u.Text))
		for _, r := range u.Sentences {
			sentences = append(sentences, u.Text[r.Start-u.Start:r.End-u.Start])
		}
	}
	whole, err := s.embed(ctx, model, PassageText, passages)
	if err != nil {
		return err
	}
	parts, err := s.embed(ctx, model, SentenceText, sentences)
	if err != nil {
		return err
	}
	out := make([]PassageVectors, 0, len(group))
	for i, u := range group {
		n := len(u.Sentences)
		out = append(out, PassageVectors{ID: u.ID, Whole: whole[i], Sentences: parts[:n]})
		parts = parts[n:]
	}
	return s.store.PutVectors(ctx, group[0].Organisation, model, out)
}

// embed makes one vector per text, all by the same model.
func (s *Service) embed(ctx context.Context, model string, kind TextKind, texts []string) ([][]float32, error) {
	vectors, _, err := s.embedder.Embed(ctx, kind, texts)
	if err == nil && (len(vectors) != len(texts) || s.model(ctx) != model) {
		err = core.E(core.Unavailable, "errors.memory_embedding_failed", nil)
	}
	return vectors, err
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
