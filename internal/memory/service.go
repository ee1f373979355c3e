package memory

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sort"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Service is the Memory of the house. Safe for concurrent use.
type Service struct {
	store     Store
	analyzer  Analyzer
	embedder  Embedder // nil: full text alone
	extractor Extractor
	originals Originals // nil: none are kept
	renderer  Renderer
	clock     core.Clock
	log       *slog.Logger
	vectors   *vectorIndex
	words     *wordIndex
	calendars calendars
	reading   chan struct{} // bounds the files read at once
	work      work
	names     keyedLocks
	backfill  sync.Mutex // one Reembed at a time
}

var _ Memory = (*Service)(nil)

// readers bounds the files that are read at once: each may hold its whole file and text in memory.
const readers = 2

// Parts are what the memory is made of.
type Parts struct {
	Store     Store
	Stemmer   Stemmer
	Embedder  Embedder // nil where no engine exists: everything works by full text
	Extractor Extractor
	Originals Originals // nil: no originals are kept, and readers see the text alone
	Renderer  Renderer  // draws their pages
	Clock     core.Clock
	Log       *slog.Logger

	// WordMemory bounds the bytes that the terms of passages may take in memory, about, for all organisations together; 0: WordBytes.
	// An organisation for which that is too little is answered by the store's full text.
	WordMemory int
	// Held is told how many bytes the indexes of terms and vectors take, about, when that changes; nil: nobody is.
	Held func(bytes int)
}

// New makes the memory.
func New(p Parts) *Service {
	s := &Service{
		store: p.Store, analyzer: NewAnalyzer(p.Stemmer), embedder: p.Embedder, extractor: p.Extractor, originals: p.Originals, renderer: p.Renderer,
		clock: p.Clock, log: p.Log, reading: make(chan struct{}, readers),
	}
	resized := func() {
		if p.Held != nil {
			p.Held(s.Held())
		}
	}
	s.vectors, s.words = newVectorIndex(p.Store, resized), newWordIndex(p.Store, cmp.Or(p.WordMemory, WordBytes), resized)
	return s
}

// model is the embedding model in use, "" when there is none.
func (s *Service) model(ctx context.Context) string {
	if s.embedder == nil {
		return ""
	}
	return s.embedder.Model(ctx)
}

// Documents lists an organisation's documents by name, with those that are being read just now.
func (s *Service) Documents(ctx context.Context, organisation core.ID) ([]Document, error) {
	docs, err := s.store.Documents(ctx, organisation, s.model(ctx))
	if err != nil {
		return nil, err
	}
	return s.work.merge(organisation, docs), nil
}

// Version returns one version.
func (s *Service) Version(ctx context.Context, organisation core.ID, hash string) (Version, error) {
	return s.store.Version(ctx, organisation, hash)
}

// Remove erases a document with all its versions, passages and vectors.
func (s *Service) Remove(ctx context.Context, organisation, document core.ID) error {
	passages, err := s.store.PassagesOf(ctx, organisation, []core.ID{document})
	if err != nil {
		return err
	}
	if err := s.store.Remove(ctx, organisation, document); err != nil {
		s.words.forget(organisation) // nobody knows how far it came
		s.vectors.forget(organisation)
		return err
	}
	s.words.erase(organisation, passages)
	s.vectors.erase(organisation, passages)
	if s.originals == nil {
		return nil
	}
	return s.originals.RemoveOriginals(ctx, organisation, document)
}

// Prepare brings up to date what a search of the organisation's passages keeps in memory, however much is missing. Intake.Run does so
// by itself when searches ask for it.
func (s *Service) Prepare(ctx context.Context, organisation core.ID) error {
	return orCancelled(ctx, s.words.prepare(ctx, organisation))
}

// WordMemory tells how many bytes the terms of passages take in memory, about.
func (s *Service) WordMemory() int { return s.words.held() }

// Held tells how many bytes the terms and the vectors of passages take in memory, about.
func (s *Service) Held() int { return s.words.held() + s.vectors.held() }

// Search returns whole passages, best first.
func (s *Service) Search(ctx context.Context, q Query) (hits []Quote, byMeaning bool, err error) {
	hits, byMeaning, err = s.search(ctx, q)
	return hits, byMeaning, orCancelled(ctx, err)
}

