package memory

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// clean makes text safe to keep and to show: valid UTF-8, no control characters but tab and
// newline, no invisible direction changes, one kind of line end.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == '\r', r == '\f', r == '\v', r == '\u2028', r == '\u2029', r == '\u0085':
			return '\n'
		case r < 0x20, 0x7f <= r && r < 0xa0, r == '\uFEFF', r == '\u200b', '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return -1
		}
		return r
	}, s)
}

// hashOf is the name of bytes: SHA-256 in hex.
func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
