package memoryhttp

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// Quality is what the pages need to show how good the memory is.
type Quality interface {
	Questions(ctx context.Context, organisation core.ID) ([]memory.KeptQuestion, error)
	Question(ctx context.Context, organisation, key core.ID) (memory.KeptQuestion, error)
	Keep(ctx context.Context, organisation core.ID, q memory.KeptQuestion) error
	Import(ctx context.Context, organisation core.ID, questions []memory.TestQuestion, replace bool) error
	RemoveQuestion(ctx context.Context, organisation, key core.ID) error
	Ask(ctx context.Context, organisation core.ID) error
	Stop(ctx context.Context, organisation core.ID) error
	Measuring(organisation core.ID) memory.Measuring
	Measurements(ctx context.Context, organisation core.ID) ([]memory.Measurement, error)
	Measurement(ctx context.Context, organisation, id core.ID) (memory.Measurement, error)
	Feedback(ctx context.Context, organisation core.ID, ids ...core.ID) ([]memory.Feedback, error)
	Adopt(ctx context.Context, organisation, feedback core.ID) (memory.KeptQuestion, error)
	RemoveFeedback(ctx context.Context, organisation core.ID, ids ...core.ID) error
}

// qualityRoutes registers the pages of quality. Everybody sees the figures; what they are made of is the operator's.
func (p *Pages) qualityRoutes(mux *http.ServeMux) {
	mux.Handle("GET /memory/quality", p.site.Member(p.showQuality))
	mux.Handle("POST /memory/quality/{order}", p.site.Operator(p.orderMeasurement))
	mux.Handle("GET /memory/quality/measurements/{id}", p.site.Member(p.showMeasurement))

	mux.Handle("GET /memory/questions", p.site.Operator(p.listQuestions))
	mux.Handle("GET /memory/questions/export", p.site.Operator(p.exportQuestions))
	mux.Handle("POST /memory/questions/import", p.site.Operator(p.importQuestions, web.MaxBody(maxQuestionSet)))
	mux.Handle("GET /memory/questions/new", p.site.Operator(p.newQuestion))
	mux.Handle("POST /memory/questions/new", p.site.Operator(p.keepQuestion))
	mux.Handle("GET /memory/questions/{key}", p.site.Operator(p.editQuestion))
	mux.Handle("POST /memory/questions/{key}", p.site.Operator(p.keepQuestion))
	mux.Handle("POST /memory/questions/{key}/remove", p.site.Operator(p.removeQuestion))

	mux.Handle("GET /memory/feedback", p.site.Operator(p.listFeedback))
	mux.Handle("POST /memory/feedback/{id}/{order}", p.site.Operator(p.orderFeedback))
}

// qualityView is the page of figures: the last verdict, the history drawn and in a table.
type qualityView struct {
	web.Page
	Done      string
	Now       memory.Measuring
	Questions int // complete ones
	Drafts    int
	Feedback  int
	Last      *comparisonView // the last measurement against the one before
	First     *measurementRow // the only one
	Trend     trend
	Rows      []measurementRow
}

// Working reports whether the page will soon be another.
func (v qualityView) Working() bool { return v.Now.Going }

// measurementRow is one line of the history.
type measurementRow struct {
	ID      core.ID
	Href    string
	Began   time.Time
	Took    time.Duration
	Setting memory.Setting
	Model   string // short
	memory.Evaluation
	Right float64
	Found float64 // right passage among the first three
}

func rowOfMeasurement(m memory.Measurement) measurementRow {
	return measurementRow{ID: m.ID, Href: measurementHref(m.ID), Began: m.Began, Took: m.Ended.Sub(m.Began), Setting: m.Setting,
		Model: shortModel(m.Setting.Model), Evaluation: m.Evaluation, Right: m.Right(), Found: m.Evaluation.Recall["3"]}
}

func measurementHref(id core.ID) string { return "/memory/quality/measurements/" + id.String() }

// shortModel is a model's name with as much of its digest as tells it from another.
func shortModel(model string) string {
	name, digest, _ := strings.Cut(model, "@")
	if digest = strings.TrimPrefix(digest, "sha256:"); digest != "" {
		name += " (" + digest[:min(8, len(digest))] + ")"
	}
	return valid(name)
}

