package governance

import (
	"cmp"
	"math"
	"slices"
)

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
