package auditlog

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/auditsql"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// receiptMost bounds the wait for a receipt, whatever the caller's context.
const receiptMost = 10 * time.Second

// listPatience bounds the wait of a list for the background.
const listPatience = time.Second

// Receipt implements audit.Receipts.
func (l *Log) Receipt(ctx context.Context, organisation, id core.ID) (audit.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, receiptMost)
	defer cancel()
	kept, err := l.kept(ctx, organisation, id)
	if err == nil && kept.Log != l.name {
		err = core.E(core.NotFound, "errors.audit_log_left", nil)
	}
	if err != nil {
		return audit.Receipt{}, err
	}
	proof, err := l.tree.Prove(ctx, kept.Index, kept.Sealed.Leaf)
	if err != nil {
		return audit.Receipt{}, err
	}
	return audit.Receipt{
		Format: audit.ReceiptFormat, Record: kept.Sealed.Record, Key: kept.Sealed.Key[:], Leaf: kept.Sealed.Leaf,
		Proof: string(proof.Encode()), Verifier: l.key.Verifier,
	}, nil
}

// Record returns the private record alone, which may not be in the Merkle log yet. core.NotFound as for Receipt.
func (l *Log) Record(ctx context.Context, organisation, id core.ID) (audit.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, receiptMost)
	defer cancel()
	kept, err := l.vault.Get(ctx, organisation, id)
	if core.Is(err, core.NotFound) { // acknowledged a moment ago, perhaps: the background may still hold it
		kept, err = l.kept(ctx, organisation, id)
	}
	if err != nil {
		return audit.Record{}, err
	}
	return audit.ParseRecord(kept.Sealed.Record)
}

// kept finds the record with its index, waiting for the background when it is not there yet.
func (l *Log) kept(ctx context.Context, organisation, id core.ID) (auditsql.Kept, error) {
	kept, err := l.vault.Get(ctx, organisation, id)
	if kept.Log != "" || (err != nil && !core.Is(err, core.NotFound)) {
		return kept, err
	}
	if err := l.line.settle(ctx); err != nil {
		return auditsql.Kept{}, err
	}
	kept, err = l.vault.Get(ctx, organisation, id)
	if err == nil && kept.Log == "" {
		err = notIntegrated(nil)
	}
	return kept, err
}

// List implements audit.Receipts. What was acknowledged before the call is in the list, unless the background cannot keep
// up for listPatience: then the list is a little late, and not refused.
func (l *Log) List(ctx context.Context, organisation, person, before core.ID, limit int) ([]audit.Record, error) {
	soon, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	_ = l.line.settle(soon)
	return l.vault.List(ctx, organisation, person, before, limit)
}

// Newest returns the newest records of everybody in an organisation, at most limit, as far as the background has brought them
// within listPatience. They are for counting: nobody may be shown the records of others.
func (l *Log) Newest(ctx context.Context, organisation core.ID, limit int) ([]audit.Record, error) {
	soon, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	_ = l.line.settle(soon)
	return l.vault.Newest(ctx, organisation, limit)
}

// Settle waits until everything acknowledged before the call is in the vault, in the projections and in the log.
func (l *Log) Settle(ctx context.Context) error { return l.line.settle(ctx) }

// Erase shreds records: when it returns nil, neither the vault nor the write-ahead log holds them or their
// keys. Their leaves stay in the public log, linked to nothing. Ids that are unknown are passed over. Backups are
// the operator's to forget.
func (l *Log) Erase(ctx context.Context, organisation core.ID, ids ...core.ID) error {
	// First the write-ahead log: if it came back after a crash it would bring the records back.
	if err := l.wal.Seal(); err != nil {
		return err
	}
	if err := l.line.settle(ctx); err != nil {
		return err
	}
	if err := l.wal.Release(l.line.position()); err != nil {
		return err
	}
	return l.vault.Erase(ctx, organisation, ids...)
}

func notIntegrated(cause error) error {
	return core.Wrap(cause, core.Unavailable, "errors.audit_not_integrated", nil)
}

// Count says how many records are kept of somebody, those acknowledged a moment ago perhaps not yet.
func (l *Log) Count(ctx context.Context, organisation, person core.ID) (int, error) {
	soon, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	_ = l.line.settle(soon)
	return l.vault.Count(ctx, organisation, person)
}
