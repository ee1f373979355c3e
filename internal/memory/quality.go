package memory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// KeptQuestion is a question of the organisation's own set.
type KeptQuestion struct {
	TestQuestion
	Key   core.ID
	Draft bool // nobody has said yet what a right answer is: it is not measured
	Added time.Time
}

// Setting is what answered a question set: whatever makes two measurements differ.
type Setting struct {
	Model     string `json:"model,omitempty"` // of embeddings, with its digest; "" when there is none
	ByMeaning bool   `json:"by_meaning"`
	Constants string `json:"constants"` // fingerprint of the constants that rank and accept answers
	Version   string `json:"version"`   // of the program
	Documents int    `json:"documents"`
	Passages  int    `json:"passages"`
}

// Measured is how one question went, without any text of a document: an erased document leaves nothing here.
type Measured struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Expected string `json:"expected"` // fingerprint of the question with its right answer
	Rank     int    `json:"rank"`
	Found    bool   `json:"found"`
	Right    bool   `json:"right"`
}

// Measurement is one run of the question set.
type Measurement struct {
	ID           core.ID    `json:"id"`
	Organisation core.ID    `json:"-"`
	Began        time.Time  `json:"began"`
	Ended        time.Time  `json:"ended"`
	Setting      Setting    `json:"setting"`
	Evaluation   Evaluation `json:"evaluation"` // its Results are left out
	Questions    []Measured `json:"questions,omitempty"`
}

// Right is the share of questions that went well: of all of them, answerable or not.
func (m Measurement) Right() float64 {
	e := m.Evaluation
	right := e.CitationRecall*float64(e.Answerable) + e.RefusedOthers*float64(e.Unanswerable)
	return portion(right, e.Questions)
}

// QualityStore keeps question sets, measurements and what members say of answers. Every method sees nothing of another
// organisation.
type QualityStore interface {
	// Questions lists the set, by the ids of its lines.
	Questions(ctx context.Context, organisation core.ID) ([]KeptQuestion, error)
	// PutQuestions adds questions, in place of those of the same id; with replace, in place of the whole set.
	PutQuestions(ctx context.Context, organisation core.ID, questions []KeptQuestion, replace bool) error
	// RemoveQuestion takes one out; core.NotFound when there is none of that key.
	RemoveQuestion(ctx context.Context, organisation, key core.ID) error

	// ExpectMeasurement notes that one was asked for, so that it is taken up again when the program was ended before it was kept.
	ExpectMeasurement(ctx context.Context, organisation core.ID, asked time.Time) error
	// ExpectedMeasurements tells, of each organisation that waits for one, since when.
	ExpectedMeasurements(ctx context.Context) (map[core.ID]time.Time, error)
	// ForgetExpected takes that note back; none is no error.
	ForgetExpected(ctx context.Context, organisation core.ID) error
	// KeepMeasurement notes a run that ended, expected or not, and forgets those before the last keep.
	KeepMeasurement(ctx context.Context, m Measurement, keep int) error
	// Measurements lists them without their questions, newest first.
	Measurements(ctx context.Context, organisation core.ID) ([]Measurement, error)
	// Measurement reads one with its questions; core.NotFound when there is none.
	Measurement(ctx context.Context, organisation, id core.ID) (Measurement, error)

	// PutFeedback notes what is said of an answer, in place of what was said before.
	PutFeedback(ctx context.Context, f Feedback) error
	// Feedback lists the newest MaxPage, newest first; with ids, that on those answers only.
	Feedback(ctx context.Context, organisation core.ID, ids ...core.ID) ([]Feedback, error)
	// RemoveFeedback erases it; what is not there is no error.
	RemoveFeedback(ctx context.Context, organisation core.ID, ids ...core.ID) error
}

// Bounds of what is kept.
const (
	keptMeasurements = 200
	maxQuestionID    = 80
	maxExpected      = 8 << 10 // bytes of a quote, an answer or a list of files
)

// Check trims a question and holds it to the bounds of a set.
func (q *TestQuestion) Check() error {
	q.Question, q.ID = strings.TrimSpace(clean(q.Question)), oneLine(q.ID)
	q.File, q.Quote, q.Answer, q.Kind = oneLine(q.File), strings.TrimSpace(clean(q.Quote)), strings.TrimSpace(clean(q.Answer)), oneLine(q.Kind)
	also := q.Also[:0:0]
	for _, name := range q.Also {
		if name = oneLine(name); name != "" {
			also = append(also, name)
		}
	}
	q.Also = also
	switch {
	case q.Question == "" || len(q.Question) > maxQuestion:
		return core.E(core.Invalid, "errors.memory_question_bounds", core.Args{"Max": maxQuestion})
	case len(q.ID) > maxQuestionID:
		return core.E(core.Invalid, "errors.memory_question_id", core.Args{"Max": maxQuestionID})
	case len(q.File)+len(q.Quote)+len(q.Answer)+len(q.Kind)+len(strings.Join(q.Also, "")) > maxExpected:
		return core.E(core.TooLarge, "errors.memory_question_expected", core.Args{"Max": maxExpected})
	}
	if q.ID == "" { // the same question again is the same line
		q.ID = "q-" + hashOf([]byte(q.Question))[:8]
	}
	return nil
}

// expectation names a question with its right answer: measurements compare only what asked for the same.
func (q TestQuestion) expectation() string {
	also := slices.Sorted(slices.Values(q.Also))
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", q.Question, q.File, q.Quote, also))
	return hex.EncodeToString(sum[:8])
}

// constantsOf names the constants that rank and accept answers.
func constantsOf() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%v %v", calibrated(true), calibrated(false)))
	return hex.EncodeToString(sum[:6])
}

// WriteQuestions writes a question set as ReadQuestions reads it. Drafts are left out: without a right answer they would
// read as questions that no document answers.
func WriteQuestions(w io.Writer, questions []KeptQuestion) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for _, q := range questions {
		if q.Draft {
			continue
		}
		if err := lines.Encode(q.TestQuestion); err != nil {
			return err
		}
	}
	return nil
}
