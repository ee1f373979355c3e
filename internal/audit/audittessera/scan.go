package audittessera

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// files reads the files of a log.
type files interface {
	ReadTile(ctx context.Context, level, index uint64, partial uint8) ([]byte, error)
	ReadEntryBundle(ctx context.Context, index uint64, partial uint8) ([]byte, error)
}

// Scan gives the leaves from an index on, in order, once they are under a signed checkpoint. It returns the number of
// leaves of the log. All of them have been hashed into the checkpoint's root, with the tiles of those before: core.Corrupt,
// after leaves were given, when a file was altered.
func (t *Tree) Scan(ctx context.Context, from uint64, each func(index uint64, leaf []byte) error) (uint64, error) {
	size, err := t.Size(ctx)
	if err != nil || size <= from {
		return size, err
	}
	signed, err := t.Checkpoint(ctx, size-1)
	if err != nil {
		return 0, err
	}
	cp, err := audittlog.ParseCheckpoint(signed, t.verifier)
	if err != nil {
		return 0, err
	}
	return cp.Size, scan(ctx, t.reader, cp, from, each)
}

// ScanFiles does the same for a log that no process has open, or another one, under the checkpoint that is published
// there.
func ScanFiles(ctx context.Context, dir string, verifier note.Verifier, each func(index uint64, leaf []byte) error) (audittlog.Checkpoint, error) {
	reader := client.FileFetcher{Root: filepath.Clean(dir)}
	signed, err := reader.ReadCheckpoint(ctx)
	if err != nil {
		return audittlog.Checkpoint{}, diskError(err)
	}
	cp, err := audittlog.ParseCheckpoint(signed, verifier)
	if err != nil {
		return audittlog.Checkpoint{}, err
	}
	return cp, scan(ctx, reader, cp, 0, each)
}

func scan(ctx context.Context, reader files, cp audittlog.Checkpoint, from uint64, each func(index uint64, leaf []byte) error) error {
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	before, err := client.FetchRangeNodes(ctx, from, reader.ReadTile)
	if err != nil {
		return damaged(err, from)
	}
	whole, err := factory.NewRange(0, from, before)
	if err != nil {
		return damaged(err, from)
	}
	for index := from; index < cp.Size; {
		bundle, err := client.GetEntryBundle(ctx, reader.ReadEntryBundle, index/layout.EntryBundleWidth, cp.Size)
		if err != nil {
			return damaged(err, index)
		}
		skip := int(index % layout.EntryBundleWidth)
		if len(bundle.Entries) <= skip {
			return damaged(fmt.Errorf("%d leaves in its bundle", len(bundle.Entries)), index)
		}
		for _, leaf := range bundle.Entries[skip:] {
			if index == cp.Size {
				break
			}
			if err := whole.Append(rfc6962.DefaultHasher.HashLeaf(leaf), nil); err != nil {
				return damaged(err, index)
			}
			if err := each(index, leaf); err != nil {
				return err
			}
			index++
		}
	}
	root, err := whole.GetRootHash(nil)
	if err != nil || !bytes.Equal(root, cp.Root[:]) {
		return damaged(err, from)
	}
	return nil
}

func damaged(cause error, index uint64) error {
	return core.Wrap(cause, core.Corrupt, "errors.audit_tiles_damaged", core.Args{"Index": int64(index)})
}
