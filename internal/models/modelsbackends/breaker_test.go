package modelsbackends_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/models/modelsbackends"
)

func one(t *testing.T) (board, *enginetest.Engine) {
	t.Helper()
	e := enginetest.Start(t, "m")
	b := join(t, nil, modelsbackends.Backend{Name: "gpu", Address: e.URL})
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.Await(t)
	return b, e
}

func resting(err error) bool { return err != nil && core.AsError(err).Key == "errors.backend_resting" }

func paused(err error) bool {
	return core.Is(err, core.Exhausted) && core.AsError(err).Key == "errors.backend_paused"
}

func TestAFailingServerRestsAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]enginetest.Script{
		"500": enginetest.ServerError(), "502 page": reply(502, "<html>"), "dies": {Pieces: []string{"a"}, End: enginetest.Dies},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, e := one(t)
			for range 3 {
				e.Play(script)
				if _, _, err := b.ask("m"); resting(err) {
					t.Fatal("it rests too early")
				}
				e.Await(t)
			}
			_, _, err := b.ask("m")
			if !resting(err) || core.AsError(err).Args["RetryAfter"] != "5" || !core.Is(err, core.Unavailable) {
				t.Fatalf("after three failures in a row: %v", err)
			}
			if h := b.Health(t.Context()); h[0].State != models.EngineFailed || h[0].Detail.Key != "errors.backend_resting" {
				t.Errorf("health: %+v", h)
			}
			b.clock.pass(5 * time.Second)
			e.Play(enginetest.ServerError())
			if _, _, err := b.ask("m"); resting(err) {
				t.Fatal("the rest is over, and nobody tries")
			}
			if _, _, err := b.ask("m"); !resting(err) || core.AsError(err).Args["RetryAfter"] != "10" {
				t.Fatalf("a second rest lasts twice as long: %v", err)
			}
			b.clock.pass(10 * time.Second)
			if status, text, err := b.ask("m"); status != http.StatusOK || err != nil || !strings.Contains(text, "Bonjour") {
				t.Fatalf("%d %q %v", status, text, err)
			}
			e.Play(enginetest.ServerError(), enginetest.ServerError())
			b.ask("m")
			b.ask("m")
			if _, _, err := b.ask("m"); err != nil {
				t.Errorf("an answer did not wipe out the failures before: %v", err)
			}
		})
	}
}

// While a rest is over and one request tries the server, others do not come on top.
func TestOnlyOneRequestTries(t *testing.T) {
	t.Parallel()
	b, e := one(t)
	e.Play(enginetest.ServerError(), enginetest.ServerError(), enginetest.ServerError())
	for range 3 {
		b.ask("m")
		e.Await(t)
	}
	b.clock.pass(time.Minute)
	hold := make(chan struct{})
	e.Play(enginetest.Script{HoldHeader: hold, Pieces: []string{"ok"}})
	done := make(chan error, 1)
	go func() {
		_, _, err := b.ask("m")
		done <- err
	}()
	e.Await(t)
	if _, _, err := b.ask("m"); !resting(err) {
		t.Errorf("a second one went: %v", err)
	}
	close(hold)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, _, err := b.ask("m"); err != nil {
		t.Errorf("after the trial: %v", err)
	}
}

func TestACallersMistakeNeverCostsAServerItsTurn(t *testing.T) {
	t.Parallel()
	b, e := one(t)
	for range 5 {
		for _, status := range []int{400, 401, 403, 404, 413, 422, 429} {
			e.Play(reply(status, `{"error":{}}`))
			if got, _, err := b.ask("m"); got != status {
				t.Fatalf("%d: got %d, %v", status, got, err)
			}
		}
	}
	if _, _, err := b.ask("m"); err != nil {
		t.Error(err)
	}
}

func TestCallersWhoLeaveSayNothingOfAServer(t *testing.T) {
	t.Parallel()
	b, e := one(t)
	m, _ := b.Find(t.Context(), "m")
	never := make(chan struct{})
	for _, script := range []enginetest.Script{{HoldHeader: never}, {Pieces: []string{"a"}, Gates: []<-chan struct{}{never}}, {Pieces: []string{"a"}, End: enginetest.Stalls}} {
		for range 4 {
			e.Play(script)
			ctx, leave := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				resp, err := b.Open(ctx, m, "/v1/chat/completions", []byte(`{"model":"m","stream":true,"messages":[]}`))
				if err != nil {
					return
				}
				buffer := make([]byte, 1<<10)
				for err == nil {
					_, err = resp.Body.Read(buffer)
				}
				resp.Body.Close()
			}()
			e.Await(t)
			leave()
			<-ended
		}
	}
	if _, _, err := b.ask("m"); err != nil {
		t.Error(err)
	}
}

