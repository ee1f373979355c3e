package memory

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Extracted text keeps one convention: a line is a whole unit (a paragraph, a list item, a table
// row, a heading) and a blank line parts paragraphs. Extractors join wrapped lines.

// lineKind says what a line is.
type lineKind byte

const (
	proseLine lineKind = iota
	headingLine
	itemLine
	rowLine
)

// A line is a non-blank line of a text, without the space around it.
type line struct {
	start, end int
	kind       lineKind
	level      int // of a heading
	section    bool
}

// RowSeparator stands between the cells of a table row in extracted text.
const RowSeparator = " | "

// lines cuts text into its non-blank lines. Headings are where marks say so.
func lines(text string, marks []Mark) []line {
	levels := map[int]int{}
	for _, m := range marks {
		if m.Kind == MarkHeading {
			levels[m.Start] = max(m.Level, 1)
		}
	}
	var out []line
	for start := 0; start < len(text); {
		end := len(text)
		if n := strings.IndexByte(text[start:], '\n'); n >= 0 {
			end = start + n
		}
		if l, ok := trimmedLine(text, start, end); ok {
			l.level = levels[l.start]
			l.kind = kindOf(text[l.start:l.end], l.level)
			l.section = l.kind == headingLine || (l.kind == proseLine && startsArticle(text[l.start:l.end]))
			out = append(out, l)
		}
		start = end + 1
	}
	return out
}

func trimmedLine(text string, start, end int) (line, bool) {
	s := text[start:end]
	left := len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace))
	s = strings.TrimSpace(s)
	return line{start: start + left, end: start + left + len(s)}, s != ""
}

func kindOf(s string, level int) lineKind {
	switch {
	case level > 0:
		return headingLine
	case strings.Contains(s, RowSeparator):
		return rowLine
	case itemMarker(s) > 0:
		return itemLine
	}
	return proseLine
}

var itemPattern = regexp.MustCompile(`^(?:[-‐‑−–—•●▪◦*·‣]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)°])[ \t\x{00a0}\x{202f}]+\S`)

// itemMarker gives the bytes of the list marker that a line begins with, 0 when it has none.
func itemMarker(s string) int {
	m := itemPattern.FindStringIndex(s)
	if m == nil {
		return 0
	}
	_, last := utf8.DecodeLastRuneInString(s[:m[1]])
	return m[1] - last
}

var articlePattern = regexp.MustCompile(`^(?i:article|art\.|résolution|resolution|section|chapitre|chapter|titre|annexe|appendix|schedule)[ \x{00a0}\x{202f}]+(?:\d|[IVXLC]+\b|premier|[A-Z]\b)`)

// startsArticle tells a line that opens an article, a resolution or a section in running text.
func startsArticle(s string) bool { return articlePattern.MatchString(s) }

// HeadingLevel guesses from a line alone whether it is a heading, for formats that do not say
// (plain text, PDF): its level, 0 when it is none. It prefers to miss one than to invent one.
func HeadingLevel(s string) int {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 120 || strings.HasSuffix(s, ".") || strings.HasSuffix(s, ";") || strings.HasSuffix(s, ",") {
		return 0
	}
	if strings.Contains(s, RowSeparator) || strings.HasSuffix(s, ":") {
		return 0
	}
	if startsArticle(s) {
		if len(s) > 90 {
			return 0
		}
		if strings.HasPrefix(strings.ToLower(s), "art") || strings.HasPrefix(fold(s), "resol") {
			return 3
		}
		return 2
	}
	if isShouted(s) {
		return 2
	}
	return numberedHeading(s)
}

var numberedPattern = regexp.MustCompile(`^(\d{1,2}(?:\.\d{1,2}){0,3})\.?[ \x{00a0}\x{202f}]+\p{Lu}\p{L}`)

// numberedHeading takes « 3.2 Élection du conseil » for a heading, but not a long numbered item.
func numberedHeading(s string) int {
	m := numberedPattern.FindStringSubmatch(s)
	if m == nil || len(s) > 80 {
		return 0
	}
	return 2 + strings.Count(m[1], ".")
}

// isShouted tells lines in capitals: at least two words or eight letters, no lower case.
func isShouted(s string) bool {
	letters := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters >= 8
}

// OpensSection tells a line that opens an article, a resolution or a section.
func OpensSection(s string) bool { return startsArticle(s) }

// OpensItem tells a line that begins with a list marker.
func OpensItem(s string) bool { return itemMarker(s) > 0 }

// CutItem parts a list marker from its text; the marker is "" when there is none.
func CutItem(s string) (marker, text string) {
	n := itemMarker(s)
	return strings.TrimSpace(s[:n]), s[n:]
}
