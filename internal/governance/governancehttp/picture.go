package governancehttp

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/governance"
)

// picture is a map of opinions, drawn.
type picture struct {
	Width, Height int
	Grounds       []ground
	Dots          []dot
	Me            *dot
}

// dot is one person, nameless.
type dot struct {
	X, Y  string
	Shape int
}

// ground is the area of a group, with its letter.
type ground struct {
	Shape  int
	Path   string
	Letter string
	X, Y   string
}

// The size of the picture, in its own units.
const (
	pictureWidth  = 480
	pictureHeight = 280
	pictureEdge   = 44
	dotApart      = 15 // between people who answered alike
)

type spot struct{ x, y float64 }

// draw places the people: the same scale both ways, and people who answered alike beside each other rather than on top.
func draw(points []governance.Point, groups, me int) *picture {
	spots := spread(fit(points))
	pic := &picture{Width: pictureWidth, Height: pictureHeight}
	for g := range groups {
		var own []spot
		for i, p := range points {
			if p.Group == g {
				own = append(own, spots[i])
			}
		}
		pic.Grounds = append(pic.Grounds, groundOf(own, g))
	}
	for i, p := range points {
		d := dot{unit(spots[i].x), unit(spots[i].y), p.Group}
		if i == me {
			pic.Me = &d
		}
		pic.Dots = append(pic.Dots, d)
	}
	return pic
}

// fit scales the places into the picture.
func fit(points []governance.Point) []spot {
	low, high := spot{math.Inf(1), math.Inf(1)}, spot{math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		low, high = spot{min(low.x, p.X), min(low.y, p.Y)}, spot{max(high.x, p.X), max(high.y, p.Y)}
	}
	scale := math.Inf(1)
	if w := high.x - low.x; w > 1e-9 {
		scale = (pictureWidth - 2*pictureEdge) / w
	}
	if h := high.y - low.y; h > 1e-9 {
		scale = min(scale, (pictureHeight-2*pictureEdge)/h)
	}
	if math.IsInf(scale, 1) {
		scale = 0 // all in one place
	}
	spots := make([]spot, len(points))
	for i, p := range points {
		spots[i] = spot{pictureWidth/2 + (p.X-(low.x+high.x)/2)*scale, pictureHeight/2 + (p.Y-(low.y+high.y)/2)*scale}
	}
	return spots
}

// spread sets those who share a place in a spiral around it.
func spread(spots []spot) []spot {
	here := map[[2]int]int{}
	for i, s := range spots {
		cell := [2]int{int(math.Round(s.x / dotApart)), int(math.Round(s.y / dotApart))}
		n := float64(here[cell])
		here[cell]++
		const golden = 2.399963
		away := dotApart * math.Sqrt(n) * 0.9
		spots[i] = inside(spot{s.x + away*math.Cos(n*golden), s.y + away*math.Sin(n*golden)})
	}
	return spots
}

func inside(s spot) spot {
	const edge = pictureEdge / 4
	return spot{min(max(s.x, edge), pictureWidth-edge), min(max(s.y, edge), pictureHeight-edge)}
}

func groundOf(spots []spot, group int) ground {
	g := ground{Shape: group, Letter: letter(group)}
	middle := spot{}
	for _, s := range spots {
		middle.x, middle.y = middle.x+s.x/float64(len(spots)), middle.y+s.y/float64(len(spots))
	}
	top := middle.y
	var path strings.Builder
	for i, s := range hull(spots) {
		fmt.Fprintf(&path, "%s%s %s", map[bool]string{true: "M", false: "L"}[i == 0], unit(s.x), unit(s.y))
		top = min(top, s.y)
	}
	g.Path = path.String() + "Z"
	at := inside(spot{middle.x, top - 20})
	g.X, g.Y = unit(at.x), unit(at.y+6)
	return g
}

// hull is the convex hull, by the monotone chain of Andrew.
func hull(spots []spot) []spot {
	list := slices.Clone(spots)
	slices.SortFunc(list, func(a, b spot) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) })
	half := func() (out []spot) {
		for _, s := range list {
			for len(out) > 1 && turn(out[len(out)-2], out[len(out)-1], s) <= 0 {
				out = out[:len(out)-1]
			}
			out = append(out, s)
		}
		return out[:max(len(out)-1, 1)]
	}
	lower := half()
	slices.Reverse(list)
	return append(lower, half()...)
}

func turn(a, b, c spot) float64 { return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x) }

func unit(v float64) string { return fmt.Sprintf("%.1f", v) }
