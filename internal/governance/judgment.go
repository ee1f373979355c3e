package governance

import "math/big"

// Majority judgment (M. Balinski and R. Laraki, Majority Judgment, MIT Press, 2010). An option's grade is
// its median, the lower one when two stand in the middle. Options with the same median are compared by taking
// one median voice away from each until the medians differ; that order is a fixed way out from the middle of
// the sorted grades, so that the first difference on it is found without taking voices away one by one.

// profile is how many voices gave each grade, from the lowest on.
type profile [Grades]*big.Int

func (p profile) total() *big.Int {
	sum := new(big.Int)
	for _, n := range p {
		sum.Add(sum, n)
	}
	return sum
}

// median is the grade at the lower middle; -1 when there is no voice.
func (p profile) median() int {
	total := p.total()
	if total.Sign() == 0 {
		return -1
	}
	return p.at(middle(total))
}

// middle is the place of the lower median among total sorted voices, from 1.
func middle(total *big.Int) *big.Int {
	return new(big.Int).Rsh(new(big.Int).Add(total, big.NewInt(1)), 1)
}

// at gives the grade of the voice at a place, from 1, lowest grade first.
func (p profile) at(place *big.Int) int {
	below := new(big.Int)
	for grade, n := range p {
		if below.Add(below, n); place.Cmp(below) <= 0 {
			return grade
		}
	}
	return Grades - 1
}

// compare is positive when a is judged better than b, 0 when nothing tells them apart. Both have the same
// number of voices.
func (p profile) compare(o profile) int {
	total := p.total()
	if total.Sign() == 0 {
		return 0
	}
	centre, even := middle(total), total.Bit(0) == 0
	var nearest *big.Int
	result, from := 0, big.NewInt(1)
	for from.Cmp(total) <= 0 {
		to := p.runEnd(from)
		if end := o.runEnd(from); end.Cmp(to) < 0 {
			to = end
		}
		if a, b := p.at(from), o.at(from); a != b {
			if steps := stepsTo(from, to, centre, even); nearest == nil || steps.Cmp(nearest) < 0 {
				nearest, result = steps, a-b
			}
		}
		from = new(big.Int).Add(to, big.NewInt(1))
	}
	return result
}

// runEnd is the last place that has the same grade as a place.
func (p profile) runEnd(place *big.Int) *big.Int {
	end := new(big.Int)
	for _, n := range p {
		if end.Add(end, n); place.Cmp(end) <= 0 {
			return end
		}
	}
	return end
}

// stepsTo is how many voices are taken away before one between two places stands in the middle. From an even
// number the way out goes up first, from an odd one down first.
func stepsTo(from, to, centre *big.Int, even bool) *big.Int {
	distance, upward := new(big.Int), false
	switch {
	case to.Cmp(centre) < 0:
		distance.Sub(centre, to)
	case from.Cmp(centre) > 0:
		distance.Sub(from, centre)
		upward = true
	}
	steps := new(big.Int).Lsh(distance, 1)
	if upward == even && steps.Sign() > 0 {
		steps.Sub(steps, big.NewInt(1))
	}
	return steps
}
