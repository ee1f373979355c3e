package modelsgguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Bounds on what a header may claim.
const (
	maxHeader  = 512 << 20 // bytes before the tensors' data; large vocabularies take some ten MB
	maxEntries = 1 << 16   // metadata entries, and tensors
	maxText    = 64 << 20  // one string that is skipped, such as a template
	maxKept    = 4 << 10   // one string that is kept
	maxChat    = 256 << 10 // the chat template, in which abilities show
	maxTongues = 64        // languages that a file may name
	maxDepth   = 4         // arrays in arrays
	maxDims    = 8
)

// Info is what a header says of its model.
type Info struct {
	Architecture string
	Name         string
	Licence      string // SPDX id where the file states one; "" when silent
	Quantised    string
	Parameters   int64
	Context      int
	Dimensions   int // of the hidden state, which for an embedding model is the vector's
	Kind         models.Kind
	Pooling      string // "mean", "cls", "last", "rank"; "" when the file does not say
	Size         int64  // the least size of a whole file
	Abilities    models.Abilities
}

// ReadFile reads the header of the file at path.
func ReadFile(path string) (Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return Info{}, core.Wrap(err, core.NotFound, "errors.model_file_missing", nil)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil || !stat.Mode().IsRegular() {
		return Info{}, core.Wrap(err, core.Invalid, "errors.model_file_missing", nil)
	}
	return Read(f, stat.Size())
}

// Read reads a header from r, the start of a file of the given size. Its errors are core.Corrupt.
func Read(r io.Reader, size int64) (Info, error) {
	h := &header{r: bufio.NewReaderSize(r, 64<<10), left: min(size, maxHeader), text: map[string]string{}, number: map[string]uint64{}}
	info, err := h.read(size)
	if err != nil {
		return Info{}, core.Wrap(fmt.Errorf("read GGUF header: %w", err), core.Corrupt, "errors.model_not_gguf", nil)
	}
	return info, nil
}

// header reads one header in order and keeps the few entries that matter.
type header struct {
	r      *bufio.Reader
	left   int64 // bytes that may still be read
	read64 int64 // bytes read
	text   map[string]string
	number map[string]uint64
}

var (
	errMagic = errors.New("not a GGUF file")
	errShort = errors.New("the file is shorter than its header says")
	errClaim = errors.New("a count or length is out of bounds")
)

func (h *header) read(size int64) (Info, error) {
	var start [4]byte
	if err := h.full(start[:]); err != nil || string(start[:]) != magic {
		return Info{}, errMagic
	}
	version, err := h.u32()
	if err != nil {
		return Info{}, err
	}
	if version != 2 && version != 3 {
		return Info{}, fmt.Errorf("version %d is not supported", version)
	}
	tensors, err := h.count(maxEntries)
	if err != nil {
		return Info{}, err
	}
	entries, err := h.count(maxEntries)
	if err != nil {
		return Info{}, err
	}
	for range entries {
		if err := h.entry(); err != nil {
			return Info{}, err
		}
	}
	return h.finish(tensors, size)
}

func (h *header) entry() error {
	key, err := h.string(256)
	if err != nil {
		return err
	}
	kind, err := h.u32()
	if err != nil {
		return err
	}
	switch kind {
	case typeString:
		length, err := h.length(maxText)
		if err != nil {
			return err
		}
		if length > maxKept && (key != chatTemplate || length > maxChat) {
			return h.skip(length)
		}
		raw := make([]byte, length)
		err = h.full(raw)
		h.text[key] = string(raw)
		return err
	case typeArray:
		if key == languagesKey {
			return h.languages()
		}
	case typeUint8, typeUint16, typeUint32, typeUint64, typeInt8, typeInt16, typeInt32, typeInt64, typeBool:
		var raw [8]byte
		err := h.full(raw[:width(kind)])
		h.number[key] = binary.LittleEndian.Uint64(raw[:])
		return err
	}
	return h.skipValue(kind, maxDepth)
}

// The entries in which abilities show.
const (
	chatTemplate = "tokenizer.chat_template"
	languagesKey = "general.languages"
)

