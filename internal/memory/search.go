package memory

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// How far search looks.
const (
	lexicalDepth = 300 // passages that full text puts forward
	vectorDepth  = 100 // passages that vectors put forward
	defaultLimit = 10
	maxLimit     = 100
	maxQuestion  = 4000 // bytes
)

// A question as search sees it.
type question struct {
	text     string
	lang     core.Lang
	concepts []concept
	sought   []soughtWord // the same, with words that stand for them
	asked    asked
	stats    Statistics
	model    string
	vector   []float32 // nil when searched by full text alone
	tokens   int
	noun     string                // whose number is asked
	focus    []focus               // whose number, kind or name is asked, and what it is of
	names    []concept             // proper names
	days     []namedDay            // that it names
	pairs    map[[2]string]float64 // of neighbouring words
	roots    map[string]bool       // first letters of its words
	cue      *regexp.Regexp        // turns of phrase that answer it; nil: none in particular
	unknown  float64               // share of its weight that no document holds
	day      time.Time             // on which what it asks about held; zero: today
	among    []core.ID             // documents to look in; nil: all
	past     bool                  // it is about what held before
	years    []string              // that it names
}

// hit is a passage with what speaks for it.
type hit struct {
	id      int64
	lexical float64 // BM25
	cosine  float64
	meaning float64 // cosine, scaled among those found
	score   float64 // both, scaled to each other
}

// read prepares a question: its words, their weights, its vector when an engine answers.
func (s *Service) read(ctx context.Context, q Query) (*question, error) {
	text := strings.TrimSpace(clean(q.Text))
	switch {
	case q.Organisation == "":
		return nil, core.E(core.Internal, "errors.internal", nil)
	case text == "":
		return nil, core.E(core.Invalid, "errors.memory_question_empty", nil)
	case len(text) > maxQuestion:
		return nil, core.E(core.TooLarge, "errors.memory_question_long", core.Args{"Bytes": maxQuestion})
	}
	out := &question{text: text, lang: LanguageOf(text), asked: whatIsAsked(text), past: asksThePast(text), day: asOf(text), years: yearsIn(text), noun: countedNoun(text)}
	out.pairs, out.roots, out.cue = pairsOf(out.lang, text), pairWords(text), cueOf(text)
	out.concepts, out.names = s.analyzer.concepts(text), s.analyzer.properNames(out.lang, text)
	out.focus, out.days = s.analyzer.focusesOf(out.lang, text), daysIn(text)
	var terms []string
	for _, c := range slices.Concat(out.concepts, out.names) {
		terms = append(terms, c...)
	}
	var err error
	if out.stats, err = s.store.Statistics(ctx, q.Organisation, terms); err != nil {
		return nil, err
	}
	out.unknown = out.unknownShare()
	if err = s.derive(ctx, q.Organisation, out); err != nil {
		return nil, err
	}
	if out.among, err = s.within(ctx, q); err != nil {
		return nil, err
	}
	if q.ByWords {
		return out, nil
	}
	return out, s.embedQuestion(ctx, out)
}

// embedQuestion asks for the question's vector. Without an engine there is none, and that is no error.
func (s *Service) embedQuestion(ctx context.Context, q *question) error {
	q.model = s.model(ctx)
	if q.model == "" || q.stats.Passages == 0 {
		return nil
	}
	vectors, tokens, err := s.embedder.Embed(ctx, QueryText, []string{q.text})
	switch {
	case err == nil && len(vectors) == 1:
		q.vector, q.tokens = vectors[0], tokens
	case ctx.Err() != nil:
		return orCancelled(ctx, ctx.Err())
	case err != nil && !core.Is(err, core.Unavailable):
		return err
	}
	return nil
}

