package gatewayoperations

import (
	"math"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// The charts' drawing, in their own units.
const (
	chartWidth, chartHeight       = 360, 170
	plotLeft, plotTop, plotBottom = 56, 12, 140
)

// chart is one bar for each minute of the last hour, of one piece or several on top of each other.
type chart struct {
	ID, Title, Description string
	Width, Height, Left    int
	Lines                  []chartLine
	Bars                   []chartBar
	Ticks                  []chartTick
	Kinds                  []string // of pieces, for the legend; nil: one kind
}

type chartLine struct {
	Y    float64
	Text string
}

type chartBar struct {
	X, Y, Width, Height float64
	Kind, Tip           string
}

type chartTick struct {
	X, Y         float64
	Text, Anchor string
}

// piece is a part of a bar.
type piece struct {
	kind  string
	value float64
}

// plot says what a chart shows.
type plot struct {
	id    string // its words are operations.chart.<id>, and operations.chart.<id>.none where there is nothing
	of    func(m telemetry.Minute) []piece
	write func(v float64) string
}

// draw makes the chart of an hour.
func draw(l *i18n.Localizer, minutes []telemetry.Minute, p plot) chart {
	c := chart{ID: p.id, Title: l.T("operations.chart." + p.id), Width: chartWidth, Height: chartHeight, Left: plotLeft}
	highest, top := 0, 0.0
	for i, m := range minutes {
		if sum := total(p.of(m)); sum > top {
			highest, top = i, sum
		}
	}
	c.Description = l.T("operations.chart.none")
	if top > 0 {
		c.Description = l.T("operations.chart.highest", core.Args{"Value": p.write(top), "Time": l.Time(minutes[highest].At)})
	}
	step, lines := web.Scale(top)
	if step < 1 && p.id != "wait" { // these are counted
		step, lines = 1, int(math.Max(1, top))
	}
	most := step * float64(lines)
	for i := 0; i <= lines; i++ {
		c.Lines = append(c.Lines, chartLine{Y: height(float64(i)*step, most), Text: p.write(float64(i) * step)})
	}
	width := float64(chartWidth-plotLeft) / float64(max(1, len(minutes)))
	for i, m := range minutes {
		c.bar(l, m.At, plotLeft+float64(i)*width, width, p.of(m), most, p.write)
	}
	c.ticks(l, minutes)
	return c
}

func total(pieces []piece) (sum float64) {
	for _, p := range pieces {
		sum += p.value
	}
	return sum
}

func (c *chart) bar(l *i18n.Localizer, at time.Time, x, width float64, pieces []piece, most float64, write func(float64) string) {
	y := float64(plotBottom)
	for _, p := range pieces {
		if p.value <= 0 {
			continue
		}
		h := plotBottom - height(p.value, most)
		y -= h
		tip := l.Time(at) + " · " + write(p.value)
		if len(pieces) > 1 {
			tip += " · " + l.T("operations.kind."+p.kind)
		}
		c.Bars = append(c.Bars, chartBar{X: round(x + width*.1), Y: round(y), Width: round(width * .8), Height: round(h), Kind: p.kind, Tip: tip})
	}
}

// ticks names the first minute, the one in the middle and the last.
func (c *chart) ticks(l *i18n.Localizer, minutes []telemetry.Minute) {
	if len(minutes) == 0 {
		return
	}
	for i, anchor := range []string{"start", "middle", "end"} {
		at := minutes[i*(len(minutes)-1)/2].At
		x := plotLeft + float64(i)*(chartWidth-plotLeft)/2
		c.Ticks = append(c.Ticks, chartTick{X: x, Y: plotBottom + 20, Text: l.Time(at), Anchor: anchor})
	}
}

// height is where on the page a value stands.
func height(value, most float64) float64 {
	share := math.Max(0, math.Min(1, value/most))
	return round(plotBottom - share*(plotBottom-plotTop))
}

func round(v float64) float64 { return math.Round(v*10) / 10 }
