package heap

import (
	"runtime/debug"
	"testing"
)

func TestGrowthFallsWithWhatIsHeld(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ percent, held, want int }{
		{200, 0, 200}, {100, 0, 100}, {200, 48 << 20, 100}, {200, 180 << 20, 40}, {200, 4 << 30, least},
	} {
		if got := growth(c.percent, c.held); got != c.want {
			t.Errorf("%d %% with %d MB held: %d %%, want %d", c.percent, c.held>>20, got, c.want)
		}
	}
	for held := 0; held < 1<<30; held += 1 << 20 {
		if more := (ordinary + held) * growth(200, held) / 100; more > 2*ordinary && growth(200, held) > least {
			t.Fatalf("with %d MB held the heap grows by %d MB", held>>20, more>>20)
		}
	}
}

// Not parallel: it sets the program's own.
func TestPaceSetsTheCollector(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	p := NewPace(200)
	p.Hold(180 << 20)
	if got := debug.SetGCPercent(100); got != 40 {
		t.Errorf("set to %d", got)
	}
}
