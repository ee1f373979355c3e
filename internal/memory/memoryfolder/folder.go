// Package memoryfolder reads documents from a folder of this machine, or from a share that is mounted on it.
//
// Promises: nothing outside the folder is ever opened, by a link or by « .. »; a folder that is missing, or a
// subfolder that cannot be listed, is an error and never an empty listing; a file that changes while it is
// read is refused; what is hidden is not entered.
package memoryfolder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Connector satisfies memory.Connector.
type Connector struct {
	forbidden []string // folders that hold no documents, such as the data directory
}

var _ memory.Connector = (*Connector)(nil)

// New makes the connector. The forbidden folders, what is in them and what holds them cannot be sources.
func New(forbidden ...string) *Connector {
	return &Connector{forbidden: append(forbidden, "/proc", "/sys", "/dev", "/etc", "/run", "/boot")}
}

// Kind names it.
func (c *Connector) Kind() memory.SourceKind { return memory.Folder }

// Fields are its settings.
func (c *Connector) Fields() []memory.Field {
	return []memory.Field{{Name: "path", Kind: memory.TextField, Required: true, Example: "/srv/partage/Documents"}}
}

// Connect opens the folder.
func (c *Connector) Connect(_ context.Context, given memory.Connection) (memory.Origin, error) {
	dir := filepath.Clean(given.Value("path"))
	if !filepath.IsAbs(dir) {
		return nil, core.E(core.Invalid, "errors.source_folder_missing", nil)
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, missing(err)
	}
	if err := c.Allowed(real); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		return nil, missing(err)
	}
	return &origin{root: root}, nil
}

// Allowed says why a folder, given without links in its path, cannot be a source.
func (c *Connector) Allowed(dir string) error {
	for _, f := range c.forbidden {
		if within(f, dir) || within(dir, f) {
			return core.E(core.Invalid, "errors.source_folder_forbidden", nil)
		}
	}
	return nil
}

// within reports whether a path is a folder or in it.
func within(folder, name string) bool {
	if folder == "" {
		return false
	}
	relative, err := filepath.Rel(folder, name)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
}

func missing(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return core.Wrap(err, core.Forbidden, "errors.source_refused", nil)
	}
	return core.Wrap(err, core.NotFound, "errors.source_folder_missing", nil)
}

// origin reads below one folder.
type origin struct{ root *os.Root }

// Close lets the folder go.
func (o *origin) Close() error { return o.root.Close() }

// maxDepth bounds folders in folders.
const maxDepth = 64

// List walks the folder. Links are not followed.
func (o *origin) List(ctx context.Context, found func(memory.SourceItem) error) error {
	return o.walk(ctx, ".", 0, found)
}

func (o *origin) walk(ctx context.Context, dir string, depth int, found func(memory.SourceItem) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if depth > maxDepth {
		return core.E(core.TooLarge, "errors.source_answer", nil)
	}
	entries, err := fs.ReadDir(o.root.FS(), dir)
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.source_unreachable", nil)
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		switch {
		case strings.HasPrefix(entry.Name(), "."):
		case entry.IsDir():
			err = o.walk(ctx, name, depth+1, found)
		case entry.Type().IsRegular():
			err = o.file(name, entry, found)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *origin) file(name string, entry fs.DirEntry, found func(memory.SourceItem) error) error {
	info, err := entry.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it went just now: the next run will tell
	}
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.source_unreachable", nil)
	}
	return found(memory.SourceItem{Key: name, Path: name, Fingerprint: fingerprint(info), Size: info.Size(), Modified: info.ModTime()})
}

// fingerprint changes when a file is written.
func fingerprint(info fs.FileInfo) string {
	return fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano())
}

// Read reads a whole file, and makes sure that it did not change meanwhile.
func (o *origin) Read(_ context.Context, item memory.SourceItem, known string) (memory.Content, error) {
	if slices.ContainsFunc(strings.Split(item.Key, "/"), func(part string) bool { return strings.HasPrefix(part, ".") }) {
		return memory.Content{}, core.E(core.NotFound, "errors.source_item_gone", nil)
	}
	file, err := o.root.Open(item.Key)
	if err != nil {
		return memory.Content{}, o.unreadable(err)
	}
	defer file.Close()
	before, err := file.Stat()
	if err != nil || !before.Mode().IsRegular() {
		return memory.Content{}, core.Wrap(err, core.NotFound, "errors.source_item_gone", nil)
	}
	if known != "" && fingerprint(before) == known {
		return memory.Content{Unchanged: true}, nil
	}
	data, err := io.ReadAll(io.LimitReader(file, memory.MaxFileBytes+1))
	if err != nil {
		return memory.Content{}, core.Wrap(err, core.Unavailable, "errors.memory_file_unreadable", nil)
	}
	after, err := file.Stat()
	if err != nil || fingerprint(after) != fingerprint(before) || len(data) <= memory.MaxFileBytes && int64(len(data)) != after.Size() {
		return memory.Content{}, core.Wrap(err, core.Unavailable, "errors.source_item_changing", nil)
	}
	return memory.Content{Body: io.NopCloser(bytes.NewReader(data)), Fingerprint: fingerprint(after), Modified: after.ModTime()}, nil
}

// unreadable tells a file that is gone from a folder that is: without its folder, a file is not gone.
func (o *origin) unreadable(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		if entries, listing := fs.ReadDir(o.root.FS(), "."); listing == nil && len(entries) > 0 {
			return core.Wrap(err, core.NotFound, "errors.source_item_gone", nil)
		}
		return core.Wrap(err, core.Unavailable, "errors.source_unreachable", nil)
	}
	if errors.Is(err, fs.ErrPermission) {
		return core.Wrap(err, core.Unavailable, "errors.source_refused", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.memory_file_unreadable", nil)
}
