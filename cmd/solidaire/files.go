package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// toAdd is a file on its way into the memory, under the name that people will see.
type toAdd struct {
	path, name string
	size       int64
	modified   time.Time
}

// gather lists the files behind the paths, folders with everything under them. What is hidden in a folder, and what is
// not a plain file, is left out; a path that is named is always taken.
func gather(paths []string) ([]toAdd, error) {
	var all []toAdd
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, unreadable(err, path)
		}
		if !info.IsDir() {
			all = append(all, toAdd{path, fileName(path), info.Size(), info.ModTime()})
			continue
		}
		under, err := gatherFolder(path)
		if err != nil {
			return nil, err
		}
		all = append(all, under...)
	}
	return all, namesDiffer(all)
}

func gatherFolder(root string) ([]toAdd, error) {
	var list []toAdd
	prefix := folderName(root)
	// The trailing separator follows a folder that is itself a symbolic link.
	err := filepath.WalkDir(root+string(filepath.Separator), func(path string, entry fs.DirEntry, err error) error {
		relative, relErr := filepath.Rel(root, path)
		switch {
		case err != nil:
			return unreadable(err, path)
		case relErr != nil:
			return unreadable(relErr, path)
		case relative == ".":
			return nil
		case strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case !entry.Type().IsRegular():
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return unreadable(err, path)
		}
		list = append(list, toAdd{path, filepath.ToSlash(filepath.Join(prefix, relative)), info.Size(), info.ModTime()})
		return nil
	})
	return list, err
}

// fileName is the name of a single file: its path when it is below the working directory, else with its folder only.
// The name is what makes two files versions of one document.
func fileName(path string) string {
	if filepath.IsLocal(path) {
		return filepath.ToSlash(filepath.Clean(path))
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		whole = path
	}
	return filepath.ToSlash(filepath.Join(filepath.Base(filepath.Dir(whole)), filepath.Base(whole)))
}

// folderName is what the names of a folder's files begin with.
func folderName(root string) string {
	if filepath.IsLocal(root) {
		return filepath.Clean(root) // "." disappears in a join
	}
	whole, err := filepath.Abs(root)
	if err != nil {
		whole = root
	}
	if base := filepath.Base(whole); base != string(filepath.Separator) {
		return base
	}
	return ""
}

// namesDiffer refuses to make one document of two files.
func namesDiffer(all []toAdd) error {
	seen := make(map[string]string, len(all))
	for _, f := range all {
		if first, taken := seen[f.name]; taken && first != filepath.Clean(f.path) {
			return usage("errors.cli_same_name", core.Args{"Name": printable(f.name), "First": printable(first), "Second": printable(f.path)})
		}
		seen[f.name] = filepath.Clean(f.path)
	}
	return nil
}

func unreadable(err error, path string) error {
	key := "errors.cli_file_unreadable"
	if errors.Is(err, fs.ErrNotExist) {
		key = "errors.cli_file_missing"
	}
	return core.Wrap(err, core.NotFound, key, core.Args{"Path": printable(path)})
}
