// Package memorymarkdown reads Markdown and plain text into the memory.
//
// Promises: the text reads as a person would read the page: no syntax, headings marked, list markers
// kept, table cells parted by « | », wrapped lines joined. The encoding is found by the bytes: UTF-8,
// UTF-16 with its mark, otherwise Windows-1252, which holds Latin-1. Bytes that are no text are not
// taken. Time and memory stay in proportion to the file: nesting and line length are bounded, and
// beyond them a file is read as plain text.
package memorymarkdown

import (
	"context"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Media types of what is read here.
const (
	Markdown = "text/markdown"
	Plain    = "text/plain"
)

// Extractor satisfies memory.Extractor. It holds no state.
type Extractor struct{}

var _ memory.Extractor = Extractor{}

// New makes the extractor.
func New() Extractor { return Extractor{} }

// Media knows Markdown and text files by their names, when their bytes are text.
func (Extractor) Media(name string, head []byte) string {
	media := ""
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd":
		media = Markdown
	case ".txt", ".text", "":
		media = Plain
	}
	if media == "" || !looksLikeText(head) {
		return ""
	}
	return media
}

// Extract reads the file.
func (x Extractor) Extract(ctx context.Context, name string, file []byte) (memory.Extracted, error) {
	text, ok := decode(file)
	if !ok {
		return memory.Extracted{}, core.E(core.Corrupt, "errors.memory_text_encoding", nil)
	}
	if len(text) > memory.MaxTextBytes {
		return memory.Extracted{}, core.E(core.TooLarge, "errors.memory_text_large", core.Args{"Size": memory.MaxTextBytes})
	}
	text = norm.NFC.String(text)
	var b memory.TextBuilder
	if x.Media(name, file[:min(len(file), memory.HeadBytes)]) == Markdown && tame(text) {
		readMarkdown(&b, text)
	} else {
		readPlain(ctx, &b, text)
	}
	if err := ctx.Err(); err != nil {
		return memory.Extracted{}, core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
	}
	return b.Extracted()
}
