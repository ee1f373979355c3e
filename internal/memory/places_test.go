package memory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

func TestPlacesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.Uint16Range(0, memory.PlaceUnits)
		var places []memory.Place
		at := 0
		for range rapid.IntRange(0, 20).Draw(t, "count") {
			start := at + rapid.IntRange(0, 300).Draw(t, "gap")
			at = start + rapid.IntRange(1, 40).Draw(t, "length")
			places = append(places, memory.Place{Start: start, End: at, Page: rapid.IntRange(0, 2000).Draw(t, "page"),
				Left: side.Draw(t, "left"), Right: side.Draw(t, "right"), Top: side.Draw(t, "top"), Bottom: side.Draw(t, "bottom")})
		}
		got, err := memory.DecodePlaces(memory.EncodePlaces(places))
		if diff := cmp.Diff(places, got); diff != "" || err != nil {
			t.Fatal(err, diff)
		}
	})
}

func FuzzDecodePlaces(f *testing.F) {
	f.Add(memory.EncodePlaces([]memory.Place{{Start: 1, End: 4, Left: 3, Right: 9}, {Start: 5, End: 7, Page: 1, Left: 30000}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		places, err := memory.DecodePlaces(b)
		if err != nil {
			return
		}
		for i, p := range places {
			if p.End < p.Start || i > 0 && p.Start < places[i-1].End || p.Page < 0 {
				t.Fatalf("%+v", places)
			}
		}
	})
}
