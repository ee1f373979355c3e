package memory

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a word or a number of a text, folded, with its place.
type token struct {
	word       string
	start, end int
	number     bool
}

// maxTokenBytes bounds one token: longer runs are data, not words, and are cut.
const maxTokenBytes = 64

// tokens cuts a text into words and numbers. Elided articles (l’, d’, qu’ …) and the English
// possessive fall away; « 12 000,50 » and "12,000.50" are one number with one spelling.
func tokens(text string) []token {
	var out []token
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case isDigit(r):
			end := numberEnd(text, i)
			out = append(out, token{word: numberWord(text[i:end]), start: i, end: end, number: true})
			i = end
		case unicode.IsLetter(r):
			end := wordEnd(text, i)
			if t, ok := wordToken(text, i, end); ok {
				out = append(out, t)
			}
			i = end
		default:
			i += size
		}
	}
	return out
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' || r == '‘' }

// wordEnd finds the end of a run of letters, digits and marks; a soft hyphen does not break it.
func wordEnd(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsLetter(r) && !isDigit(r) && !unicode.Is(unicode.Mn, r) && r != '\u00ad' {
			break
		}
		i += size
	}
	return i
}

func wordToken(text string, start, end int) (token, bool) {
	word := fold(strings.ReplaceAll(text[start:end], "\u00ad", ""))
	if len(word) > maxTokenBytes {
		word = strings.ToValidUTF8(word[:maxTokenBytes], "")
	}
	next, _ := utf8.DecodeRuneInString(text[end:])
	if isApostrophe(next) && isElision(word) {
		return token{}, false
	}
	prev, _ := utf8.DecodeLastRuneInString(text[:start])
	if word == "s" && isApostrophe(prev) {
		return token{}, false
	}
	return token{word: word, start: start, end: end}, word != ""
}

func isElision(word string) bool {
	switch word {
	case "l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu":
		return true
	}
	return false
}

// numberEnd finds the end of a number: digits, groups of three after a space, comma or point, and
// decimals. « 1 234,5 » is one number; "12 avril 2025" begins with the number 12.
func numberEnd(text string, i int) int {
	first := digitsEnd(text, i)
	end := first
	if i >= 2 && strings.ContainsRune(".,", rune(text[i-1])) && isDigit(rune(text[i-2])) {
		return end // a later part of 2025.03.12
	}
	if first-i <= 3 {
		for {
			size := separatorSize(text[end:], true)
			if size == 0 || digitsEnd(text, end+size)-(end+size) != 3 {
				break
			}
			end += size + 3
		}
	}
	if size := separatorSize(text[end:], false); size > 0 {
		if dec := digitsEnd(text, end+size); dec > end+size && !continues(text, dec) {
			end = dec
		}
	}
	return end
}

// continues reports that digits go on after a separator, as in 2025.03.12: then it is no decimal.
func continues(text string, i int) bool {
	size := separatorSize(text[i:], false)
	return size > 0 && digitsEnd(text, i+size) > i+size
}

func digitsEnd(text string, i int) int {
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	return i
}

// separatorSize gives the bytes of a group separator (spaces too) or of a decimal mark, 0 if none.
func separatorSize(text string, group bool) int {
	r, size := utf8.DecodeRuneInString(text)
	switch r {
	case ',', '.':
		return size
	case ' ', '\u00a0', '\u202f', '\u2009':
		if group {
			return size
		}
	}
	return 0
}

// numberWord spells a number one way: no separators, "d" before decimals, no empty decimals.
func numberWord(s string) string {
	last := strings.LastIndexAny(s, ",.")
	whole, decimals := s, ""
	if last >= 0 && len(s)-last-1 != 3 {
		whole, decimals = s[:last], strings.TrimRight(s[last+1:], "0")
	}
	whole = strings.Map(func(r rune) rune {
		if isDigit(r) {
			return r
		}
		return -1
	}, whole)
	if len(whole) > maxTokenBytes {
		whole = whole[:maxTokenBytes]
	}
	if decimals == "" {
		return whole
	}
	return whole + "d" + decimals[:min(len(decimals), 8)]
}
