package governance

import (
	"cmp"
	"math"
	"slices"
)

// Opinion is what one person said of one statement.
type Opinion int8

// The answers. Unseen is the zero value: the person was not asked, or passed over it without a word.
const (
	Unseen    Opinion = 0
	Agrees    Opinion = 1
	Disagrees Opinion = -1
	Passes    Opinion = 2 // saw it, and neither agrees nor disagrees
)

// Bounds of an opinion map.
const (
	maxOpinionPeople     = 20_000
	maxOpinionStatements = 500
	minAnswers           = 3 // of one person, to be placed on the map
	minGroup             = 3 // people: a smaller group would name its members
	maxGroups            = 5
	rounds               = 60 // most, of the two searches below; both end much sooner
)

// OpinionMap groups people by how they answered, and finds the statements on which the groups agree. It is for before a
// ballot and never instead of one: whoever answered chose to. No page gathers opinions or shows the map yet.
type OpinionMap struct {
	Points    []Point     // one for each person who answered enough, in the order given
	Groups    []int       // how many people are in each group, the largest first
	Consensus []Statement // the statements, the most shared by all groups first
}

// Point is a person's place. Two people who answered alike stand close to each other.
type Point struct {
	Person int // index in what was given
	X, Y   float64
	Group  int
}

// Statement is how one statement was received.
type Statement struct {
	Index     int
	Seen      int       // people on the map who answered it
	Agree     int       // among them
	Disagree  int       // among them
	InGroups  []float64 // share of each group that agrees, as estimated from those who answered: (agree+1)/(seen+2)
	Consensus float64   // product of InGroups: high when every group agrees
	// Typical is the group that this statement tells from the others, -1 when there is none.
	Typical int
}

// MapOpinions draws the map: a projection on the two directions in which answers differ most (principal components; a missing
// answer counts as the mean of its statement), then k-means, with as many groups, from two to five, as stand apart best
// (silhouette). The method is that of Pol.is, after Small et al., "Polis: Scaling deliberation by mapping high
// dimensional opinion spaces" (Recerca, 2021); group-informed consensus is theirs too. The same answers give the same map.
func MapOpinions(answers [][]Opinion, statements int) (OpinionMap, bool) {
	if len(answers) > maxOpinionPeople || statements < 2 || statements > maxOpinionStatements {
		return OpinionMap{}, false
	}
	var m OpinionMap
	var rows [][]float64
	for person, list := range answers {
		if row, ok := numbers(list, statements); ok {
			m.Points = append(m.Points, Point{Person: person})
			rows = append(rows, row)
		}
	}
	if len(rows) < 2*minGroup {
		return OpinionMap{}, false
	}
	place(rows, m.Points)
	m.Groups = group(m.Points)
	m.Consensus = receive(answers, m.Points, len(m.Groups), statements)
	return m, true
}

// numbers gives a person's answers, unseen ones as NaN; false when there are too few.
func numbers(list []Opinion, statements int) ([]float64, bool) {
	row, said := make([]float64, statements), 0
	for i := range row {
		row[i] = math.NaN()
		if i >= len(list) {
			continue
		}
		switch list[i] {
		case Agrees, Disagrees:
			row[i] = float64(list[i])
			said++
		case Passes:
			row[i] = 0
			said++
		}
	}
	return row, said >= min(minAnswers, statements)
}

// place gives the points their coordinates. Those who answered few statements are not drawn to the middle for it: a place is
// stretched by the square root of statements over answers.
func place(rows [][]float64, points []Point) {
	said := centre(rows)
	first := direction(rows, nil)
	second := direction(rows, first)
	for i, row := range rows {
		stretch := math.Sqrt(float64(len(row)) / float64(said[i]))
		points[i].X, points[i].Y = dot(row, first)*stretch, dot(row, second)*stretch
	}
}

// centre takes the mean of each column away, and puts it where an answer is missing. It returns how many answers each row has.
func centre(rows [][]float64) (said []int) {
	said = make([]int, len(rows))
	for column := range rows[0] {
		sum, n := 0.0, 0
		for i, row := range rows {
			if !math.IsNaN(row[column]) {
				sum, n = sum+row[column], n+1
				said[i]++
			}
		}
		mean := sum / float64(max(n, 1))
		for _, row := range rows {
			if math.IsNaN(row[column]) {
				row[column] = 0
			} else {
				row[column] -= mean
			}
		}
	}
	return said
}

