package arch_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestImportsOnlyGoDown(t *testing.T) {
	t.Parallel()
	code, _ := sources(t)
	for _, s := range code {
		for _, spec := range s.file.Imports {
			what, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if why := checkImport(s.pkg(), what); why != "" {
				t.Errorf("%s imports %s: %s", s.at(spec), what, why)
			}
		}
	}
}

func TestEveryFolderHasItsPlace(t *testing.T) {
	t.Parallel()
	code, _ := sources(t)
	seen := map[pkg]bool{}
	for _, s := range code {
		if why := checkFolder(s.pkg()); why != "" && !seen[s.pkg()] {
			t.Errorf("%s: %s", s.pkg(), why)
		}
		seen[s.pkg()] = true
	}
}

func TestEveryRowHasItsFolder(t *testing.T) {
	t.Parallel()
	rows := []string{}
	for room := range ranks {
		rows = append(rows, room)
	}
	for room := range outside {
		rows = append(rows, room)
	}
	for _, room := range rows {
		if info, err := os.Stat(filepath.Join(root, "internal", room)); err != nil || !info.IsDir() {
			t.Errorf("the table has a row %q, and internal/%s does not exist: remove the row", room, room)
		}
	}
}

const (
	longestFile     = 600
	longestFunction = 60
)

func TestHouseLimits(t *testing.T) {
	t.Parallel()
	code, testFiles := sources(t)
	var files, functions []int
	for _, s := range code {
		testFiles[s.path] = s.lines
		files = append(files, s.lines)
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: no init(): constructors are called in plain sight", s.at(f))
			}
			functions = append(functions, s.set.Position(f.End()).Line-s.set.Position(f.Pos()).Line+1)
		}
	}
	for name, lines := range testFiles {
		if lines > longestFile {
			t.Errorf("%s has %d lines, over %d", name, lines, longestFile)
		}
	}
	slices.Sort(files)
	if median, p90 := files[len(files)/2], files[len(files)*9/10]; median > 150 || p90 > 350 {
		t.Errorf("files: median %d lines (at most 150), 90 %% under %d (at most 350)", median, p90)
	}
	sum, long := 0, 0
	for _, n := range functions {
		sum += n
		if n > longestFunction {
			long++
		}
	}
	if mean := float64(sum) / float64(len(functions)); mean > 22 {
		t.Errorf("functions: mean %.1f lines, at most 22", mean)
	}
	if long*20 > len(functions) {
		t.Errorf("functions: %d of %d over %d lines, at most one in twenty", long, len(functions), longestFunction)
	}
}

func TestEveryPackageSaysWhatItPromises(t *testing.T) {
	t.Parallel()
	code, _ := sources(t)
	documented, names := map[pkg]bool{}, map[pkg]string{}
	for _, s := range code {
		names[s.pkg()] = s.file.Name.Name
		if s.file.Doc != nil && len(strings.Fields(s.file.Doc.Text())) >= 5 {
			documented[s.pkg()] = true
		}
	}
	for p, name := range names {
		if !documented[p] {
			t.Errorf("%s has no package comment", p)
		}
		if slices.Contains([]string{"util", "utils", "common", "types", "helpers", "misc"}, name) {
			t.Errorf("%s: a package is named after what it is, not %q", p, name)
		}
	}
}
