package app_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

func settings(t *testing.T) config.Config {
	t.Helper()
	c := config.Default()
	c.Data, c.Addr = filepath.Join(audittest.Dir(t), "data"), "127.0.0.1:0"
	return c
}

func open(t *testing.T, c config.Config) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), app.Options{Config: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Listen: true, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// run serves until the returned function is called.
func run(t testing.TB, a *app.App) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	select {
	case <-a.Listening():
	case err := <-done:
		t.Fatalf("run: %v", err)
	}
	return func() error { cancel(); return <-done }
}

func TestStartStopStart(t *testing.T) {
	t.Parallel()
	c := settings(t)
	for range 2 {
		a := open(t, c)
		stop := run(t, a)
		if said := app.DataDir(c.Data).Address(); said != a.Addr() {
			t.Errorf("the directory tells of %q, not of %q", said, a.Addr())
		}
		for _, path := range []string{"/healthz", "/readyz"} {
			response, err := http.Get("http://" + a.Addr() + path)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", path, response.Status)
			}
		}
		if err := stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("close again: %v", err)
		}
	}
}

func TestOneProcessHoldsADirectory(t *testing.T) {
	t.Parallel()
	c := settings(t)
	open(t, c)
	_, err := app.New(t.Context(), app.Options{Config: c, Log: slog.New(slog.DiscardHandler)})
	if !core.Is(err, core.Conflict) || core.AsError(err).Key != "errors.data_locked" {
		t.Errorf("second instance: %v", err)
	}
}

func TestAnAddressThatIsTaken(t *testing.T) {
	t.Parallel()
	first := open(t, settings(t))
	defer run(t, first)()
	c := settings(t)
	c.Addr = first.Addr()
	second := open(t, c)
	if err := second.Run(t.Context()); core.AsError(err).Key != "errors.address_taken" {
		t.Errorf("%v", err)
	}
}

func TestADirectoryThatCannotBeMade(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.Data = "/proc/solidaire"
	_, err := app.New(t.Context(), app.Options{Config: c, Log: slog.New(slog.DiscardHandler)})
	if key := core.AsError(err).Key; key != "errors.data_unusable" && key != "errors.data_owner" {
		t.Errorf("%v", err)
	}
}

func TestStoresBesideARunningServer(t *testing.T) {
	t.Parallel()
	c := settings(t)
	a := open(t, c)
	defer run(t, a)()
	stores, err := app.OpenStores(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer stores.Close()
	_, secret, err := stores.Members.CreateKey(t.Context(), stores.Person.ID, "essai")
	if err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequest("GET", "http://"+a.Addr()+"/v1/models", nil)
	req.Header.Set("Authorization", "Bearer "+secret)
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("a key made beside the server: %s", response.Status)
	}
}
