package arch_test

import (
	"go/ast"
	"path"
	"strconv"
	"strings"
	"testing"
)

// hidden lists calls that hide a dependency, with where they may be made all the same.
var hidden = map[string]struct {
	why     string
	allowed []string // folders
}{
	"time.Now":   {"take a core.Clock: time is part of the rules and of what is stored", nil}, // see keepsTime
	"time.Sleep": {"wait on a signal or a timer that the context can stop", nil},
	"os.Getenv":  {"the configuration is read in one place", []string{"internal/platform/config", "internal/app"}},
	"os.Exit":    {"return an error", nil},

	"fmt.Print":   {"write to the writer that was given", nil},
	"fmt.Printf":  {"write to the writer that was given", nil},
	"fmt.Println": {"write to the writer that was given", nil},
	"log.Print":   {"take a *slog.Logger", nil},
	"log.Printf":  {"take a *slog.Logger", nil},
	"log.Println": {"take a *slog.Logger", nil},
	"log.Fatal":   {"return an error", nil},
	"log.Fatalf":  {"return an error", nil},

	"http.Get":                {"take an *http.Client with a timeout", nil},
	"http.Post":               {"take an *http.Client with a timeout", nil},
	"http.DefaultClient":      {"take an *http.Client with a timeout", nil},
	"http.DefaultServeMux":    {"routes are listed in plain sight", nil},
	"http.Handle":             {"routes are listed in plain sight", nil},
	"http.HandleFunc":         {"routes are listed in plain sight", nil},
	"slog.SetDefault":         {"a logger is handed down", nil},
	"context.TODO":            {"take the caller's context", nil},
	"prometheus.MustRegister": {"the registry is telemetry's own", nil},
}

// exceptions are files that make such a call all the same, each with its reason.
var exceptions = map[string]string{
	"internal/gateway/transit.go":           "measures how long the engine was busy, which no test decides on",
	"internal/models/modelsfetch/pinned.go": "finds the user's cache where the system says it is, before there is a data directory",
}

func TestNothingHidesADependency(t *testing.T) {
	t.Parallel()
	code, _ := sources(t)
	used := map[string]bool{}
	for _, s := range code {
		if !strings.HasPrefix(s.path, "internal/") || strings.Contains(s.path, "test/") {
			continue
		}
		imported := importNames(s.file)
		ast.Inspect(s.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			base, ok := selector.X.(*ast.Ident)
			if !ok || !imported[base.Name] {
				return true
			}
			name := base.Name + "." + selector.Sel.Name
			if rule, listed := hidden[name]; listed && !under(s.path, rule.allowed) && (name != "time.Now" || keepsTime(s.pkg())) {
				used[s.path] = true
				if exceptions[s.path] == "" {
					t.Errorf("%s: %s: %s", s.at(n), name, rule.why)
				}
			}
			return true
		})
	}
	for file := range exceptions {
		if !used[file] {
			t.Errorf("%s needs no exception any more: remove it", file)
		}
	}
}

// keepsTime tells the packages where the time of day decides or is stored: rules and stores. Elsewhere it
// bounds a wait or names a line of the log.
func keepsTime(p pkg) bool {
	room, adapter := p.parts()
	return ranks[room] > 0 && (adapter == "" || strings.HasSuffix(adapter, "sql"))
}

// importNames are the names by which a file calls the packages that it imports.
func importNames(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, spec := range file.Imports {
		if spec.Name != nil {
			names[spec.Name.Name] = true
			continue
		}
		if what, err := strconv.Unquote(spec.Path.Value); err == nil {
			names[path.Base(what)] = true
		}
	}
	return names
}

func under(file string, folders []string) bool {
	for _, folder := range folders {
		if strings.HasPrefix(file, folder+"/") {
			return true
		}
	}
	return false
}
