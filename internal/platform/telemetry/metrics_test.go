package telemetry_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

func scrape(t *testing.T, m *telemetry.Metrics) string {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != http.StatusOK {
		t.Fatalf("status %d: %s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

func TestFiguresCount(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics(func(model string) bool { return model == "smollm2" })
	m.Request("chat", "completed", 30*time.Millisecond)
	m.Request("chat", "completed", time.Second)
	m.FirstToken("smollm2", time.Millisecond)
	m.Tokens("smollm2", 12, 30)
	m.Tokens("smollm2", -1, 0)
	m.EngineError("smollm2", "unavailable")
	m.AuditAppend(time.Millisecond)
	m.BudgetRefused("tokens")
	page := scrape(t, m)
	for _, line := range []string{
		`solidaire_requests_total{action="chat",outcome="completed"} 2`,
		`solidaire_request_seconds_count{action="chat"} 2`,
		`solidaire_first_token_seconds_count{model="smollm2"} 1`,
		`solidaire_tokens_total{direction="prompt",model="smollm2"} 12`,
		`solidaire_tokens_total{direction="output",model="smollm2"} 30`,
		`solidaire_engine_errors_total{code="unavailable",model="smollm2"} 1`,
		`solidaire_audit_append_seconds_count 1`,
		`solidaire_budget_refusals_total{asset="tokens"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(page, line) {
			t.Errorf("missing %s", line)
		}
	}
}

func TestHostileNamesMakeNoSeries(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics(func(model string) bool { return strings.HasPrefix(model, "known") })
	none := telemetry.NewMetrics(nil)
	for i := range 1000 {
		name := fmt.Sprintf("x%d\"} 1\nfake 1", i)
		m.Tokens(name, 1, 1)
		m.Tokens("known"+name, 1, 1)
		m.Tokens("known"+strings.Repeat("x", 200)+name, 1, 1)
		m.Request(name, name, time.Second)
		m.EngineError(name, name)
		m.BudgetRefused(name)
		m.FirstToken("\xff\xfe", time.Second)
		none.FirstToken(name, time.Second)
	}
	page := scrape(t, m) + scrape(t, none)
	if series := strings.Count(page, "solidaire_tokens_total{"); series > 2*65 {
		t.Errorf("%d series of tokens", series)
	}
	if series := strings.Count(page, "solidaire_requests_total{"); series > 33*33 {
		t.Errorf("%d series of requests", series)
	}
	if strings.Contains(page, "\nfake") {
		t.Error("a name wrote a line of its own")
	}
}

func TestSurfaceCountsResponses(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics(nil)
	entered, leave := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(m.Surface("openai", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			http.NotFound(w, r)
		case "/stream":
			w.WriteHeader(http.StatusEarlyHints)
			io.WriteString(w, "first")
			w.(http.Flusher).Flush()
			close(entered)
			<-leave
		case "/broken":
			panic(http.ErrAbortHandler)
		}
	})))
	defer server.Close()
	server.Client().Transport.(*http.Transport).DisableKeepAlives = true // or the client asks again for what broke
	get := func(path string) *http.Response {
		resp, err := server.Client().Get(server.URL + path)
		if err != nil {
			return nil
		}
		return resp
	}
	get("/missing").Body.Close()
	get("/nothing").Body.Close()
	if get("/broken") != nil {
		t.Error("a broken response was answered")
	}
	stream := get("/stream") // returns once the first bytes were flushed
	<-entered
	if page := scrape(t, m); !strings.Contains(page, `solidaire_http_in_flight{surface="openai"} 1`) {
		t.Errorf("the stream is not in flight")
	}
	close(leave)
	io.Copy(io.Discard, stream.Body)
	stream.Body.Close()
	server.Close() // waits for the handlers
	page := scrape(t, m)
	for _, line := range []string{
		`solidaire_http_responses_total{status="404",surface="openai"} 1`,
		`solidaire_http_responses_total{status="200",surface="openai"} 2`,
		`solidaire_http_responses_total{status="none",surface="openai"} 1`,
		`solidaire_http_in_flight{surface="openai"} 0`,
	} {
		if !strings.Contains(page, line) {
			t.Errorf("missing %s in\n%s", line, page)
		}
	}
}
