package charter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Canonical returns the bytes that members vote. The document must be valid.
func (d Document) Canonical() ([]byte, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	return encode(d)
}

func encode(d Document) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.charter_malformed", nil)
	}
	if b.Len() > MaxBytes+1 {
		return nil, core.E(core.TooLarge, "errors.charter_too_large", core.Args{"Max": MaxBytes})
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Parse reads canonical bytes, and only those: a space too many, a field unknown, repeated or out of its
// place is refused, because its hash would not be the one that was voted.
func Parse(canonical []byte) (Document, error) {
	d, err := decode(canonical)
	if err != nil {
		return Document{}, err
	}
	again, err := d.Canonical()
	if err != nil {
		return Document{}, err
	}
	if !bytes.Equal(again, canonical) {
		return Document{}, core.E(core.Invalid, "errors.charter_not_canonical", nil)
	}
	return d, nil
}

// decode reads one JSON document and nothing after it.
func decode(text []byte) (d Document, err error) {
	if len(text) > MaxBytes {
		return Document{}, core.E(core.TooLarge, "errors.charter_too_large", core.Args{"Max": MaxBytes})
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return Document{}, core.Wrap(err, core.Invalid, "errors.charter_malformed", nil)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Document{}, core.E(core.Invalid, "errors.charter_malformed", nil)
	}
	return d, nil
}

// HashOf names canonical bytes: their SHA-256 in hex.
func HashOf(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}
