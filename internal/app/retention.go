package app

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaysql"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

// retentionEvery is how often what the charter says about keeping is carried out.
const retentionEvery = time.Hour

// keepRetention erases conversations, and the responses that programs go on from, once they are older than the charter
// allows: now, then every hour.
func (a *App) keepRetention(ctx context.Context) error {
	purges := map[string]func(ctx context.Context, before time.Time) (int, error){
		"conversations": a.conversations.Purge, "responses": gatewaysql.NewResponses(a.db).Purge,
	}
	tick := time.NewTicker(retentionEvery)
	defer tick.Stop()
	for {
		if days := a.charter.InForce().Document.Settings.ConversationDays; days > 0 {
			for what, purge := range purges {
				n, err := purge(ctx, a.clock.Now().AddDate(0, 0, -days))
				if err != nil && ctx.Err() == nil {
					a.log.ErrorContext(ctx, "retention", "what", what, "error", err)
				} else if n > 0 {
					a.log.InfoContext(ctx, "erased by the charter's retention", "what", what, "count", n)
				}
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// timedLog counts how long the acknowledgement of a record takes.
type timedLog struct {
	audit.Log
	metrics *telemetry.Metrics
}

// Append implements audit.Log.
func (l timedLog) Append(ctx context.Context, record audit.Record) error {
	began := time.Now()
	err := l.Log.Append(ctx, record)
	if err == nil {
		l.metrics.AuditAppend(time.Since(began))
	}
	return err
}
