package memory

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Evaluation is how a question set went.
type Evaluation struct {
	Questions    int  `json:"questions"`
	Answerable   int  `json:"answerable"`
	Unanswerable int  `json:"unanswerable"`
	Absent       int  `json:"absent"`     // answerable, but by no document of this memory
	ByMeaning    bool `json:"by_meaning"` // every question was searched by meaning too
	Unembedded   int  `json:"unembedded"` // passages that still lack vectors; 0 without an embedding model

	// Of the answerable questions. The right passage is one of a document that answers which holds the quoted words;
	// where a question has no quoted words, any passage of such a document, each document counted once.
	NDCG10 float64            `json:"ndcg_at_10"`
	Recall map[string]float64 `json:"recall"` // at "1", "3", "10", "100"

	// Of the answers. A citation is right when it holds the quoted words in a document that answers.
	CitationPrecision float64 `json:"citation_precision"` // right citations, of all that were given, whatever was asked
	CitationRecall    float64 `json:"citation_recall"`    // answerable questions with a right citation
	FirstRight        float64 `json:"first_right"`        // answerable questions whose first citation is right
	Quoted            int     `json:"quoted"`             // answerable questions with quoted words: what the four figures around are of
	RangeInAnswer     float64 `json:"range_in_answer"`    // questions with quoted words that stand in the answer
	RefusedAnswerable float64 `json:"refused_answerable"` // answerable questions answered by « not found »
	RefusedOthers     float64 `json:"refused_unanswerable"`

	SearchMillis Latency `json:"search_ms"`
	AnswerMillis Latency `json:"answer_ms"`

	Results []TestResult `json:"results,omitempty"`
}

// Latency is two points of a distribution.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
}

// TestResult is how one question went.
type TestResult struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Kind     string `json:"kind,omitempty"`
	Rank     int    `json:"rank"` // of the right passage, from 1; 0: not among the first hundred, or there is none
	Found    bool   `json:"found"`
	Right    bool   `json:"right"` // a citation is right; for a question without an answer: nothing was said
	First    bool   `json:"first"` // the first citation is right
	Given    int    `json:"given"` // citations
	Correct  int    `json:"correct"`
	Answer   string `json:"answer,omitempty"` // the first citation
	Document string `json:"document,omitempty"`
}

// searchFor is how far the rank of the right passage is looked for.
const searchFor = 100

// RecallDepths are where Recall is told, as strings and numbers.
func recallDepths() map[string]int { return map[string]int{"1": 1, "3": 3, "10": 10, "100": 100} }

// Evaluate puts a question set to the memory: every question is searched and answered. progress, which may be nil, is
// told how far it is.
func (s *Service) Evaluate(ctx context.Context, organisation core.ID, questions []TestQuestion, progress func(done int)) (Evaluation, error) {
	e := evaluating{Evaluation: Evaluation{Questions: len(questions), ByMeaning: true, Recall: map[string]float64{}}}
	documents, err := s.store.Documents(ctx, organisation, s.model(ctx))
	if err != nil {
		return Evaluation{}, orCancelled(ctx, err)
	}
	e.count(documents, questions, s.model(ctx) != "")
	for i, q := range questions {
		if progress != nil {
			progress(i)
		}
		result, err := s.try(ctx, organisation, q, &e)
		if err != nil {
			return Evaluation{}, orCancelled(ctx, err)
		}
		e.Results = append(e.Results, result)
		e.add(q, result)
	}
	e.finish()
	return e.Evaluation, nil
}

// evaluating gathers what Evaluation divides in the end.
type evaluating struct {
	Evaluation
	citations, correct int
	refused, silent    int
	right, first, told int // of the questions with quoted words, or whose document is all that is known
	searches, answers  []time.Duration
}

func (e *evaluating) count(documents []Document, questions []TestQuestion, embeds bool) {
	for _, d := range documents {
		if embeds && !d.Vectors {
			e.Unembedded += d.Passages
		}
	}
	for _, q := range questions {
		if q.Answerable() && !slices.ContainsFunc(documents, func(d Document) bool { return q.from(d.Name) }) {
			e.Absent++
		}
	}
}

