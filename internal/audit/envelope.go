package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// LeafFormat is the version tag of the canonical bytes of an envelope.
const LeafFormat = "solidaire-leaf/1"

// MaxLeafBytes bounds the canonical bytes of one envelope.
const MaxLeafBytes = 1 << 10

// Key opens one commitment. It is fresh for each record and erased with it.
type Key [32]byte

// NewKey makes a key from the system's secure source.
func NewKey() Key {
	var k Key
	rand.Read(k[:]) // never fails: crypto/rand aborts the program instead
	return k
}

// Commit binds the canonical bytes of a record without showing anything of them: HMAC-SHA-256.
func Commit(key Key, record []byte) [32]byte {
	mac := hmac.New(sha256.New, key[:])
	mac.Write(record)
	var sum [32]byte
	mac.Sum(sum[:0])
	return sum
}

// Envelope is all that the public log says of a request.
type Envelope struct {
	Charter    string    // SHA-256 of the charter in force, hex
	Decision   Decision  // what it said
	Time       time.Time // of arrival, cut to the hour, UTC
	Commitment [32]byte
}

// AppendCanonical appends the canonical bytes of the envelope, which are the leaf, to dst.
func (e Envelope) AppendCanonical(dst []byte) []byte {
	o := openObject(dst)
	o.plain("format", LeafFormat)
	o.plain("charter", e.Charter)
	o.plain("decision", string(e.Decision))
	o.name("time")
	o.b = append(coarse(e.Time).AppendFormat(append(o.b, '"'), time.RFC3339), '"')
	o.name("commitment")
	o.b = append(hex.AppendEncode(append(o.b, '"'), e.Commitment[:]), '"')
	o.close()
	return o.b
}

// ParseEnvelope reads canonical bytes and refuses any other spelling.
func ParseEnvelope(b []byte) (Envelope, error) {
	var wire struct {
		Format     string    `json:"format"`
		Charter    string    `json:"charter"`
		Decision   Decision  `json:"decision"`
		Time       time.Time `json:"time"`
		Commitment string    `json:"commitment"`
	}
	if len(b) > MaxLeafBytes {
		return Envelope{}, core.E(core.Corrupt, "errors.audit_leaf_malformed", nil)
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return Envelope{}, core.Wrap(err, core.Corrupt, "errors.audit_leaf_malformed", nil)
	}
	if wire.Format != LeafFormat {
		return Envelope{}, core.E(core.Corrupt, "errors.audit_format", core.Args{"Format": printable(wire.Format)})
	}
	e := Envelope{Charter: wire.Charter, Decision: wire.Decision, Time: wire.Time.UTC()}
	n, err := hex.Decode(e.Commitment[:], []byte(wire.Commitment[:min(len(wire.Commitment), 64)]))
	ok := err == nil && n == len(e.Commitment) && isSHA256(e.Charter) &&
		(e.Decision == Allowed || e.Decision == Refused) && bytes.Equal(e.AppendCanonical(nil), b)
	if !ok {
		return Envelope{}, core.E(core.Corrupt, "errors.audit_leaf_malformed", nil)
	}
	return e, nil
}

// Sealed is a record made ready for the log: its canonical bytes, the key, and the leaf that commits to it.
type Sealed struct {
	Record []byte
	Key    Key
	Leaf   []byte
}

// Seal commits to the record with the key. Its bytes are appended to buf, which may be nil; they share one
// piece of memory.
func (r Record) Seal(key Key, buf []byte) (Sealed, error) {
	start := len(buf)
	buf, err := r.AppendCanonical(buf)
	if err != nil {
		return Sealed{}, err
	}
	middle := len(buf)
	e := Envelope{Charter: r.Charter, Decision: r.Decision, Time: r.Time, Commitment: Commit(key, buf[start:])}
	buf = e.AppendCanonical(buf)
	return Sealed{Record: buf[start:middle:middle], Key: key, Leaf: buf[middle:]}, nil
}

// Open checks that record, key and leaf belong together and returns what they say. Each error is
// core.Corrupt and says which tie is broken.
func (s Sealed) Open() (Record, Envelope, error) {
	envelope, err := ParseEnvelope(s.Leaf)
	if err != nil {
		return Record{}, Envelope{}, err
	}
	sum := Commit(s.Key, s.Record)
	if !hmac.Equal(sum[:], envelope.Commitment[:]) {
		return Record{}, Envelope{}, core.E(core.Corrupt, "errors.audit_commitment", nil)
	}
	record, err := ParseRecord(s.Record)
	if err != nil {
		return Record{}, Envelope{}, err
	}
	if record.Charter != envelope.Charter || record.Decision != envelope.Decision || !coarse(record.Time).Equal(envelope.Time) {
		return Record{}, Envelope{}, core.E(core.Corrupt, "errors.audit_leaf_mismatch", nil)
	}
	return record, envelope, nil
}
