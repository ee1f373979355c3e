package audittlog

import (
	"bytes"
	"crypto/sha256"
	"errors"

	tlog "github.com/transparency-dev/formats/log"
	tlogproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bounds of a proof: a tree has at most 2^63 leaves, a checkpoint a few signatures of witnesses.
const (
	maxHashes     = 63
	maxProofBytes = 64 << 10
)

// Proof says that one leaf is in the tree of one signed checkpoint.
type Proof struct {
	Index      uint64
	Hashes     [][sha256.Size]byte
	Checkpoint []byte // a signed note
}

// Encode writes the C2SP tlog-proof.
func (p Proof) Encode() []byte {
	return tlogproof.TLogProof{Index: p.Index, Hashes: p.Hashes, Checkpoint: p.Checkpoint}.Marshal()
}

// ParseProof reads a C2SP tlog-proof in its only spelling. Extra data is refused: our proofs carry none, and
// what nobody checks has no place in a receipt.
func ParseProof(text []byte) (Proof, error) {
	malformed := func(cause error) (Proof, error) {
		return Proof{}, core.Wrap(cause, core.Corrupt, "errors.audit_proof_malformed", nil)
	}
	if len(text) > maxProofBytes {
		return malformed(errors.New("too large"))
	}
	var raw tlogproof.TLogProof
	if err := raw.Unmarshal(text); err != nil {
		return malformed(err)
	}
	if raw.ExtraData != nil || len(raw.Hashes) > maxHashes || !bytes.Equal(raw.Marshal(), text) {
		return malformed(errors.New("not the canonical form"))
	}
	return Proof{Index: raw.Index, Hashes: raw.Hashes, Checkpoint: raw.Checkpoint}, nil
}

// Checkpoint is the head of the log at one moment.
type Checkpoint struct {
	Origin string
	Size   uint64
	Root   [sha256.Size]byte
}

// ParseCheckpoint verifies the signature of the log and reads the checkpoint in its only spelling.
func ParseCheckpoint(signed []byte, verifier note.Verifier) (Checkpoint, error) {
	cp, rest, n, err := tlog.ParseCheckpoint(signed, verifier.Name(), verifier)
	if err != nil {
		return Checkpoint{}, core.Wrap(err, core.Corrupt, "errors.audit_signature", nil)
	}
	if len(cp.Hash) != sha256.Size || !bytes.Equal(append(cp.Marshal(), rest...), []byte(n.Text)) {
		return Checkpoint{}, core.E(core.Corrupt, "errors.audit_proof_malformed", nil)
	}
	return Checkpoint{Origin: cp.Origin, Size: cp.Size, Root: [sha256.Size]byte(cp.Hash)}, nil
}

// includes checks that the leaf stands at the proof's index in the tree of the checkpoint.
func (p Proof) includes(cp Checkpoint, leaf []byte) error {
	hashes := make([][]byte, len(p.Hashes))
	for i := range p.Hashes {
		hashes[i] = p.Hashes[i][:]
	}
	err := proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, cp.Size, rfc6962.DefaultHasher.HashLeaf(leaf), hashes, cp.Root[:])
	if err != nil {
		return core.Wrap(err, core.Corrupt, "errors.audit_inclusion", nil)
	}
	return nil
}
