package charter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Genesis makes the first version of a chain: provisional, until members vote.
func Genesis(d Document, effective time.Time) (Version, error) {
	return newVersion(1, "", Provisional, d, effective)
}

// Next makes the version that a vote puts after v. It does not ask by what right: Keeper does, of the certificate. It is
// never effective before v, whatever the clock says.
func (v Version) Next(d Document, certificate []byte, effective time.Time) (Version, error) {
	if effective.Before(v.Effective) {
		effective = v.Effective
	}
	next, err := newVersion(v.Number+1, v.Hash, Voted, d, effective)
	next.Certificate = slices.Clone(certificate)
	return next, err
}

func newVersion(number int, parent string, status Status, d Document, effective time.Time) (Version, error) {
	canonical, err := d.Canonical()
	if err != nil {
		return Version{}, err
	}
	return Version{
		Number: number, Hash: HashOf(canonical), Parent: parent, Status: status,
		Effective: effective.UTC().Truncate(time.Millisecond), Bytes: canonical, Document: d,
	}, nil
}

// Row is a version as it is stored.
type Row struct {
	Number      int
	Hash        string
	Parent      string
	Status      Status
	Effective   time.Time
	Bytes       []byte
	Certificate []byte
}

// Restore puts back together a version that was stored, from its canonical bytes.
func Restore(row Row) (Version, error) {
	d, err := Parse(row.Bytes)
	if err != nil {
		return Version{}, corrupt(row.Number, err)
	}
	v := Version{Number: row.Number, Hash: row.Hash, Parent: row.Parent, Status: row.Status,
		Effective: row.Effective.UTC(), Bytes: slices.Clone(row.Bytes), Document: d}
	if len(row.Certificate) > 0 {
		v.Certificate = slices.Clone(row.Certificate)
	}
	return v, v.Verify()
}

// Verify checks that the bytes are those that the hash names, that the document is what they say, and that
// the version can stand in a chain. core.Corrupt otherwise.
func (v Version) Verify() error {
	if HashOf(v.Bytes) != v.Hash {
		return corrupt(v.Number, fmt.Errorf("bytes hash to %s, not to %s", HashOf(v.Bytes), v.Hash))
	}
	again, err := v.Document.Canonical()
	if err != nil {
		return corrupt(v.Number, err)
	}
	if !slices.Equal(again, v.Bytes) {
		return corrupt(v.Number, fmt.Errorf("document differs from its bytes"))
	}
	if v.Status != Provisional && v.Status != Voted {
		return corrupt(v.Number, fmt.Errorf("status %q", v.Status))
	}
	if v.Number < 1 || (v.Number == 1) != (v.Parent == "") {
		return corrupt(v.Number, fmt.Errorf("parent %q", v.Parent))
	}
	if (v.Status == Voted) != (len(v.Certificate) > 0) {
		return corrupt(v.Number, fmt.Errorf("%s with a certificate of %d bytes", v.Status, len(v.Certificate)))
	}
	return nil
}

// VerifyChain checks a whole chain, oldest first: each version by itself, and against the one before.
func VerifyChain(chain []Version) error {
	for i, v := range chain {
		if err := v.Verify(); err != nil {
			return err
		}
		if v.Number != i+1 {
			return corrupt(v.Number, fmt.Errorf("stands where version %d should", i+1))
		}
		if i == 0 {
			continue
		}
		switch before := chain[i-1]; {
		case v.Parent != before.Hash:
			return corrupt(v.Number, fmt.Errorf("parent %s is not %s", v.Parent, before.Hash))
		case v.Effective.Before(before.Effective):
			return corrupt(v.Number, fmt.Errorf("effective before its parent"))
		case v.Status != Voted:
			return corrupt(v.Number, fmt.Errorf("%s after another version", v.Status))
		}
	}
	return nil
}

// Seal names all that a version says of itself, not only its bytes, and through its parent's seal the
// whole chain before it. A stored row is kept with its seal, so that a field changed by hand shows; the log
// holds the seal of every version that was enacted, so that one recomputed by hand shows too.
func (v Version) Seal(parentSeal string) string {
	line := fmt.Sprintf("solidaire-charter-row/1\n%s\n%d\n%s\n%s\n%s\n%d\n",
		parentSeal, v.Number, v.Hash, v.Parent, v.Status, v.Effective.UnixMilli())
	if len(v.Certificate) > 0 {
		line += HashOf(v.Certificate) + "\n"
	}
	return HashOf([]byte(line))
}

func corrupt(number int, cause error) error {
	return core.Wrap(cause, core.Corrupt, "errors.charter_corrupt", core.Args{"Number": number})
}

// minShortHash is how much of a hash names a version, when it names one only.
const minShortHash = 8

// Find returns the newest version of a history, newest first, whose hash is or begins with the one given.
func Find(history []Version, hash string) (Version, bool) {
	if len(hash) < minShortHash {
		return Version{}, false
	}
	for _, v := range history {
		if strings.HasPrefix(v.Hash, hash) {
			return v, true
		}
	}
	return Version{}, false
}
