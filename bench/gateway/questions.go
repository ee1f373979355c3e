package main

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// asked are questions to the demonstration's documents, one per line; # begins a comment.
//
//go:embed questions.txt
var asked string

// questions measures answers quoted from the demonstration's documents, one at a time, engine warm.
func questions(ctx context.Context, o options, dir string, r *report) error {
	if !o.memory {
		return nil
	}
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	p, key, err := startSolidaire(ctx, o, "demo", addr, dir, filepath.Join(dir, "demo"), "--demo")
	if err != nil {
		return err
	}
	defer p.stop()
	t := target{name: ours, addr: addr, key: key}
	var requests [][]byte
	lines := bufio.NewScanner(strings.NewReader(asked))
	for lines.Scan() {
		if q := strings.TrimSpace(lines.Text()); q != "" && !strings.HasPrefix(q, "#") {
			requests = append(requests, t.post("/api/ask", encode(map[string]string{"question": q})))
		}
	}
	for round := range o.rounds + 1 { // the first one warms the engine
		for _, request := range requests {
			var w worker
			if err := w.work(ctx, t, request, `"mode":"extractive"`, time.Now().Add(time.Nanosecond)); err != nil {
				return fmt.Errorf("ask: %w", err)
			}
			if round > 0 {
				r.answers = append(r.answers, w.whole...)
			}
		}
	}
	r.questions = len(requests)
	return nil
}
