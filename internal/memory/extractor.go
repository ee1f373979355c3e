package memory

import (
	"context"
	"time"
)

// Extractor reads the text out of one family of file formats. What it is given is hostile: it
// bounds its size, time and memory, never panics, and leaves no goroutine behind.
type Extractor interface {
	// Media names the format when this extractor reads it, by the first bytes of the file and its
	// name; "" otherwise.
	Media(name string, head []byte) string
	// Extract gives the text by the convention of lines: a line is a whole paragraph, list item,
	// table row or heading; a blank line parts paragraphs. Errors are core.Errors with a next step.
	Extract(ctx context.Context, name string, file []byte) (Extracted, error)
}

// Extracted is what was read.
type Extracted struct {
	Text  string // valid UTF-8 in composed form (NFC), at most MaxTextBytes
	Marks []Mark // in order of Start; a heading's mark stands at the first byte of its line
	Title string // "" when the file states none
	Dated time.Time
	Pages int
}

// Bounds of extracted text. What is beyond is refused, never cut in silence.
const (
	MaxTextBytes = 16 << 20
	MaxMarks     = 20_000
)

// HeadBytes are the first bytes of a file that Media may look at.
const HeadBytes = 4096