// try searches and answers one question.
func (s *Service) try(ctx context.Context, organisation core.ID, q TestQuestion, e *evaluating) (TestResult, error) {
	out := TestResult{ID: q.ID, Question: q.Question, Kind: q.Kind}
	query := Query{Organisation: organisation, Text: q.Question, Limit: searchFor}
	start := s.clock.Now()
	hits, byMeaning, err := s.search(ctx, query)
	if err != nil {
		return out, err
	}
	between := s.clock.Now()
	query.Limit = 0
	answer, err := s.answer(ctx, query)
	if err != nil {
		return out, err
	}
	e.searches, e.answers = append(e.searches, between.Sub(start)), append(e.answers, s.clock.Now().Sub(between))
	e.ByMeaning = e.ByMeaning && byMeaning
	out.Rank, out.Found, out.Given = q.rank(hits), answer.Found, len(answer.Quotes)
	for i, quote := range answer.Quotes {
		if i == 0 {
			out.Answer, out.Document = quote.Text, quote.Name
		}
		if q.citedRightly(quote) {
			out.Correct++
			out.First = out.First || i == 0
		}
	}
	out.Right = out.Correct > 0 || (!q.Answerable() && !out.Found)
	return out, nil
}

func (q TestQuestion) citedRightly(quote Quote) bool {
	return q.Answerable() && q.from(quote.Name) && (q.Quote == "" || holds(quote.Text, q.Quote))
}

// rank finds the right passage, from 1. A quote may lie across the end of a passage: then the passage that holds its
// greater part is right.
func (q TestQuestion) rank(hits []Quote) int {
	if !q.Answerable() {
		return 0
	}
	seen := map[string]bool{}
	for i, h := range hits {
		switch {
		case q.from(h.Name) && (q.Quote == "" || holds(h.Text, q.Quote) || holds(h.Text, greaterPart(q.Quote))):
			if q.Quote == "" {
				return len(seen) + 1
			}
			return i + 1
		}
		seen[h.Name] = true
	}
	return 0
}

// greaterPart gives the middle two thirds of a quote, cut at spaces; a short quote stays whole.
func greaterPart(quote string) string {
	words := strings.Fields(quote)
	if len(words) < 9 {
		return quote
	}
	return strings.Join(words[len(words)/6:len(words)-len(words)/6], " ")
}

func (e *evaluating) add(q TestQuestion, r TestResult) {
	e.citations += r.Given
	e.correct += r.Correct
	if !q.Answerable() {
		e.Unanswerable++
		if !r.Found {
			e.silent++
		}
		return
	}
	e.Answerable++
	if !r.Found {
		e.refused++
	}
	for name, depth := range recallDepths() {
		if r.Rank > 0 && r.Rank <= depth {
			e.Recall[name]++
		}
	}
	if r.Rank > 0 && r.Rank <= 10 {
		e.NDCG10 += 1 / math.Log2(float64(r.Rank)+1)
	}
	if r.Correct > 0 {
		e.right++
	}
	if r.First {
		e.first++
	}
	if q.Quote != "" {
		e.Quoted++
		if r.Correct > 0 {
			e.told++
		}
	}
}

func (e *evaluating) finish() {
	e.NDCG10 = portion(e.NDCG10, e.Answerable)
	for name := range recallDepths() {
		e.Recall[name] = portion(e.Recall[name], e.Answerable)
	}
	e.CitationPrecision = portion(float64(e.correct), e.citations)
	e.CitationRecall = portion(float64(e.right), e.Answerable)
	e.FirstRight = portion(float64(e.first), e.Answerable)
	e.RangeInAnswer = portion(float64(e.told), e.Quoted)
	e.RefusedAnswerable = portion(float64(e.refused), e.Answerable)
	e.RefusedOthers = portion(float64(e.silent), e.Unanswerable)
	e.SearchMillis, e.AnswerMillis = latencyOf(e.searches), latencyOf(e.answers)
}

func portion(part float64, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return part / float64(whole)
}

func latencyOf(all []time.Duration) Latency {
	if len(all) == 0 {
		return Latency{}
	}
	slices.Sort(all)
	at := func(share int) float64 { return float64(all[len(all)*share/100].Microseconds()) / 1000 }
	return Latency{P50: at(50), P95: at(95)}
}
