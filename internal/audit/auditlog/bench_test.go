package auditlog

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

// BenchmarkAppend measures the acknowledged append, the background at work beside it, and then how long the
// background needs for what is left. p50-ms and p99-ms are per append.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			cfg := config(b, sqldbtest.SQLite(b))
			cfg.Pace = 0 // as in production
			l := open(b, cfg)
			all := records(0, b.N)
			work := make(chan audit.Record, b.N)
			for _, r := range all {
				work <- r
			}
			close(work)
			took := make([][]time.Duration, writers)
			b.ReportAllocs()
			b.ResetTimer()
			start := time.Now()
			var group sync.WaitGroup
			for w := range writers {
				group.Go(func() {
					for r := range work {
						began := time.Now()
						if err := l.Append(context.Background(), r); err != nil {
							b.Error(err)
						}
						took[w] = append(took[w], time.Since(began))
					}
				})
			}
			group.Wait()
			b.StopTimer()
			acknowledged := time.Since(start)
			must(b, l.Settle(context.Background()))
			every := slices.Concat(took...)
			slices.Sort(every)
			ms := func(q float64) float64 {
				return float64(every[int(q*float64(len(every)-1))].Microseconds()) / 1000
			}
			b.ReportMetric(ms(0.5), "p50-ms")
			b.ReportMetric(ms(0.99), "p99-ms")
			b.ReportMetric(float64(b.N)/acknowledged.Seconds(), "acknowledged/s")
			b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "integrated/s")
		})
	}
}

// BenchmarkReceipt measures reading one record back with its proof, in a log of 10,000 leaves.
func BenchmarkReceipt(b *testing.B) {
	l := open(b, config(b, sqldbtest.SQLite(b)))
	var ids []core.ID
	var group sync.WaitGroup
	for n := range 10_000 {
		r := audittest.Record(n)
		ids = append(ids, r.ID)
		group.Go(func() {
			if err := l.Append(context.Background(), r); err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
	must(b, l.Settle(b.Context()))
	n := 0
	for b.Loop() {
		_, err := l.Receipt(b.Context(), "org-1", ids[n*7919%len(ids)])
		must(b, err)
		n++
	}
}
