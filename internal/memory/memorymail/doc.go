// Package memorymail reads mail into the memory: a message (EML), a mailbox (MBOX), a message of Outlook (MSG).
//
// Promises: a message is its subject as a heading, who wrote to whom and when, its text, then each attachment
// under its name, read by the house's other readers. Of a text and its copy in HTML one is read. Damaged parts
// harm themselves alone; an attachment that cannot be read keeps its name. Messages inside messages, parts,
// attachments and their sizes are bounded. Pictures of signatures stay out.
package memorymail

import (
	"context"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryhtml"
	"github.com/solidaire-coop/solidaire/internal/memory/memorymarkdown"
)

// Media types of what is read here.
const (
	Message = "message/rfc822"
	Mailbox = "application/mbox"
	Outlook = "application/vnd.ms-outlook"
)

// Bounds of mail.
const (
	maxDepth       = 4 // of messages inside messages
	maxParts       = 1_000
	maxMessages    = 20_000 // of a mailbox
	maxHeaderBytes = 1 << 20
)

// letter is a message, whatever format it came in.
type letter struct {
	subject     string
	heads       []string // « From: … », as they stand in the message
	date        time.Time
	text, html  string
	attachments []attachment
}

// attachment is a file that came with a message.
type attachment struct {
	name   string
	data   []byte
	letter *letter // a message inside the message
}

// writer writes letters, and what is attached to them, with the house's readers.
type writer struct {
	inner memory.Extractor // reads attachments
	b     memory.TextBuilder
}

// depthKey carries how deep a message is inside messages: attachments come back here through the house's
// readers.
type depthKey struct{}

func depthOf(ctx context.Context) int {
	depth, _ := ctx.Value(depthKey{}).(int)
	return depth
}

// write adds a letter whose subject is a heading of that level.
func (w *writer) write(ctx context.Context, l *letter, level int) error {
	if err := ctx.Err(); err != nil {
		return core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
	}
	w.b.Heading(level, composed(l.subject))
	for _, head := range l.heads {
		w.b.Paragraph(composed(head))
	}
	if err := w.body(ctx, l, level); err != nil {
		return err
	}
	for _, a := range l.attachments {
		if w.b.Over() {
			break
		}
		if err := w.attachment(ctx, a, level+1); err != nil {
			return err
		}
	}
	return nil
}

// body adds the text; the HTML when there is no text that says as much.
func (w *writer) body(ctx context.Context, l *letter, level int) error {
	if l.html != "" {
		var b memory.TextBuilder
		err := memoryhtml.Write(ctx, &b, l.html, true)
		page, empty := b.Extracted()
		if err == nil && empty == nil && len(strings.TrimSpace(l.text))*10 < len(page.Text)*6 {
			w.b.Append(page, level)
			return nil
		}
	}
	memorymarkdown.WritePlain(ctx, &w.b, norm.NFC.String(l.text))
	return nil
}

// attachment adds a file under its name. What cannot be read leaves its name alone: the message is worth
// reading all the same.
func (w *writer) attachment(ctx context.Context, a attachment, level int) error {
	if a.letter != nil {
		return w.write(ctx, a.letter, level)
	}
	w.b.Heading(level, composed(a.name))
	deeper := depthOf(ctx) + 1
	if deeper > maxDepth {
		return nil
	}
	x, err := w.inner.Extract(context.WithValue(ctx, depthKey{}, deeper), a.name, a.data)
	if ctx.Err() != nil {
		return core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
	}
	if err == nil {
		w.b.Append(x, level)
	}
	return nil
}

func composed(s string) string { return norm.NFC.String(s) }
