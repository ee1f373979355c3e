package memorytesseract

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
)

// sureOfSign is how sure Tesseract must be, in hundredths, of a word without letters or digits: most often it is
// dust. Words with letters are kept: an unsure one is seldom wholly wrong, and a missing one is.
const sureOfSign = 70

// Columns of its table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
const (
	columns   = 12
	wordLevel = "5"
	maxWords  = 50_000
)

// parse reads Tesseract's table of words. Rows that are none are passed over.
func parse(table []byte, page, width, height int) []memorypages.Paragraph {
	var out []memorypages.Paragraph
	paragraph, line := "", ""
	count := 0
	for row := range bytes.Lines(table) {
		f := strings.SplitN(strings.TrimRight(string(row), "\r\n"), "\t", columns)
		if len(f) != columns || f[0] != wordLevel || count == maxWords {
			continue
		}
		w, ok := wordOf(f, page, float32(width), float32(height))
		if !ok {
			continue
		}
		count++
		if at := f[2] + "." + f[3]; at != paragraph || len(out) == 0 {
			out = append(out, nil)
			paragraph, line = at, ""
		}
		last := &out[len(out)-1]
		if at := f[4]; at != line || len(*last) == 0 {
			*last = append(*last, nil)
			line = at
		}
		words := &(*last)[len(*last)-1]
		if n := len(*words); n > 0 && isMonth(w.Text) && isFirst((*words)[n-1].Text) {
			(*words)[n-1].Text = "1er"
		}
		*words = append(*words, w)
	}
	return out
}

// isFirst tells what « 1er » is taken for: no French word is written so before the name of a month.
func isFirst(s string) bool {
	switch s {
	case "ler", "Ter", "ier", "Ier", "lᵉʳ", "1°", "[er", "|er", "1'", "1”":
		return true
	}
	return false
}

func isMonth(s string) bool {
	switch strings.ToLower(strings.TrimRight(s, ".,;:)")) {
	case "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre":
		return true
	}
	return false
}

func wordOf(f []string, page int, width, height float32) (memorypages.Word, bool) {
	text := strings.TrimSpace(f[11])
	sure, err := strconv.ParseFloat(f[10], 32)
	isSign := !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	if err != nil || text == "" || sure < 0 || isSign && sure < sureOfSign {
		return memorypages.Word{}, false
	}
	var box [4]float32
	for i := range box {
		n, err := strconv.Atoi(f[6+i])
		if err != nil {
			return memorypages.Word{}, false
		}
		box[i] = float32(n)
	}
	return memorypages.Word{
		Text: text, Page: page,
		Left: memorypages.Units(box[0], width), Right: memorypages.Units(box[0]+box[2], width),
		Top: memorypages.Units(box[1], height), Bottom: memorypages.Units(box[1]+box[3], height),
	}, true
}
