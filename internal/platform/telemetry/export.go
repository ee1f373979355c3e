package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// ExportConfig says where traces and figures go.
type ExportConfig struct {
	Endpoint string // a collector's address; the paths of OTLP over HTTP are added
	Key      string // its Authorization header; "" sends none
	Version  string // of this program
	Interval time.Duration
	Log      *slog.Logger
}

// Export sends traces and figures to a collector. Requests never wait for it: what the collector does not take in time is dropped.
type Export struct {
	tracer trace.Tracer
	traces *sdktrace.TracerProvider
	meters *sdkmetric.MeterProvider

	tokens, duration, firstChunk, firstToken, energy metric.Float64Histogram
}

// exportEvery is how often figures are sent.
const exportEvery = 30 * time.Second

// NewExport prepares sending. It does not connect: a collector that is not there is noted in the log, and tried again.
func NewExport(ctx context.Context, config ExportConfig) (*Export, error) {
	u, err := url.Parse(strings.TrimRight(config.Endpoint, "/"))
	if err != nil || u.Host == "" {
		return nil, core.Wrap(err, core.Invalid, "errors.telemetry_endpoint", nil)
	}
	headers := map[string]string{}
	if config.Key != "" {
		headers["Authorization"] = config.Key
	}
	spans, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(u.String()+"/v1/traces"), otlptracehttp.WithHeaders(headers))
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.telemetry_endpoint", nil)
	}
	figures, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(u.String()+"/v1/metrics"), otlpmetrichttp.WithHeaders(headers))
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.telemetry_endpoint", nil)
	}
	if config.Interval <= 0 {
		config.Interval = exportEvery
	}
	// The library tells of its trouble through one handler for the whole program, and writes to stderr without it.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { config.Log.Warn("telemetry is not sent", "error", err) }))
	who := resource.NewSchemaless(attribute.String("service.name", "solidaire"), attribute.String("service.version", config.Version))
	e := &Export{
		traces: sdktrace.NewTracerProvider(sdktrace.WithResource(who), sdktrace.WithBatcher(spans)),
		meters: sdkmetric.NewMeterProvider(sdkmetric.WithResource(who), sdkmetric.WithReader(sdkmetric.NewPeriodicReader(figures, sdkmetric.WithInterval(config.Interval)))),
	}
	e.tracer = e.traces.Tracer("solidaire")
	return e, e.instruments(e.meters.Meter("solidaire"))
}

func (e *Export) instruments(meter metric.Meter) error {
	var failed error
	for _, i := range []struct {
		to         *metric.Float64Histogram
		name, unit string
		bounds     []float64
	}{
		{&e.tokens, metricTokens, "{token}", tokenBounds()}, {&e.duration, metricDuration, "s", secondBounds()},
		{&e.firstChunk, metricFirstChunk, "s", secondBounds()}, {&e.firstToken, metricFirstToken, "s", secondBounds()},
		{&e.energy, metricEnergy, "J", []float64{.01, .1, 1, 10, 100, 1e3, 1e4, 1e5}},
	} {
		made, err := meter.Float64Histogram(i.name, metric.WithUnit(i.unit), metric.WithExplicitBucketBoundaries(i.bounds...))
		*i.to, failed = made, errors.Join(failed, err)
	}
	return failed
}

// exchange sends one ended request: a span, and its figures.
func (e *Export) exchange(ctx context.Context, x Exchange) {
	ctx = context.WithoutCancel(ctx)
	_, span := e.tracer.Start(ctx, spanName(x), trace.WithTimestamp(x.Began), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(described(x)...))
	if x.failed() {
		span.SetStatus(codes.Error, x.Error)
	}
	span.End(trace.WithTimestamp(x.Began.Add(x.Took)))
	with := metric.WithAttributes(common(x)...)
	e.duration.Record(ctx, x.Took.Seconds(), with)
	if x.First > 0 {
		e.firstChunk.Record(ctx, x.First.Seconds(), with)
		e.firstToken.Record(ctx, x.First.Seconds(), with)
	}
	for _, t := range []struct {
		kind  string
		count int
	}{{typeInput, x.Prompt}, {typeOutput, x.Output}} {
		if t.count > 0 {
			e.tokens.Record(ctx, float64(t.count), metric.WithAttributes(append(common(x), keyTokenType.String(t.kind))...))
		}
	}
	if x.Energy.Joules != nil {
		e.energy.Record(ctx, *x.Energy.Joules, metric.WithAttributes(append(common(x), keyLabel.String(string(x.Energy.Label)))...))
	}
}

// Inbound lets a trace that a caller began go on here.
func (e *Export) Inbound(next http.Handler) http.Handler {
	if e == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))))
	})
}

// closeWait bounds what is sent at the end.
const closeWait = 2 * time.Second

// Close sends what is left, within a bound.
func (e *Export) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	_ = errors.Join(e.traces.Shutdown(ctx), e.meters.Shutdown(ctx)) // a collector that is not there must not make stopping fail
	return nil
}
