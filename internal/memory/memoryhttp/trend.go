package memoryhttp

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// The drawing, in its own units.
const (
	trendWidth, trendHeight       = 640, 240
	trendLeft, trendTop, trendEnd = 64, 16, 200
	trendShown                    = 30 // measurements
)

// trend is the history drawn: one step for each measurement, a dotted line where what answers changed.
type trend struct {
	Width, Height, Left, Right, Top, Bottom int
	Description                             string
	Lines                                   []trendMark
	Answers, Passages                       []trendMark // points of the two series
	AnswersPath, PassagesPath               string      // through them
	Changes                                 []trendMark
	Ticks                                   []trendMark
}

type trendMark struct {
	X, Y   float64
	Text   string
	Anchor string
}

// drawTrend draws the latest measurements; rows are newest first.
func drawTrend(l *i18n.Localizer, rows []measurementRow) trend {
	t := trend{Width: trendWidth, Height: trendHeight, Left: trendLeft, Right: trendWidth - 20, Top: trendTop, Bottom: trendEnd}
	for i := range 5 {
		share := float64(i) / 4
		t.Lines = append(t.Lines, trendMark{Y: heightOf(share), Text: l.Percent(share)})
	}
	shown := slices.Clone(rows[:min(len(rows), trendShown)])
	slices.Reverse(shown)
	if len(shown) == 0 {
		return t
	}
	for i, row := range shown {
		x := trendLeft + (trendWidth-20-trendLeft)*(float64(i)+0.5)/float64(len(shown))
		at := l.DateTime(row.Began)
		t.Answers = append(t.Answers, trendMark{X: tenth(x), Y: heightOf(row.Right), Text: at + " · " + l.Percent(row.Right)})
		t.Passages = append(t.Passages, trendMark{X: tenth(x), Y: heightOf(row.Found), Text: at + " · " + l.Percent(row.Found)})
		if i > 0 && shown[i-1].Setting.Model != row.Setting.Model {
			t.Changes = append(t.Changes, trendMark{X: tenth((x + t.Answers[i-1].X) / 2), Text: row.Model})
		}
		if i == 0 || i == len(shown)-1 {
			t.Ticks = append(t.Ticks, trendMark{X: tenth(x), Y: trendEnd + 22, Text: l.Day(row.Began), Anchor: anchorOf(i, len(shown))})
		}
	}
	t.AnswersPath, t.PassagesPath = pathOf(t.Answers), pathOf(t.Passages)
	first, last := shown[0], shown[len(shown)-1]
	t.Description = l.T("quality.trend.says", core.Args{"Count": len(shown), "First": l.Percent(first.Right), "Last": l.Percent(last.Right)})
	return t
}

func anchorOf(i, n int) string {
	switch {
	case n == 1:
		return "middle"
	case i == 0:
		return "start"
	}
	return "end"
}

func heightOf(share float64) float64 {
	return tenth(trendEnd - math.Max(0, math.Min(1, share))*(trendEnd-trendTop))
}

// pathOf is a line through points, as the points of an SVG polyline.
func pathOf(points []trendMark) string {
	var b strings.Builder
	for _, m := range points {
		fmt.Fprintf(&b, "%g,%g ", m.X, m.Y)
	}
	return strings.TrimSpace(b.String())
}

func tenth(v float64) float64 { return math.Round(v*10) / 10 }
