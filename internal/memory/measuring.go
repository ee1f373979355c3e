package memory

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Quality is how good an organisation's memory is, by its own questions. A run of them is long work: it goes on in the
// background, tells how far it is and can be stopped; what was stopped is not noted, since it compares with nothing. What the
// end of the program broke off is begun again when the program starts.
// Safe for concurrent use.
type Quality struct {
	QualityStore
	memory  Measurable
	version string // of the program
	clock   core.Clock
	log     *slog.Logger
	wake    chan struct{}
	mu      sync.Mutex
	runs    map[core.ID]*measuring // of each organisation the last one
}

// Measurable is what is measured.
type Measurable interface {
	Evaluate(ctx context.Context, organisation core.ID, questions []TestQuestion, progress func(done int)) (Evaluation, error)
	Reembed(ctx context.Context) (int, error)
	Status(ctx context.Context, organisation core.ID) (Status, error)
	Version(ctx context.Context, organisation core.ID, hash string) (Version, error)
	Documents(ctx context.Context, organisation core.ID) ([]Document, error)
}

// Measuring is how far a run is, or how the last one ended.
type Measuring struct {
	Going   bool        `json:"going"`
	Began   time.Time   `json:"began,omitzero"`
	Done    int         `json:"done"`
	Total   int         `json:"total"`
	Again   bool        `json:"again"`         // the program was ended before it was done: it began again
	Stopped bool        `json:"stopped"`       // the last run was stopped
	Problem *core.Error `json:"-"`             // why the last run broke off
	Kept    core.ID     `json:"kept,omitzero"` // the last run, once noted
}

type measuring struct {
	Measuring
	started bool
	cancel  context.CancelFunc // nil before it has begun
}

// NewQuality makes it.
func NewQuality(m Measurable, store QualityStore, version string, clock core.Clock, log *slog.Logger) *Quality {
	return &Quality{QualityStore: store, memory: m, version: version, clock: clock, log: log, wake: make(chan struct{}, 1), runs: map[core.ID]*measuring{}}
}

// Ask lets Run measure. core.Conflict when it does already, core.Invalid when there is nothing to ask.
func (q *Quality) Ask(ctx context.Context, organisation core.ID) error {
	questions, err := q.complete(ctx, organisation)
	if err != nil {
		return err
	}
	if q.Measuring(organisation).Going {
		return core.E(core.Conflict, "errors.memory_measuring_already", nil)
	}
	began := q.clock.Now()
	if err := q.ExpectMeasurement(ctx, organisation, began); err != nil {
		return err
	}
	if !q.begin(organisation, Measuring{Going: true, Began: began, Total: len(questions)}) {
		return core.E(core.Conflict, "errors.memory_measuring_already", nil)
	}
	return nil
}

// begin lets Run take up a run, unless there is one.
func (q *Quality) begin(organisation core.ID, m Measuring) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if r := q.runs[organisation]; r != nil && r.Going {
		return false
	}
	q.runs[organisation] = &measuring{Measuring: m}
	wake(q.wake)
	return true
}

// resume begins again what the end of the program broke off.
func (q *Quality) resume(ctx context.Context) error {
	waiting, err := q.ExpectedMeasurements(ctx)
	for organisation, began := range waiting {
		q.begin(organisation, Measuring{Going: true, Began: began, Again: true})
	}
	return err
}

// Stop ends a run; none under way is no error.
func (q *Quality) Stop(ctx context.Context, organisation core.ID) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	r := q.runs[organisation]
	if r == nil || !r.Going {
		return nil
	}
	if err := q.ForgetExpected(ctx, organisation); err != nil {
		return err
	}
	r.Stopped = true
	if r.cancel != nil {
		r.cancel()
	} else {
		r.Going = false
	}
	return nil
}

// Measuring tells how far the run is, or how the last one ended since the program started.
func (q *Quality) Measuring(organisation core.ID) Measuring {
	q.mu.Lock()
	defer q.mu.Unlock()
	if r := q.runs[organisation]; r != nil {
		return r.Measuring
	}
	return Measuring{}
}

// Run measures what is asked for, one organisation after the other, until ctx ends.
func (q *Quality) Run(ctx context.Context) error {
	if err := q.resume(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-q.wake:
		}
		for organisation, running := q.next(ctx); organisation != ""; organisation, running = q.next(ctx) {
			q.measure(running, organisation)
		}
	}
}

// next takes up a run that waits.
func (q *Quality) next(ctx context.Context) (core.ID, context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for organisation, r := range q.runs {
		if r.Going && !r.started && ctx.Err() == nil {
			running, cancel := context.WithCancel(ctx)
			r.started, r.cancel = true, cancel
			return organisation, running
		}
	}
	return "", nil
}

