package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// prices measures the whole program in the process of this command, with all controls on and with each left out, so that
// the price of each is seen.
func prices(ctx context.Context, o options, targets []target, dir string, r *report) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	rows := targets[1:2:2] // the baseline
	for _, left := range append([]string{"nothing"}, append(controls[:], everything)...) {
		addr, err := freeAddr()
		if err != nil {
			return err
		}
		data := filepath.Join(dir, "without-"+left)
		p, err := start(ctx, "without-"+left, addr, "/readyz", dir, self, "without", addr, data, "http://"+targets[0].addr, left)
		if err != nil {
			return err
		}
		defer p.stop()
		key, err := newKey(ctx, o, data)
		if err != nil {
			return err
		}
		rows = append(rows, target{name: "without " + left, addr: addr, key: key, process: p})
	}
	for _, connections := range []int{1, 16} {
		l, err := load(ctx, o, rows, false, connections)
		if err != nil {
			return err
		}
		r.prices = append(r.prices, l)
	}
	return nil
}

// soaked is what the memory did under one long load.
type soaked struct {
	long        time.Duration
	requests    int
	early, late float64 // median of the resident memory in the second and in the last tenth of the time, MB
	peak        float64
}

// soak loads it without a break, streams and whole replies by turns, and reads its memory once a second.
func soak(ctx context.Context, o options, us target, r *report) error {
	if o.soak == 0 {
		return nil
	}
	s := soaked{long: o.soak}
	var sizes []float64
	for turn := range int(o.soak / time.Second) {
		stream := turn%2 == 1
		must := map[bool]string{false: `"finish_reason":"stop"`, true: "data: [DONE]"}[stream]
		got, err := us.load(ctx, us.request(stream), must, 16, time.Second)
		if err != nil {
			return fmt.Errorf("soak, after %d requests: %w", s.requests, err)
		}
		s.requests += got.requests
		now, peak, err := us.process.residentMB()
		if err != nil {
			return err
		}
		sizes, s.peak = append(sizes, now), peak
	}
	tenth := max(len(sizes)/10, 1)
	s.early, s.late = median(sizes[min(tenth, len(sizes)-1):min(2*tenth, len(sizes))]), median(sizes[len(sizes)-tenth:])
	r.soaked = s
	return nil
}
