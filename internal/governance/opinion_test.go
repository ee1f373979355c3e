package governance_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	g "github.com/solidaire-coop/solidaire/internal/governance"
)

// twoCamps answers statements 0 to 3 by camp, and 4 alike; every third answer is missing.
func twoCamps(people int) [][]g.Opinion {
	out := make([][]g.Opinion, people)
	for i := range out {
		side := g.Agrees
		if i%3 == 0 { // the smaller camp
			side = g.Disagrees
		}
		out[i] = []g.Opinion{side, side, -side, side, g.Agrees, g.Passes}
		if i%4 == 0 {
			out[i][i%3] = g.Unseen
		}
	}
	return out
}

func TestAnOpinionMapFindsTheCampsAndWhatTheyShare(t *testing.T) {
	t.Parallel()
	m, ok := g.MapOpinions(twoCamps(60), 6)
	if !ok || len(m.Groups) != 2 || m.Groups[0] != 40 || m.Groups[1] != 20 {
		t.Fatalf("groups %v, %v", m.Groups, ok)
	}
	for _, p := range m.Points {
		if want := map[bool]int{true: 1, false: 0}[p.Person%3 == 0]; p.Group != want {
			t.Errorf("person %d is in group %d", p.Person, p.Group)
		}
	}
	if top := m.Received[0]; top.Index != 4 || top.All.Agree != 60 || top.Typical != -1 {
		t.Errorf("what all share: %+v", top)
	}
	for _, s := range m.Received {
		if want := map[int]int{0: 0, 1: 0, 2: 1, 3: 0, 4: -1, 5: -1}[s.Index]; s.Typical != want {
			t.Errorf("statement %d is typical of group %d, want %d", s.Index, s.Typical, want)
		}
	}
}

// TestCampsAreFoundWhateverTheyDisagreeOn has two camps that answer the opposite, on every choice of statements.
func TestCampsAreFoundWhateverTheyDisagreeOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sides := rapid.SliceOfN(rapid.SampledFrom([]g.Opinion{g.Agrees, g.Disagrees}), 2, 9).Draw(t, "sides")
		answers := make([][]g.Opinion, 12)
		for i := range answers {
			for _, side := range sides {
				if i >= 7 {
					side = -side
				}
				answers[i] = append(answers[i], side)
			}
			answers[i] = append(answers[i], g.Agrees)
		}
		m, ok := g.MapOpinions(answers, len(sides)+1)
		if !ok || len(m.Groups) != 2 || m.Groups[0] != 7 || m.Groups[1] != 5 {
			t.Fatalf("%v: groups %v", sides, m.Groups)
		}
	})
}

func TestTooFewAnswersMakeNoMap(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][][]g.Opinion{
		"nobody":              nil,
		"five people":         twoCamps(5),
		"people who saw less": slices.Repeat([][]g.Opinion{{g.Agrees, g.Agrees}}, 20),
		"too many people":     slices.Repeat([][]g.Opinion{{g.Agrees, g.Agrees, g.Agrees}}, 20_001),
	} {
		if _, ok := g.MapOpinions(answers, 6); ok {
			t.Errorf("%s: a map", name)
		}
	}
	for _, statements := range []int{0, 1, 501} {
		if _, ok := g.MapOpinions(twoCamps(60), statements); ok {
			t.Errorf("%d statements: a map", statements)
		}
	}
}

func TestAllWhoAgreeAreOneGroup(t *testing.T) {
	t.Parallel()
	m, ok := g.MapOpinions(slices.Repeat([][]g.Opinion{{g.Agrees, g.Agrees, g.Disagrees}}, 30), 3)
	if !ok || len(m.Groups) != 1 || m.Groups[0] != 30 {
		t.Errorf("groups %v, %v", m.Groups, ok)
	}
}

func TestWhateverIsAnsweredTheMapIsWholeAndTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people, statements := rapid.IntRange(0, 60).Draw(t, "people"), rapid.IntRange(2, 12).Draw(t, "statements")
		answers := make([][]g.Opinion, people)
		for i := range answers {
			answers[i] = rapid.SliceOfN(rapid.SampledFrom([]g.Opinion{g.Unseen, g.Agrees, g.Disagrees, g.Passes, 7}), 0, statements+1).Draw(t, "answers")
		}
		m, ok := g.MapOpinions(answers, statements)
		again, _ := g.MapOpinions(answers, statements)
		if diff := cmp.Diff(m, again); diff != "" {
			t.Fatal(diff)
		}
		if !ok {
			return
		}
		sum := 0
		for i, size := range m.Groups {
			if sum += size; size < 3 || i > 0 && size > m.Groups[i-1] {
				t.Errorf("groups %v", m.Groups)
			}
		}
		if sum != len(m.Points) || len(m.Received) != statements {
			t.Errorf("%d people in groups of %d placed, %d statements", sum, len(m.Points), len(m.Received))
		}
		for _, p := range m.Points {
			if math.IsNaN(p.X) || math.IsInf(p.Y, 0) || p.Group >= len(m.Groups) {
				t.Errorf("%+v", p)
			}
		}
		for _, s := range m.Received {
			if s.All.Agree+s.All.Disagree > s.All.Seen || s.Consensus <= 0 || s.Consensus >= 1 {
				t.Errorf("%+v", s)
			}
			agreed, rejected := s.Shared()
			for _, g := range s.Groups {
				if g.Seen < 3 && (s.Tellable() || agreed || rejected) {
					t.Errorf("figures of fewer than three people are told: %+v", s)
				}
			}
		}
	})
}
