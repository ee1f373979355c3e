package core

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"
)

// ID names one thing for ever: 26 lower-case characters (RFC 4648 base32 without padding),
// the first ten from the millisecond of creation, so that ids sort by age, the rest random.
// An ID is safe in a URL, a file name and a log.
type ID string

// idAlphabet keeps byte order equal to value order, so that text order is age order.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID makes an ID for something created at t. It is unpredictable: 80 bits come from the
// system's secure source.
func NewID(t time.Time) ID {
	var raw [16]byte
	ms := uint64(t.UnixMilli())
	for i := range 6 {
		raw[i] = byte(ms >> (8 * (5 - i)))
	}
	rand.Read(raw[6:]) // never fails: crypto/rand aborts the program instead
	return ID(idEncoding.EncodeToString(raw[:]))
}

// ParseID accepts only what NewID can have written.
func ParseID(s string) (ID, error) {
	raw, err := idEncoding.DecodeString(strings.ToLower(s))
	if err != nil || len(raw) != 16 {
		return "", E(Invalid, "errors.id_malformed", nil)
	}
	return ID(strings.ToLower(s)), nil
}

// String returns the text of the id.
func (id ID) String() string { return string(id) }
