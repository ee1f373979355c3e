package audittlog

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxOrigin bounds the name of a log.
const maxOrigin = 200

// Key signs for one log. Its name is the log's origin.
type Key struct {
	Signer note.Signer
	// Verifier is the public half, as people give it to each other: "<origin>+<hash>+<base64>".
	Verifier string
}

// Origin names the log.
func (k Key) Origin() string { return k.Signer.Name() }

// CreateKey makes the key of a new log, named origin, and keeps it in the file at path, readable by its
// owner only. It never replaces a file. When it returns, the key is on stable storage: what it signs can never
// outlive it.
func CreateKey(path, origin string) (Key, error) {
	if !validOrigin(origin) {
		return Key{}, core.E(core.Invalid, "errors.audit_origin", core.Args{"Max": maxOrigin})
	}
	secret, _, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return Key{}, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	if err := writeNew(path, []byte(secret+"\n")); err != nil {
		return Key{}, core.Wrap(err, core.Unavailable, "errors.audit_key_write", core.Args{"File": filepath.Base(path)})
	}
	return parseKey(secret, path)
}

// LoadKey reads the key back. core.NotFound when there is none; core.Corrupt when the file is not a key;
// core.Forbidden when others may read it.
func LoadKey(path string) (Key, error) {
	name := core.Args{"File": filepath.Base(path)}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, core.Wrap(err, core.NotFound, "errors.audit_key_missing", name)
	}
	if err != nil {
		return Key{}, core.Wrap(err, core.Unavailable, "errors.audit_key_read", name)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, core.E(core.Forbidden, "errors.audit_key_exposed", name)
	}
	if info.Size() > 1<<10 {
		return Key{}, core.E(core.Corrupt, "errors.audit_key_damaged", name)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return Key{}, core.Wrap(err, core.Unavailable, "errors.audit_key_read", name)
	}
	return parseKey(strings.TrimSuffix(string(raw), "\n"), path)
}

func parseKey(secret, path string) (Key, error) {
	damaged := func(err error) (Key, error) {
		return Key{}, core.Wrap(err, core.Corrupt, "errors.audit_key_damaged", core.Args{"File": filepath.Base(path)})
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return damaged(err)
	}
	// "PRIVATE+KEY+<name>+<hash>+<base64>"; base64 may hold a plus sign itself.
	fields := strings.SplitN(secret, "+", 5)
	material, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
	if err != nil || len(material) != 1+ed25519.SeedSize {
		return damaged(errors.New("not an Ed25519 key"))
	}
	public := ed25519.NewKeyFromSeed(material[1:]).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return damaged(err)
	}
	return Key{Signer: signer, Verifier: verifier}, nil
}

// Fingerprint is a short name of a verifier key that people can read out to each other: "SHA256:" and the hash
// of the whole key text in base64. It is "" when the key is malformed.
func Fingerprint(verifier string) string {
	if _, err := note.NewVerifier(verifier); err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// validOrigin accepts the names that notes accept, of reasonable length.
func validOrigin(origin string) bool {
	return origin != "" && len(origin) <= maxOrigin && utf8.ValidString(origin) && !strings.Contains(origin, "+") &&
		!strings.ContainsFunc(origin, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// writeNew creates the file with its whole content or not at all, permanently.
func writeNew(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	tmp, err := os.CreateTemp(dir, ".new-*") // made 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = bytes.NewReader(content).WriteTo(tmp)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil { // unlike a rename, never replaces
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
