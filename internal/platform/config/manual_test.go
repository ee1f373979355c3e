package config_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

var update = flag.Bool("update", false, "write docs/operations/configuration.md")

// manual is what docs/operations/configuration.md must say.
func manual(t *testing.T) string {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	section := func(lang core.Lang, title, intro, columns string) {
		fmt.Fprintf(&b, "# %s\n\n%s\n\n%s\n| --- | --- | --- | --- |\n", title, intro, columns)
		for _, k := range config.Keys() {
			def := "–"
			if k.Default != "" {
				def = "`" + k.Default + "`"
			}
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", k.Name, k.Variable, def, bundle.For(lang).T(k.About))
		}
	}
	section(core.French, "Configuration",
		"Tout fonctionne sans configuration. Un fichier YAML se donne avec `--config` ; l’environnement passe avant lui, et la ligne de commande avant l’environnement. "+
			"Une clé avec un point est dans un groupe : `engine.url` s’écrit `engine:` puis, en retrait, `url:`.",
		"| Clé | Variable | Par défaut | Sens |")
	b.WriteString("\n")
	section(core.English, "Configuration (English)",
		"Everything works without configuration. A YAML file is given with `--config`; the environment goes before it, and the command line before the environment. "+
			"A key with a dot is in a group: `engine.url` is written `engine:` and, indented below it, `url:`.",
		"| Key | Variable | Default | Meaning |")
	return b.String()
}

func TestManualIsUpToDate(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "..", "docs", "operations", "configuration.md")
	want := manual(t)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run go test ./internal/platform/config -update: %s", diff)
	}
}

func TestEveryFieldIsAKeyAndEveryKeyAField(t *testing.T) {
	t.Parallel()
	var want, got []string
	fields(reflect.TypeFor[config.Config](), "", &want)
	for _, k := range config.Keys() {
		got = append(got, k.Name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryFieldIsDocumented(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		f, ok := n.(*ast.Field)
		if !ok || len(f.Names) == 0 {
			return true
		}
		if kind, ok := f.Type.(*ast.Ident); ok && !kind.IsExported() && !strings.HasPrefix(f.Doc.Text(), f.Names[0].Name+" ") {
			t.Errorf("%s has no comment that begins with its name", f.Names[0].Name)
		}
		return true
	})
}

var capitals = regexp.MustCompile(`([a-z])([A-Z])`)

func fields(of reflect.Type, path string, into *[]string) {
	for i := range of.NumField() {
		f := of.Field(i)
		name := path + strings.ToLower(capitals.ReplaceAllString(f.Name, "${1}_${2}"))
		if f.Type.Kind() == reflect.Struct {
			fields(f.Type, name+".", into)
			continue
		}
		*into = append(*into, name)
	}
}
