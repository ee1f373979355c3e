package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// mentions is what the sources say of message keys.
type mentions struct {
	keys     map[string]string // required key → where
	prefixes map[string]string // "memory.state." → where: the rest is computed
	literals map[string]bool   // any text of the sources: a key among them is in use
}

var (
	errorKey  = regexp.MustCompile(`^errors(\.[a-z0-9_]+)+$`)
	keyPrefix = regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)*\.$`)
	inPage    = regexp.MustCompile(`(?:\bt|\.T)\s+"([^"]+)"`)
	computed  = regexp.MustCompile(`printf\s+"([a-z0-9_.]+\.)%[sv]`)
	anyText   = regexp.MustCompile(`"([^"\n]+)"`)
)

// scan reads every Go source and template of the repository, tests left out.
func scan(t *testing.T) mentions {
	t.Helper()
	m := mentions{keys: map[string]string{}, prefixes: map[string]string{}, literals: map[string]bool{}}
	root := filepath.Join("..", "..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bin" || d.Name() == "data"):
			return filepath.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			return nil
		case strings.HasSuffix(path, ".go"):
			return m.scanGo(path)
		case strings.HasSuffix(path, ".html"):
			return m.scanPage(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (m mentions) scanGo(path string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if text, ok := unquoted(n); ok {
				m.literal(text, path)
			}
		case *ast.CallExpr:
			called, ok := n.Fun.(*ast.SelectorExpr)
			if ok && called.Sel.Name == "T" && len(n.Args) > 0 {
				if text, ok := unquoted(n.Args[0]); ok {
					m.keys[text] = path
				}
			}
		}
		return true
	})
	return nil
}

func (m mentions) literal(text, path string) {
	m.literals[text] = true
	if errorKey.MatchString(text) && !strings.HasSuffix(text, ".next") {
		m.keys[text] = path
	}
	if keyPrefix.MatchString(text) {
		m.prefixes[text] = path
	}
}

func (m mentions) scanPage(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, found := range inPage.FindAllStringSubmatch(string(raw), -1) {
		m.keys[found[1]] = path
	}
	for _, found := range computed.FindAllStringSubmatch(string(raw), -1) {
		m.prefixes[found[1]] = path
	}
	for _, found := range anyText.FindAllStringSubmatch(string(raw), -1) {
		m.literals[found[1]] = true
	}
	return nil
}

// uses reports whether the sources mention the key, whole or by a prefix that they complete.
func (m mentions) uses(key string) bool {
	key = strings.TrimSuffix(key, ".next")
	if m.literals[key] || m.keys[key] != "" {
		return true
	}
	for prefix := range m.prefixes {
		if strings.HasPrefix(key, prefix) && prefix != "errors." {
			return true
		}
	}
	return false
}

func unquoted(n ast.Expr) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
