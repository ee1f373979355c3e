package governance

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
)

func TestSchulzesPublishedExample(t *testing.T) {
	t.Parallel()
	// M. Schulze, "A new monotonic, clone-independent …", Social Choice and Welfare 36 (2011), 45 voters.
	ballots := map[string]int64{"ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8}
	p := tableOf(5)
	for order, n := range ballots {
		for i, one := range order {
			for _, other := range order[i+1:] {
				p[one-'A'][other-'A'].Add(p[one-'A'][other-'A'], big.NewInt(n))
			}
		}
	}
	if got := p[0][1].Int64(); got != 20 {
		t.Fatalf("d[A,B] is %d, published 20", got)
	}
	paths := strongest(p)
	for pair, want := range map[string]int64{"EA": 25, "AE": 24, "AB": 28, "BA": 25, "CB": 29, "BC": 28, "BD": 33, "DB": 28, "ED": 31} {
		if got := paths[pair[0]-'A'][pair[1]-'A'].Int64(); got != want {
			t.Errorf("p[%s] is %d, published %d", pair, got, want)
		}
	}
	// Published: E, A, C, B, D.
	if diff := cmp.Diff([][]int{{4}, {0}, {2}, {1}, {3}}, schulze(p)); diff != "" {
		t.Error(diff)
	}
}

func TestBalinskiAndLarakisOrsayExperiment(t *testing.T) {
	t.Parallel()
	// M. Balinski, R. Laraki, "Election by majority judgment: experimental evidence" (2007): Orsay, three leading
	// candidates, in thousandths from excellent down; to reject and no grade count together and take the rounding.
	// Published: Bayrou Good+, Royal Good-, Sarkozy Good-, in this order.
	published := map[string][]int64{
		"Bayrou":  {136, 307, 251, 148, 84, 74},
		"Royal":   {167, 227, 191, 168, 122, 125},
		"Sarkozy": {191, 198, 143, 115, 71, 282},
	}
	names := []string{"Bayrou", "Royal", "Sarkozy"}
	profiles := make([]profile, len(names))
	for i, name := range names {
		downwards := append(slices.Clone(published[name]), 0)
		slices.Reverse(downwards)
		for grade, n := range downwards {
			profiles[i][grade] = big.NewInt(n)
		}
		if profiles[i].median() != 4 { // good: below excellent and very good
			t.Errorf("%s: median %d", name, profiles[i].median())
		}
	}
	got := groups(3, func(a, b int) int { return profiles[a].compare(profiles[b]) })
	if diff := cmp.Diff([][]int{{0}, {1}, {2}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestJudgmentIsTakingMedianVoicesAwayOneByOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "voices")
		draw := func(name string) ([]int, profile) {
			grades := rapid.SliceOfN(rapid.IntRange(0, Grades-1), n, n).Draw(t, name)
			slices.Sort(grades)
			p := profile{}
			for g := range p {
				p[g] = new(big.Int)
			}
			for _, g := range grades {
				p[g].Add(p[g], big.NewInt(1))
			}
			return grades, p
		}
		a, pa := draw("a")
		b, pb := draw("b")
		if got, want := sign(pa.compare(pb)), byHand(a, b); got != want {
			t.Fatalf("%v against %v: %d, by hand %d", a, b, got, want)
		}
		// Ten times the voices of each change no order where one was made by more than parity.
		if pa.compare(pb) != -pb.compare(pa) {
			t.Fatal("the comparison depends on who is asked first")
		}
	})
}

// byHand compares as the definition says.
func byHand(a, b []int) int {
	a, b = slices.Clone(a), slices.Clone(b)
	for len(a) > 0 {
		m := (len(a) - 1) / 2
		if a[m] != b[m] {
			return sign(a[m] - b[m])
		}
		a, b = slices.Delete(a, m, m+1), slices.Delete(b, m, m+1)
	}
	return 0
}

func sign(n int) int { return min(1, max(-1, n)) }

func TestACondorcetWinnerWinsTheRankedMethod(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "options")
		voters := rapid.IntRange(1, 15).Draw(t, "voters")
		p := tableOf(n)
		for i := range n {
			for j := range i {
				x := rapid.IntRange(0, voters).Draw(t, "pair")
				p[i][j].SetInt64(int64(x))
				p[j][i].SetInt64(int64(voters - x))
			}
		}
		first := schulze(p)[0]
		for i := range n {
			all := true
			for j := range n {
				all = all && (i == j || p[i][j].Cmp(p[j][i]) > 0)
			}
			if all && !slices.Equal(first, []int{i}) {
				t.Fatalf("%d beats everybody, %v won", i, first)
			}
		}
	})
}

func tableOf(n int) [][]*big.Int {
	p := make([][]*big.Int, n)
	for i := range p {
		p[i] = make([]*big.Int, n)
		for j := range p[i] {
			p[i][j] = new(big.Int)
		}
	}
	return p
}

func TestRFC6962Roots(t *testing.T) {
	t.Parallel()
	// The roots of the reference implementation's eight test leaves (github.com/google/certificate-transparency,
	// merkle_tree_test), for trees of 0, 1, 2 and 8 leaves.
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	want := map[int]string{
		0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var hashes [][32]byte
	for i := 0; ; i++ {
		if root, ok := want[i]; ok && hexOf(rootOf(hashes)) != root {
			t.Errorf("%d leaves: %s", i, hexOf(rootOf(hashes)))
		}
		if i == len(leaves) {
			return
		}
		data, _ := new(big.Int).SetString("1"+leaves[i], 16)
		hashes = append(hashes, leafHash(unhex(data, len(leaves[i])/2)))
	}
}

// unhex drops the digit that kept leading zeros.
func unhex(n *big.Int, length int) []byte {
	return n.FillBytes(make([]byte, length+1))[1:]
}

func rootOf(leaves [][32]byte) [32]byte { return root(leaves) }

func TestEveryElectorCanShowThatTheyAreOnTheRoll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "roll")
		var electors []Elector
		for i := range n {
			electors = append(electors, Elector{Person: idOf(i), Weight: 1})
		}
		roll, err := NewRoll(electors)
		if err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, n-1).Draw(t, "who")
		proof, ok := roll.Prove(idOf(i))
		if !ok || !proof.Holds() || proof.Root != roll.Root() {
			t.Fatal("no proof")
		}
		other := proof
		other.Elector.Person = idOf(n + 1)
		if other.Holds() {
			t.Fatal("a stranger is on the roll")
		}
		heavier := proof
		heavier.Elector.Weight = 2
		if heavier.Holds() {
			t.Fatal("a weight can be changed")
		}
		if _, ok := roll.Prove(idOf(n + 1)); ok {
			t.Fatal("a proof for a stranger")
		}
	})
}

func TestFractionsAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		den := rapid.Int64Range(1, maxDenominator).Draw(t, "den")
		f := Fraction{Num: rapid.Int64Range(0, den).Draw(t, "num"), Den: den}
		n, strict := rapid.Int64Range(1, maxRoll*maxWeight).Draw(t, "n"), rapid.Bool().Draw(t, "strict")
		least := f.of(n, strict)
		if !f.reachedBy(big.NewInt(least), big.NewInt(n), strict) {
			t.Fatalf("%d of %d do not reach %v", least, n, f)
		}
		if least > 0 && f.reachedBy(big.NewInt(least-1), big.NewInt(n), strict) {
			t.Fatalf("%d of %d reach %v already", least-1, n, f)
		}
	})
}

func idOf(n int) core.ID { return core.ID(fmt.Sprintf("0123456789%016d", n)) }
