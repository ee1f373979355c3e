package governance

import "math/big"

// The ranked method is Schulze's (M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and
// Condorcet-consistent single-winner election method", Social Choice and Welfare 36, 2011), with winning
// votes as the strength of a link. Of the known ones it was chosen because an option that beats every other
// in pairs always wins, because adding a twin of an option changes nothing, and because it counts pairs only:
// totals of classes can be weighed, which rounds of elimination do not allow.

// strongest gives the strength of the strongest path between every two options.
func strongest(pairs [][]*big.Int) [][]*big.Int {
	n := len(pairs)
	p := make([][]*big.Int, n)
	for i := range p {
		p[i] = make([]*big.Int, n)
		for j := range p[i] {
			p[i][j] = new(big.Int)
			if i != j && pairs[i][j].Cmp(pairs[j][i]) > 0 {
				p[i][j] = pairs[i][j]
			}
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				if i == j || i == k || j == k {
					continue
				}
				through := p[i][k]
				if p[k][j].Cmp(through) < 0 {
					through = p[k][j]
				}
				if through.Cmp(p[i][j]) > 0 {
					p[i][j] = through
				}
			}
		}
	}
	return p
}

// schulze sorts the options: each group is better than the next, and nothing tells apart those of one group
// who lead together.
func schulze(pairs [][]*big.Int) [][]int {
	p := strongest(pairs)
	return groups(len(pairs), func(a, b int) int { return p[a][b].Cmp(p[b][a]) })
}

// groups sorts options into a ranking with ties, given who is better than whom. better must be transitive
// where it is strict.
func groups(n int, better func(a, b int) int) [][]int {
	left := make([]bool, n)
	var out [][]int
	for done := 0; done < n; {
		var top []int
		for a := range n {
			if left[a] {
				continue
			}
			beaten := false
			for b := range n {
				beaten = beaten || !left[b] && b != a && better(b, a) > 0
			}
			if !beaten {
				top = append(top, a)
			}
		}
		for _, a := range top {
			left[a] = true
		}
		out = append(out, top)
		done += len(top)
	}
	return out
}
