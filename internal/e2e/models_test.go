package e2e_test

import (
	"io"
	"os"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfetch"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

// installModels gives a new data directory the engine and the models that setup fetched into the cache. Without them the
// test goes on by full text, or fails where every real part is required.
func installModels(t *testing.T, settings config.Config) {
	t.Helper()
	catalogue, err := app.OpenCatalogue(t.Context(), settings, telemetry.NewLogger(io.Discard, "error", "text"))
	if err != nil {
		t.Fatal(err)
	}
	defer catalogue.Close()
	cache, err := modelsfetch.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	full := os.Getenv("SOLIDAIRE_TEST_FULL") == "1"
	if _, err := os.Stat(cache); err != nil && !full {
		t.Log("no engine in the cache: answers come by full text")
		return
	}
	fetcher := modelsfetch.New(modelsfetch.Config{
		CacheDir: cache, DataDir: settings.Data, Items: modelsfetch.Pinned(), Log: telemetry.NewLogger(io.Discard, "error", "text"),
	})
	for _, result := range fetcher.Ensure(t.Context(), false, nil) {
		if result.Problem != nil {
			if full {
				t.Fatalf("%s: %v", result.Name, result.Problem)
			}
			t.Logf("%s is missing: %v", result.Name, result.Problem)
			continue
		}
		if result.Model != nil {
			if err := catalogue.Put(t.Context(), *result.Model); err != nil {
				t.Fatal(err)
			}
		}
	}
}