func TestRetryAfterIsObeyedForThatModel(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t, "m", "other")
	b := join(t, nil, modelsbackends.Backend{Name: "gpu", Address: e.URL})
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	m, _ := b.Find(t.Context(), "m")
	date := b.clock.Now().Add(90 * time.Second).Format(http.TimeFormat)
	for _, c := range []struct{ text, want string }{{date, "90"}, {"7", "7"}, {"1.5", "2"}, {date, ""}, {"soon", ""}, {"-3", ""}, {"1e99", "86400"}} {
		text, want := c.text, c.want
		e.Play(enginetest.TooMany(text))
		resp, err := b.Open(t.Context(), m, "/v1/chat/completions", []byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.RetryAfter != want {
			t.Errorf("%q is passed on as %q, want %q", text, resp.RetryAfter, want)
		}
		if _, _, err := b.ask("other"); err != nil {
			t.Errorf("another model has to wait too: %v", err)
		}
		if _, _, err := b.ask("m"); paused(err) != (want != "") || resting(err) {
			t.Errorf("%q: %v", text, err)
		}
		b.clock.pass(10 * time.Minute)
	}
	if _, _, err := b.ask("m"); err != nil {
		t.Errorf("no pause is longer than ten minutes: %v", err)
	}
}

// The gateway sees what the transport cannot: a page of HTML, a broken chunk.
func TestAReaderMayDistrust(t *testing.T) {
	t.Parallel()
	b, _ := one(t)
	m, _ := b.Find(t.Context(), "m")
	for range 3 {
		resp, err := b.Open(t.Context(), m, "/v1/chat/completions", []byte(`{"model":"m","stream":true,"messages":[]}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Distrust()
		resp.Distrust() // once is enough
		resp.Body.Close()
	}
	if _, _, err := b.ask("m"); !resting(err) {
		t.Errorf("got %v", err)
	}
}

func TestAServerThatIsBackIsTriedAtOnce(t *testing.T) {
	t.Parallel()
	e := enginetest.New("m")
	server := serveLater(t, e)
	b := join(t, nil, modelsbackends.Backend{Name: "gpu", Address: server.url, Models: []models.Model{{Remote: "m"}}})
	for range 4 {
		if err := b.Refresh(t.Context()); err == nil {
			t.Fatal("nobody is there yet")
		}
	}
	if _, _, err := b.ask("m"); !resting(err) {
		t.Fatalf("the lists that failed did not count: %v", err)
	}
	server.start()
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.ask("m"); err != nil {
		t.Errorf("it lists its models again, and is still left alone: %v", err)
	}
}

func TestRestingServersComeLast(t *testing.T) {
	t.Parallel()
	a, c := enginetest.Start(t, "m"), enginetest.Start(t, "m")
	b := join(t, nil, modelsbackends.Backend{Name: "a", Address: a.URL}, modelsbackends.Backend{Name: "c", Address: c.URL})
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.Play(enginetest.ServerError(), enginetest.ServerError(), enginetest.ServerError())
	for range 3 {
		b.ask("m")
	}
	all, err := b.Candidates(t.Context(), "m")
	if err != nil || len(all) != 2 || all[0].Backend != "c" || all[1].Backend != "a" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestTheEnginesOwnNameIsSent(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	b := join(t, nil, modelsbackends.Backend{Name: "gpu", Address: e.URL, Models: []models.Model{{Remote: "Qwen/Qwen3-4B", Name: "qwen3"}}})
	if _, _, err := b.ask("qwen3"); err != nil {
		t.Fatal(err)
	}
	if body := string(e.Await(t).Body); !strings.Contains(body, `"model":"Qwen/Qwen3-4B"`) || strings.Count(body, "qwen3\"") > 0 {
		t.Error(body)
	}
	m := models.Model{Name: "x", Backend: "elsewhere"}
	if _, err := b.Open(t.Context(), m, "/v1/chat/completions", []byte(`not JSON`)); core.AsError(err).Key != "errors.engine_missing" {
		t.Errorf("a server that is not configured: %v", err)
	}
	here := join(t, []models.Model{{Name: "l", Path: "/l", Kind: models.Chat}})
	if _, _, err := here.ask("l"); core.AsError(err).Key != "errors.engine_here" {
		t.Errorf("a model of this machine: %v", err)
	}
}
