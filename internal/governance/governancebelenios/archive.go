package governancebelenios

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// Bounds of an archive. A ballot of a large election is some kilobytes.
const (
	MaxBytes   = 512 << 20
	maxEntry   = 16 << 20
	maxEntries = 1_000_000
	maxPending = 64 << 20 // data that no event has named yet
)

// digest is a SHA-256.
type digest [sha256.Size]byte

// reader follows an archive from its first entry to its result.
type reader struct {
	pending map[digest][]byte // data since the last event
	held    int               // bytes of it
	last    digest            // the last event
	out     governance.Elsewhere
	stage   string // type of the last event
	setup   election
	done    bool
}

// Read reads an archive. core.Invalid when it is none, or is not whole; core.TooLarge beyond the bounds.
func Read(r io.Reader) (governance.Elsewhere, error) {
	whole := sha256.New()
	bounded := &io.LimitedReader{R: r, N: MaxBytes + 1}
	a := &reader{pending: map[digest][]byte{}}
	a.out.Program = "belenios"
	err := a.entries(io.TeeReader(bounded, whole))
	if bounded.N <= 0 {
		return governance.Elsewhere{}, core.E(core.TooLarge, "errors.election_too_large", core.Args{"Limit": int64(MaxBytes)})
	}
	if err == nil && !a.done {
		err = errors.New("no result")
	}
	var ours *core.Error
	switch {
	case err == nil:
	case errors.As(err, &ours):
		return governance.Elsewhere{}, ours
	default:
		return governance.Elsewhere{}, core.Wrap(err, core.Invalid, "errors.election_archive", core.Args{"Event": a.out.Events})
	}
	a.out.File, a.out.Head = sum(whole), hex.EncodeToString(a.last[:])
	return a.out, nil
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// entries reads the entries in their order. Belenios writes an old tar whose end may lack the two empty blocks.
func (a *reader) entries(r io.Reader) error {
	files := tar.NewReader(r)
	for n := 0; ; n++ {
		h, err := files.Next()
		if err == io.EOF {
			_, err := io.Copy(io.Discard, r) // the whole file has the hash that is kept
			return err
		}
		if err != nil {
			return err
		}
		if n > maxEntries || h.Size > maxEntry || h.Size < 0 || h.Typeflag != tar.TypeReg {
			return fmt.Errorf("entry %d: %d bytes, type %q", n, h.Size, h.Typeflag)
		}
		body, err := io.ReadAll(io.LimitReader(files, maxEntry))
		if err != nil {
			return err
		}
		if n == 0 {
			err = a.header(h.Name, body)
		} else {
			err = a.entry(h.Name, body)
		}
		if err != nil {
			return err
		}
	}
}

func (a *reader) header(name string, body []byte) error {
	var header struct {
		Version   int
		Timestamp json.RawMessage
	}
	if name != "BELENIOS" || json.Unmarshal(body, &header) != nil || header.Version != 1 {
		return core.E(core.Invalid, "errors.election_format", nil)
	}
	seconds, err := strconv.ParseInt(strings.Trim(string(header.Timestamp), `"`), 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<38 {
		return fmt.Errorf("timestamp %.40s", header.Timestamp)
	}
	a.out.Began = time.Unix(seconds, 0).UTC()
	return nil
}

// entry takes one file, once it is the one that its name says.
func (a *reader) entry(name string, body []byte) error {
	if a.done {
		return errors.New("something follows the result")
	}
	named, kind, _ := strings.Cut(name, ".")
	id := digest(sha256.Sum256(body))
	if named != hex.EncodeToString(id[:]) {
		return fmt.Errorf("entry %.80q holds %x", name, id)
	}
	switch kind {
	case "data.json":
		if a.held += len(body); a.held > maxPending {
			return errors.New("data that no event names")
		}
		a.pending[id] = body
		return nil
	case "event.json":
		return a.event(id, body)
	}
	return fmt.Errorf("entry %.80q", name)
}

// event takes the next step of the election.
func (a *reader) event(id digest, body []byte) error {
	var e struct {
		Parent  string
		Height  int
		Type    string
		Payload string
	}
	if err := strict(body, &e); err != nil {
		return err
	}
	parent := ""
	if a.out.Events > 0 {
		parent = hex.EncodeToString(a.last[:])
	}
	if e.Parent != parent || e.Height != a.out.Events || !follows(a.stage, e.Type) {
		return fmt.Errorf("event %d, %.20q after %q, of parent %.64q", e.Height, e.Type, a.stage, e.Parent)
	}
	if err := a.step(e.Type, e.Payload); err != nil {
		return fmt.Errorf("%s: %w", e.Type, err)
	}
	a.last, a.stage, a.pending, a.held = id, e.Type, map[digest][]byte{}, 0
	a.out.Events++
	return nil
}

// follows is the order of an election.
func follows(before, next string) bool {
	after := map[string]string{
		"": "Setup", "Setup": "Ballot EndBallots", "Ballot": "Ballot EndBallots", "EndBallots": "EncryptedTally",
		"EncryptedTally": "Shuffle EndShuffles PartialDecryption", "Shuffle": "Shuffle EndShuffles", "EndShuffles": "PartialDecryption",
		"PartialDecryption": "PartialDecryption Result",
	}
	for _, one := range strings.Fields(after[before]) {
		if one == next {
			return true
		}
	}
	return false
}

func (a *reader) step(kind, payload string) error {
	if kind == "EndBallots" || kind == "EndShuffles" {
		if payload != "" {
			return errors.New("an end with a payload")
		}
		return nil
	}
	body, err := a.data(payload)
	if err != nil {
		return err
	}
	switch kind {
	case "Setup":
		return a.begin(body)
	case "Ballot":
		a.out.Ballots++
		return nil
	case "EncryptedTally":
		return a.tally(body)
	case "Shuffle", "PartialDecryption":
		var owned struct {
			Owner   int
			Payload string
		}
		if err := json.Unmarshal(body, &owned); err != nil {
			return err
		}
		_, err = a.data(owned.Payload)
		return err
	}
	a.done = true
	return a.result(body)
}

// data finds what stood before the event.
func (a *reader) data(name string) ([]byte, error) {
	var id digest
	if n, err := hex.Decode(id[:], []byte(name[:min(len(name), 2*len(id))])); err != nil || n != len(id) || len(name) != 2*len(id) {
		return nil, fmt.Errorf("payload %.64q", name)
	}
	body, ok := a.pending[id]
	if !ok {
		return nil, fmt.Errorf("payload %s is not before the event", name)
	}
	return body, nil
}

// strict reads one JSON object without unknown fields.
func strict(body []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

// fingerprint is how Belenios shows a hash to voters.
func fingerprint(id digest) string { return base64.RawStdEncoding.EncodeToString(id[:]) }
