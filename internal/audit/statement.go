package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// StatementFormat is the version tag of the canonical bytes of a statement.
const StatementFormat = "solidaire-statement/1"

// Bounds of a statement: a place in a series, and what it says.
const (
	maxStatementNumber = 1 << 40
	maxStatementSays   = 320
)

// Statement is a public fact in the log, about nobody: a charter was enacted, a vote was counted. Unlike a
// record it hides nothing, so that whoever reads the log can rebuild its series and see what is missing.
// It must hold nothing of a person, and nothing that could be guessed back to one.
type Statement struct {
	Kind    string    `json:"kind"`    // what happened: lower-case letters and underscores
	Subject string    `json:"subject"` // SHA-256 of what it is about, hex
	Number  int       `json:"number"`  // its place among those of the same kind and subject, from 1
	Chain   string    `json:"chain"`   // SHA-256 that binds this fact and all before it in that series, hex
	Time    time.Time `json:"time"`    // cut to the hour, UTC
	// Says is what a reader of the log alone must know of the fact, in a few plain words; "" for most.
	Says string `json:"says,omitempty"`
}

// Statements are the public facts of a log. Safe for concurrent use.
type Statements interface {
	// State makes the statement permanent: when it returns nil, it is on stable storage and will be in the Merkle
	// log, whatever happens to this process. After a crash it may stand there twice, which says nothing more.
	State(ctx context.Context, s Statement) error
	// Scan waits until all that was stated before the call is in the Merkle log, then gives every statement that
	// stands there at the index from or after it, in the order of the log. What it reads has been checked against the
	// signed head of the log: core.Corrupt when a file was altered. It returns the size of the log it has read,
	// which is where the next scan can begin. An error of each ends it.
	Scan(ctx context.Context, from uint64, each func(index uint64, s Statement) error) (size uint64, err error)
}

// AppendCanonical appends the canonical bytes of the statement, which are its leaf, to dst. core.Invalid when a field is
// missing or out of bounds.
func (s Statement) AppendCanonical(dst []byte) ([]byte, error) {
	switch {
	case !isWord(s.Kind):
		return dst, invalidStatement("kind")
	case !isSHA256(s.Subject):
		return dst, invalidStatement("subject")
	case s.Number < 1 || s.Number > maxStatementNumber:
		return dst, invalidStatement("number")
	case !isSHA256(s.Chain):
		return dst, invalidStatement("chain")
	case !plausible(s.Time):
		return dst, invalidStatement("time")
	case !isPlain(s.Says):
		return dst, invalidStatement("says")
	}
	o := openObject(dst)
	o.plain("format", StatementFormat)
	o.plain("kind", s.Kind)
	o.plain("subject", s.Subject)
	o.integer("number", s.Number)
	o.plain("chain", s.Chain)
	o.name("time")
	o.b = append(coarse(s.Time).AppendFormat(append(o.b, '"'), time.RFC3339), '"')
	if s.Says != "" {
		o.plain("says", s.Says)
	}
	o.close()
	return o.b, nil
}

// statementHead is how the leaf of every statement begins, and no other leaf.
const statementHead = `{"format":"` + StatementFormat + `",`

// IsStatement reports whether a leaf of the log says that it is a statement; ParseStatement tells whether it is one.
func IsStatement(leaf []byte) bool { return bytes.HasPrefix(leaf, []byte(statementHead)) }

// ParseStatement reads canonical bytes and refuses any other spelling.
func ParseStatement(leaf []byte) (Statement, error) {
	malformed := func(cause error) (Statement, error) {
		return Statement{}, core.Wrap(cause, core.Corrupt, "errors.audit_leaf_malformed", nil)
	}
	if len(leaf) > MaxLeafBytes || !IsStatement(leaf) {
		return malformed(nil)
	}
	var s Statement
	if err := json.Unmarshal(leaf, &s); err != nil {
		return malformed(err)
	}
	s.Time = s.Time.UTC()
	again, err := s.AppendCanonical(make([]byte, 0, len(leaf)))
	if err != nil || !bytes.Equal(again, leaf) {
		return malformed(err)
	}
	return s, nil
}

// isWord accepts a short name of lower-case letters and underscores.
func isWord(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 40
}

// isPlain accepts printable ASCII that JSON writes as it is.
func isPlain(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return len(s) <= maxStatementSays
}

func invalidStatement(field string) error {
	return core.E(core.Invalid, "errors.audit_record_invalid", core.Args{"Field": field})
}
