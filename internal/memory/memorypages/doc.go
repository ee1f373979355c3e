// Package memorypages puts words that stand at places of a page into the memory's text, and keeps the places:
// what the readers of PDF files and of pictures share.
//
// Promises: a place is a byte range of the text as it was written, whatever was mended, folded or composed on
// the way; words that cannot be found again in the text have no place, and no other word takes theirs.
package memorypages

import (
	"context"
	"image"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Word is a word, or the part of one that a line holds, on a page from 0. Its sides are in
// memory.PlaceUnits from the page's top left corner.
type Word struct {
	Text                     string
	Page                     int
	Left, Top, Right, Bottom uint16
}

// Recognizer reads the words off the picture of a page.
type Recognizer interface {
	// Recognize gives the paragraphs in the order of reading. core.Unavailable says that nothing is installed
	// that could.
	Recognize(ctx context.Context, page int, picture *image.Gray) ([]Paragraph, error)
}

// Paragraph is what recognition takes for one: its lines, in order.
type Paragraph [][]Word

// Write adds the recognised paragraphs of a page to a text with their places. Line ends are mended, list items
// told by their words, headings by their words or their size.
func Write(b *memory.TextBuilder, paragraphs []Paragraph) {
	body := bodyHeight(paragraphs)
	for _, p := range paragraphs {
		for _, block := range p.blocks() {
			writeBlock(b, block, body)
		}
	}
}

// height of a line on the page.
func height(line []Word) int {
	if len(line) == 0 {
		return 0
	}
	top, bottom := line[0].Top, line[0].Bottom
	for _, w := range line {
		top, bottom = min(top, w.Top), max(bottom, w.Bottom)
	}
	return int(bottom) - int(top)
}

// bodyHeight is the height that lines of the page have.
func bodyHeight(paragraphs []Paragraph) int {
	var all []int
	for _, p := range paragraphs {
		for _, line := range p {
			all = append(all, height(line))
		}
	}
	slices.Sort(all)
	if len(all) == 0 {
		return 0
	}
	return all[len(all)/2]
}

// isBig tells a heading by its size alone: few lines, each well above the body's height.
func (p Paragraph) isBig(body int) bool {
	for _, line := range p {
		if height(line)*10 < body*13 {
			return false
		}
	}
	return body > 0 && len(p) <= 2
}

// maxHeading is the longest heading in bytes.
const maxHeading = 160

// blocks parts a paragraph where a line opens a list item or an article: pictures of text show no other sign.
func (p Paragraph) blocks() []Paragraph {
	var out []Paragraph
	for _, line := range p {
		line = withBullet(line)
		text := textOf(line)
		if len(out) == 0 || memory.OpensItem(text) || memory.OpensSection(text) {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], line)
	}
	return out
}

// withBullet takes a lone sign at a line's start for the bullet that it was on paper.
func withBullet(line []Word) []Word {
	if len(line) < 2 {
		return line
	}
	switch line[0].Text {
	case "#", "@", "¢", "©", "®", "°", "æ", "»", "¥", "+", "=", "~", "e", "o", "*", "«":
		if first, _ := utf8.DecodeRuneInString(line[1].Text); line[0].Text != "«" || unicode.IsLower(first) {
			line = slices.Clone(line)
			line[0].Text = "-"
		}
	}
	return line
}

func writeBlock(b *memory.TextBuilder, block Paragraph, body int) {
	lines := make([]string, len(block))
	var words []Word
	for i, line := range block {
		lines[i] = textOf(line)
		words = append(words, line...)
	}
	text := norm.NFC.String(memory.Join(lines...))
	marker, rest := memory.CutItem(text)
	switch level := memory.HeadingLevel(text); {
	case level > 0 && len(block) <= 2:
		b.Heading(level, text)
	case block.isBig(body) && len(text) <= maxHeading && strings.ContainsFunc(text, unicode.IsLetter):
		b.Heading(1, text)
	case marker != "":
		b.Item(0, marker, rest)
	default:
		b.Paragraph(text)
	}
	Place(b, words)
}

func textOf(line []Word) string {
	words := make([]string, len(line))
	for i, w := range line {
		words[i] = w.Text
	}
	return strings.Join(words, " ")
}

// Units turns a distance on a page into a place's units.
func Units(at, whole float32) uint16 {
	if !(whole > 0) || !(at > 0) {
		return 0
	}
	return uint16(min(at/whole, 1) * memory.PlaceUnits)
}
