package memorypages

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// lookAhead is how many bytes of the text are searched for a word that does not follow at once.
const lookAhead = 64

// Place finds the words in the line that the builder wrote last, and keeps their places.
func Place(b *memory.TextBuilder, words []Word) {
	start, text := b.Line()
	at := 0
	for _, w := range words {
		from, to, ok := locate(text, at, strings.TrimSpace(norm.NFC.String(w.Text)))
		if !ok {
			continue
		}
		b.Place(memory.Place{Start: start + from, End: start + to, Page: w.Page, Left: w.Left, Top: w.Top, Right: w.Right, Bottom: w.Bottom})
		at = to
	}
}

// locate finds a word in the text at or soon after a byte.
func locate(text string, at int, word string) (from, to int, ok bool) {
	for from = at; from < len(text) && from <= at+lookAhead; {
		if to, ok = match(text, from, word); ok {
			return from, to, true
		}
		_, size := utf8.DecodeRuneInString(text[from:])
		from += size
	}
	return 0, 0, false
}

// match compares a word with the text from a byte on, and gives where it ends. White space in the text, and a
// hyphen that was mended away, are passed over.
func match(text string, at int, word string) (end int, ok bool) {
	end = at
	for i, r := range word {
		if dropped(r) {
			continue
		}
		rest := text[end:]
		got, size := utf8.DecodeRuneInString(rest)
		switch {
		case got == r && size > 0, r == '|' && got == '/':
			end += size
		case i > 0 && unicode.IsSpace(got):
			return end, false
		case isHyphen(r) && i+utf8.RuneLen(r) == len(word) && end > at:
			return end, true
		default:
			return end, false
		}
	}
	return end, end > at
}

// dropped tells runes that text never keeps.
func dropped(r rune) bool { return r == '\u00ad' || r == '\u200b' || r == '\ufeff' || r < ' ' }

func isHyphen(r rune) bool { return r == '-' || r == '‐' || r == '\u00ad' }