func (q *Quality) measure(ctx context.Context, organisation core.ID) {
	m, err := q.run(ctx, organisation)
	if err == nil {
		err = q.KeepMeasurement(context.WithoutCancel(ctx), m, keptMeasurements)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	r := q.runs[organisation]
	r.cancel()
	r.Going = false
	switch {
	case err == nil:
		r.Kept, r.Stopped = m.ID, false
	case ctx.Err() == nil: // it would break off again
		r.Problem = core.AsError(errors.Join(err, q.ForgetExpected(ctx, organisation)))
		q.log.WarnContext(ctx, "the question set could not be measured", "code", core.CodeOf(err), "cause", err)
	}
}

// complete gives the questions of which a right answer is known.
func (q *Quality) complete(ctx context.Context, organisation core.ID) ([]TestQuestion, error) {
	all, err := q.Questions(ctx, organisation)
	if err != nil {
		return nil, err
	}
	var out []TestQuestion
	for _, k := range all {
		if !k.Draft {
			out = append(out, k.TestQuestion)
		}
	}
	if len(out) == 0 {
		return nil, core.E(core.Invalid, "errors.memory_measuring_nothing", nil)
	}
	return out, nil
}

func (q *Quality) run(ctx context.Context, organisation core.ID) (Measurement, error) {
	questions, err := q.complete(ctx, organisation)
	if err != nil {
		return Measurement{}, err
	}
	// Without an engine the vectors stay as they are: the figures say so by themselves.
	if _, err := q.memory.Reembed(ctx); err != nil && !core.Is(err, core.Unavailable) {
		return Measurement{}, err
	}
	m := Measurement{Organisation: organisation, Began: q.Measuring(organisation).Began}
	m.Evaluation, err = q.memory.Evaluate(ctx, organisation, questions, func(done int) {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.runs[organisation].Done, q.runs[organisation].Total = done, len(questions)
	})
	if err != nil {
		return Measurement{}, err
	}
	status, err := q.memory.Status(ctx, organisation)
	if err != nil {
		return Measurement{}, err
	}
	for i, r := range m.Evaluation.Results {
		m.Questions = append(m.Questions, Measured{ID: r.ID, Question: r.Question, Expected: questions[i].expectation(), Rank: r.Rank, Found: r.Found, Right: r.Right})
	}
	m.Evaluation.Results = nil
	m.Setting = Setting{Model: status.Model, ByMeaning: m.Evaluation.ByMeaning, Constants: constantsOf(), Version: q.version,
		Documents: status.States[Indexed], Passages: status.Passages}
	m.ID, m.Ended = core.NewID(q.clock.Now()), q.clock.Now()
	return m, nil
}

// Import adds a question set, in place of questions of the same id; with replace, in place of all.
func (q *Quality) Import(ctx context.Context, organisation core.ID, questions []TestQuestion, replace bool) error {
	kept := make([]KeptQuestion, len(questions))
	for i, t := range questions {
		if err := t.Check(); err != nil {
			return err
		}
		kept[i].TestQuestion = t
	}
	return q.put(ctx, organisation, kept, replace)
}

func (q *Quality) put(ctx context.Context, organisation core.ID, kept []KeptQuestion, replace bool) error {
	if !replace {
		before, err := q.Questions(ctx, organisation)
		if err != nil {
			return err
		}
		ids := map[string]bool{}
		for _, k := range slices.Concat(before, kept) {
			ids[k.ID] = true
		}
		if len(ids) > MaxTestQuestions {
			return core.E(core.TooLarge, "errors.memory_questions_many", core.Args{"Max": MaxTestQuestions})
		}
	}
	return q.PutQuestions(ctx, organisation, kept, replace)
}

// Keep adds one question, or changes the one of the same key, after it made sure that it can be answered as it says.
func (q *Quality) Keep(ctx context.Context, organisation core.ID, k KeptQuestion) error {
	if err := k.Check(); err != nil {
		return err
	}
	if k.Answerable() && !k.Draft {
		if err := q.stands(ctx, organisation, k.TestQuestion); err != nil {
			return err
		}
	}
	return q.put(ctx, organisation, []KeptQuestion{k}, false)
}

// stands makes sure that a document of that name is there and holds the quote.
func (q *Quality) stands(ctx context.Context, organisation core.ID, t TestQuestion) error {
	documents, err := q.memory.Documents(ctx, organisation)
	if err != nil {
		return err
	}
	for _, d := range documents {
		if d.Version == "" || !samePath(d.Name, t.File) {
			continue
		}
		version, err := q.memory.Version(ctx, organisation, d.Version)
		if err != nil || holds(version.Text, t.Quote) {
			return err
		}
		return core.E(core.Invalid, "errors.memory_question_quote", core.Args{"Name": d.Name})
	}
	return core.E(core.Invalid, "errors.memory_question_file", core.Args{"Name": t.File})
}

// Question finds one of the set.
func (q *Quality) Question(ctx context.Context, organisation, key core.ID) (KeptQuestion, error) {
	all, err := q.Questions(ctx, organisation)
	for _, k := range all {
		if k.Key == key {
			return k, nil
		}
	}
	if err == nil {
		err = core.E(core.NotFound, "errors.memory_no_question", nil)
	}
	return KeptQuestion{}, err
}

// Adopt makes a question of what a member said of an answer, and returns it.
func (q *Quality) Adopt(ctx context.Context, organisation, feedback core.ID) (KeptQuestion, error) {
	found, err := q.Feedback(ctx, organisation, feedback)
	if err != nil {
		return KeptQuestion{}, err
	}
	if len(found) == 0 {
		return KeptQuestion{}, core.E(core.NotFound, "errors.memory_no_feedback", nil)
	}
	f := found[0]
	k := questionOf(f, q.quoted(ctx, organisation, f))
	if err := k.Check(); err != nil {
		return KeptQuestion{}, err
	}
	if err := q.put(ctx, organisation, []KeptQuestion{k}, false); err != nil {
		return KeptQuestion{}, err
	}
	f.Made = k.ID
	return k, q.PutFeedback(ctx, f)
}

// quoted reads the words of the first citation; "" when the document is gone.
func (q *Quality) quoted(ctx context.Context, organisation core.ID, f Feedback) string {
	if len(f.Cited) == 0 {
		return ""
	}
	c := f.Cited[0]
	v, err := q.memory.Version(ctx, organisation, c.Version)
	if err != nil || c.Start < 0 || c.End > len(v.Text) || c.Start >= c.End || c.End-c.Start > maxExpected/2 {
		return ""
	}
	return strings.TrimSpace(v.Text[c.Start:c.End])
}
