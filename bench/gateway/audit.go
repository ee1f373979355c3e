package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit/auditlog"
	"github.com/solidaire-coop/solidaire/internal/audit/auditsql"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy/energysql"
	"github.com/solidaire-coop/solidaire/internal/ledger/ledgersql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// auditWriters append at the same time.
const auditWriters = 64

// appends measures the acknowledged append with 64 writers, everything that follows it (vault, balances, energy,
// Merkle log) at work beside it.
func appends(ctx context.Context, o options, dir string, r *report) error {
	db, err := sqldb.OpenSQLite(ctx, filepath.Join(dir, "audit.db"), core.SystemClock{})
	if err != nil {
		return err
	}
	defer db.Close()
	log, err := auditlog.Open(ctx, auditlog.Config{
		Dir: filepath.Join(dir, "audit"), SecretsDir: filepath.Join(dir, "secrets"), Origin: "bench.example/log", DB: db,
		Clock: core.SystemClock{}, Logger: slog.New(slog.DiscardHandler),
		Projectors: []auditsql.Projector{ledgersql.New(db, core.SystemClock{}), energysql.New(db)},
	})
	if err != nil {
		return err
	}
	until := time.Now().Add(o.each)
	took, failed := make([][]time.Duration, auditWriters), make([]error, auditWriters)
	var all sync.WaitGroup
	for i := range auditWriters {
		all.Go(func() {
			for n := i; time.Now().Before(until) && failed[i] == nil; n += auditWriters {
				record := audittest.Record(n)
				began := time.Now()
				failed[i] = log.Append(ctx, record)
				took[i] = append(took[i], time.Since(began))
			}
		})
	}
	all.Wait()
	for i := range auditWriters {
		if failed[i] != nil {
			return failed[i]
		}
		r.appends = append(r.appends, took[i]...)
	}
	r.appendsPerSecond = float64(len(r.appends)) / o.each.Seconds()
	return log.Close(ctx)
}
