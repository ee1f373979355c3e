package audittlog

import (
	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Options of a verification.
type Options struct {
	// Pin is the verifier key that the reader knows to be the log's, from another source than the file.
	// Empty: the key in the file is used, and the result says so.
	Pin string
}

// Verified is what a receipt proves, once every check has passed.
type Verified struct {
	Record   audit.Record
	Envelope audit.Envelope // what the public log shows
	Origin   string         // the log's name
	Index    uint64         // of the leaf
	Size     uint64         // leaves in the log when the checkpoint was signed
	Verifier string         // the key that signed
	// Fingerprint is the short form of Verifier that people compare.
	Fingerprint string
	// Pinned: Verifier was given by the reader. Otherwise the reader still has to compare Fingerprint.
	Pinned bool
}

// Verify checks a receipt file offline. Each failure has its own key; the first one found is returned:
//
//	errors.audit_receipt_too_large, errors.audit_receipt_malformed, errors.audit_format   not a receipt
//	errors.audit_verifier_malformed, errors.audit_verifier_unexpected                     not this log's key
//	errors.audit_proof_malformed, errors.audit_signature                                  checkpoint
//	errors.audit_inclusion                                                                leaf not in the log
//	errors.audit_leaf_malformed, errors.audit_commitment, errors.audit_record_malformed,
//	errors.audit_leaf_mismatch                                                            record altered
func Verify(file []byte, opts Options) (Verified, error) {
	receipt, err := audit.DecodeReceipt(file)
	if err != nil {
		return Verified{}, err
	}
	return VerifyReceipt(receipt, opts)
}

// VerifyReceipt is Verify for a receipt that is already decoded.
func VerifyReceipt(receipt audit.Receipt, opts Options) (Verified, error) {
	verifier, err := note.NewVerifier(receipt.Verifier)
	if err != nil {
		return Verified{}, core.Wrap(err, core.Corrupt, "errors.audit_verifier_malformed", nil)
	}
	if opts.Pin != "" && opts.Pin != receipt.Verifier {
		return Verified{}, core.E(core.Corrupt, "errors.audit_verifier_unexpected", core.Args{
			"Fingerprint": Fingerprint(receipt.Verifier),
		})
	}
	proof, err := ParseProof([]byte(receipt.Proof))
	if err != nil {
		return Verified{}, err
	}
	cp, err := ParseCheckpoint(proof.Checkpoint, verifier)
	if err != nil {
		return Verified{}, err
	}
	if err := proof.includes(cp, receipt.Leaf); err != nil {
		return Verified{}, err
	}
	record, envelope, err := receipt.Sealed().Open()
	if err != nil {
		return Verified{}, err
	}
	return Verified{
		Record: record, Envelope: envelope, Origin: cp.Origin, Index: proof.Index, Size: cp.Size,
		Verifier: receipt.Verifier, Fingerprint: Fingerprint(receipt.Verifier), Pinned: opts.Pin != "",
	}, nil
}

// Statement gives the sentence that says what was proved: a translation key and its arguments. The surface
// formats Time in the reader's language.
func (v Verified) Statement() (key string, args core.Args) {
	key = "audit.statement_allowed"
	if v.Record.Decision == audit.Refused {
		key = "audit.statement_refused"
	}
	return key, core.Args{
		"Receipt": v.Record.ID, "Time": v.Record.Time, "Charter": v.Record.Charter[:12], "Origin": v.Origin,
		"Size": int64(v.Size), "Fingerprint": v.Fingerprint,
	}
}

// Caveat gives the sentence that says how far the key can be trusted.
func (v Verified) Caveat() (key string, args core.Args) {
	if v.Pinned {
		return "audit.key_pinned", core.Args{"Fingerprint": v.Fingerprint}
	}
	return "audit.key_unpinned", core.Args{"Fingerprint": v.Fingerprint}
}
