package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// source is one Go file of the repository, tests left out.
type source struct {
	path  string // relative to the repository, with slashes
	lines int
	file  *ast.File
	set   *token.FileSet
}

func (s source) pkg() pkg { return pkg(path.Dir(s.path)) }

func (s source) at(n ast.Node) token.Position {
	position := s.set.Position(n.Pos())
	position.Filename = s.path
	return position
}

// sources reads every Go file of cmd, internal and bench.
func sources(t *testing.T) (code []source, testFiles map[string]int) {
	t.Helper()
	testFiles = map[string]int{}
	for _, top := range []string{"cmd", "internal", "bench"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(name string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) || (err == nil && d.IsDir() && d.Name() != "testdata") {
				return nil
			}
			if err != nil || !strings.HasSuffix(name, ".go") {
				if err == nil && d.IsDir() {
					return filepath.SkipDir
				}
				return err
			}
			s, err := read(name)
			if err != nil {
				return err
			}
			if strings.HasSuffix(name, "_test.go") {
				testFiles[s.path] = s.lines
				return nil
			}
			code = append(code, s)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return code, testFiles
}

func read(name string) (source, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return source{}, err
	}
	s := source{path: filepath.ToSlash(rel), lines: strings.Count(string(raw), "\n"), set: token.NewFileSet()}
	s.file, err = parser.ParseFile(s.set, name, raw, parser.ParseComments|parser.SkipObjectResolution)
	return s, err
}
