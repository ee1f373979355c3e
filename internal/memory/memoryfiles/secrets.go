package memoryfiles

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Secrets satisfies memory.Secrets: one file for each source, 0600.
type Secrets struct{ dir string }

var _ memory.Secrets = (*Secrets)(nil)

// NewSecrets keeps secrets in a folder that exists.
func NewSecrets(dir string) *Secrets { return &Secrets{dir: dir} }

func (s *Secrets) path(source core.ID) string {
	return filepath.Join(s.dir, "source-"+string(source)+".json")
}

// Put replaces the secrets of a source; none at all removes the file.
func (s *Secrets) Put(source core.ID, secrets map[string]string) (err error) {
	if len(secrets) == 0 {
		return s.Drop(source)
	}
	data, err := json.Marshal(secrets)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(s.dir, "source-*.part") // made 0600
	if err != nil {
		return unusable(err)
	}
	defer func() {
		file.Close()
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	if _, err = file.Write(data); err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = os.Rename(file.Name(), s.path(source))
	}
	if err != nil {
		return unusable(err)
	}
	return nil
}

// Get reads the secrets of a source; none is no error.
func (s *Secrets) Get(source core.ID) (map[string]string, error) {
	data, err := os.ReadFile(s.path(source))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unusable(err)
	}
	var out map[string]string
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, core.Wrap(err, core.Corrupt, "errors.memory_secret_damaged", nil)
	}
	return out, nil
}

// Drop forgets the secrets of a source.
func (s *Secrets) Drop(source core.ID) error {
	if err := os.Remove(s.path(source)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unusable(err)
	}
	return nil
}
