package audittessera

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	tlog "github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// head is a size and root that the log stands by. An empty tree has a root too, so the zero head is none.
type head struct {
	size uint64
	root [sha256.Size]byte
}

// headLock is a note.Signer that remembers: it writes each head to its file, durably, before it signs it, and
// signs no head that is smaller than the last, nor another root for the same size. The file holds
// the text of a checkpoint.
type headLock struct {
	note.Signer
	path string

	mu   sync.Mutex
	last head
}

// openHeadLock reads the last signed head, which is the zero head when none was ever signed.
func openHeadLock(path string, signer note.Signer) (*headLock, error) {
	lock := &headLock{Signer: signer, path: path}
	args := core.Args{"File": filepath.Base(path)}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return lock, nil
	}
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.audit_head_unreadable", args)
	}
	lock.last, err = lock.parse(raw)
	if err != nil {
		return nil, core.Wrap(err, core.Corrupt, "errors.audit_head_unreadable", args)
	}
	return lock, nil
}

func (l *headLock) parse(text []byte) (head, error) {
	var cp tlog.Checkpoint
	rest, err := cp.Unmarshal(text)
	switch {
	case err != nil:
		return head{}, err
	case len(rest) > 0 || len(cp.Hash) != sha256.Size || !bytes.Equal(cp.Marshal(), text):
		return head{}, errors.New("not a checkpoint")
	case cp.Origin != l.Name():
		return head{}, errors.New("head of another log")
	}
	return head{cp.Size, [sha256.Size]byte(cp.Hash)}, nil
}

// CheckHead holds a checkpoint against the last head that was signed for its log, in a file that is kept apart from the log. core.Corrupt
// when the log is older, or differs; nothing where there is no such file.
func CheckHead(path string, cp audittlog.Checkpoint) error {
	lock, err := openHeadLock(path, named(cp.Origin))
	switch {
	case err != nil:
		return err
	case cp.Size < lock.last.size:
		return core.E(core.Corrupt, "errors.audit_log_older", core.Args{"Signed": int64(lock.last.size), "Size": int64(cp.Size)})
	case cp.Size == lock.last.size && cp.Size > 0 && cp.Root != lock.last.root:
		return core.E(core.Corrupt, "errors.audit_log_forked", core.Args{"Signed": int64(lock.last.size)})
	}
	return nil
}

// named is the signer of a log that only has to be told from others.
type named string

func (n named) Name() string              { return string(n) }
func (named) KeyHash() uint32             { return 0 }
func (named) Sign([]byte) ([]byte, error) { return nil, errors.New("nothing is signed here") }

// Sign implements note.Signer.
func (l *headLock) Sign(text []byte) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	next, err := l.parse(text)
	if err != nil {
		return nil, err
	}
	if next.size < l.last.size || (l.last != (head{}) && next.size == l.last.size && next.root != l.last.root) {
		return nil, errors.New("refusing to sign: the log is not an extension of its last signed head")
	}
	if next != l.last {
		if err := replace(l.path, text); err != nil {
			return nil, err // nothing signed; if it was saved anyway, the same head can still be signed later
		}
		l.last = next
	}
	return l.Signer.Sign(text)
}

func (l *headLock) head() head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// replace puts content in the file at path, atomically and permanently.
func replace(path string, content []byte) error {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".head-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
