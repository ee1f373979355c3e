package modelsllama

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// maxSocketPath is what every system takes in a socket's address; Linux has room for 107 bytes.
const maxSocketPath = 100

// runDir makes the private folder of sockets and pid files: <data>/run, or where that is too long for
// a socket a folder of ours under the temporary folder, the same at every start.
func runDir(dataDir string) (string, error) {
	abs, err := filepath.Abs(dataDir)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(abs, "run")
	if len(dir)+len("/engine-0123456789ab-12345.sock") > maxSocketPath {
		sum := sha256.Sum256([]byte(abs))
		dir = filepath.Join(os.TempDir(), fmt.Sprintf("solidaire-%d-%s", os.Getuid(), hex.EncodeToString(sum[:5])))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	stat, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if !stat.IsDir() || !ownedByUs(stat) {
		return "", fmt.Errorf("%s belongs to someone else", dir)
	}
	return dir, os.Chmod(dir, 0o700)
}

// keyOf names a model's files in the run folder.
func keyOf(model models.Model) string {
	sum := sha256.Sum256([]byte(model.Digest + "\x00" + model.Path + "\x00" + string(model.Kind)))
	return hex.EncodeToString(sum[:6])
}

// endStale ends the engines that an earlier run left behind and removes their files. A pid is
// believed only when that very process was started for that very socket.
func endStale(dir string) {
	pidFiles, _ := filepath.Glob(filepath.Join(dir, "engine-*.pid"))
	for _, file := range pidFiles {
		socket := strings.TrimSuffix(file, ".pid") + ".sock"
		if raw, err := os.ReadFile(file); err == nil {
			if pid, err := strconv.Atoi(strings.TrimSpace(string(raw))); err == nil && pid > 1 && strings.Contains(commandLine(pid), socket) {
				killGroup(pid)
			}
		}
		os.Remove(file)
		os.Remove(socket)
	}
}

// writePid notes a child for endStale. Without the note a child that outlives us would not be found,
// so failing is an error.
func writePid(file string, pid int) error {
	if err := os.WriteFile(file, []byte(strconv.Itoa(pid)+"\n"), 0o600); err != nil {
		return core.Wrap(err, core.Unavailable, "errors.engine_run_dir", nil)
	}
	return nil
}
