// Package memorymarkdown reads Markdown and plain text into the memory.
//
// Promises: the text reads as a person would read the page: no syntax, headings marked, list markers
// kept, table cells parted by « | », wrapped lines joined. The encoding is found by the bytes, see
// memorycharset. Time and memory stay in proportion to the file: nesting and line length are bounded, and
// beyond them a file is read as plain text.
package memorymarkdown

import (
	"context"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorycharset"
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

// Extract reads the file.
func (Extractor) Extract(ctx context.Context, name string, file []byte) (memory.Extracted, error) {
	if !memorycharset.IsText(file) {
		return memory.Extracted{}, core.E(core.Invalid, "errors.memory_format_unknown", core.Args{"Extension": ""})
	}
	text, ok := memorycharset.Decode(file)
	if !ok {
		return memory.Extracted{}, core.E(core.Corrupt, "errors.memory_text_encoding", nil)
	}
	if len(text) > memory.MaxTextBytes {
		return memory.Extracted{}, core.E(core.TooLarge, "errors.memory_text_large", core.Args{"Size": memory.MaxTextBytes})
	}
	text = norm.NFC.String(text)
	var b memory.TextBuilder
	media := mediaOf(name)
	if media == Markdown && tame(text) {
		readMarkdown(&b, text)
	} else {
		WritePlain(ctx, &b, text)
	}
	if err := ctx.Err(); err != nil {
		return memory.Extracted{}, core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
	}
	out, err := b.Extracted()
	out.Media = media
	return out, err
}

// mediaOf tells Markdown by its name: its bytes are those of any text.
func mediaOf(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd":
		return Markdown
	}
	return Plain
}
