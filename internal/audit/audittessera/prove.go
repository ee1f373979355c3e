package audittessera

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"

	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// checkHead compares the log with the last signed head: at least as long, and the same up to there.
func (t *Tree) checkHead(ctx context.Context) error {
	size, err := t.reader.IntegratedSize(ctx)
	if err != nil {
		return diskError(err)
	}
	signed := t.lock.head()
	switch {
	case signed == (head{}) && size > 0:
		return core.E(core.Corrupt, "errors.audit_head_missing", core.Args{"File": filepath.Base(t.cfg.HeadFile)})
	case size < signed.size:
		return core.E(core.Corrupt, "errors.audit_log_older", core.Args{"Signed": int64(signed.size), "Size": int64(size)})
	}
	if signed.size == 0 {
		return nil
	}
	root, err := t.rootAt(ctx, signed.size)
	if err != nil || root != signed.root {
		return core.Wrap(err, core.Corrupt, "errors.audit_log_forked", core.Args{"Signed": int64(signed.size)})
	}
	return nil
}

// rootAt computes the root of the first size leaves from the tiles.
func (t *Tree) rootAt(ctx context.Context, size uint64) (root [sha256.Size]byte, err error) {
	nodes, err := client.FetchRangeNodes(ctx, size, t.reader.ReadTile)
	if err != nil {
		return root, err
	}
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	all, err := factory.NewRange(0, size, nodes)
	if err != nil {
		return root, err
	}
	hash, err := all.GetRootHash(nil)
	if err != nil || len(hash) != len(root) {
		return root, fmt.Errorf("root of %d leaves: %w", size, err)
	}
	return [sha256.Size]byte(hash), nil
}

// Prove builds the proof that the leaf stands at index, under the newest checkpoint; it waits up to ctx for one that
// covers index. The proof has been verified.
func (t *Tree) Prove(ctx context.Context, index uint64, leaf []byte) (audittlog.Proof, error) {
	signed, err := t.Checkpoint(ctx, index)
	if err != nil {
		return audittlog.Proof{}, err
	}
	cp, err := audittlog.ParseCheckpoint(signed, t.verifier)
	if err != nil {
		return audittlog.Proof{}, err
	}
	builder, err := client.NewProofBuilder(ctx, cp.Size, t.reader.ReadTile)
	if err != nil {
		return audittlog.Proof{}, diskError(err)
	}
	hashes, err := builder.InclusionProof(ctx, index)
	if err != nil {
		return audittlog.Proof{}, diskError(err)
	}
	err = proof.VerifyInclusion(rfc6962.DefaultHasher, index, cp.Size, rfc6962.DefaultHasher.HashLeaf(leaf), hashes, cp.Root[:])
	if err != nil {
		return audittlog.Proof{}, core.Wrap(err, core.Corrupt, "errors.audit_tiles_damaged", core.Args{"Index": int64(index)})
	}
	p := audittlog.Proof{Index: index, Checkpoint: signed, Hashes: make([][sha256.Size]byte, len(hashes))}
	for i, h := range hashes {
		p.Hashes[i] = [sha256.Size]byte(h)
	}
	return p, nil
}

// Checkpoint returns a signed checkpoint that covers index, waiting for it up to ctx.
func (t *Tree) Checkpoint(ctx context.Context, index uint64) ([]byte, error) {
	signed, ok, err := t.current(ctx, index)
	if ok || err != nil {
		return signed, err
	}
	if err := t.wake(ctx); err != nil { // a driver stopped early has not published yet
		return nil, err
	}
	return t.published(ctx, index)
}

// published waits until the driver has published a checkpoint that covers index.
func (t *Tree) published(ctx context.Context, index uint64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	tick := time.NewTicker(pollPublished)
	defer tick.Stop()
	for {
		signed, ok, err := t.current(ctx, index)
		if ok || err != nil {
			return signed, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, core.Wrap(ctx.Err(), core.Unavailable, "errors.audit_not_integrated", nil)
		}
	}
}

// current reads the published checkpoint; ok tells whether it covers index.
func (t *Tree) current(ctx context.Context, index uint64) (signed []byte, ok bool, err error) {
	signed, err = t.reader.ReadCheckpoint(ctx)
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, diskError(err)
	}
	cp, err := audittlog.ParseCheckpoint(signed, t.verifier)
	if err != nil {
		return nil, false, core.Wrap(err, core.Corrupt, "errors.audit_checkpoint_damaged", nil)
	}
	return signed, cp.Size > index, nil
}
