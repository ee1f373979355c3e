package memoryprocess

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Memory of a reader: what its own parts aim at, and from where on it ends itself after the file in hand.
const (
	softMemory   = 1 << 30
	retireMemory = 512 << 20
	maxStack     = 64 << 20
)

// Serve is a reader: it answers requests until in ends. make makes its worker; what it is given tells that work
// goes on, in the middle of a file.
func Serve(ctx context.Context, in io.Reader, out io.Writer, make func(alive func()) Worker) error {
	limit()
	debug.SetMemoryLimit(softMemory)
	debug.SetMaxStack(maxStack)
	s := &server{out: bufio.NewWriterSize(out, 64<<10)}
	s.worker = make(s.alive)
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		var ask request
		err := readHead(r, &ask)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		file, err := readBytes(r, ask.Size, memory.MaxFileBytes)
		if err != nil {
			return err
		}
		last, err := s.answer(ctx, ask, file)
		if err != nil || last {
			return err
		}
	}
}

type server struct {
	worker Worker
	mu     sync.Mutex // signs of life come from where the work is
	out    *bufio.Writer
}

// alive tells the other side that work goes on.
func (s *server) alive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if writeHead(s.out, answer{Alive: true}) == nil {
		s.out.Flush() // a pipe that is gone ends the next write too
	}
}

func (s *server) answer(ctx context.Context, ask request, file []byte) (last bool, err error) {
	switch ask.Op {
	case opExtract:
		return s.extract(ctx, ask, file)
	case opRender:
		return s.render(ctx, ask, file)
	}
	return true, errFrame
}

func (s *server) extract(ctx context.Context, ask request, file []byte) (last bool, err error) {
	x, failed := protected(func() (memory.Extracted, error) { return s.worker.Extract(ctx, ask.Name, file) })
	last = isHeavy()
	s.mu.Lock()
	defer s.mu.Unlock()
	if failed != nil {
		return last, s.fail(failed, last)
	}
	return last, writeExtracted(s.out, x, last)
}

func (s *server) render(ctx context.Context, ask request, file []byte) (last bool, err error) {
	picture, failed := protected(func() ([]byte, error) {
		drawn, err := s.worker.Render(ctx, ask.Name, file, ask.Page, ask.Width)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestSpeed}
		err = encoder.Encode(&b, drawn)
		return b.Bytes(), err
	})
	last = isHeavy()
	s.mu.Lock()
	defer s.mu.Unlock()
	if failed != nil {
		return last, s.fail(failed, last)
	}
	if err := writeHead(s.out, answer{Last: last, Picture: len(picture)}); err != nil {
		return last, err
	}
	if _, err := s.out.Write(picture); err != nil {
		return last, err
	}
	return last, s.out.Flush()
}

func (s *server) fail(err error, last bool) error {
	if err := writeHead(s.out, answer{Last: last, Problem: problemOf(err)}); err != nil {
		return err
	}
	return s.out.Flush()
}

// protected turns a panic into the failure of that file.
func protected[T any](do func() (T, error)) (out T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = core.Wrap(fmt.Errorf("a reader panicked: %v", p), core.Corrupt, "errors.memory_file_damaged", nil)
		}
	}()
	return do()
}

// isHeavy tells whether so much memory was taken that a new reader is better.
func isHeavy() bool {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys-m.HeapReleased > retireMemory
}
