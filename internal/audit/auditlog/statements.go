package auditlog

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
)

// isStatement tells the two kinds of entries of the write-ahead log apart: a record is never empty.
func isStatement(s audit.Sealed) bool { return len(s.Record) == 0 }

// State implements audit.Statements.
func (l *Log) State(ctx context.Context, s audit.Statement) error {
	leaf, err := s.AppendCanonical(nil)
	if err != nil {
		return err
	}
	return l.wal.Append(ctx, audit.Sealed{Leaf: leaf})
}

// Scan implements audit.Statements.
func (l *Log) Scan(ctx context.Context, from uint64, each func(index uint64, s audit.Statement) error) (uint64, error) {
	if err := l.line.settle(ctx); err != nil {
		return 0, err
	}
	return l.tree.Scan(ctx, from, func(index uint64, leaf []byte) error {
		if !audit.IsStatement(leaf) {
			return nil
		}
		s, err := audit.ParseStatement(leaf)
		if err != nil {
			return err
		}
		return each(index, s)
	})
}

// Sign signs a text with the key of the log, for what must hold as long as the log and be checked with the same key.
// The purpose is its first line, so that no text signed here can pass for a checkpoint or for a text of another purpose.
func (l *Log) Sign(purpose, text string) (signed []byte, err error) {
	return audittlog.SignText(l.key.Signer, purpose, text)
}

// Verify gives back a text that Sign signed for the purpose.
func (l *Log) Verify(purpose string, signed []byte) (text string, err error) {
	return audittlog.VerifyText(l.key.Verifier, purpose, signed)
}
