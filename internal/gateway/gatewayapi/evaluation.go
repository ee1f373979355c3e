package gatewayapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Evaluator puts question sets to the memory.
type Evaluator interface {
	Evaluate(ctx context.Context, organisation core.ID, questions []memory.TestQuestion, progress func(done int)) (memory.Evaluation, error)
	// Reembed completes the vectors that are missing; core.Unavailable when no engine answers.
	Reembed(ctx context.Context) (int, error)
}

// maxQuestionsBody bounds a question set.
const maxQuestionsBody = 16 << 20

// EvaluationLine is one line of the answer to POST /api/memory/evaluations: how far it is, then the result or the error.
type EvaluationLine struct {
	Done       *int               `json:"done,omitempty"`
	Of         int                `json:"of,omitempty"`
	Evaluation *memory.Evaluation `json:"evaluation,omitempty"`
	Error      json.RawMessage    `json:"error,omitempty"`
}

// evaluate reads a question set and answers line by line: a large set takes minutes.
func (a *API) evaluate(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	questions, err := memory.ReadQuestions(http.MaxBytesReader(w, r.Body, maxQuestionsBody))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	flush := http.NewResponseController(w)
	tell := func(done int) {
		lines.Encode(EvaluationLine{Done: &done, Of: len(questions)}) // an error means that the client has left: the context ends
		flush.Flush()
	}
	tell(0)
	// Without an engine the vectors stay as they are: the evaluation says so by itself.
	if _, err := a.memory.Reembed(r.Context()); err != nil && !core.Is(err, core.Unavailable) {
		return a.broken(lines, r, err)
	}
	result, err := a.memory.Evaluate(r.Context(), actor.Organisation, questions, tell)
	if err != nil {
		return a.broken(lines, r, err)
	}
	lines.Encode(EvaluationLine{Evaluation: &result})
	return nil
}

// broken ends the lines with the error, since the status has been sent.
func (a *API) broken(lines *json.Encoder, r *http.Request, err error) error {
	if r.Context().Err() != nil {
		return nil
	}
	var shown struct{ Error json.RawMessage }
	if parsed := json.Unmarshal(a.errors.JSON(r, err), &shown); parsed != nil {
		return parsed
	}
	lines.Encode(EvaluationLine{Error: shown.Error})
	return nil
}
