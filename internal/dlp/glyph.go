package dlp

import "unicode/utf8"

// kind says what a character can be to a number.
type kind uint8

const (
	other     kind = iota // ends a number, and may stand beside one
	digit                 // part of a number
	separator             // may stand between the groups of a number
	letter                // may not touch a number: what touches a letter is part of a word or a code
)

// glyph is one character as a reader sees it, whether it is written plainly or as a JSON escape.
type glyph struct {
	kind kind
	r    rune
	size int // bytes it takes in the text
}

// glyphAt reads the character at offset i, which must be inside the text.
func glyphAt(text []byte, i int) glyph {
	c := text[i]
	switch {
	case c == '\\':
		return escapeAt(text, i)
	case c < utf8.RuneSelf:
		return glyph{kind: kindOf(rune(c)), r: rune(c), size: 1}
	}
	r, size := utf8.DecodeRune(text[i:])
	return glyph{kind: kindOf(r), r: r, size: size}
}

// escapeAt reads a JSON escape. A row of backslashes counts as one, because the arguments of a tool call
// are JSON inside JSON: \\u00a0 there is still a no-break space to whoever reads it in the end.
func escapeAt(text []byte, i int) glyph {
	j := i
	for j < len(text) && text[j] == '\\' {
		j++
	}
	if j == len(text) {
		return glyph{kind: other, r: '\\', size: j - i}
	}
	switch text[j] {
	case 'n', 'r', 't', 'b', 'f', '"', '/':
		return glyph{kind: other, r: '\n', size: j + 1 - i}
	case 'u':
		if r, ok := hex4(text[j+1:]); ok {
			return glyph{kind: kindOf(r), r: r, size: j + 5 - i}
		}
	}
	return glyph{kind: other, r: '\\', size: j - i}
}

func hex4(text []byte) (r rune, ok bool) {
	if len(text) < 4 {
		return 0, false
	}
	for _, c := range text[:4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// kindOf sorts a character. Letters beyond ASCII are of kind other: in scripts written without spaces a
// number stands right beside them.
func kindOf(r rune) kind {
	switch {
	case isDigit(r):
		return digit
	case r|0x20 >= 'a' && r|0x20 <= 'z':
		return letter
	case r > '9' && r < 0xA0:
		return other
	case r == ' ', r == '-', r == 0xA0, r == 0xAD, // no-break space, soft hyphen
		r >= 0x2000 && r <= 0x200D,            // spaces of every width, zero-width characters
		r >= 0x2010 && r <= 0x2015,            // hyphens and dashes
		r == 0x202F, r == 0x205F, r == 0x2060, // narrow no-break space, word joiner
		r == 0x2212, r == 0x3000, r == 0xFF0D, r == 0xFEFF:
		return separator
	}
	return other
}

// isDigit accepts the full-width digits too: engines fold them to ordinary ones.
func isDigit(r rune) bool {
	return r >= '0' && r <= '9' || r >= 0xFF10 && r <= 0xFF19
}

// digitValue gives the value of what isDigit accepts; both rows of digits start at a multiple of 16.
func digitValue(r rune) byte { return byte(r & 0xF) }
