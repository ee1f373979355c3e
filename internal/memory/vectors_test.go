package memory

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Whatever came and went, a scan finds what comparing every vector that is left finds.
func TestAScanLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		vector := func() []float32 { return []float32{draw.Float32() - 0.5, draw.Float32() - 0.5, draw.Float32() - 0.5} }
		s := &space{rows: map[int64]int{}}
		left := map[int64][]float32{}
		id := int64(0)
		for range rapid.IntRange(0, 4).Draw(t, "rounds") {
			for range rapid.IntRange(0, 2*blockRows+1).Draw(t, "added") {
				id++
				left[id] = vector()
				s.put(id, left[id])
			}
			var gone []int64
			for one := range left {
				if draw.IntN(3) == 0 {
					gone = append(gone, one)
				}
			}
			for _, one := range gone {
				delete(left, one)
			}
			s.drop(append(gone, -1))
		}
		query := vector()
		var all []scored
		for one, v := range left {
			all = append(all, scored{one, float64(dot(query, v))})
		}
		want := best(slices.Clone(all), 30)
		got, _, known := s.scan(query, scope{limit: 30})
		if len(left) > 0 && (known != len(left) || !slices.Equal(got, want)) {
			t.Fatalf("%d vectors, %v, want %d, %v", known, got, len(left), want)
		}
	})
}

func TestNothingIsLeftOfADroppedVector(t *testing.T) {
	t.Parallel()
	s := &space{rows: map[int64]int{}}
	for id := range int64(3) {
		s.put(id, []float32{7, 7})
	}
	block := s.blocks[0]
	s.drop([]int64{0, 1, 2})
	if slices.Contains(block, 7) || len(s.blocks) != 0 || len(s.rows) != 0 {
		t.Errorf("left: %v, %d blocks, %d rows", block, len(s.blocks), len(s.rows))
	}
}
