package telemetry_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracespb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	"google.golang.org/protobuf/proto"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

// collector is an OpenTelemetry collector reduced to what a test can see.
type collector struct {
	mu      sync.Mutex
	keys    map[string]bool
	traces  []*tracespb.ExportTraceServiceRequest
	metrics []*metricspb.ExportMetricsServiceRequest
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys[r.Header.Get("Authorization")] = true
	switch r.URL.Path {
	case "/v1/traces":
		var request tracespb.ExportTraceServiceRequest
		if proto.Unmarshal(data, &request) == nil {
			c.traces = append(c.traces, &request)
		}
	case "/v1/metrics":
		var request metricspb.ExportMetricsServiceRequest
		if proto.Unmarshal(data, &request) == nil {
			c.metrics = append(c.metrics, &request)
		}
	default:
		http.NotFound(w, r)
	}
}

func answered() telemetry.Exchange {
	joules := 12.5
	return telemetry.Exchange{
		Action: "chat", Outcome: "completed", Model: "qwen3", Node: "gpu", Tried: []telemetry.Try{{Model: "qwen3", Node: "laptop", Error: "unavailable"}}, Auto: true,
		Began: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), Took: 2 * time.Second, First: 300 * time.Millisecond, Prompt: 40, Output: 120,
		Energy: core.Energy{Joules: &joules, Label: core.EnergyEstimatedPublished},
	}
}

func TestTracesAndFiguresReachACollector(t *testing.T) {
	t.Parallel()
	c := &collector{keys: map[string]bool{}}
	server := httptest.NewServer(c)
	defer server.Close()
	export, err := telemetry.NewExport(t.Context(), telemetry.ExportConfig{
		Endpoint: server.URL + "/", Key: "Bearer k", Version: "test", Interval: time.Hour, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	m := telemetry.NewMetrics(func(model string) bool { return model == "qwen3" })
	m.Watch(nil, export)
	const parent = "4bf92f3577b34da6a3ce929d0e0e4736"
	inbound := export.Inbound(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { m.Exchange(r.Context(), answered()) }))
	request := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", nil)
	request.Header.Set("Traceparent", "00-"+parent+"-00f067aa0ba902b7-01")
	inbound.ServeHTTP(httptest.NewRecorder(), request)
	broken := answered()
	broken.Outcome, broken.Error, broken.Model, broken.First, broken.Energy = "failed", "unavailable", "not-in-the-catalogue", 0, core.UnknownEnergy()
	m.Exchange(t.Context(), broken)
	if err := export.Close(); err != nil { // sends what is left
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.keys["Bearer k"] || len(c.keys) != 1 {
		t.Errorf("keys: %v", c.keys)
	}
	spans := map[string]map[string]string{}
	for _, request := range c.traces {
		for _, resource := range request.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				for _, span := range scope.Spans {
					spans[span.Name] = attributes(span.Attributes)
					spans[span.Name]["took"] = time.Duration(span.EndTimeUnixNano - span.StartTimeUnixNano).String()
					spans[span.Name]["trace"] = hex(span.TraceId)
					spans[span.Name]["status"] = span.Status.GetCode().String()
				}
			}
		}
	}
	for name, want := range map[string]map[string]string{
		"chat qwen3": {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "qwen3", "server.address": "gpu",
			"took": "2s", "trace": parent, "solidaire.energy.label": "estimated-published", "solidaire.outcome": "completed"},
		"chat other": {"error.type": "unavailable", "status": "STATUS_CODE_ERROR", "solidaire.energy.label": "unknown"},
	} {
		for key, value := range want {
			if spans[name][key] != value {
				t.Errorf("%s: %s is %q, want %q (%v)", name, key, spans[name][key], value, spans[name])
			}
		}
	}
	names := map[string]bool{}
	for _, request := range c.metrics {
		for _, resource := range request.ResourceMetrics {
			for _, scope := range resource.ScopeMetrics {
				for _, metric := range scope.Metrics {
					names[metric.Name] = true
				}
			}
		}
	}
	for _, name := range []string{"gen_ai.client.token.usage", "gen_ai.client.operation.duration", "gen_ai.client.operation.time_to_first_chunk",
		"gen_ai.server.time_to_first_token", "solidaire.energy"} {
		if !names[name] {
			t.Errorf("%s was not sent: %v", name, names)
		}
	}
}

// A collector that is not there costs a request nothing, and stopping neither fails nor hangs.
func TestACollectorThatIsNotThere(t *testing.T) {
	t.Parallel()
	export, err := telemetry.NewExport(t.Context(), telemetry.ExportConfig{Endpoint: "http://127.0.0.1:1", Interval: time.Hour, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	m := telemetry.NewMetrics(nil)
	m.Watch(nil, export)
	for range 5000 {
		m.Exchange(context.Background(), answered())
	}
	if err := export.Close(); err != nil {
		t.Error(err)
	}
	for _, endpoint := range []string{"", "collector", "http://"} {
		if _, err := telemetry.NewExport(t.Context(), telemetry.ExportConfig{Endpoint: endpoint}); !core.Is(err, core.Invalid) {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
	var none *telemetry.Export
	if none.Inbound(http.NotFoundHandler()) == nil {
		t.Error("without export requests go nowhere")
	}
}

func attributes(list []*common.KeyValue) map[string]string {
	out := map[string]string{}
	for _, kv := range list {
		out[kv.Key] = kv.Value.GetStringValue()
	}
	return out
}

func hex(b []byte) string {
	const digits = "0123456789abcdef"
	var out []byte
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}
