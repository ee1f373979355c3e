package modelssql_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelssql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

const data = "/srv/data"

func open(t *testing.T, db *sqldb.DB, dir string) *modelssql.Catalogue {
	t.Helper()
	c, err := modelssql.New(t.Context(), db, dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func chat(name, digest string) models.Model {
	return models.Model{
		Name: name, Kind: models.Chat, Digest: "sha256:" + digest, Path: filepath.Join(data, "models", digest+".gguf"),
		Bytes: 5 << 32, Parameters: 7 << 32, Context: 32768, Quantised: "Q4_K_M", Licence: "apache-2.0",
		Trial: true, WritesFrom: true, Origin: "https://hub.example/x.gguf", Score: models.Score{Answerable: 10, Right: 9, Unanswerable: 5, Honest: 4},
		Abilities: models.Abilities{Tools: models.Yes, Images: models.No, Languages: "en fr"},
	}
}

func TestCatalogue(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		c := open(t, db, data)
		ctx := t.Context()
		if _, err := c.Find(ctx, "m"); !core.Is(err, core.NotFound) {
			t.Errorf("empty: got %v, want not found", err)
		}
		if _, err := c.Default(ctx, models.Chat); !core.Is(err, core.Unavailable) {
			t.Errorf("empty: got %v, want unavailable", err)
		}
		want := chat("m", "aa")
		if err := c.Add(ctx, want); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]*modelssql.Catalogue{"at once": c, "after opening again": open(t, db, data)} {
			got, err := c.Find(ctx, "m")
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(models.Model{}, "Added")); err != nil || diff != "" {
				t.Errorf("%s: %v\n%s", name, err, diff)
			}
			if got.Added.IsZero() {
				t.Errorf("%s: no time of adding", name)
			}
		}
		if got, err := open(t, db, "/moved").Find(ctx, "m"); err != nil || got.Path != "/moved/models/aa.gguf" {
			t.Errorf("moved folder: got %s, %v", got.Path, err)
		}
		if err := c.Add(ctx, chat("m", "bb")); !core.Is(err, core.Conflict) {
			t.Errorf("other bytes under the name: got %v, want conflict", err)
		}
		if err := c.Put(ctx, chat("m", "bb")); err != nil {
			t.Error(err)
		}
		if got, _ := c.Find(ctx, "m"); got.Digest != "sha256:bb" {
			t.Errorf("after Put: got %s", got.Digest)
		}
		if err := c.Remove(ctx, "m"); err != nil {
			t.Error(err)
		}
		if err := c.Remove(ctx, "m"); !core.Is(err, core.NotFound) {
			t.Errorf("removed twice: got %v, want not found", err)
		}
	})
}

func TestDefaultPrefersRealModelsThenTheFirst(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		c := open(t, db, data)
		for _, m := range []models.Model{
			{Name: "trial", Kind: models.Chat, Digest: "1", Trial: true, Path: data + "/1"},
			{Name: "vectors", Kind: models.Embedding, Digest: "2", Path: data + "/2"},
		} {
			if err := c.Add(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		want := func(kind models.Kind, name string) {
			t.Helper()
			if got, err := c.Default(t.Context(), kind); err != nil || got.Name != name {
				t.Errorf("%s: got %s, %v; want %s", kind, got.Name, err, name)
			}
		}
		want(models.Chat, "trial")
		want(models.Embedding, "vectors")
		for _, name := range []string{"real", "another"} {
			if err := c.Add(t.Context(), models.Model{Name: name, Kind: models.Chat, Digest: name, Path: data + "/" + name}); err != nil {
				t.Fatal(err)
			}
			if m, err := c.Find(t.Context(), name); err != nil || m.Added.IsZero() {
				t.Errorf("%s: %+v, %v", name, m, err)
			}
		}
		if got, _ := c.Default(t.Context(), models.Chat); got.Trial {
			t.Error("a trial model before a real one")
		}
		_, err := c.Find(t.Context(), "absent")
		if got := core.AsError(err).Args["Installed"]; got != "another, real, trial, vectors" {
			t.Errorf("installed names: got %v", got)
		}
	})
}

func TestRefusesWhatCannotBeAModel(t *testing.T) {
	t.Parallel()
	c := open(t, sqldbtest.SQLite(t), data)
	for name, m := range map[string]models.Model{
		"no name":        {Kind: models.Chat, Path: data + "/1"},
		"a blank":        {Name: "a b", Kind: models.Chat, Path: data + "/1"},
		"a dash first":   {Name: "-rf", Kind: models.Chat, Path: data + "/1"},
		"a long name":    {Name: strings.Repeat("a", 101), Kind: models.Chat, Path: data + "/1"},
		"another folder": {Name: "m", Kind: models.Chat, Path: "/etc/passwd"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.Add(t.Context(), m); !core.Is(err, core.Invalid) {
				t.Errorf("got %v, want invalid", err)
			}
		})
	}
}

func TestRunShowsWhatAnotherProcessChanged(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	here, elsewhere := open(t, db, data), open(t, db, data)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- here.Run(ctx) }()
	if err := elsewhere.Add(t.Context(), chat("m", "aa")); err != nil {
		t.Fatal(err)
	}
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	give := time.After(20 * time.Second)
	for {
		if _, err := here.Find(t.Context(), "m"); err == nil {
			break
		}
		select {
		case <-look.C:
		case <-give:
			t.Fatal("the change never showed")
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAFailingDatabaseKeepsTheList(t *testing.T) {
	t.Parallel()
	db := sqldbtest.SQLite(t)
	c := open(t, db, data)
	if err := c.Add(t.Context(), chat("m", "aa")); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if err := c.Add(t.Context(), chat("n", "bb")); !core.Is(err, core.Unavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	if _, err := c.Find(t.Context(), "m"); err != nil {
		t.Errorf("the list is gone: %v", err)
	}
	if _, err := modelssql.New(t.Context(), db, data, slog.New(slog.DiscardHandler)); !core.Is(err, core.Unavailable) {
		t.Errorf("opening: got %v, want unavailable", err)
	}
}
