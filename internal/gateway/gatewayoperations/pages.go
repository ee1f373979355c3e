package gatewayoperations

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var files embed.FS

// Config is what the page needs.
type Config struct {
	Site    *web.Site
	Figures Figures
	Engines Engines
	Clock   core.Clock
}

// Figures tells what happened lately; telemetry.Metrics does.
type Figures interface {
	Recent() telemetry.Hour
	Load() (waiting, answering int)
}

// Engines tells how each engine is.
type Engines interface {
	Health(ctx context.Context) []models.EngineHealth
}

// Pages serves the page.
type Pages struct {
	Config
	templates *web.Templates
}

// New prepares the page.
func New(config Config) (*Pages, error) {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := config.Site.Templates(sub)
	if err != nil {
		return nil, err
	}
	return &Pages{Config: config, templates: templates}, nil
}

// Routes registers the page.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle("GET /operations", p.Site.Operator(p.index))
}

// view is the page.
type view struct {
	web.Page
	Now                time.Time
	Waiting, Answering int
	Total              figures
	Charts             []chart
	Minutes            []minute // in which something happened, the latest first
	Parts              []part
	Errors             []failure // the commonest first
	Engines            []engine
	Empty              bool
}

// figures are those of telemetry, as the page writes them.
type figures struct{ telemetry.Figures }

// Answered counts the requests that came to their end.
func (f figures) Answered() int {
	return max(0, f.Requests-f.Refused-f.Failed-f.Left)
}

// Median is the wait for a first token that half of them were shorter than; nil when there was none.
func (f figures) Median() *time.Duration { return f.wait(.5) }

// Slow is the wait that one in twenty was longer than.
func (f figures) Slow() *time.Duration { return f.wait(.95) }

func (f figures) wait(share float64) *time.Duration {
	wait, ok := f.FirstToken(share)
	if !ok {
		return nil
	}
	wait = wait.Round(time.Millisecond)
	return &wait
}

type minute struct {
	figures
	At            time.Time
	Waiting, Busy int
}

type part struct {
	figures
	telemetry.Source
}

// Other reports a model that is not, or no longer, in the catalogue.
func (p part) Other() bool { return p.Model == "other" }

type failure struct {
	Key   string // of the words
	Count int
}

type engine struct {
	models.EngineHealth
	Paused []string
}

func (p *Pages) index(w http.ResponseWriter, r *http.Request) error {
	l := p.Site.Localizer(r)
	v := view{Page: p.Site.Page(r, l.T("operations.title"), web.Operations), Now: p.Clock.Now()}
	v.Scripts = []string{"operations.js"}
	v.Waiting, v.Answering = p.Figures.Load()
	hour := p.Figures.Recent()
	v.Total = figures{hour.Total}
	v.Empty = hour.Total.Requests == 0 && hour.Total.Failed == 0 && v.Waiting+v.Answering == 0
	for _, part_ := range hour.Parts {
		v.Parts = append(v.Parts, part{figures{part_.Figures}, part_.Source})
	}
	for _, m := range slices.Backward(hour.Minutes) {
		if m.Requests > 0 || m.Failed > 0 || m.Waiting+m.Busy > 0 {
			v.Minutes = append(v.Minutes, minute{figures{m.Figures}, m.At, m.Waiting, m.Busy})
		}
	}
	v.Charts, v.Errors = charts(l, hour.Minutes), failures(hour.Total)
	for _, h := range p.Engines.Health(r.Context()) {
		v.Engines = append(v.Engines, engine{h, h.Circuit.Paused})
	}
	return p.templates.Render(w, r, "operations.html", v)
}

// charts draws the hour.
func charts(l *i18n.Localizer, minutes []telemetry.Minute) []chart {
	count := func(v float64) string { return l.Number(v, 0) }
	plots := []plot{
		{"requests", func(m telemetry.Minute) []piece {
			return []piece{{"answered", float64(figures{m.Figures}.Answered())}, {"left", float64(m.Left)}, {"refused", float64(m.Refused)}, {"failed", float64(m.Failed)}}
		}, count},
		{"tokens", func(m telemetry.Minute) []piece { return []piece{{"answered", float64(m.Tokens)}} }, count},
		{"wait", func(m telemetry.Minute) []piece {
			wait, _ := m.FirstToken(.5)
			return []piece{{"answered", wait.Seconds()}}
		}, l.Seconds},
		{"queue", func(m telemetry.Minute) []piece { return []piece{{"answered", float64(m.Waiting)}} }, count},
	}
	var drawn []chart
	for _, p := range plots {
		drawn = append(drawn, draw(l, minutes, p))
	}
	drawn[0].Kinds = []string{"answered", "left", "refused", "failed"}
	return drawn
}

// failures lists what failed, the commonest first.
func failures(total telemetry.Figures) []failure {
	byKey := map[string]int{}
	for code, count := range total.Errors {
		byKey[errorKey(code)] += count
	}
	var list []failure
	for key, count := range byKey {
		list = append(list, failure{key, count})
	}
	slices.SortFunc(list, func(a, b failure) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return list
}

// errorKey names the words for a code.
func errorKey(code string) string {
	switch core.Code(code) {
	case core.Unavailable, core.Interrupted, core.Exhausted, core.Invalid, core.TooLarge, core.Unauthenticated, core.NotFound:
		return "operations.error." + code
	}
	return "operations.error.other"
}
