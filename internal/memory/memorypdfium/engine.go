package memorypdfium

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxMemoryPages bounds the sandbox's memory, in pages of 64 KiB: 384 MiB.
const maxMemoryPages = 6144

// engine is PDFium, started when it is needed and released when it is not.
type engine struct {
	cacheDir string
	idle     time.Duration

	mu      sync.Mutex // held while a file is read: one sandbox at a time bounds the memory
	pool    pdfium.Pool
	cache   wazero.CompilationCache
	release *time.Timer
}

func newEngine(cacheDir string, idle time.Duration) *engine {
	return &engine{cacheDir: cacheDir, idle: idle}
}

// use lends a fresh sandbox to do. When ctx ends first the sandbox is torn down, which makes do
// return; use always waits for it.
func (e *engine) use(ctx context.Context, do func(pdfium.Pdfium) error) error {
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
	instance, err := e.pool.GetInstanceWithContext(ctx)
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.memory_pdf_engine", nil)
	}
	return e.run(ctx, instance, do)
}

func (e *engine) run(ctx context.Context, instance pdfium.Pdfium, do func(pdfium.Pdfium) error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("PDFium stopped: %v", p)
			}
		}()
		done <- do(instance)
	}()
	select {
	case err := <-done:
		instance.Close()
		return err
	case <-ctx.Done():
		// Kill takes the instance off the pool's list, so that closing the pool does not wait for it;
		// closing the runtime then stops the code that still runs in it.
		instance.Kill()
		e.stop()
		<-done
		return ctx.Err()
	}
}

// start compiles PDFium, or reads it from the cache.
func (e *engine) start() error {
	if e.pool != nil {
		return nil
	}
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(maxMemoryPages).WithCloseOnContextDone(true)
	if e.cacheDir != "" {
		if err := os.MkdirAll(e.cacheDir, 0o700); err != nil {
			return err
		}
		cache, err := wazero.NewCompilationCacheWithDir(e.cacheDir)
		if err != nil {
			return err
		}
		e.cache = cache
		config = config.WithCompilationCache(cache)
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxTotal: 1, FSConfig: wazero.NewFSConfig(), RuntimeConfig: config, Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		e.stop()
		return err
	}
	e.pool = pool
	return nil
}

// stop releases what start took.
func (e *engine) stop() error {
	var err error
	if e.pool != nil {
		err = e.pool.Close()
		e.pool = nil
	}
	if e.cache != nil {
		e.cache.Close(context.Background())
		e.cache = nil
	}
	return err
}

func (e *engine) releaseLater() {
	if e.pool == nil {
		return
	}
	e.release = time.AfterFunc(e.idle, func() {
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
