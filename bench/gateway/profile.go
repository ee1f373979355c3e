package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"runtime/trace"
	"syscall"
	"time"
)

// How long is looked at: a trace of more would be too long to read.
const (
	profiled = 10 * time.Second
	traced   = 300 * time.Millisecond
)

// profileOnSignal writes cpu.out and trace.out in dir whenever the process is sent SIGUSR1, for `go tool pprof` and
// `go tool trace`, until ctx ends.
func profileOnSignal(ctx context.Context, dir string) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	defer signal.Stop(asked)
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			err := errors.Join(
				during(ctx, filepath.Join(dir, "cpu.out"), profiled, func(f *os.File) error { return pprof.StartCPUProfile(f) }, pprof.StopCPUProfile),
				during(ctx, filepath.Join(dir, "trace.out"), traced, func(f *os.File) error { return trace.Start(f) }, trace.Stop))
			if err != nil {
				fmt.Fprintln(os.Stderr, "profile:", err)
			}
		}
	}
}

func during(ctx context.Context, path string, long time.Duration, start func(*os.File) error, stop func()) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := start(f); err != nil {
		return errors.Join(err, f.Close())
	}
	select {
	case <-time.After(long):
	case <-ctx.Done():
	}
	stop()
	return f.Close()
}
