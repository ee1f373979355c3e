package memory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawnText draws terms, some of them often.
func drawnText(t *rapid.T, label string) string {
	words := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return fmt.Sprint("t", rapid.IntRange(0, 12).Draw(t, "term")) }), 0, 300)
	return strings.Join(words.Draw(t, label), " ")
}

// drawnQuestion draws words with spellings of their own and words that stand for them.
func drawnQuestion(t *rapid.T) []soughtWord {
	term := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint("t", rapid.IntRange(0, 15).Draw(t, "term")) })
	word := rapid.Custom(func(t *rapid.T) soughtWord {
		return soughtWord{own: rapid.SliceOfN(term, 1, 3).Draw(t, "own"), kin: rapid.SliceOfN(term, 0, 3).Draw(t, "kin"),
			weight: rapid.Float64Range(0.01, 9).Draw(t, "weight")}
	})
	return rapid.SliceOfN(word, 0, 5).Draw(t, "question")
}

// expected scores every passage by its text.
func expected(s Statistics, question []soughtWord, passages []Candidate, limit int) []scored {
	var all []scored
	for _, c := range passages {
		if score := s.bm25(question, c); score > 0 {
			all = append(all, scored{c.ID, score})
		}
	}
	return best(all, limit)
}

func TestTheIndexScoresAsTheTextsDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := newInverted()
		var passages []Candidate
		id := int64(0)
		for range rapid.IntRange(0, 3).Draw(t, "rounds") {
			for range rapid.IntRange(0, 40).Draw(t, "added") {
				id += rapid.Int64Range(1, 1000).Draw(t, "step")
				c := Candidate{ID: id, Body: drawnText(t, "body"), Header: drawnText(t, "header")}
				passages = append(passages, c)
				x.add(c)
			}
			var gone []int64
			passages = slices.DeleteFunc(passages, func(c Candidate) bool {
				goes := rapid.IntRange(0, 3).Draw(t, "goes") == 0
				if goes {
					gone = append(gone, c.ID)
				}
				return goes
			})
			x.drop(append(gone, 1<<40))
		}
		s := Statistics{Passages: len(passages), Terms: 50 * len(passages)}
		question := drawnQuestion(t)
		if got, want := x.best(s, question, nil, nil, 20), expected(s, question, passages, 20); !slices.Equal(got, want) {
			t.Fatalf("among all: %v, want %v", got, want)
		}
		var some []Candidate
		only, without := []int64{-1, 1 << 40}, map[int64]bool{}
		for _, c := range passages {
			switch rapid.IntRange(0, 2).Draw(t, "part") {
			case 0:
				some, only = append(some, c), append(only, c.ID)
			case 1:
				only, without[c.ID] = append(only, c.ID), true
			}
		}
		if got, want := x.best(s, question, only, without, 20), expected(s, question, some, 20); !slices.Equal(got, want) {
			t.Fatalf("among some: %v, want %v", got, want)
		}
	})
}

func TestNothingIsLeftOfWhatWasDropped(t *testing.T) {
	t.Parallel()
	x := newInverted()
	for id := range int64(500) {
		x.add(Candidate{ID: id + 1, Body: fmt.Sprintf("commun commun seul%d", id)})
	}
	full := x.size
	x.drop([]int64{1, 2, 500})
	for _, term := range []string{"seul0", "seul1", "seul499"} {
		if _, ok := x.number[term]; ok {
			t.Errorf("%q is still known", term)
		}
	}
	if len(x.ids) != 497 || len(x.lists) != 498 || x.size >= full {
		t.Errorf("%d passages, %d lists, %d bytes of %d", len(x.ids), len(x.lists), x.size, full)
	}
	common := x.lists[x.number["commun"]]
	if perPassage := float64(len(common.written)) / 497; perPassage > 2.1 {
		t.Errorf("%.2f bytes for a passage that holds a term twice", perPassage)
	}
}
