package energyhttp

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// The chart's drawing, in its own units.
const (
	chartWidth, chartHeight               = 640, 230
	plotLeft, plotTop, plotBottom         = 84, 22, 196
	chartDays                             = 30
	barStep                       float64 = (chartWidth - plotLeft) / float64(chartDays)
	barWidth                      float64 = barStep * 0.68
)

// chart is a stacked bar per day, ready to draw.
type chart struct {
	Title       string
	Description string
	Width       int
	Height      int
	Left        int
	Bottom      int
	Lines       []chartLine
	Bars        []chartBar
	Unknown     []chartMark // days on which some figures are unknown
	Ticks       []chartMark
	Labels      []core.EnergyLabel // present, for the legend
}

type chartLine struct {
	Y    float64
	Text string
}

type chartBar struct {
	X, Y, Width, Height float64
	Label               core.EnergyLabel
	Tip                 string
}

type chartMark struct {
	X, Y   float64
	Text   string
	Anchor string // SVG text-anchor
}

// drawChart draws the thirty days that end with the one that starts at today.
func drawChart(l *i18n.Localizer, days []energy.Day, today time.Time) chart {
	c := chart{Title: l.T("energypages.chart.title"), Width: chartWidth, Height: chartHeight, Left: plotLeft, Bottom: plotBottom}
	uses := make([]use, chartDays)
	highest, top := 0, 0.0
	for i := range uses {
		uses[i] = sum(days, dayOf(today, i), dayOf(today, i+1))
		if joules, known := uses[i].joules(); known && joules > top {
			highest, top = i, joules
		}
	}
	c.Description = l.T("energypages.chart.none")
	if top > 0 {
		c.Description = l.T("energypages.chart.description",
			core.Args{"Date": l.Day(dayOf(today, highest)), "Value": l.Joules(top)})
	}
	step, lines := web.Scale(top)
	for i := 0; i <= lines; i++ {
		c.Lines = append(c.Lines, chartLine{Y: height(float64(i)*step, step*float64(lines)), Text: l.Joules(float64(i) * step)})
	}
	for i, u := range uses {
		c.bar(l, i, dayOf(today, i), u, step*float64(lines))
	}
	c.Ticks = ticks(l, today)
	return c
}

// bar stacks the known figures of one day, the most trustworthy at the bottom.
func (c *chart) bar(l *i18n.Localizer, i int, day time.Time, u use, top float64) {
	x := plotLeft + float64(i)*barStep + (barStep-barWidth)/2
	y := float64(plotBottom)
	for _, part := range u.ByLabel {
		if part.Label == core.EnergyUnknown || part.Energy.Joules == nil {
			continue
		}
		h := float64(plotBottom) - height(*part.Energy.Joules, top)
		y -= h
		c.Bars = append(c.Bars, chartBar{X: round(x), Y: round(y), Width: round(barWidth), Height: round(h), Label: part.Label,
			Tip: fmt.Sprintf("%s · %s · %s", l.Day(day), l.Joules(*part.Energy.Joules), l.EnergyLabel(part.Label))})
		c.see(part.Label)
	}
	if u.Unknown > 0 {
		c.Unknown = append(c.Unknown, chartMark{X: round(x + barWidth/2), Y: round(y - 5), Text: "?", Anchor: "middle"})
	}
}

func (c *chart) see(label core.EnergyLabel) {
	for _, seen := range c.Labels {
		if seen == label {
			return
		}
	}
	c.Labels = append(c.Labels, label)
}

// ticks names the first day, the last, and two between.
func ticks(l *i18n.Localizer, today time.Time) []chartMark {
	var out []chartMark
	for _, i := range []int{0, 10, 20, chartDays - 1} {
		mark := chartMark{X: round(plotLeft + (float64(i)+0.5)*barStep), Y: plotBottom + 20, Anchor: "middle"}
		switch i {
		case 0:
			mark.Anchor, mark.X = "start", plotLeft
		case chartDays - 1:
			mark.Anchor, mark.X = "end", chartWidth
		}
		day := dayOf(today, i)
		mark.Text = strings.TrimSuffix(l.Day(day), fmt.Sprintf(" %d", day.Year()))
		out = append(out, mark)
	}
	return out
}

// dayOf is the start of the i-th day of the chart.
func dayOf(today time.Time, i int) time.Time { return today.AddDate(0, 0, i-chartDays+1) }

// height is where on the page a value stands.
func height(value, top float64) float64 {
	share := math.Max(0, math.Min(1, value/top))
	return round(plotBottom - share*(plotBottom-plotTop))
}

func round(v float64) float64 { return math.Round(v*10) / 10 }