// languages keeps a list of language codes, joined by spaces. A list of anything else is skipped.
func (h *header) languages() error {
	kind, err := h.u32()
	if err != nil {
		return err
	}
	n, err := h.count(maxHeader)
	if err != nil {
		return err
	}
	for i := range n {
		switch {
		case width(kind) > 0:
			return h.skip(int64(n) * width(kind))
		case kind != typeString || i >= maxTongues:
			err = h.skipValue(kind, maxDepth-1)
		default:
			var code string
			if code, err = h.string(maxKept); err == nil && isCode(code) {
				h.text[languagesKey] += code + " "
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isCode(s string) bool {
	return len(s) == 2 && s[0] >= 'a' && s[0] <= 'z' && s[1] >= 'a' && s[1] <= 'z'
}

// width is the size of a value of fixed size, 0 for the others.
func width(kind uint32) int64 {
	switch kind {
	case typeUint8, typeInt8, typeBool:
		return 1
	case typeUint16, typeInt16:
		return 2
	case typeUint32, typeInt32, typeFloat32:
		return 4
	case typeUint64, typeInt64, typeFloat64:
		return 8
	}
	return 0
}

func (h *header) skipValue(kind uint32, depth int) error {
	if w := width(kind); w > 0 {
		return h.skip(w)
	}
	switch {
	case kind == typeString:
		n, err := h.length(maxText)
		if err != nil {
			return err
		}
		return h.skip(n)
	case kind == typeArray && depth > 0:
		return h.skipArray(depth)
	}
	return fmt.Errorf("value type %d is not known", kind)
}

func (h *header) skipArray(depth int) error {
	kind, err := h.u32()
	if err != nil {
		return err
	}
	n, err := h.count(maxHeader)
	if err != nil {
		return err
	}
	if w := width(kind); w > 0 {
		return h.skip(int64(n) * w)
	}
	for range n { // each element reads at least eight bytes, so the header's bound ends this
		if err := h.skipValue(kind, depth-1); err != nil {
			return err
		}
	}
	return nil
}

// finish reads the list of tensors and sums up.
func (h *header) finish(tensors uint64, size int64) (Info, error) {
	align := h.number["general.alignment"]
	if align == 0 {
		align = 32
	}
	if align > 1<<20 {
		return Info{}, errClaim
	}
	var parameters, data uint64
	for range tensors {
		numbers, end, err := h.tensor()
		if err != nil {
			return Info{}, err
		}
		if parameters += numbers; parameters > math.MaxInt64/2 {
			return Info{}, errClaim
		}
		data = max(data, end)
	}
	start := (uint64(h.read64) + align - 1) / align * align
	if tensors == 0 || start+data > uint64(size) {
		return Info{}, errShort
	}
	return h.info(int64(parameters), int64(start+data)), nil
}

// tensor returns how many numbers a tensor has and where its data ends, counted from the start of
// all data; the end of a type that is not known is its start.
func (h *header) tensor() (numbers, end uint64, err error) {
	if _, err = h.string(256); err != nil {
		return 0, 0, err
	}
	dims, err := h.u32()
	if err != nil || dims > maxDims {
		return 0, 0, errors.Join(err, errClaim)
	}
	numbers = 1
	for range dims {
		n, err := h.u64()
		if err != nil || n == 0 || n > 1<<40 || numbers > math.MaxInt64/4/n {
			return 0, 0, errors.Join(err, errClaim)
		}
		numbers *= n
	}
	kind, err := h.u32()
	if err != nil {
		return 0, 0, err
	}
	offset, err := h.u64()
	if err != nil || offset > math.MaxInt64/4 {
		return 0, 0, errors.Join(err, errClaim)
	}
	layout, known := blockOf(kind)
	if !known {
		return numbers, offset, nil
	}
	blocks := numbers / layout.numbers
	if blocks > math.MaxInt64/4/layout.bytes {
		return 0, 0, errClaim
	}
	return numbers, offset + blocks*layout.bytes, nil
}

// The readers of single values. Each counts what it takes from the bound.

func (h *header) full(p []byte) error {
	if int64(len(p)) > h.left {
		return errShort
	}
	n, err := io.ReadFull(h.r, p)
	h.left -= int64(n)
	h.read64 += int64(n)
	if err != nil {
		return errShort
	}
	return nil
}

func (h *header) skip(n int64) error {
	if n > h.left {
		return errShort
	}
	for n > 0 {
		step, err := h.r.Discard(int(min(n, 1<<30)))
		n -= int64(step)
		h.left -= int64(step)
		h.read64 += int64(step)
		if err != nil {
			return errShort
		}
	}
	return nil
}

func (h *header) u32() (uint32, error) {
	var raw [4]byte
	err := h.full(raw[:])
	return binary.LittleEndian.Uint32(raw[:]), err
}

func (h *header) u64() (uint64, error) {
	var raw [8]byte
	err := h.full(raw[:])
	return binary.LittleEndian.Uint64(raw[:]), err
}

func (h *header) count(limit uint64) (uint64, error) {
	n, err := h.u64()
	if err == nil && n > limit {
		err = errClaim
	}
	return n, err
}

func (h *header) length(limit uint64) (int64, error) {
	n, err := h.count(limit)
	return int64(n), err
}

func (h *header) string(limit uint64) (string, error) {
	n, err := h.length(limit)
	if err != nil {
		return "", err
	}
	raw := make([]byte, n)
	err = h.full(raw)
	return string(raw), err
}
