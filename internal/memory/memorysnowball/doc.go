// Package memorysnowball gives the memory its stems, from the Snowball algorithms for French and
// English. Words come folded, without accents, so that a question typed without them finds the same.
package memorysnowball

import (
	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/french"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Stemmer satisfies memory.Stemmer. It holds no state.
type Stemmer struct{}

// maxBytes bounds a word: the algorithms are quadratic, and no word of either language is longer.
const maxBytes = 64

// Stem takes the ending of a folded word away.
func (Stemmer) Stem(lang core.Lang, word string) string {
	if len(word) > maxBytes {
		return word
	}
	if lang == core.English {
		return english.Stem(word, true)
	}
	return french.Stem(word, true)
}
