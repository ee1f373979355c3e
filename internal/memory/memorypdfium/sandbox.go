package memorypdfium

import (
	"context"
	"errors"
	"math"

	"github.com/tetratelabs/wazero/api"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// sandbox is one instance of PDFium. A call that cannot be made ends the work by a panic, see guard.
type sandbox struct {
	ctx       context.Context
	module    api.Module
	functions map[string]api.Function
	stack     [12]uint64
	scratch   uint64 // memory of the sandbox for what calls give back
}

const scratchBytes = 64

// A pointer or a handle of PDFium is an offset in the sandbox's memory; 0 is none.
type handle = uint64

func newSandbox(ctx context.Context, module api.Module) *sandbox {
	return &sandbox{ctx: ctx, module: module, functions: map[string]api.Function{}}
}

var (
	errNoFunction = errors.New("PDFium lacks a function")
	errMemory     = errors.New("outside the sandbox's memory")
)

// call calls PDFium.
func (s *sandbox) call(name string, args ...uint64) uint64 {
	f := s.functions[name]
	if f == nil {
		if f = s.module.ExportedFunction(name); f == nil {
			panic(stopped{errNoFunction})
		}
		s.functions[name] = f
	}
	copy(s.stack[:], args)
	if err := f.CallWithStack(s.ctx, s.stack[:]); err != nil {
		panic(stopped{err})
	}
	return s.stack[0]
}

// number calls a function that gives a number with a sign.
func (s *sandbox) number(name string, args ...uint64) int {
	return int(int32(s.call(name, args...)))
}

func (s *sandbox) alloc(bytes uint64) handle {
	at := s.call("malloc", bytes)
	if at == 0 {
		panic(stopped{errMemory})
	}
	return at
}

func (s *sandbox) free(at handle) { s.call("free", at) }

// float reads the n-th float of the scratch memory.
func (s *sandbox) float(n uint32) float32 {
	v, ok := s.module.Memory().ReadFloat32Le(uint32(s.scratch) + 4*n)
	if !ok {
		panic(stopped{errMemory})
	}
	return v
}

// integer reads the n-th integer of the scratch memory.
func (s *sandbox) integer(n uint32) int {
	v, ok := s.module.Memory().ReadUint32Le(uint32(s.scratch) + 4*n)
	if !ok {
		panic(stopped{errMemory})
	}
	return int(int32(v))
}

// bytes gives a view of the sandbox's memory, good until the next call.
func (s *sandbox) bytes(at handle, n int) []byte {
	view, ok := s.module.Memory().Read(uint32(at), uint32(n))
	if !ok {
		panic(stopped{errMemory})
	}
	return view
}

// Errors of FPDF_GetLastError.
const (
	passwordError = 4
	securityError = 5
)

var errNotOpened = errors.New("PDFium does not open the file")

// openDocument opens a file that is copied into the sandbox.
func (s *sandbox) openDocument(file []byte) (handle, error) {
	at := s.alloc(uint64(len(file)))
	if !s.module.Memory().Write(uint32(at), file) {
		panic(stopped{errMemory})
	}
	doc := s.call("FPDF_LoadMemDocument", at, uint64(len(file)), 0)
	if doc != 0 {
		return doc, nil
	}
	switch s.call("FPDF_GetLastError") {
	case passwordError, securityError:
		return 0, core.E(core.Invalid, "errors.memory_file_protected", nil)
	}
	return 0, damaged(errNotOpened)
}

// matrix turns a page's own coordinates into those of the page as it is shown, from its bottom left corner.
type matrix struct {
	a, b, c, d, e, f float32
	width, height    float32
}

// fine is how many parts of a point a matrix is measured in.
const fine = 64

// matrixOf measures what PDFium does with three points: it knows rotated and cropped pages.
func (s *sandbox) matrixOf(page handle) matrix {
	m := matrix{width: s.size("FPDF_GetPageWidthF", page), height: s.size("FPDF_GetPageHeightF", page)}
	width, height := uint64(uint32(m.width*fine)), uint64(uint32(m.height*fine))
	shown := func(x, y float64) (float32, float32) {
		s.call("FPDF_PageToDevice", page, 0, 0, width, height, 0, math.Float64bits(x), math.Float64bits(y), s.scratch, s.scratch+4)
		return float32(s.integer(0)) / fine, m.height - float32(s.integer(1))/fine
	}
	const far = 512
	m.e, m.f = shown(0, 0)
	x, y := shown(far, 0)
	m.a, m.b = (x-m.e)/far, (y-m.f)/far
	x, y = shown(0, far)
	m.c, m.d = (x-m.e)/far, (y-m.f)/far
	return m
}

// maxSide bounds the sides of a page in points: 200 inches, the letter of PDF, and some more.
const maxSide = 20_000

func (s *sandbox) size(name string, page handle) float32 {
	v := api.DecodeF32(s.call(name, page))
	if !(v > 1) {
		return 1
	}
	return min(v, maxSide)
}

// box turns a box of the page, whichever way it lies.
func (m matrix) box(left, bottom, right, top float32) box {
	x1, y1 := m.a*left+m.c*bottom+m.e, m.b*left+m.d*bottom+m.f
	x2, y2 := m.a*right+m.c*top+m.e, m.b*right+m.d*top+m.f
	return box{left: min(x1, x2), right: max(x1, x2), bottom: min(y1, y2), top: max(y1, y2)}
}
