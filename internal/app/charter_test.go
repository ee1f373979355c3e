package app_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// edit changes the database file as somebody with the disk in hand would.
func edit(t *testing.T, c config.Config, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", app.DataDir(c.Data).Database()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// loosen rewrites the charter with another limit, and recomputes its hash and its seal: a forgery that holds by itself.
func loosen(t *testing.T, c config.Config) {
	t.Helper()
	db, err := sql.Open("sqlite", app.DataDir(c.Data).Database())
	if err != nil {
		t.Fatal(err)
	}
	var canonical []byte
	var effective int64
	err = db.QueryRowContext(t.Context(), "SELECT bytes, effective FROM charter_versions").Scan(&canonical, &effective)
	db.Close()
	if err != nil {
		t.Fatal(err)
	}
	forged := strings.Replace(string(canonical), `"max_output_tokens":`, `"max_output_tokens":1`, 1)
	hash := hexOf(forged)
	seal := hexOf(fmt.Sprintf("solidaire-charter-row/1\n\n1\n%s\n\nprovisional\n%d\n", hash, effective))
	edit(t, c, "UPDATE charter_versions SET bytes = ?, hash = ?, seal = ?", []byte(forged), hash, seal)
}

func hexOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// charterOf asks /readyz what became of the charter.
func charterOf(t *testing.T, a *app.App) (state, detail string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Addr()+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Language", "en")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var ready app.Readiness
	if err := json.NewDecoder(response.Body).Decode(&ready); err != nil {
		t.Fatal(err)
	}
	for _, c := range ready.Components {
		if c.Name == "charter" {
			return c.State, c.Detail
		}
	}
	t.Fatal("no charter among the components")
	return "", ""
}

func TestACharterChangedOutsideAVoteIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, c config.Config){
		"rewritten, its seal recomputed": loosen,
		"removed":                        func(t *testing.T, c config.Config) { edit(t, c, "DELETE FROM charter_versions") },
		"declared voted":                 func(t *testing.T, c config.Config) { edit(t, c, "UPDATE charter_versions SET status = 'voted'") },
		"the database exchanged for an empty one": func(t *testing.T, c config.Config) {
			edit(t, c, "DELETE FROM charter_versions")
			edit(t, c, "UPDATE organisations SET name = 'Autre'")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := settings(t)
			first := open(t, c)
			if err := run(t, first)(); err != nil {
				t.Fatal(err)
			}
			first.Close()
			if _, err := app.VerifyCharter(t.Context(), c, ""); err != nil {
				t.Fatalf("before: %v", err)
			}
			change(t, c)
			if _, err := app.VerifyCharter(t.Context(), c, ""); !core.Is(err, core.Corrupt) {
				t.Errorf("verify: %v", err)
			}
			again := open(t, c)
			stop := run(t, again)
			defer stop()
			if state, detail := charterOf(t, again); state != "failed" || detail == "" {
				t.Errorf("charter %s: %s", state, detail)
			}
		})
	}
}

func TestAnEnvironmentVariableNamesNoOtherCharter(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.Charter.Template = "prudente"
	open(t, c).Close()
	c.Charter.Template = "ouverte" // as SOLIDAIRE_CHARTER_TEMPLATE would
	open(t, c).Close()
	proof, err := app.VerifyCharter(t.Context(), c, "")
	if err != nil || len(proof.Chain) != 1 || proof.Chain[0].Document.Template != "prudente" {
		t.Errorf("%d versions, %v", len(proof.Chain), err)
	}
}

func TestVerifyingNeedsACharterAndTheRightKey(t *testing.T) {
	t.Parallel()
	c := settings(t)
	if _, err := app.VerifyCharter(t.Context(), c, ""); !core.Is(err, core.NotFound) {
		t.Errorf("an empty directory: %v", err)
	}
	open(t, c).Close()
	other := settings(t)
	open(t, other).Close()
	foreign, err := os.ReadFile(filepath.Join(app.DataDir(other.Data).Secrets(), "log.key"))
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(app.DataDir(c.Data).Secrets(), "log.key")
	if err := os.WriteFile(key, foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.VerifyCharter(t.Context(), c, ""); !core.Is(err, core.Corrupt) {
		t.Errorf("another installation's key: %v", err)
	}
	if _, err := app.VerifyCharter(t.Context(), other, "coop.example/log+00000000+AAAA"); !core.Is(err, core.Corrupt) {
		t.Errorf("another key pinned: %v", err)
	}
}
