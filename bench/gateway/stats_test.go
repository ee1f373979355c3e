package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestMediansAndPercentiles(t *testing.T) {
	t.Parallel()
	if m := median([]float64{3, 1, 2}); m != 2 {
		t.Errorf("median of three: %v", m)
	}
	if m := median([]time.Duration{4, 1, 2, 3}); m != 2 {
		t.Errorf("median of four: %v", m)
	}
	of := []time.Duration{5, 1, 4, 2, 3}
	if p := percentile(of, 50); p != 3 || of[0] != 5 {
		t.Errorf("p50 %v of %v", p, of)
	}
	if p := percentile(nil, 50); p != 0 {
		t.Errorf("p50 of nothing: %v", p)
	}
}

func TestLoadReadsBothKindsThroughTheProxy(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(mock())
	defer upstream.Close()
	front := httptest.NewServer(proxy(strings.TrimPrefix(upstream.URL, "http://")))
	defer front.Close()
	for _, server := range []*httptest.Server{upstream, front} {
		target := target{name: "test", addr: strings.TrimPrefix(server.URL, "http://")}
		for _, stream := range []bool{false, true} {
			s, err := target.load(t.Context(), target.request(stream), "stop", 2, 20*time.Millisecond)
			if err != nil || s.requests == 0 || s.p50 <= 0 || s.first > s.p50 {
				t.Errorf("stream %v: %+v, %v", stream, s, err)
			}
		}
	}
}

func TestLoadRefusesWhatIsNotTheReply(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no budget", http.StatusTooManyRequests)
	}))
	defer server.Close()
	target := target{name: "test", addr: strings.TrimPrefix(server.URL, "http://")}
	if _, err := target.load(t.Context(), target.request(false), "", 1, time.Second); err == nil || !strings.Contains(err.Error(), "no budget") {
		t.Errorf("load: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := target.load(gone, target.request(false), "", 1, time.Second); err == nil {
		t.Error("load goes on after its context has ended")
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := serve(ctx, "127.0.0.1:0", mock()); err != nil {
		t.Error(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if err := serve(t.Context(), taken.Addr().String(), mock()); err == nil {
		t.Error("two servers on one address")
	}
}

func TestBars(t *testing.T) {
	t.Parallel()
	rows := func(us sample) []loaded {
		return []loaded{{connections: 1, rows: []row{
			{direct, sample{perSecond: 100, p50: 1 * time.Millisecond}},
			{bare, sample{perSecond: 50, p50: 2 * time.Millisecond}},
			{ours, us},
		}}}
	}
	r := report{loads: rows(sample{perSecond: 40, p50: 3 * time.Millisecond}), firstStart: time.Second, laterStart: time.Second, idleMB: 80,
		answers: []time.Duration{150 * time.Millisecond}, byMeaning: 1, appends: []time.Duration{time.Millisecond}}
	if r.judge(); r.missed() != 0 || len(r.bars) != 9 {
		t.Errorf("exactly on the bars: %+v", r.bars)
	}
	r = report{loads: rows(sample{perSecond: 39, p50: 4 * time.Millisecond}), firstStart: 2 * time.Second, laterStart: 2 * time.Second, idleMB: 81,
		answers: []time.Duration{150 * time.Millisecond}, appends: []time.Duration{2 * time.Millisecond}}
	if r.judge(); r.missed() != 7 || !strings.Contains(r.markdown(), "**fail**") {
		t.Errorf("under every bar: %+v", r.bars)
	}
}