// direction finds the one in which the rows differ most, at right angles to another one when given: power iteration.
func direction(rows [][]float64, other []float64) []float64 {
	size := len(rows[0])
	at := make([]float64, size)
	for i := range at {
		at[i] = 1 + float64(i%7) // any start that is at right angles to nothing in particular
	}
	for range rounds {
		next := make([]float64, size)
		for _, row := range rows {
			along := dot(row, at)
			for i, v := range row {
				next[i] += along * v
			}
		}
		if other != nil {
			away := dot(next, other)
			for i := range next {
				next[i] -= away * other[i]
			}
		}
		length := math.Sqrt(dot(next, next))
		if length < 1e-12 {
			return make([]float64, size) // all alike
		}
		moved := 0.0
		for i := range next {
			next[i] /= length
			moved += math.Abs(next[i] - at[i])
		}
		if at = next; moved < 1e-9 {
			break
		}
	}
	return at
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// clearly is by how much more groups must stand apart better than fewer: a few fine ones are no camps.
const clearly = 0.1

// group names the group of each point, the largest group 0, and returns their sizes. One group when nothing stands apart.
func group(points []Point) []int {
	best, score := make([]int, len(points)), 0.0
	for k := 2; k <= maxGroups; k++ {
		of, sizes := cluster(points, k)
		if slices.Min(sizes) < minGroup {
			continue
		}
		if s := silhouette(points, of, k); s > score+clearly {
			best, score = of, s
		}
	}
	return rename(points, best)
}

// rename numbers the groups by their size.
func rename(points []Point, of []int) []int {
	count := map[int]int{}
	for _, g := range of {
		count[g]++
	}
	order := make([]int, 0, len(count))
	for g := range count {
		order = append(order, g)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	sizes := make([]int, len(order))
	for i := range points {
		points[i].Group = slices.Index(order, of[i])
		sizes[points[i].Group]++
	}
	return sizes
}

// cluster is k-means from k points as far from each other as can be.
func cluster(points []Point, k int) (of, sizes []int) {
	centres := farApart(points, k)
	of = make([]int, len(points))
	for range rounds {
		moved := false
		sizes = make([]int, k)
		sums := make([]Point, k)
		for i, p := range points {
			near := 0
			for g := range centres {
				if distance(p, centres[g]) < distance(p, centres[near]) {
					near = g
				}
			}
			moved = moved || of[i] != near
			of[i] = near
			sizes[near]++
			sums[near].X, sums[near].Y = sums[near].X+p.X, sums[near].Y+p.Y
		}
		for g, n := range sizes {
			if n > 0 {
				centres[g] = Point{X: sums[g].X / float64(n), Y: sums[g].Y / float64(n)}
			}
		}
		if !moved {
			break
		}
	}
	return of, sizes
}

func farApart(points []Point, k int) []Point {
	centres := []Point{slices.MaxFunc(points, func(a, b Point) int { return cmp.Compare(distance(a, Point{}), distance(b, Point{})) })}
	for len(centres) < k {
		next, most := points[0], -1.0
		for _, p := range points {
			near := math.Inf(1)
			for _, c := range centres {
				near = min(near, distance(p, c))
			}
			if near > most {
				next, most = p, near
			}
		}
		centres = append(centres, next)
	}
	return centres
}

func distance(a, b Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }

// silhouette tells how well the groups stand apart, from -1 to 1: the mean over the points of (b-a)/max(a,b), with the distances to the
// centres of the own group and of the nearest other one, which takes linear time.
func silhouette(points []Point, of []int, k int) float64 {
	centres, sizes := make([]Point, k), make([]float64, k)
	for i, p := range points {
		g := of[i]
		centres[g].X, centres[g].Y, sizes[g] = centres[g].X+p.X, centres[g].Y+p.Y, sizes[g]+1
	}
	for g := range centres {
		centres[g].X, centres[g].Y = centres[g].X/sizes[g], centres[g].Y/sizes[g]
	}
	sum := 0.0
	for i, p := range points {
		own, other := distance(p, centres[of[i]]), math.Inf(1)
		for g := range centres {
			if g != of[i] {
				other = min(other, distance(p, centres[g]))
			}
		}
		if most := max(own, other); most > 0 {
			sum += (other - own) / most
		}
	}
	return sum / float64(len(points))
}

// receive counts how each group received each statement.
func receive(answers [][]Opinion, points []Point, groups, statements int) []Statement {
	list := make([]Statement, statements)
	for i := range list {
		s := &list[i]
		s.Index, s.Typical, s.Consensus, s.InGroups = i, -1, 1, make([]float64, groups)
		agree, seen := make([]int, groups), make([]int, groups)
		for _, p := range points {
			a := Unseen
			if given := answers[p.Person]; i < len(given) {
				a = given[i]
			}
			if a == Unseen {
				continue
			}
			seen[p.Group]++
			s.Seen++
			switch a {
			case Agrees:
				agree[p.Group]++
				s.Agree++
			case Disagrees:
				s.Disagree++
			}
		}
		for g := range groups {
			s.InGroups[g] = float64(agree[g]+1) / float64(seen[g]+2)
			s.Consensus *= s.InGroups[g]
		}
		s.Typical = typical(s.InGroups)
	}
	slices.SortStableFunc(list, func(a, b Statement) int { return cmp.Compare(b.Consensus, a.Consensus) })
	return list
}

// typical is the group whose agreement exceeds that of every other one by far, -1 when there is none.
func typical(shares []float64) int {
	const far = 0.3
	if len(shares) < 2 {
		return -1
	}
	top := 0
	for g, share := range shares {
		if share > shares[top] {
			top = g
		}
	}
	for g, share := range shares {
		if g != top && shares[top]-share < far {
			return -1
		}
	}
	return top
}
