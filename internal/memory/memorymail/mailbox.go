package memorymail

import (
	"bytes"
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// MailboxReader satisfies memory.Extractor for MBOX. It holds no state.
type MailboxReader struct{ inner memory.Extractor }

var _ memory.Extractor = MailboxReader{}

// NewMailboxReader makes the extractor; inner reads attachments.
func NewMailboxReader(inner memory.Extractor) MailboxReader { return MailboxReader{inner} }

// Extract reads the file: each message under its subject. One that cannot be read is passed over, unless none
// can.
func (r MailboxReader) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	w := writer{inner: r.inner}
	var last time.Time
	var failed error
	for n, one := range messages(file) {
		if n == maxMessages {
			return memory.Extracted{}, core.E(core.TooLarge, "errors.memory_messages_many", core.Args{"Max": maxMessages})
		}
		l, err := parse(one)
		if err != nil {
			failed = err
			continue
		}
		if err := w.write(ctx, l, 1); err != nil {
			return memory.Extracted{}, err
		}
		if l.date.After(last) {
			last = l.date
		}
	}
	w.b.Dated(last)
	out, err := w.b.Extracted()
	if err != nil && failed != nil && core.AsError(err).Key == "errors.memory_no_text" {
		return memory.Extracted{}, failed
	}
	out.Media = Mailbox
	return out, err
}

// messages parts a mailbox where a line after a blank one begins with « From »; such lines inside a message
// were written with a mark before them, which is taken off.
func messages(file []byte) [][]byte {
	var out [][]byte
	var current []byte
	blank, open := true, false
	for line := range bytes.Lines(file) {
		if blank && bytes.HasPrefix(line, []byte("From ")) {
			if open {
				out = append(out, current)
			}
			current, open, blank = nil, true, false
			continue
		}
		blank = len(bytes.TrimRight(line, "\r\n")) == 0
		if quoted := bytes.TrimLeft(line, ">"); len(quoted) < len(line) && bytes.HasPrefix(quoted, []byte("From ")) {
			line = line[1:]
		}
		current = append(current, line...)
	}
	if open {
		out = append(out, current)
	}
	return out
}
