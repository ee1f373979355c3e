package charter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The alphabet of a charter. Everything in it has one form in Unicode (NFC and no combining marks), can be
// seen, and runs from left to right.
const (
	latinFirst, latinLast = 0xC0, 0x17E // À to ž
	// Letters of that range that pass for others: dotless i, n after an apostrophe, long s.
	lookAlikes = "ıŉſ"
	symbols    = "\u00a0¡¢£¥§©«¬®°±²³¶·¹º»¼½¾¿\u202f–—‘’“”•…‰€№™−≠≤≥→"
)

// script tells letters apart, so that a word keeps to one alphabet.
type script int

const (
	noScript script = iota
	latin
	syllabics // of the Inuit, the Cree and other nations
)

// scriptOf gives the script of a letter, and whether the character may stand in a text at all.
func scriptOf(r rune) (script, bool) {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return latin, true
	case r >= ' ' && r <= '~':
		return noScript, true
	case strings.ContainsRune(symbols, r):
		return noScript, true
	case r >= latinFirst && r <= latinLast && r != '×' && r != '÷':
		return latin, !strings.ContainsRune(lookAlikes, r)
	case r == '×', r == '÷':
		return noScript, true
	case unicode.Is(unicode.Canadian_Aboriginal, r):
		return syllabics, true
	}
	return noScript, false
}

// strange returns the first character that a text may not hold: one outside the alphabet, or a letter
// of another script than the rest of its word.
func strange(text string) (r rune, found bool) {
	word := noScript
	for _, r := range text {
		s, ok := scriptOf(r)
		switch {
		case !ok:
			return r, true
		case s == noScript:
			word = noScript
		case word != noScript && word != s:
			return r, true
		default:
			word = s
		}
	}
	return 0, false
}

// strangeInPolicy is the same for a policy: printable ASCII and line ends.
func strangeInPolicy(policy string) (r rune, found bool) {
	for _, r := range policy {
		if (r < ' ' || r > '~') && r != '\n' {
			return r, true
		}
	}
	return 0, false
}

// tidy reports whether a text is there, is valid, and has no space at its ends.
func tidy(text string) bool {
	return text != "" && utf8.ValidString(text) && strings.TrimSpace(text) == text
}
