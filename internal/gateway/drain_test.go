package gateway

import (
	"context"
	"runtime"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
)

func TestDrainWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	s := New(Needs{})
	for range 3 {
		if err := s.traffic.enter(); err != nil {
			t.Fatal(err)
		}
	}
	drained := make(chan int, 1)
	go func() { drained <- s.Drain(t.Context()) }()
	for !s.Draining() { // until the other goroutine has begun
		runtime.Gosched()
	}
	if err := s.traffic.enter(); !core.Is(err, core.Unavailable) || core.AsError(err).Args["RetryAfter"] == "" {
		t.Errorf("a new request: %v", err)
	}
	for range 3 {
		select {
		case left := <-drained:
			t.Fatalf("ended with %d under way", left)
		default:
		}
		s.traffic.leave()
	}
	if left := <-drained; left != 0 || s.UnderWay() != 0 {
		t.Errorf("%d left", left)
	}
}

func TestDrainGivesUpAfterTheGracePeriod(t *testing.T) {
	t.Parallel()
	s := New(Needs{})
	if err := s.traffic.enter(); err != nil {
		t.Fatal(err)
	}
	over, end := context.WithCancel(t.Context())
	end()
	if left := s.Drain(over); left != 1 {
		t.Errorf("%d left", left)
	}
	s.traffic.leave()
	if left := New(Needs{}).Drain(t.Context()); left != 0 {
		t.Errorf("an idle gateway: %d left", left)
	}
}
