package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// ReceiptFormat is the version tag of a receipt file.
const ReceiptFormat = "solidaire-receipt/1"

// MaxReceiptBytes bounds a receipt file.
const MaxReceiptBytes = 256 << 10

const maxProof, maxVerifier = 64 << 10, 1 << 10

// Encode writes the receipt file: indented JSON, bytes in base64, ending in a newline.
func (r Receipt) Encode() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return nil, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	return out.Bytes(), nil
}

// DecodeReceipt reads a receipt file: bounded, strict, and nothing of it is believed yet. White space may
// differ, since people open and save files.
func DecodeReceipt(file []byte) (Receipt, error) {
	if len(file) > MaxReceiptBytes {
		return Receipt{}, core.E(core.TooLarge, "errors.audit_receipt_too_large", core.Args{"MaxKB": MaxReceiptBytes >> 10})
	}
	var r Receipt
	if err := decodeStrict(file, &r); err != nil {
		return Receipt{}, core.Wrap(err, core.Invalid, "errors.audit_receipt_malformed", nil)
	}
	if r.Format != ReceiptFormat {
		return Receipt{}, core.E(core.Invalid, "errors.audit_format", core.Args{"Format": printable(r.Format)})
	}
	whole := len(r.Record) > 0 && len(r.Record) <= MaxRecordBytes && len(r.Leaf) > 0 && len(r.Leaf) <= MaxLeafBytes &&
		len(r.Key) == len(Key{}) && len(r.Proof) > 0 && len(r.Proof) <= maxProof &&
		len(r.Verifier) > 0 && len(r.Verifier) <= maxVerifier
	if !whole {
		return Receipt{}, core.E(core.Invalid, "errors.audit_receipt_malformed", nil)
	}
	return r, nil
}

// decodeStrict reads exactly one JSON value without unknown fields.
func decodeStrict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

// Sealed gives the private half of the receipt.
func (r Receipt) Sealed() Sealed {
	s := Sealed{Record: r.Record, Leaf: r.Leaf}
	copy(s.Key[:], r.Key)
	return s
}
