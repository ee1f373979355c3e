package app_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

// TestOpenAPITellsEveryRoute compares the description that is served with the routes that the surfaces register.
func TestOpenAPITellsEveryRoute(t *testing.T) {
	t.Parallel()
	answer := httptest.NewRecorder()
	gatewayapi.OpenAPI(answer, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Summary   string
			Responses map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &document); err != nil || !strings.HasPrefix(document.OpenAPI, "3.") {
		t.Fatalf("not a description: %v", err)
	}
	var told []string
	for path, operations := range document.Paths {
		for method, operation := range operations {
			told = append(told, strings.ToUpper(method)+" "+path)
			if operation.Summary == "" || operation.Responses["200"] == nil || operation.Responses["401"] == nil {
				t.Errorf("%s %s: no summary, no answer or no refusal is described", method, path)
			}
		}
	}
	slices.Sort(told)
	if diff := cmp.Diff(registered(t), told); diff != "" {
		t.Errorf("routes (-) and their description (+) differ:\n%s", diff)
	}
}

// registered reads the patterns of the programs' surfaces from their sources: Go's mux does not list what it holds.
func registered(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../gateway/gateway*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no surfaces: ", err)
	}
	var routes []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(filepath.Dir(file), "test") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if route := routeOf(literal.Value); route != "" {
					routes = append(routes, route)
				}
			}
			return true
		})
	}
	slices.Sort(routes)
	return slices.Compact(routes)
}

// routeOf is the route that a literal of Go's source names, as OpenAPI writes it; "" when it names none.
func routeOf(literal string) string {
	text, err := strconv.Unquote(literal)
	method, path, found := strings.Cut(text, " ")
	if err != nil || !found || !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method) {
		return ""
	}
	if !strings.HasPrefix(path, "/v1/") && !strings.HasPrefix(path, "/api/") {
		return ""
	}
	return method + " " + strings.ReplaceAll(path, "...}", "}")
}
