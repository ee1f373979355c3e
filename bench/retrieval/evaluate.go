package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// evaluate prints every figure for every set.
func evaluate(ctx context.Context, service *memory.Service, sets []set, o options) error {
	for _, s := range sets {
		s = s.thinned(o.every)
		if err := retrieval(ctx, service, s); err != nil {
			return err
		}
		if err := answers(ctx, service, s, o.list); err != nil {
			return err
		}
	}
	return nil
}

// thinned takes one question of PIAF in so many.
func (s set) thinned(every int) set {
	if s.name != "piaf" || every < 2 {
		return s
	}
	var kept []query
	for i := 0; i < len(s.questions); i += every {
		kept = append(kept, s.questions[i])
	}
	s.questions = kept
	return s
}

// retrieval measures documents found, over all answerable questions.
func retrieval(ctx context.Context, service *memory.Service, s set) error {
	var ndcg, r1, r10, r100, n float64
	var times []time.Duration
	for _, q := range s.questions {
		if len(q.files) == 0 {
			continue
		}
		start := time.Now()
		hits, _, err := service.Search(ctx, memory.Query{Organisation: s.organisation, Text: q.text, Limit: 100})
		if err != nil {
			return err
		}
		times = append(times, time.Since(start))
		rank := rankOf(hits, q.files)
		n++
		if rank < 100 {
			r100++
		}
		if rank < 10 {
			r10++
			ndcg += 1 / math.Log2(float64(rank)+2)
		}
		if rank == 0 {
			r1++
		}
	}
	if n == 0 {
		return nil
	}
	slices.Sort(times)
	fmt.Printf("%-15s search    nDCG@10 %.3f  R@1 %.3f  R@10 %.3f  R@100 %.3f  (%d questions; p50 %s, p95 %s)\n", s.name,
		ndcg/n, r1/n, r10/n, r100/n, int(n), times[len(times)/2].Round(100*time.Microsecond), times[len(times)*95/100].Round(100*time.Microsecond))
	return nil
}

// rankOf finds the first passage of a gold file, counting files, from 0.
func rankOf(hits []memory.Quote, files []string) int {
	seen := map[string]bool{}
	for _, h := range hits {
		if slices.Contains(files, h.Name) {
			return len(seen)
		}
		seen[h.Name] = true
	}
	return math.MaxInt
}

// answers measures what Answer says: right quotes among those it gives, and its silence.
func answers(ctx context.Context, service *memory.Service, s set, list bool) error {
	var asked, found, first, any, silentAsked, silent float64
	var times []time.Duration
	for _, q := range s.questions {
		if q.gold == "" && len(q.files) > 0 || (q.kind == "piaf" && q.learning()) {
			continue
		}
		start := time.Now()
		a, err := service.Answer(ctx, memory.Query{Organisation: s.organisation, Text: q.text})
		if err != nil {
			return err
		}
		times = append(times, time.Since(start))
		if list && q.kind != "piaf" {
			show(q, a)
		}
		if len(q.files) == 0 {
			silentAsked++
			if !a.Found {
				silent++
			}
			continue
		}
		asked++
		if a.Found {
			found++
		}
		if len(a.Quotes) > 0 && holds(a.Quotes[0].Text, q.gold) {
			first++
		}
		if slices.ContainsFunc(a.Quotes, func(x memory.Quote) bool { return holds(x.Text, q.gold) }) {
			any++
		}
	}
	if asked+silentAsked == 0 {
		return nil
	}
	slices.Sort(times)
	fmt.Printf("%-15s answers   right first %.3f  right in three %.3f  answered %.3f (%d)  silent when it must %.3f (%d)  (p50 %s, p95 %s)\n", s.name,
		first/asked, any/asked, found/asked, int(asked), silent/max(silentAsked, 1), int(silentAsked),
		times[len(times)/2].Round(100*time.Microsecond), times[len(times)*95/100].Round(100*time.Microsecond))
	return nil
}

func show(q query, a memory.Answer) {
	mark := "MISS"
	switch {
	case len(q.files) == 0 && !a.Found:
		mark = "ok silent"
	case len(q.files) == 0:
		mark = "SAID"
	case !a.Found:
		mark = "SILENT"
	case holds(a.Quotes[0].Text, q.gold):
		mark = "ok"
	case slices.ContainsFunc(a.Quotes, func(x memory.Quote) bool { return holds(x.Text, q.gold) }):
		mark = "ok later"
	}
	fmt.Printf("  [%s] %s %s\n      gold: %s\n", mark, q.id, q.text, q.gold)
	for _, x := range append(a.Quotes, a.Nearest...) {
		text := []rune(strings.ReplaceAll(x.Text, "\n", " ⏎ "))
		fmt.Printf("      %.2f %s: %s  [%s]\n", x.Score, x.Name, string(text[:min(len(text), 220)]), x.Text[x.Highlight[0]:x.Highlight[1]])
	}
}

// holds tells whether a quote says the gold, or the greater part of it.
func holds(quote, gold string) bool {
	q, g := plain(quote), plain(gold)
	return strings.Contains(q, g) || (len(q) > 15 && strings.Contains(g, q))
}

// plain makes texts comparable: white space, marks of Markdown and links folded.
func plain(s string) string {
	s = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "*", "", "_", "", "[", "", "]", "", "`", "", "’", "'").Replace(s)
	return strings.ToLower(strings.Join(strings.Fields(s), " "))
}

// ids gives the documents of a question's files.
func (s set) ids(q query) []core.ID {
	var out []core.ID
	for _, f := range q.files {
		out = append(out, s.documents[f])
	}
	return out
}
