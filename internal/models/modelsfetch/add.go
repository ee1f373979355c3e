package modelsfetch

import (
	"context"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfile"
	"github.com/solidaire-coop/solidaire/internal/models/modelsgguf"
)

// MaxModelBytes bounds one model file.
const MaxModelBytes = 1 << 40

// AdderConfig says where added models go.
type AdderConfig struct {
	CacheDir string // holds downloads under way
	DataDir  string
	Log      *slog.Logger
	// Pause waits before the nth new try in a row without progress, from 1; nil waits with back-off.
	Pause func(ctx context.Context, n int) error
}

// Adder brings single model files into the data directory.
type Adder struct {
	config AdderConfig
	stall  time.Duration
}

// NewAdder makes an Adder.
func NewAdder(config AdderConfig) *Adder {
	if config.Pause == nil {
		config.Pause = backOff
	}
	return &Adder{config: config, stall: time.Minute}
}

// Wish is a model file to add. Empty fields are found out: Name from the file's name, Kind from its
// header.
type Wish struct {
	Source string // path, or http(s) URL
	Name   string
	Kind   models.Kind
	Digest string // "sha256:…" that the file must have; "" accepts any
}

// Add brings the file into the data directory and returns its catalogue entry, which the caller puts
// into the catalogue. Its digest is that of the bytes read. progress, if any, is told the bytes done
// and, where known, all.
func (a *Adder) Add(ctx context.Context, wish Wish, progress func(done, total int64)) (models.Model, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	name, err := wishedName(wish)
	if err != nil {
		return models.Model{}, err
	}
	var file, digest string
	if isURL(wish.Source) {
		file, digest, err = a.fromURL(ctx, wish, progress)
	} else {
		file, digest, err = a.fromPath(ctx, wish, progress)
	}
	if err != nil {
		return models.Model{}, err
	}
	info, err := modelsgguf.ReadFile(file)
	if err != nil {
		return models.Model{}, err
	}
	stat, err := os.Stat(file)
	if err != nil {
		return models.Model{}, core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	if wish.Kind == "" {
		wish.Kind = info.Kind
	}
	return models.Model{
		Name: name, Kind: wish.Kind, Digest: digest, Path: file, Bytes: stat.Size(), Parameters: info.Parameters,
		Context: info.Context, Quantised: info.Quantised, Licence: info.Licence, Origin: origin(wish.Source),
		Trial: isTrial(digest), Abilities: info.Abilities,
	}, nil
}

// isTrial knows the trial model by its bytes, whatever its file is called.
func isTrial(digest string) bool {
	for _, item := range Pinned() {
		if item.Model != nil && item.Model.Trial && item.Packages[0].Outputs[0].Digest == digest {
			return true
		}
	}
	return false
}

func isURL(source string) bool { return strings.Contains(source, "://") }

// origin is what the catalogue remembers of a source: no folder of the person's, no secret in a query.
func origin(source string) string {
	if !isURL(source) {
		return filepath.Base(source)
	}
	u, err := url.Parse(source)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// wishedName takes the name asked for, or makes one of the file's name.
func wishedName(wish Wish) (string, error) {
	if wish.Kind != "" && wish.Kind != models.Chat && wish.Kind != models.Embedding {
		return "", core.E(core.Invalid, "errors.model_kind", nil)
	}
	name := wish.Name
	if name == "" {
		name = filepath.Base(wish.Source)
		if u, err := url.Parse(wish.Source); isURL(wish.Source) && err == nil {
			name = path.Base(u.Path)
		}
		name = strings.TrimSuffix(strings.ToLower(name), ".gguf")
		name = strings.Trim(strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' {
				return r
			}
			return '-'
		}, name), "-._")
	}
	return name, models.CheckName(name)
}

func (a *Adder) fromPath(ctx context.Context, wish Wish, progress func(done, total int64)) (string, string, error) {
	if _, err := modelsgguf.ReadFile(wish.Source); err != nil {
		return "", "", err
	}
	src, err := os.Open(wish.Source)
	if err != nil {
		return "", "", core.Wrap(err, core.NotFound, "errors.model_file_missing", nil)
	}
	defer src.Close()
	stat, err := src.Stat()
	if err != nil {
		return "", "", core.Wrap(err, core.NotFound, "errors.model_file_missing", nil)
	}
	if err := a.room(stat.Size()); err != nil {
		return "", "", err
	}
	return modelsfile.WriteNamed(a.modelsDir(), 0o600, wish.Digest, func(w io.Writer) error {
		_, err := modelsfile.Copy(ctx, w, io.LimitReader(src, MaxModelBytes), func(done int64) { progress(done, stat.Size()) })
		return err
	}, fileName)
}

// room checks bound and disk before bytes move.
func (a *Adder) room(bytes int64) error {
	if bytes > MaxModelBytes {
		return core.E(core.TooLarge, "errors.model_too_large", core.Args{"MaxGB": int64(MaxModelBytes >> 30)})
	}
	if err := os.MkdirAll(a.modelsDir(), 0o700); err != nil {
		return core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	return modelsfile.NeedFree(a.modelsDir(), bytes)
}

func (a *Adder) modelsDir() string { return filepath.Join(a.config.DataDir, "models") }

// fileName names a model's file by its bytes, so that the same file is kept once.
func fileName(digest string) string {
	return strings.TrimPrefix(digest, modelsfile.Prefix) + ".gguf"
}

func (a *Adder) fromURL(ctx context.Context, wish Wish, progress func(done, total int64)) (string, string, error) {
	part := a.partFile(wish.Source)
	if err := os.MkdirAll(filepath.Dir(part), 0o700); err != nil {
		return "", "", core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	unlock, err := lock(part + ".lock")
	if err != nil {
		return "", "", err
	}
	defer unlock()
	if err := a.download(ctx, wish.Source, part, progress); err != nil {
		return "", "", err
	}
	if _, err := modelsgguf.ReadFile(part); err != nil {
		dropPart(part)
		return "", "", err
	}
	digest, err := modelsfile.Digest(ctx, part, nil)
	if err != nil {
		return "", "", err
	}
	if wish.Digest != "" && wish.Digest != digest {
		dropPart(part)
		return "", "", core.E(core.Corrupt, "errors.models_wrong_digest", nil)
	}
	target := filepath.Join(a.modelsDir(), fileName(digest))
	if err := os.Chmod(part, 0o600); err != nil {
		return "", "", core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	if err := modelsfile.Link(ctx, part, target, digest, 0o600); err != nil {
		return "", "", err
	}
	dropPart(part)
	return target, digest, nil
}
