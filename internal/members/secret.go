package members

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

// The prefixes tell the kinds of secret apart, for people, for scanners of leaked secrets, and so that
// one kind can never stand for another.
const (
	keyPrefix     = "sol_"
	sessionPrefix = "sols_"
	linkPrefix    = "soll_"
)

const (
	secretBytes  = 32 // 256 bits
	secretDigits = 52 // the same in base32
	shownDigits  = 6  // of a key, kept in clear to recognise it: 226 bits remain
)

// secretEncoding writes letters and digits only: a double click selects the whole secret.
var secretEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Digest is the SHA-256 of a secret: all that is ever kept of it.
type Digest [sha256.Size]byte

// String gives the digest in hex, as it is stored.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

func newSecret(prefix string) (secret string, digest Digest) {
	var raw [secretBytes]byte
	rand.Read(raw[:]) // never fails: crypto/rand aborts the program instead
	secret = prefix + secretEncoding.EncodeToString(raw[:])
	return secret, sha256.Sum256([]byte(secret))
}

// digestOf returns the digest of what has the shape of a secret of this kind.
func digestOf(prefix, secret string) (Digest, bool) {
	if len(secret) != len(prefix)+secretDigits || !strings.HasPrefix(secret, prefix) {
		return Digest{}, false
	}
	for _, c := range []byte(secret[len(prefix):]) {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return Digest{}, false
		}
	}
	return sha256.Sum256([]byte(secret)), true
}
