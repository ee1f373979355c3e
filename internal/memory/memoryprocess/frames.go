package memoryprocess

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// What may be asked.
const (
	opExtract = "extract"
	opRender  = "render"
)

// request heads a file on its way to a reader; the bytes of the file follow.
type request struct {
	Op    string `json:"op"`
	Name  string `json:"name"`
	Size  int    `json:"size"`
	Page  int    `json:"page,omitempty"`
	Width int    `json:"width,omitempty"`
}

// answer heads what a reader sends back: a sign of life, or the end. The bytes of the text, of the places and of
// the picture follow the end.
type answer struct {
	Alive   bool          `json:"alive,omitempty"`
	Last    bool          `json:"last,omitempty"` // the reader ends itself after this
	Problem *problem      `json:"problem,omitempty"`
	Notice  *problem      `json:"notice,omitempty"`
	Title   string        `json:"title,omitempty"`
	Dated   int64         `json:"dated,omitempty"` // Unix milliseconds
	Pages   int           `json:"pages,omitempty"`
	Media   string        `json:"media,omitempty"`
	Marks   []memory.Mark `json:"marks,omitempty"`
	Text    int           `json:"text,omitempty"`    // bytes
	Places  int           `json:"places,omitempty"`  // bytes
	Picture int           `json:"picture,omitempty"` // bytes
}

// Bounds of what passes the pipe.
const (
	maxHead    = 16 << 20
	maxPlaces  = 256 << 20
	maxPicture = 64 << 20
	maxCause   = 200
)

var errFrame = errors.New("a frame out of bounds")

// writeHead sends a head as its length and its JSON.
func writeHead(w io.Writer, head any) error {
	body, err := json.Marshal(head)
	if err != nil {
		return err
	}
	if _, err := w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(body)))); err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}

// readHead receives one.
func readHead(r io.Reader, head any) error {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxHead {
		return errFrame
	}
	body, err := readBytes(r, int(n), maxHead)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, head)
}

// readBytes reads exactly n bytes. It asks for memory as they come.
func readBytes(r io.Reader, n, most int) ([]byte, error) {
	if n < 0 || n > most {
		return nil, errFrame
	}
	const first = 1 << 20
	out := make([]byte, 0, min(n, first))
	for len(out) < n {
		if len(out) == cap(out) {
			out = append(make([]byte, 0, min(n, 2*cap(out))), out...)
		}
		got, err := r.Read(out[len(out):min(cap(out), n)])
		out = out[:len(out)+got]
		if err != nil && len(out) < n {
			return nil, fmt.Errorf("after %d of %d bytes: %w", len(out), n, err)
		}
	}
	return out, nil
}

// problem is core.Error on its way through the pipe.
type problem struct {
	Code  core.Code `json:"code"`
	Key   string    `json:"key"`
	Args  core.Args `json:"args,omitempty"`
	Cause string    `json:"cause,omitempty"`
}

func problemOf(err error) *problem {
	if err == nil {
		return nil
	}
	e := core.AsError(err)
	p := &problem{Code: e.Code, Key: e.Key, Args: e.Args}
	if e.Cause != nil {
		p.Cause = e.Cause.Error()
		p.Cause = p.Cause[:min(len(p.Cause), maxCause)]
	}
	return p
}

func (p *problem) error() *core.Error {
	if p == nil {
		return nil
	}
	e := core.E(p.Code, p.Key, p.Args)
	if p.Cause != "" {
		e.Cause = errors.New(p.Cause)
	}
	return e
}

// writeExtracted sends what was read.
func writeExtracted(w *bufio.Writer, x memory.Extracted, last bool) error {
	places := memory.EncodePlaces(x.Places)
	head := answer{Last: last, Title: x.Title, Pages: x.Pages, Media: x.Media, Marks: x.Marks, Text: len(x.Text), Places: len(places)}
	if x.Notice != nil {
		head.Notice = problemOf(x.Notice)
	}
	if !x.Dated.IsZero() {
		head.Dated = x.Dated.UnixMilli()
	}
	if err := writeHead(w, head); err != nil {
		return err
	}
	if _, err := w.WriteString(x.Text); err != nil {
		return err
	}
	if _, err := w.Write(places); err != nil {
		return err
	}
	return w.Flush()
}

// readExtracted receives what follows its head.
func readExtracted(r io.Reader, head answer) (memory.Extracted, error) {
	x := memory.Extracted{Title: head.Title, Pages: head.Pages, Media: head.Media, Marks: head.Marks, Notice: head.Notice.error()}
	if head.Dated != 0 {
		x.Dated = time.UnixMilli(head.Dated).UTC()
	}
	text, err := readBytes(r, head.Text, memory.MaxTextBytes)
	if err != nil {
		return x, err
	}
	places, err := readBytes(r, head.Places, maxPlaces)
	if err != nil {
		return x, err
	}
	x.Text = string(text)
	x.Places, err = memory.DecodePlaces(places)
	return x, err
}