func (s *Service) search(ctx context.Context, q Query) ([]Quote, bool, error) {
	read, err := s.read(ctx, q)
	if err != nil {
		return nil, false, err
	}
	limit := limitOf(q)
	hits, passages, err := s.retrieve(ctx, q.Organisation, read, max(limit, answerFetch))
	if err != nil {
		return nil, false, err
	}
	times, hits, passages, err := s.timely(ctx, q.Organisation, read, hits, passages)
	if err != nil {
		return nil, false, err
	}
	hits, passages = distinct(hits, passages, read.past)
	hits = s.analyzer.ranked(read, constantsFor(read, hits), hits, passages).hits
	hits = hits[:min(len(hits), limit)]
	quotes := make([]Quote, 0, len(hits))
	for i, h := range hits {
		quotes = append(quotes, passages[i].whole(h.score))
		if e, err := times.successor(ctx, passages[i].Version); err != nil {
			return nil, false, err
		} else if e != nil {
			quotes[i].Newer = true
		}
	}
	return quotes, read.vector != nil, nil
}

func limitOf(q Query) int {
	if q.Limit <= 0 {
		return defaultLimit
	}
	return min(q.Limit, maxLimit)
}

// retrieve ranks, then reads the best passages; both results are parallel. A passage removed in
// between is left out.
func (s *Service) retrieve(ctx context.Context, organisation core.ID, q *question, limit int) ([]hit, []StoredPassage, error) {
	hits, err := s.rank(ctx, organisation, q, limit)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	found, err := s.store.Passages(ctx, organisation, q.model, ids)
	if err != nil {
		return nil, nil, err
	}
	byID := map[int64]StoredPassage{}
	for _, p := range found {
		byID[p.ID] = p
	}
	var keptHits []hit
	var kept []StoredPassage
	for _, h := range hits {
		if p, ok := byID[h.id]; ok {
			p.takeApart()
			keptHits, kept = append(keptHits, h), append(kept, p)
		}
	}
	crossing(q, keptHits, kept)
	return keptHits, kept, nil
}

// timely reads the calendar, adds what held on the question's day, and tells each passage whether another edition held
// instead of it.
func (s *Service) timely(ctx context.Context, organisation core.ID, q *question, hits []hit, passages []StoredPassage) (*calendar, []hit, []StoredPassage, error) {
	times, err := s.calendar(ctx, organisation)
	if err != nil {
		return nil, nil, nil, err
	}
	if hits, passages, err = s.formerly(ctx, organisation, q, times, hits, passages); err != nil {
		return nil, nil, nil, err
	}
	return times, hits, passages, times.placeInTime(ctx, passages, q.day)
}

// crossing lets a passage in another language than the question stand by its meaning: full text
// cannot speak for it. Both lists are put in their new order.
func crossing(q *question, hits []hit, passages []StoredPassage) {
	order := make([]int, len(hits))
	for i := range hits {
		order[i] = i
		if hits[i].meaning > 0 && passages[i].spoken != q.lang {
			hits[i].score = max(hits[i].score, hits[i].meaning*foreignWeight)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return hits[order[i]].score > hits[order[j]].score })
	oldHits, oldPassages := slices.Clone(hits), slices.Clone(passages)
	for i, from := range order {
		hits[i], passages[i] = oldHits[from], oldPassages[from]
	}
}

// foreignWeight keeps a foreign passage behind one in the question's own language that is as near.
const foreignWeight = 0.9

// whole quotes the passage from end to end.
func (p StoredPassage) whole(score float64) Quote { return p.quote(p.Start, p.End, score) }

// quote binds a byte range of the passage to its document, version and hash.
func (p StoredPassage) quote(start, end int, score float64) Quote {
	text := p.Text[start-p.Start : end-p.Start]
	page, heading := place(p.Marks, start)
	return Quote{
		Document: p.Document, Name: p.Name, Title: p.Title, Version: p.Version, Start: start, End: end, Text: text,
		SHA256: hashOf([]byte(text)), Page: page, Slide: onSlide(p.Marks, start), Heading: heading, Dated: p.Dated, Score: score,
	}
}