// rank searches by full text and by vectors and sums both, scaled: half and half measured best.
func (s *Service) rank(ctx context.Context, organisation core.ID, q *question, limit int) ([]hit, error) {
	if q.among != nil && len(q.among) == 0 {
		return nil, nil
	}
	var only []int64
	if q.among != nil {
		var err error
		if only, err = s.store.PassagesOf(ctx, organisation, q.among); err != nil || len(only) == 0 {
			return nil, err
		}
	}
	found, err := s.byWords(ctx, organisation, q, only)
	if err != nil {
		return nil, err
	}
	hits := make(map[int64]*hit, len(found)+vectorDepth)
	ids := make([]int64, 0, len(found))
	for _, f := range found {
		hits[f.id] = &hit{id: f.id, lexical: f.score}
		ids = append(ids, f.id)
	}
	if q.vector == nil {
		return fuse(hits, false, limit), nil
	}
	near, exact, known, err := s.vectors.nearest(ctx, organisation, q.model, q.vector, scope{vectorDepth, ids, only})
	if err != nil {
		return nil, err
	}
	if known < q.stats.Passages { // beside passages that have vectors, those that still wait for theirs would always lose
		q.vector = nil
		return fuse(hits, false, limit), nil
	}
	for id, cosine := range exact {
		hits[id].cosine = cosine
	}
	for _, n := range near {
		if hits[n.id] == nil {
			hits[n.id] = &hit{id: n.id}
		}
		hits[n.id].cosine = n.score
	}
	return fuse(hits, len(near) > 0, limit), nil
}

// byWords gives the passages that speak most of the question's words, with their scores: from the index in memory or, until that is
// up to date, from the store's full text. Both give the same scores; the store's puts forward by fewer words where passages are many.
func (s *Service) byWords(ctx context.Context, organisation core.ID, q *question, only []int64) ([]scored, error) {
	top, ready, err := s.words.best(ctx, organisation, q, only, lexicalDepth)
	if err != nil || ready {
		return top, err
	}
	candidates, err := s.store.Candidates(ctx, organisation, q.terms(), q.among, lexicalDepth)
	if err != nil {
		return nil, err
	}
	out := make([]scored, len(candidates))
	for i, c := range candidates {
		out[i] = scored{c.ID, q.stats.bm25(q.sought, c)}
	}
	return out, nil
}

// The store's full text puts forward what holds the rarest words: at least so many of them, and more as long as few passages hold them.
// What is put forward is then scored by all the words.
const (
	leastSought = 3
	mostHolders = 20_000
)

// terms are every spelling of the words that passages are sought by, with their weights.
func (q *question) terms() []WeightedTerm {
	rarest := slices.Clone(q.sought)
	slices.SortStableFunc(rarest, func(a, b soughtWord) int { return cmp.Compare(b.weight, a.weight) })
	var out []WeightedTerm
	sought, holders := 0, 0
	for _, word := range rarest {
		spellings := slices.Concat(word.own, word.kin)
		all := 0
		for _, term := range spellings {
			all += q.stats.Frequency[term]
		}
		if all == 0 {
			continue
		}
		if holders += all; sought >= leastSought && holders > mostHolders {
			break
		}
		sought++
		for i, term := range spellings {
			weight := word.weight
			if i >= len(word.own) {
				weight *= kinWorth
			}
			if q.stats.Frequency[term] > 0 {
				out = append(out, WeightedTerm{term, weight})
			}
		}
	}
	return out
}

// fuse scales both scores to [0,1] and adds them, half and half. Full text is scaled by its best;
// cosines, which live in a narrow band, between their least and their best.
func fuse(hits map[int64]*hit, byMeaning bool, limit int) []hit {
	topLexical, topCosine, lowCosine := 0.0, -1.0, 1.0
	for _, h := range hits {
		topLexical = max(topLexical, h.lexical)
		if h.cosine != 0 {
			topCosine, lowCosine = max(topCosine, h.cosine), min(lowCosine, h.cosine)
		}
	}
	all := make([]scored, 0, len(hits))
	for id, h := range hits {
		if topLexical > 0 {
			h.score = h.lexical / topLexical
		}
		if byMeaning {
			h.score /= 2
			if h.cosine != 0 && topCosine > lowCosine {
				h.meaning = (h.cosine - lowCosine) / (topCosine - lowCosine)
				h.score += h.meaning / 2
			}
		}
		all = append(all, scored{id, h.score})
	}
	out := make([]hit, 0, limit)
	for _, b := range best(all, limit) {
		out = append(out, *hits[b.id])
	}
	return out
}
