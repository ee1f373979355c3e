package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os/exec"
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
	data := filepath.Join(dir, "demo")
	if out, err := exec.CommandContext(ctx, o.solidaire, "setup", "--data", data).CombinedOutput(); err != nil {
		return fmt.Errorf("setup: %w: %s", err, out)
	}
	p, key, err := startSolidaire(ctx, o, "demo", addr, dir, data, "--demo")
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
	c, err := t.dial(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	if err := awaitMeaning(ctx, c, requests[0]); err != nil {
		return err
	}
	for round := range o.rounds + 1 { // the first one warms the engine
		for _, request := range requests {
			whole, _, err := c.exchange(request, `"mode":"extractive"`)
			if err != nil {
				return fmt.Errorf("ask: %w", err)
			}
			if round > 0 {
				r.answers = append(r.answers, whole)
				if bytes.Contains(c.body.Bytes(), []byte(`"by_meaning":true`)) {
					r.byMeaning++
				}
			}
		}
	}
	r.questions = len(requests)
	return nil
}

// awaitMeaning asks until answers take part in the search by meaning: the demonstration's documents get their vectors while the
// program already answers by words.
func awaitMeaning(ctx context.Context, c *connection, request []byte) error {
	ctx, cancel := context.WithTimeout(ctx, vectorsMost)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, _, err := c.exchange(request, `"mode":"extractive"`); err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		if bytes.Contains(c.body.Bytes(), []byte(`"by_meaning":true`)) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer by meaning after %s", vectorsMost)
		case <-tick.C:
		}
	}
}

// vectorsMost bounds the wait for the demonstration's vectors.
const vectorsMost = 3 * time.Minute
