package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// dump writes rows of float32: question, set, passage, sentence, passage is gold, sentence is gold, then the features.
func dump(ctx context.Context, service *memory.Service, sets []set, o options) error {
	f, err := os.Create(o.dump)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	defer w.Flush()
	meta, err := os.Create(o.dump + ".jsonl")
	if err != nil {
		return err
	}
	defer meta.Close()
	lines := json.NewEncoder(meta)
	lines.SetEscapeHTML(false)
	number := 0
	for _, s := range sets {
		start := time.Now()
		for qi, q := range s.questions {
			if s.name == "piaf" && qi%o.every != 0 {
				continue
			}
			ev, err := service.Explain(ctx, memory.Query{Organisation: s.organisation, Text: q.text, Limit: 40})
			if err != nil {
				return err
			}
			var hits []string
			for _, h := range ev.Hits {
				hits = append(hits, h.Name)
			}
			rank := slices.IndexFunc(ev.Hits, func(h memory.Quote) bool { return slices.Contains(q.files, h.Name) })
			lines.Encode(map[string]any{"n": number, "set": s.name, "id": q.id, "q": q.text, "kind": q.kind, "article": q.article, "rank": rank, "gold": q.gold, "none": len(q.files) == 0})
			sentence, before := 0, -1
			for _, c := range ev.Candidates {
				h := ev.Hits[c.Passage]
				if c.Passage != before {
					sentence, before = 0, c.Passage
				}
				goldPassage := slices.Contains(q.files, h.Name)
				right := false
				switch {
				case !goldPassage:
				case s.name == "piaf":
					right = c.Start <= q.at && q.at+len(q.gold) <= c.End || (c.Start <= q.at && q.at < c.End)
				case q.gold != "":
					right = holds(c.Text, q.gold)
					goldPassage = holds(h.Text, q.gold)
				}
				doc := 0
				fmt.Sscanf(h.Name, "p%d.txt", &doc)
				row := []float32{float32(number), float32(doc), float32(c.Passage), float32(sentence), b2f(goldPassage), b2f(right)}
				for _, x := range c.Features {
					row = append(row, float32(x))
				}
				sentence++
				for _, x := range row {
					binary.Write(w, binary.LittleEndian, math.Float32bits(x))
				}
			}
			number++
		}
		fmt.Println(s.name, time.Since(start))
	}
	return nil
}

func b2f(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