func (p *Pages) showQuality(w http.ResponseWriter, r *http.Request) error {
	ctx, of := r.Context(), organisation(r)
	l := p.site.Localizer(r)
	view := qualityView{Page: p.site.Page(r, l.T("quality.title"), web.Memory), Now: p.quality.Measuring(of), Done: r.URL.Query().Get("done")}
	view.Scripts = []string{"memory.js"}
	questions, err := p.quality.Questions(ctx, of)
	if err != nil {
		return err
	}
	for _, q := range questions {
		if q.Draft {
			view.Drafts++
		} else {
			view.Questions++
		}
	}
	feedback, err := p.quality.Feedback(ctx, of)
	if err != nil {
		return err
	}
	view.Feedback = len(feedback)
	list, err := p.quality.Measurements(ctx, of)
	if err != nil {
		return err
	}
	for _, m := range list {
		view.Rows = append(view.Rows, rowOfMeasurement(m))
	}
	switch {
	case len(list) == 1:
		view.First = &view.Rows[0]
	case len(list) > 1:
		if view.Last, err = p.compare(r, list[1].ID, list[0].ID); err != nil {
			return err
		}
	}
	view.Trend = drawTrend(l, view.Rows)
	return p.templates.Render(w, r, "quality.html", view)
}

func (p *Pages) orderMeasurement(w http.ResponseWriter, r *http.Request) error {
	switch r.PathValue("order") {
	case "measure":
		if err := p.quality.Ask(r.Context(), organisation(r)); err != nil {
			return err
		}
	case "stop":
		if err := p.quality.Stop(r.Context(), organisation(r)); err != nil {
			return err
		}
	default:
		return core.E(core.NotFound, "errors.memory_no_measurement", nil)
	}
	http.Redirect(w, r, "/memory/quality", http.StatusSeeOther)
	return nil
}

// comparisonView is a measurement against an earlier one.
type comparisonView struct {
	memory.Comparison
	Before, After measurementRow
	Changes       []changeView
}

// changeView is one part of the setting that differs, in words.
type changeView struct{ What, Before, After string }

func (p *Pages) compare(r *http.Request, before, after core.ID) (*comparisonView, error) {
	a, err := p.quality.Measurement(r.Context(), organisation(r), before)
	if err != nil {
		return nil, err
	}
	b, err := p.quality.Measurement(r.Context(), organisation(r), after)
	if err != nil {
		return nil, err
	}
	view := &comparisonView{Comparison: memory.Compare(a, b), Before: rowOfMeasurement(a), After: rowOfMeasurement(b)}
	l := p.site.Localizer(r)
	say := func(value any) string {
		switch v := value.(type) {
		case bool:
			if v {
				return l.T("quality.by_meaning")
			}
			return l.T("quality.by_words")
		case int:
			return l.Number(float64(v), 0)
		case string:
			if v == "" {
				return l.T("quality.none")
			}
			return shortModel(v)
		}
		return ""
	}
	for _, c := range view.Changed {
		view.Changes = append(view.Changes, changeView{l.T("quality.change." + c.What), say(c.Before), say(c.After)})
	}
	return view, nil
}

// measurementView is one measurement, question by question.
type measurementView struct {
	web.Page
	Row       measurementRow
	Others    []measurementRow // it can be compared with
	Against   *comparisonView
	Questions []memory.Measured
}

func (p *Pages) showMeasurement(w http.ResponseWriter, r *http.Request) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	m, err := p.quality.Measurement(r.Context(), organisation(r), id)
	if err != nil {
		return err
	}
	view := measurementView{Page: p.site.Page(r, p.site.Localizer(r).T("quality.measurement", core.Args{"Date": p.site.Localizer(r).DateTime(m.Began)}), web.Memory),
		Row: rowOfMeasurement(m), Questions: m.Questions}
	list, err := p.quality.Measurements(r.Context(), organisation(r))
	if err != nil {
		return err
	}
	against := core.ID(r.URL.Query().Get("against"))
	for _, other := range list {
		if other.ID == m.ID {
			continue
		}
		view.Others = append(view.Others, rowOfMeasurement(other))
		if against == "" && other.Began.Before(m.Began) { // the one just before
			against = other.ID
		}
	}
	if against != "" {
		if view.Against, err = p.compare(r, against, m.ID); err != nil {
			return err
		}
	}
	return p.templates.Render(w, r, "measurement.html", view)
}
