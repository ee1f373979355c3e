package memorysnowball_test

import (
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysnowball"
)

func TestStem(t *testing.T) {
	t.Parallel()
	same := []struct {
		lang core.Lang
		a, b string
	}{
		{core.French, "membres", "membre"},
		{core.French, "assemblees", "assemblee"},
		{core.French, "cotisations", "cotisation"},
		{core.English, "policies", "policy"},
		{core.English, "meetings", "meeting"},
	}
	for _, c := range same {
		if a, b := (memorysnowball.Stemmer{}).Stem(c.lang, c.a), (memorysnowball.Stemmer{}).Stem(c.lang, c.b); a != b {
			t.Errorf("%s: %q and %q stem to %q and %q", c.lang, c.a, c.b, a, b)
		}
	}
}

// Any word at all must stem without a panic: words come from strangers' files.
func FuzzStem(f *testing.F) {
	for _, w := range []string{"", "a", "membres", "yyy", "été", "qu", "\u0301", "ayant", "uu"} {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, word string) {
		(memorysnowball.Stemmer{}).Stem(core.French, word)
		(memorysnowball.Stemmer{}).Stem(core.English, word)
	})
}
