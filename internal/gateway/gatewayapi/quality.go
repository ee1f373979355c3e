package gatewayapi

import (
	"bytes"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// Quality is the part of the surface that measures how good the memory is, by the organisation's own questions.
type Quality struct {
	quality *memory.Quality
	keys    gatewayopenai.Authenticator
	errors  *gatewayopenai.ErrorWriter
	bundle  *i18n.Bundle
}

// NewQuality makes it.
func NewQuality(q *memory.Quality, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter, bundle *i18n.Bundle) *Quality {
	return &Quality{q, keys, errors, bundle}
}

// Routes adds the surface to mux.
func (q *Quality) Routes(mux *http.ServeMux) {
	for route, h := range map[string]struct {
		role core.Role
		handler
	}{
		"GET /api/memory/questions":         {core.RoleOperator, q.listQuestions},
		"POST /api/memory/questions":        {core.RoleOperator, q.importQuestions},
		"DELETE /api/memory/questions/{id}": {core.RoleOperator, q.removeQuestion},
		"GET /api/memory/measurements":      {core.RoleMember, q.listMeasurements},
		"POST /api/memory/measurements":     {core.RoleOperator, q.measure},
		"DELETE /api/memory/measurements":   {core.RoleOperator, q.stop},
		"GET /api/memory/measurements/{id}": {core.RoleMember, q.showMeasurement},
		"GET /api/memory/feedback":          {core.RoleOperator, q.listFeedback},
		"POST /api/memory/feedback/{id}":    {core.RoleOperator, q.adoptFeedback},
		"DELETE /api/memory/feedback/{id}":  {core.RoleOperator, q.removeFeedback},
	} {
		mux.Handle(route, as(q.errors, q.keys, h.role, h.handler))
	}
}

// Question is the JSON of a question that is kept: a line of a set, and whether its right answer is known.
type Question struct {
	memory.TestQuestion
	Key   core.ID `json:"key"`
	Draft bool    `json:"draft"`
}

// Measurements is the JSON of what was measured, and of what is being measured.
type Measurements struct {
	Now          Measuring            `json:"now"`
	Measurements []memory.Measurement `json:"measurements"` // newest first, without their questions
}

// Measuring is how far a measurement is.
type Measuring struct {
	memory.Measuring
	Failure *Problem `json:"problem,omitempty"` // why the last one broke off
}

// Measurement is the JSON of one measurement, held against an earlier one when it is asked for.
type Measurement struct {
	memory.Measurement
	Right   float64            `json:"right"` // share of questions that went well
	Against *memory.Comparison `json:"against,omitempty"`
}

// Feedback is the JSON of what a member said of an answer. It names nobody.
type Feedback struct {
	ID       core.ID        `json:"id"`
	Given    string         `json:"given"`
	Opinion  memory.Opinion `json:"opinion"`
	Words    string         `json:"words,omitempty"`
	Question string         `json:"question"`
	Found    bool           `json:"found"`
	Model    string         `json:"model,omitempty"`
	Sources  []string       `json:"sources"`
	Made     string         `json:"made,omitempty"` // id of the question that was made of it
}

func (q *Quality) listQuestions(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	list, err := q.quality.Questions(r.Context(), actor.Organisation)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") == "jsonl" {
		var lines bytes.Buffer
		if err := memory.WriteQuestions(&lines, list); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Cache-Control", "no-store")
		w.Write(lines.Bytes()) // an error means that the client has left
		return nil
	}
	out := make([]Question, len(list))
	for i, k := range list {
		out[i] = Question{k.TestQuestion, k.Key, k.Draft}
	}
	return writeJSON(w, out)
}

// importQuestions reads a set, one question a line; with replace, in place of what is kept.
func (q *Quality) importQuestions(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	questions, err := memory.ReadQuestions(http.MaxBytesReader(w, r.Body, maxQuestionsBody))
	if err != nil {
		return err
	}
	if err := q.quality.Import(r.Context(), actor.Organisation, questions, r.URL.Query().Get("replace") == "true"); err != nil {
		return err
	}
	return writeJSON(w, map[string]int{"questions": len(questions)})
}

// removeQuestion takes out a question by its id or its key.
func (q *Quality) removeQuestion(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	list, err := q.quality.Questions(r.Context(), actor.Organisation)
	if err != nil {
		return err
	}
	for _, k := range list {
		if which := r.PathValue("id"); k.ID == which || string(k.Key) == which {
			if err := q.quality.RemoveQuestion(r.Context(), actor.Organisation, k.Key); err != nil {
				return err
			}
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
	}
	return core.E(core.NotFound, "errors.memory_no_question", nil)
}

func (q *Quality) now(r *http.Request, actor core.Actor) Measuring {
	now := q.quality.Measuring(actor.Organisation)
	return Measuring{now, problemFor(q.bundle, r, now.Problem)}
}

func (q *Quality) listMeasurements(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	list, err := q.quality.Measurements(r.Context(), actor.Organisation)
	if err != nil {
		return err
	}
	return writeJSON(w, Measurements{q.now(r, actor), append([]memory.Measurement{}, list...)})
}

// measure begins one; it goes on when the caller leaves.
func (q *Quality) measure(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	if err := q.quality.Ask(r.Context(), actor.Organisation); err != nil {
		return err
	}
	return writeJSON(w, q.now(r, actor))
}

func (q *Quality) stop(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	if err := q.quality.Stop(r.Context(), actor.Organisation); err != nil {
		return err
	}
	return writeJSON(w, q.now(r, actor))
}

func (q *Quality) showMeasurement(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	one := func(text string) (memory.Measurement, error) {
		id, err := core.ParseID(text)
		if err != nil {
			return memory.Measurement{}, err
		}
		return q.quality.Measurement(r.Context(), actor.Organisation, id)
	}
	m, err := one(r.PathValue("id"))
	if err != nil {
		return err
	}
	out := Measurement{Measurement: m, Right: m.Right()}
	if against := r.URL.Query().Get("against"); against != "" {
		before, err := one(against)
		if err != nil {
			return err
		}
		c := memory.Compare(before, m)
		out.Against = &c
	}
	return writeJSON(w, out)
}

func (q *Quality) listFeedback(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	list, err := q.quality.Feedback(r.Context(), actor.Organisation)
	if err != nil {
		return err
	}
	out := make([]Feedback, len(list))
	for i, f := range list {
		out[i] = Feedback{ID: f.ID, Given: f.Given.UTC().Format("2006-01-02T15:04:05Z"), Opinion: f.Opinion, Words: f.Words, Question: f.Question,
			Found: f.Found, Model: f.Model, Sources: []string{}, Made: f.Made}
		for _, c := range f.Cited {
			out[i].Sources = append(out[i].Sources, c.Name)
		}
	}
	return writeJSON(w, out)
}

// adoptFeedback makes a question of what a member said.
func (q *Quality) adoptFeedback(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	k, err := q.quality.Adopt(r.Context(), actor.Organisation, id)
	if err != nil {
		return err
	}
	return writeJSON(w, Question{k.TestQuestion, k.Key, k.Draft})
}

func (q *Quality) removeFeedback(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := q.quality.RemoveFeedback(r.Context(), actor.Organisation, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
