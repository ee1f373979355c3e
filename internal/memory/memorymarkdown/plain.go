package memorymarkdown

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// WritePlain adds plain text: wrapped lines become paragraphs, headings that stand alone are marked.
func WritePlain(ctx context.Context, b *memory.TextBuilder, text string) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	for block := range strings.SplitSeq(text, "\n\n") {
		if ctx.Err() != nil || b.Over() {
			return
		}
		var lines []string
		for l := range strings.SplitSeq(block, "\n") {
			if l = strings.TrimSpace(l); l != "" {
				lines = append(lines, l)
			}
		}
		readBlock(b, lines)
	}
}

func readBlock(b *memory.TextBuilder, lines []string) {
	if len(lines) == 0 {
		return
	}
	if level := memory.HeadingLevel(lines[0]); level > 0 {
		b.Heading(level, lines[0])
		lines = lines[1:]
	}
	for _, l := range memory.JoinWrapped(lines, utf8.RuneCountInString) {
		if marker, rest := memory.CutItem(l); marker != "" {
			b.Item(0, marker, rest)
		} else {
			b.Paragraph(l)
		}
	}
}
