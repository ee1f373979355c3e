package modelsbackends_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// What the operator reads of a circuit follows every step of it, and Rests says whether a request would be turned away.
func TestACircuitIsToldStepByStep(t *testing.T) {
	t.Parallel()
	b, e := one(t)
	m, err := b.Find(t.Context(), "m")
	if err != nil {
		t.Fatal(err)
	}
	told := func(step string, rests bool, want models.Circuit) {
		t.Helper()
		if diff := cmp.Diff(want, b.Health(t.Context())[0].Circuit); diff != "" {
			t.Errorf("%s: %s", step, diff)
		}
		if b.Rests(t.Context(), m) != rests {
			t.Errorf("%s: rests: %v", step, !rests)
		}
	}
	fail := func() {
		e.Play(enginetest.ServerError())
		b.ask("m")
		e.Await(t)
	}
	told("at first", false, models.Circuit{})
	fail()
	told("a failure", false, models.Circuit{State: models.CircuitDoubted, Failures: 1})
	fail()
	fail()
	told("three", true, models.Circuit{State: models.CircuitResting, Failures: 3, Wait: 5 * time.Second})
	b.clock.pass(5 * time.Second)
	told("the rest is over", false, models.Circuit{State: models.CircuitTrying, Failures: 3})
	hold := make(chan struct{})
	e.Play(enginetest.Script{HoldHeader: hold, Pieces: []string{"ok"}})
	done := make(chan error, 1)
	go func() {
		_, _, err := b.ask("m")
		done <- err
	}()
	e.Await(t)
	told("while one tries", true, models.Circuit{State: models.CircuitTrying, Failures: 3})
	close(hold)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	told("it answered", false, models.Circuit{})
	e.Play(enginetest.Script{Reply: &enginetest.Reply{Status: 429, Body: "{}", Header: http.Header{"Content-Type": {"application/json"}, "Retry-After": {"30"}}}})
	b.ask("m")
	told("it asked for time", true, models.Circuit{Paused: []string{"m"}})
	if b.Rests(t.Context(), models.Model{Name: "x", Path: "/x"}) || b.Rests(t.Context(), models.Model{Name: "x", Backend: "unknown"}) {
		t.Error("what is not known rests")
	}
}
