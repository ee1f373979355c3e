package audittest

import (
	"crypto/rand"
	"testing"

	tlog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
)

// Origin is the name of the log of Receipt.
const Origin = "coop.example/log"

// Receipt makes a receipt that verifies: the record is sealed and stands among size leaves of a small log
// with a key of its own.
func Receipt(t testing.TB, record audit.Record, size int) audit.Receipt {
	t.Helper()
	secret, verifier, err := note.GenerateKey(rand.Reader, Origin)
	must(t, err)
	sealed, err := record.Seal(audit.NewKey(), nil)
	must(t, err)
	index := size / 2
	tree := testonly.New(rfc6962.DefaultHasher)
	for i := range size {
		if i == index {
			tree.AppendData(sealed.Leaf)
		} else {
			tree.AppendData(Sealed(i).Leaf)
		}
	}
	proof := audittlog.Proof{Index: uint64(index), Checkpoint: Checkpoint(t, secret, tree)}
	path, err := tree.InclusionProof(uint64(index), uint64(size))
	must(t, err)
	for _, hash := range path {
		proof.Hashes = append(proof.Hashes, [32]byte(hash))
	}
	return audit.Receipt{
		Format: audit.ReceiptFormat, Record: sealed.Record, Key: sealed.Key[:], Leaf: sealed.Leaf,
		Proof: string(proof.Encode()), Verifier: verifier,
	}
}

// Checkpoint signs the head of the tree.
func Checkpoint(t testing.TB, secret string, tree *testonly.Tree) []byte {
	t.Helper()
	signer, err := note.NewSigner(secret)
	must(t, err)
	text := tlog.Checkpoint{Origin: signer.Name(), Size: tree.Size(), Hash: tree.Hash()}.Marshal()
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	must(t, err)
	return signed
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
