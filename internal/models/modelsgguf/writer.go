package modelsgguf

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// alignment of tensors' data.
const alignment = 32

// writer gathers a GGUF file's metadata and tensors, then writes them in the order given.
type writer struct {
	entries bytes.Buffer
	count   uint64
	tensors []tensor
}

// tensor is one tensor to write; its data is copied as it is.
type tensor struct {
	name string
	dims []uint64 // fastest first
	kind uint32
	data *io.SectionReader
}

func (w *writer) key(key string, kind uint32) {
	w.count++
	putText(&w.entries, key)
	put(&w.entries, kind)
}

func (w *writer) text(key, value string) {
	w.key(key, typeString)
	putText(&w.entries, value)
}

func (w *writer) number(key string, value uint32) {
	w.key(key, typeUint32)
	put(&w.entries, value)
}

func (w *writer) float(key string, value float32) {
	w.key(key, typeFloat32)
	put(&w.entries, math.Float32bits(value))
}

func (w *writer) flag(key string, value bool) {
	w.key(key, typeBool)
	put(&w.entries, value)
}

func (w *writer) array(key string, kind uint32, n int) {
	w.key(key, typeArray)
	put(&w.entries, kind)
	put(&w.entries, uint64(n))
}

func (w *writer) texts(key string, values []string) {
	w.array(key, typeString, len(values))
	for _, v := range values {
		putText(&w.entries, v)
	}
}

func (w *writer) floats(key string, values []float32) {
	w.array(key, typeFloat32, len(values))
	put(&w.entries, values)
}

func (w *writer) ints(key string, values []int32) {
	w.array(key, typeInt32, len(values))
	put(&w.entries, values)
}

// writeTo writes the whole file. Tensors' data is streamed.
func (w *writer) writeTo(out io.Writer) error {
	buffered := bufio.NewWriterSize(out, 1<<20)
	var head bytes.Buffer
	head.WriteString(magic)
	put(&head, uint32(3))
	put(&head, uint64(len(w.tensors)))
	put(&head, w.count)
	head.Write(w.entries.Bytes())
	var offset uint64
	for _, t := range w.tensors {
		putText(&head, t.name)
		put(&head, uint32(len(t.dims)))
		put(&head, t.dims)
		put(&head, t.kind)
		put(&head, offset)
		offset += padded(uint64(t.data.Size()))
	}
	head.Write(make([]byte, padded(uint64(head.Len()))-uint64(head.Len())))
	if _, err := buffered.Write(head.Bytes()); err != nil {
		return err
	}
	for _, t := range w.tensors {
		if err := copyPadded(buffered, t); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

func copyPadded(out io.Writer, t tensor) error {
	n, err := io.Copy(out, t.data)
	if err != nil {
		return fmt.Errorf("tensor %s: %w", t.name, err)
	}
	if n != t.data.Size() {
		return fmt.Errorf("tensor %s: %w", t.name, io.ErrUnexpectedEOF)
	}
	_, err = out.Write(make([]byte, padded(uint64(n))-uint64(n)))
	return err
}

func padded(n uint64) uint64 { return (n + alignment - 1) / alignment * alignment }

// put writes fixed-size values, little-endian. A buffer does not fail.
func put(b *bytes.Buffer, v any) { _ = binary.Write(b, binary.LittleEndian, v) }

func putText(b *bytes.Buffer, s string) {
	put(b, uint64(len(s)))
	b.WriteString(s)
}
