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

// example is a list of servers as it is written.
const example = `backends:
  - name: gpu
    url: http://10.0.0.5:8000
    models:
      - name: Qwen/Qwen3-4B
        alias: qwen3-4b
        parameters: 4B
        context: 32768
        tools: true
        languages: fr en
  - name: voisine
    url: https://ia.voisine.coop
    key_file: /etc/solidaire/voisine.key
`

// manual is what docs/operations/configuration.md must say.
func manual(t *testing.T) string {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	def := func(k config.Key) string {
		if k.Default == "" {
			return "–"
		}
		return "`" + k.Default + "`"
	}
	section := func(lang core.Lang, title, intro, columns, backends, backendColumns string) {
		fmt.Fprintf(&b, "# %s\n\n%s\n\n%s\n| --- | --- | --- | --- |\n", title, intro, columns)
		for _, k := range config.Keys() {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", k.Name, k.Variable, def(k), bundle.For(lang).T(k.About))
		}
		fmt.Fprintf(&b, "\n%s\n\n```yaml\n%s```\n\n%s\n| --- | --- | --- |\n", backends, example, backendColumns)
		for _, k := range config.BackendKeys() {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, def(k), bundle.For(lang).T(k.About))
		}
	}
	section(core.French, "Configuration",
		"Tout fonctionne sans configuration. Un fichier YAML se donne avec `--config` ; l’environnement passe avant lui, et la ligne de commande avant l’environnement. "+
			"Une clé avec un point est dans un groupe : `engine.url` s’écrit `engine:` puis, en retrait, `url:`.",
		"| Clé | Variable | Par défaut | Sens |",
		"`backends` est une liste. Chaque entrée est un serveur, avec ces clés :", "| Clé | Par défaut | Sens |")
	b.WriteString("\n")
	section(core.English, "Configuration (English)",
		"Everything works without configuration. A YAML file is given with `--config`; the environment goes before it, and the command line before the environment. "+
			"A key with a dot is in a group: `engine.url` is written `engine:` and, indented below it, `url:`.",
		"| Key | Variable | Default | Meaning |",
		"`backends` is a list. Each entry is a server, with these keys:", "| Key | Default | Meaning |")
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
	for of, keys := range map[reflect.Type][]config.Key{
		reflect.TypeFor[config.Config](): config.Keys(), reflect.TypeFor[config.Backend](): config.BackendKeys(),
	} {
		var want, got []string
		fields(of, "", &want)
		for _, k := range keys {
			got = append(got, k.Name)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", of, diff)
		}
	}
}

func TestTheManualsExampleIsRead(t *testing.T) {
	t.Parallel()
	c, err := config.Load(write(t, example), nil)
	if err != nil || len(c.Backends) != 2 || c.Backends[0].Models[0].Parameters != 4e9 || c.Backends[1].Dialect != "openai" {
		t.Errorf("%+v, %v", c.Backends, err)
	}
}

func TestEveryFieldIsDocumented(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"config.go", "backends.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		checkFields(t, file)
	}
}

func checkFields(t *testing.T, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		of, ok := n.(*ast.StructType)
		if !ok {
			return true
		}
		for _, f := range of.Fields.List {
			if kind, ok := f.Type.(*ast.Ident); len(f.Names) > 0 && f.Names[0].IsExported() && !(ok && kind.IsExported()) && !strings.HasPrefix(f.Doc.Text(), f.Names[0].Name+" ") {
				t.Errorf("%s has no comment that begins with its name", f.Names[0].Name)
			}
		}
		return true
	})
}

var capitals = regexp.MustCompile(`([a-z])([A-Z])`)

func fields(of reflect.Type, path string, into *[]string) {
	for i := range of.NumField() {
		f := of.Field(i)
		name := path + strings.ToLower(capitals.ReplaceAllString(f.Name, "${1}_${2}"))
		switch {
		case f.Type.Kind() == reflect.Struct:
			fields(f.Type, name+".", into)
			continue
		case of == reflect.TypeFor[config.Backend]() && f.Type.Kind() == reflect.Slice:
			fields(f.Type.Elem(), name+".", into)
		}
		*into = append(*into, name)
	}
}
