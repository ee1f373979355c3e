package memoryhttp

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// excerptBytes is about four lines on a screen and eight on a phone.
const excerptBytes = 420

// excerpt is the part of a passage that a list of results shows, word for word.
type excerpt struct {
	Before, After bool // something was left out
	Runs          []run
}

// excerptOf chooses what to show of a passage: around what answers most directly when the memory says so,
// otherwise around the words of the search.
func excerptOf(q memory.Quote, words []string) excerpt {
	text := valid(q.Text)
	lit := wordsIn(text, words)
	if h := q.Highlight; h[0] >= 0 && h[0] < h[1] && h[1] <= len(q.Text) && text == q.Text {
		if in, _, err := rangeIn(text, span{h[0], h[1]}); err == nil {
			lit = []span{in}
		}
	}
	shown := window(text, lit)
	return excerpt{Before: shown.start > 0, After: shown.end < len(text), Runs: runsOf(text, shown, lit)}
}

// window is the range to show: it starts a little before the first highlighted range, at a word.
func window(text string, lit []span) span {
	if len(text) <= excerptBytes {
		return span{0, len(text)}
	}
	from := 0
	if len(lit) > 0 && lit[0].start > excerptBytes/2 {
		from = wordAfter(text, lit[0].start-excerptBytes/4)
	}
	if len(text)-from <= excerptBytes {
		return span{from, len(text)}
	}
	to := from + excerptBytes
	if i := strings.LastIndexFunc(text[from:to], unicode.IsSpace); i > excerptBytes/2 {
		return span{from, from + i}
	}
	for to > from && !utf8.RuneStart(text[to]) {
		to--
	}
	return span{from, to}
}

// wordAfter is the start of the first word after at.
func wordAfter(text string, at int) int {
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	if i := strings.IndexFunc(text[at:], unicode.IsSpace); i >= 0 && i < excerptBytes/4 {
		return skipBlank(text, at+i, len(text))
	}
	return at
}

// runsOf cuts the shown range into runs. Blank lines are folded: an excerpt is read at a glance.
func runsOf(text string, shown span, lit []span) []run {
	var out []run
	at := shown.start
	for _, s := range lit {
		from, to := max(s.start, at), min(s.end, shown.end)
		if from >= to {
			continue
		}
		if from > at {
			out = append(out, run{Text: foldLines(text[at:from])})
		}
		out = append(out, run{Text: foldLines(text[from:to]), Marked: true})
		at = to
	}
	if at < shown.end {
		out = append(out, run{Text: foldLines(text[at:shown.end])})
	}
	return out
}

func foldLines(text string) string {
	for strings.Contains(text, "\n\n") {
		text = strings.ReplaceAll(text, "\n\n", "\n")
	}
	return text
}

// searchWords are the words of a search worth showing: four letters or more, or a number, without case
// or accents.
func searchWords(query string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(query, notLetter) {
		if f := fold(w); utf8.RuneCountInString(f) >= 4 || f != "" && unicode.IsDigit(rune(f[0])) {
			out = append(out, f)
		}
	}
	return out
}

// wordsIn finds the words of the text that begin like a word of the search, or the reverse: « membres »
// for « membre ».
func wordsIn(text string, words []string) []span {
	var out []span
	if len(words) == 0 {
		return nil
	}
	for at := 0; at < len(text); {
		start := strings.IndexFunc(text[at:], func(r rune) bool { return !notLetter(r) })
		if start < 0 {
			break
		}
		start += at
		end := len(text)
		if i := strings.IndexFunc(text[start:], notLetter); i >= 0 {
			end = start + i
		}
		if alike(fold(text[start:end]), words) {
			out = append(out, span{start, end})
		}
		at = end
	}
	return out
}

func alike(word string, words []string) bool {
	for _, w := range words {
		if word == w || strings.HasPrefix(word, w) && len(word)-len(w) <= 2 || strings.HasPrefix(w, word) && len(w)-len(word) <= 2 && len(word) >= 4 {
			return true
		}
	}
	return false
}

func notLetter(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
}

// fold leaves the letters that tell words apart: lower case, no accents.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}
