package energyhttp

import (
	"context"
	"embed"
	"io/fs"
	"math"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var files embed.FS

// Config is what the pages need.
type Config struct {
	Days energy.Days
	// Accounts tells what leaving the choice of the model to "auto" saved; nil: nothing chooses.
	Accounts energy.Accounts
	Clock    core.Clock
	Watts    func() int // of the microwave oven used as an image; 0: no image
}

// Pages serves the page of energy.
type Pages struct {
	site      *web.Site
	config    Config
	templates *web.Templates
}

// New prepares the page.
func New(site *web.Site, config Config) (*Pages, error) {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := site.Templates(sub)
	if err != nil {
		return nil, err
	}
	return &Pages{site: site, config: config, templates: templates}, nil
}

// Routes registers the page.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle("GET /energy", p.site.Member(p.index))
}

// view is the page.
type view struct {
	web.Page
	Until   time.Time
	Whole   bool // of the organisation
	Watts   int
	Periods []period
	Parts   []figure // of the longest period, by label
	Mixed   bool     // the total mixes labels
	Chart   chart
	Rows    []row
	Labels  []core.EnergyLabel // present, to explain
	Empty   bool
	Auto    *savings // nil: no model was chosen
}

// savings is what choosing the smallest model came to in the longest period. Saved and Extra are nil where nothing is known.
type savings struct {
	energy.Savings
	Unknown int
	Saved   *figure
	Extra   *figure
}

// period is one total. Figure is nil when nothing is known of it.
type period struct {
	Name     string
	Figure   *figure
	Requests int
	Unknown  int
}

// figure is a known amount of energy, or the count of what is unknown.
type figure struct {
	Energy   core.Energy
	Joules   float64
	Requests int
}

// row is one line of the table: one day, one label.
type row struct {
	Day      time.Time
	Label    core.EnergyLabel
	Requests int
	Figure   *figure
}

func (p *Pages) index(w http.ResponseWriter, r *http.Request) error {
	actor, _ := web.ActorFrom(r.Context())
	whole := r.URL.Query().Get("whose") == "organisation"
	person := actor.Person
	if whole {
		person = ""
	}
	today := midnight(p.config.Clock.Now())
	from, to := dayOf(today, 0), today.AddDate(0, 0, 1)
	days, err := p.config.Days.Daily(r.Context(), actor.Organisation, person, from, to)
	if err != nil {
		return err
	}
	l := p.site.Localizer(r)
	v := view{Page: p.site.Page(r, l.T("energypages.title"), web.Energy), Until: today, Whole: whole, Watts: p.config.Watts()}
	v.fill(l, days, today)
	if v.Auto, err = p.savings(r.Context(), actor.Organisation, person, from, to); err != nil {
		return err
	}
	return p.templates.Render(w, r, "energy.html", v)
}

func (p *Pages) savings(ctx context.Context, organisation, person core.ID, from, to time.Time) (*savings, error) {
	if p.config.Accounts == nil {
		return nil, nil
	}
	sums, err := p.config.Accounts.Savings(ctx, organisation, person, from, to)
	if err != nil || sums.Requests == 0 {
		return nil, err
	}
	s := savings{Savings: sums, Unknown: sums.Requests - sums.Known}
	for _, part := range []struct {
		to   **figure
		from core.Energy
	}{{&s.Saved, sums.Saved}, {&s.Extra, sums.Extra}} {
		if part.from.Joules != nil {
			*part.to = &figure{Energy: part.from, Joules: *part.from.Joules}
		}
	}
	return &s, nil
}

func (v *view) fill(l *i18n.Localizer, days []energy.Day, today time.Time) {
	tomorrow := today.AddDate(0, 0, 1)
	v.Periods = []period{
		periodOf(l.T("energypages.period.today"), sum(days, today, tomorrow)),
		periodOf(l.T("energypages.period.week"), sum(days, today.AddDate(0, 0, -6), tomorrow)),
	}
	month := sum(days, dayOf(today, 0), tomorrow)
	v.Periods = append(v.Periods, periodOf(l.T("energypages.period.month"), month))
	for _, part := range month.ByLabel {
		v.Parts = append(v.Parts, figureOf(part))
		v.Labels = append(v.Labels, part.Label)
	}
	known := len(v.Parts)
	if month.Unknown > 0 {
		known--
	}
	v.Mixed, v.Empty = known > 1, len(v.Parts) == 0
	v.Chart = drawChart(l, days, today)
	v.Rows = rows(days, today)
}

func periodOf(name string, u use) period {
	p := period{Name: name, Requests: u.Known + u.Unknown, Unknown: u.Unknown}
	if joules, known := u.joules(); known {
		p.Figure = &figure{Energy: u.Energy, Joules: joules, Requests: u.Known}
	}
	return p
}

func figureOf(part labelled) figure {
	f := figure{Energy: part.Energy, Requests: part.Requests}
	if part.Energy.Joules != nil {
		f.Joules = *part.Energy.Joules
	}
	return f
}

// rows lists the days newest first, each label on its own line.
func rows(days []energy.Day, today time.Time) []row {
	var out []row
	for i := chartDays - 1; i >= 0; i-- {
		day := dayOf(today, i)
		for _, part := range sum(days, day, day.AddDate(0, 0, 1)).ByLabel {
			line := row{Day: day, Label: part.Label, Requests: part.Requests}
			if part.Label != core.EnergyUnknown {
				f := figureOf(part)
				line.Figure = &f
			}
			out = append(out, line)
		}
	}
	return out
}

// Known tells a figure from the count of what is unknown.
func (f figure) Known() bool { return f.Energy.Joules != nil }

// WattHours is the same amount in the unit of electricity bills.
func (f figure) WattHours() float64 { return f.Joules / 3600 }

// FewWattHours reports an amount that only joules say legibly.
func (f figure) FewWattHours() bool { return f.Joules > 0 && f.WattHours() < 0.001 }

// Oven is how long a microwave oven of the given power runs on it; zero when there is no oven.
func (f figure) Oven(watts int) time.Duration {
	if watts <= 0 {
		return 0
	}
	seconds := min(f.Joules/float64(watts), math.MaxInt64/float64(2*time.Second))
	return time.Duration(seconds * float64(time.Second))
}

// Method names how the figure was found; "" when it does not say.
func (f figure) Method() string { return energy.MethodKey(f.Energy) }

// Scope names what the figure covers; "" when it does not say.
func (f figure) Scope() string { return energy.ScopeKey(f.Energy) }

// Interval reports whether the method bounds the figure.
func (f figure) Interval() bool { return f.Energy.Low != nil && f.Energy.High != nil }
