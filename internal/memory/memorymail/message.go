package memorymail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // teaches the library the charsets of the world

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorycharset"
)

// MessageReader satisfies memory.Extractor for EML. It holds no state.
type MessageReader struct{ inner memory.Extractor }

var _ memory.Extractor = MessageReader{}

// NewMessageReader makes the extractor; inner reads attachments.
func NewMessageReader(inner memory.Extractor) MessageReader { return MessageReader{inner} }

// Extract reads the file.
func (r MessageReader) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	l, err := parse(file)
	if err != nil {
		return memory.Extracted{}, err
	}
	w := writer{inner: r.inner}
	if err := w.write(ctx, l, 1); err != nil {
		return memory.Extracted{}, err
	}
	w.b.Dated(l.date)
	out, err := w.b.Extracted()
	out.Media = Message
	return out, err
}

var errNoHeader = errors.New("no header of a message")

// parse reads a message. One that breaks off in the middle keeps what came before.
func parse(file []byte) (*letter, error) {
	p := &parser{}
	l, err := p.message(bytes.NewReader(file), 0)
	var known *core.Error
	if errors.As(err, &known) {
		return nil, known
	}
	if err != nil {
		return nil, core.Wrap(err, core.Corrupt, "errors.memory_file_damaged", nil)
	}
	return l, nil
}

// parser counts parts, wherever they are.
type parser struct{ parts int }

func (p *parser) message(r io.Reader, depth int) (*letter, error) {
	e, err := message.ReadWithOptions(r, &message.ReadOptions{MaxHeaderBytes: maxHeaderBytes})
	if !usable(err) {
		return nil, err
	}
	if e.Header.Len() == 0 {
		return nil, errNoHeader
	}
	l := &letter{subject: headerText(e, "Subject")}
	for _, name := range []string{"From", "To", "Cc", "Date"} {
		if value := headerText(e, name); value != "" {
			l.heads = append(l.heads, name+": "+value)
		}
	}
	if at, err := mail.ParseDate(headerText(e, "Date")); err == nil {
		l.date = at
	}
	return l, p.part(l, e, depth)
}

// usable tells errors that leave the entity readable: an unknown charset or encoding.
func usable(err error) bool {
	return err == nil || message.IsUnknownCharset(err) || message.IsUnknownEncoding(err)
}

// headerText gives a field decoded; what cannot be decoded stays as it is.
func headerText(e *message.Entity, name string) string {
	value, err := e.Header.Text(name)
	if err != nil {
		value = e.Header.Get(name)
	}
	return strings.TrimSpace(decoded([]byte(value)))
}

// decoded gives what should be UTF-8 as such.
func decoded(b []byte) string {
	text, _ := memorycharset.Decode(b)
	return text
}

// part reads an entity into the letter.
func (p *parser) part(l *letter, e *message.Entity, depth int) error {
	if p.parts++; p.parts > maxParts {
		return core.E(core.TooLarge, "errors.memory_archive_bomb", nil)
	}
	if parts := e.MultipartReader(); parts != nil {
		if depth >= maxDepth*4 {
			return nil
		}
		return p.all(l, parts, depth)
	}
	media, params, err := e.Header.ContentType()
	if err != nil {
		media = "text/plain"
	}
	place, more, _ := e.Header.ContentDisposition() // none is as good as inline
	name := fileName(more["filename"], params["name"])
	switch body := place != "attachment" && name == ""; {
	case media == "message/rfc822" && depth < maxDepth:
		return p.enclosed(l, e, depth)
	case body && (media == "text/plain" || media == ""):
		l.text = joined(l.text, read(e))
	case body && media == "text/html":
		l.html = joined(l.html, read(e))
	case strings.HasPrefix(media, "image/") && place != "attachment":
	case name != "":
		data, _ := io.ReadAll(e.Body) // a part that breaks off keeps what came
		l.attachments = append(l.attachments, attachment{name: name, data: data})
	}
	return nil
}

// all reads the parts of a multipart entity until it ends or breaks off.
func (p *parser) all(l *letter, parts message.MultipartReader, depth int) error {
	for {
		e, err := parts.NextPart()
		if errors.Is(err, io.EOF) || !usable(err) {
			return nil
		}
		if err := p.part(l, e, depth+1); err != nil {
			return err
		}
	}
}

// enclosed reads a message inside the message; one that is none is passed over.
func (p *parser) enclosed(l *letter, e *message.Entity, depth int) error {
	inner, err := p.message(e.Body, depth+1)
	var known *core.Error
	switch {
	case errors.As(err, &known):
		return known
	case err == nil:
		l.attachments = append(l.attachments, attachment{letter: inner})
	}
	return nil
}

// read gives the text of a part, as far as it goes.
func read(e *message.Entity) string {
	body, _ := io.ReadAll(e.Body) // a part that breaks off keeps what came
	return decoded(body)
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return fmt.Sprintf("%s\n\n%s", a, b)
}

// fileName gives the last part of a name that a stranger chose.
func fileName(names ...string) string {
	for _, n := range names {
		n = strings.ReplaceAll(n, `\`, "/")
		if n = strings.TrimSpace(n[strings.LastIndexByte(n, '/')+1:]); n != "" {
			return n
		}
	}
	return ""
}
