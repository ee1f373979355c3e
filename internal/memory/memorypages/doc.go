// Package memorypages puts words that stand at places of a page into the memory's text, and keeps the places:
// what the readers of PDF files and of pictures share.
//
// Promises: a place is a byte range of the text as it was written, whatever was mended, folded or composed on
// the way; words that cannot be found again in the text have no place, and no other word takes theirs.
package memorypages

import (
	"context"
	"image"
	"strings"

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

// Write adds recognised paragraphs to a text with their places. Line ends are mended, headings and list items
// told by their words.
func Write(b *memory.TextBuilder, paragraphs []Paragraph) {
	for _, p := range paragraphs {
		for _, block := range p.blocks() {
			writeBlock(b, block)
		}
	}
}

// blocks parts a paragraph where a line opens a list item or an article: pictures of text show no other sign.
func (p Paragraph) blocks() []Paragraph {
	var out []Paragraph
	for _, line := range p {
		text := textOf(line)
		if len(out) == 0 || memory.OpensItem(text) || memory.OpensSection(text) {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], line)
	}
	return out
}

func writeBlock(b *memory.TextBuilder, block Paragraph) {
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
