package memorypdfium

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium/webassembly/imports"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxMemoryPages bounds the sandbox's memory, in pages of 64 KiB: 384 MiB.
const maxMemoryPages = 6144

// engine is PDFium, started when it is needed and released when it is not.
type engine struct {
	config Config

	mu       sync.Mutex // held while a file is read: one sandbox at a time bounds the memory
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	cache    wazero.CompilationCache
	release  *time.Timer
}

// use lends a fresh sandbox to do, and takes it away afterwards. When ctx ends first, do is broken off.
func (e *engine) use(ctx context.Context, do func(*sandbox) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.release != nil {
		e.release.Stop()
	}
	defer e.releaseLater()
	if err := e.start(); err != nil {
		return core.Wrap(err, core.Unavailable, "errors.memory_pdf_engine", nil)
	}
	s, err := e.open(ctx)
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.memory_pdf_engine", nil)
	}
	defer s.module.Close(context.Background())
	return guard(func() error { return do(s) })
}

// stopped is what a call into the sandbox panics with: PDFium broke down, or was broken off. No other code
// than guard sees it.
type stopped struct{ cause error }

// guard turns the end of the sandbox into an error.
func guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			end, ours := p.(stopped)
			if !ours {
				panic(p)
			}
			err = fmt.Errorf("PDFium stopped: %w", end.cause)
		}
	}()
	return do()
}

// start compiles PDFium, or reads it from the cache.
func (e *engine) start() error {
	if e.runtime != nil {
		return nil
	}
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(maxMemoryPages).WithCloseOnContextDone(!e.config.Killable)
	if e.config.CacheDir != "" {
		if err := os.MkdirAll(e.config.CacheDir, 0o700); err != nil {
			return err
		}
		cache, err := wazero.NewCompilationCacheWithDir(e.config.CacheDir)
		if err != nil {
			return err
		}
		e.cache = cache
		config = config.WithCompilationCache(cache)
	}
	e.runtime = wazero.NewRuntimeWithConfig(context.Background(), config)
	if err := e.compile(); err != nil {
		return errors.Join(err, e.stop())
	}
	return nil
}

func (e *engine) compile() (err error) {
	ctx := context.Background()
	if _, err = wasi_snapshot_preview1.Instantiate(ctx, e.runtime); err != nil {
		return err
	}
	if e.compiled, err = e.runtime.CompileModule(ctx, wasm); err != nil {
		return err
	}
	_, err = imports.Instantiate(ctx, e.runtime, e.compiled)
	return err
}

// open makes a sandbox: it has no files, no network, and no output.
func (e *engine) open(ctx context.Context) (*sandbox, error) {
	config := wazero.NewModuleConfig().WithStartFunctions("_initialize").WithStdout(io.Discard).WithStderr(io.Discard).WithName("")
	module, err := e.runtime.InstantiateModule(context.Background(), e.compiled, config)
	if err != nil {
		return nil, err
	}
	s := newSandbox(ctx, module)
	err = guard(func() error {
		s.call("FPDF_InitLibrary")
		s.scratch = s.alloc(scratchBytes)
		return nil
	})
	return s, err
}

// stop releases what start took.
func (e *engine) stop() error {
	var err error
	if e.runtime != nil {
		err = e.runtime.Close(context.Background())
		e.runtime, e.compiled = nil, nil
	}
	if e.cache != nil {
		err = errors.Join(err, e.cache.Close(context.Background()))
		e.cache = nil
	}
	return err
}

func (e *engine) releaseLater() {
	if e.runtime == nil {
		return
	}
	e.release = time.AfterFunc(e.config.Idle, func() {
		if !e.mu.TryLock() {
			return // in use: the reader releases it later
		}
		defer e.mu.Unlock()
		e.stop()
		debug.FreeOSMemory()
	})
}

func (e *engine) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.release != nil {
		e.release.Stop()
	}
	return e.stop()
}
