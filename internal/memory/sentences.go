package memory

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Sentence is the smallest thing that is quoted: a sentence of prose, a list item's sentence, a
// table row or a heading, as a byte range.
type Sentence struct {
	Start, End int
	Kind       SentenceKind
}

// SentenceKind says what a sentence is made of.
type SentenceKind byte

// The kinds. Their values are stored: never renumber them.
const (
	Prose   SentenceKind = 0
	Heading SentenceKind = 1
	Item    SentenceKind = 2
	Row     SentenceKind = 3
)

// longSentence is where a sentence is cut again, at its semicolons.
const longSentence = 420

// sentencesOf cuts lines into sentences.
func sentencesOf(text string, ls []line) []Sentence {
	var out []Sentence
	for _, l := range ls {
		switch l.kind {
		case headingLine:
			out = append(out, Sentence{l.start, l.end, Heading})
		case rowLine:
			out = append(out, Sentence{l.start, l.end, Row})
		case itemLine:
			out = append(out, proseSentences(text, l, Item)...)
		default:
			out = append(out, proseSentences(text, l, Prose)...)
		}
	}
	return out
}

func proseSentences(text string, l line, kind SentenceKind) []Sentence {
	var out []Sentence
	start := l.start
	scan := l.start
	if kind == Item {
		scan += itemMarker(text[l.start:l.end]) // « 1. » ends nothing
	}
	for i := scan; i < l.end; {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if !isStop(r) {
			continue
		}
		end := closingEnd(text[:l.end], i)
		if end < l.end && !endsSentence(text, scan, i-size, end, r) {
			continue
		}
		out = appendSentence(out, text, start, end, kind)
		start = skipSpace(text[:l.end], end)
		i = max(i, start)
	}
	return appendSentence(out, text, start, l.end, kind)
}

func isStop(r rune) bool { return r == '.' || r == '!' || r == '?' || r == '…' }

// closingEnd moves past further stops, quotes and brackets that belong to the sentence's end. The
// French closing quote may follow a space.
func closingEnd(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case isStop(r), r == '»', r == '"', r == '”', r == ')', r == ']', r == '’', r == '\'':
			i += size
		case unicode.IsSpace(r):
			next, nextSize := utf8.DecodeRuneInString(text[i+size:])
			if next != '»' {
				return i
			}
			i += size + nextSize
		default:
			return i
		}
	}
	return i
}

func skipSpace(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsSpace(r) {
			break
		}
		i += size
	}
	return i
}

// endsSentence decides whether the stop at byte stop, whose closing marks end at end, ends one.
func endsSentence(text string, from, stop, end int, r rune) bool {
	next, _ := utf8.DecodeRuneInString(text[end:])
	if !unicode.IsSpace(next) {
		return false
	}
	after, _ := utf8.DecodeRuneInString(text[skipSpace(text, end):])
	if unicode.IsLower(after) || after == ',' || after == ';' || after == ':' || after == '%' {
		return false
	}
	if r != '.' || end-stop > 1 {
		return true
	}
	return !isAbbreviation(text[from:stop], after)
}

// isAbbreviation looks at the words before a full stop: « M. », « art. », « no. », "J. ", « Article 12. ».
func isAbbreviation(before string, after rune) bool {
	cut := strings.LastIndexFunc(before, func(r rune) bool {
		return unicode.IsSpace(r) || r == '(' || r == '«' || isApostrophe(r)
	})
	last := before
	if cut >= 0 {
		_, size := utf8.DecodeRuneInString(before[cut:])
		last = before[cut+size:]
	}
	if utf8.RuneCountInString(last) == 1 {
		first, _ := utf8.DecodeRuneInString(last)
		return unicode.IsUpper(first) || first == 'p' || first == 'n'
	}
	word := fold(last)
	if allDigits(word) {
		return cut < 0 || (cut < 20 && isArticleWord(fold(strings.TrimSpace(before[:cut]))))
	}
	if word == "etc" {
		return false
	}
	return isTitleAbbreviation(word) || (isDigit(after) && isReferenceAbbreviation(word))
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.-") == ""
}

func isArticleWord(word string) bool {
	switch word {
	case "article", "art", "section", "chapitre", "chapter", "resolution", "titre", "annexe", "alinea":
		return true
	}
	return false
}

// isTitleAbbreviation: always followed by what it announces.
func isTitleAbbreviation(word string) bool {
	switch word {
	case "mm", "mme", "mmes", "mlle", "mr", "mrs", "ms", "dr", "dre", "prof", "st", "ste", "cf", "e.g", "i.e",
		"vs", "c.-a-d", "p.ex", "ex", "art", "arts", "al", "jr", "sr", "boul", "av", "tel", "fig", "env",
		"approx", "me", "hon":
		return true
	}
	return false
}

// isReferenceAbbreviation: an abbreviation only when a number follows.
func isReferenceAbbreviation(word string) bool {
	switch word {
	case "no", "nos", "num", "nº", "n°", "p", "pp", "sec", "sect", "chap", "ch", "vol", "par", "ann", "res",
		"janv", "fevr", "avr", "juill", "sept", "oct", "nov", "dec", "jan", "feb", "mar", "apr", "aug":
		return true
	}
	return false
}

// appendSentence adds a range without the space around it, cut at semicolons when it is too long.
func appendSentence(out []Sentence, text string, start, end int, kind SentenceKind) []Sentence {
	for end-start > longSentence {
		cut := strings.Index(text[start+80:end], " ; ")
		width := len(" ;")
		if alt := strings.Index(text[start+80:end], "; "); cut < 0 || (alt >= 0 && alt < cut) {
			cut, width = alt, 1
		}
		if cut < 0 {
			break
		}
		out = trimmedSentence(out, text, start, start+80+cut+width, kind)
		start += 80 + cut + width
	}
	for end-start > maxSentence {
		cut := wordCut(text, start+maxSentence)
		out = trimmedSentence(out, text, start, cut, kind)
		start = cut
	}
	return trimmedSentence(out, text, start, end, kind)
}

// maxSentence bounds a sentence in bytes: what has no stop for so long is data, cut between words.
const maxSentence = 1200

// wordCut finds the last space in the 200 bytes before at, or a rune's boundary.
func wordCut(text string, at int) int {
	if i := strings.LastIndexByte(text[at-200:at], ' '); i >= 0 {
		return at - 200 + i
	}
	for !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

func trimmedSentence(out []Sentence, text string, start, end int, kind SentenceKind) []Sentence {
	l, ok := trimmedLine(text, start, end)
	if !ok {
		return out
	}
	return append(out, Sentence{l.start, l.end, kind})
}
