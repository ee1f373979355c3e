package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"
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
	c, err := t.dial(ctx)
	if err != nil {
		return err
	}
	defer c.close()
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
