package governance

import (
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
// ballot and never instead of one: whoever answered chose to.
type OpinionMap struct {
	Points   []Point     // one for each person who answered enough, in the order given
	Groups   []int       // how many people are in each group, the largest first
	Received []Reception // of the statements, the most shared by all groups first
}

// Point is a person's place. Two people who answered alike stand close to each other.
type Point struct {
	Person int // index in what was given
	X, Y   float64
	Group  int
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
	m.Received = receive(answers, m.Points, len(m.Groups), statements)
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
	at := begin(rows, other)
	for range rounds {
		next := make([]float64, size)
		for _, row := range rows {
			along := dot(row, at)
			for i, v := range row {
				next[i] += along * v
			}
		}
		straighten(next, other)
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

// begin is where the search starts: the row that lies farthest out, which is at right angles to none of what the rows say, pushed a
// little to every side, so that it is at right angles to no direction in which many rows differ.
func begin(rows [][]float64, other []float64) []float64 {
	far, length := make([]float64, len(rows[0])), 0.0
	for _, row := range rows {
		candidate := slices.Clone(row)
		straighten(candidate, other)
		if l := dot(candidate, candidate); l > length {
			far, length = candidate, l
		}
	}
	const golden = 0.6180339887498949
	for i := range far {
		_, side := math.Modf(float64(i+1) * golden)
		far[i] += 0.05 * math.Sqrt(length) * (side - 0.4)
	}
	return far
}

// straighten takes away what lies along another direction, when there is one.
func straighten(v, other []float64) {
	if other == nil {
		return
	}
	away := dot(v, other)
	for i := range v {
		v[i] -= away * other[i]
	}
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
