package telemetry

import (
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Metrics counts what happens. Safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	known    func(model string) bool

	actions, outcomes, surfaces, codes, assets, models, labels, nodes *bounded

	requests       *prometheus.CounterVec
	requestSeconds *prometheus.HistogramVec
	firstToken     *prometheus.HistogramVec
	tokens         *prometheus.CounterVec
	responses      *prometheus.CounterVec
	inFlight       *prometheus.GaugeVec
	engineErrors   *prometheus.CounterVec
	auditSeconds   prometheus.Histogram
	budgetRefusals *prometheus.CounterVec
	energy         *prometheus.CounterVec
	energyUnknown  *prometheus.CounterVec
	chosen         *prometheus.CounterVec
	fallbacks      prometheus.Counter

	recent recent
	load   func() (waiting, answering int) // set once, before requests come
	export *Export
}

// Bounds of the label sets. Actions, outcomes, surfaces and codes are words of the code itself.
const (
	mostWords  = 32
	mostModels = 64
)

// other stands for every value that is not in a set.
const other = "other"

// NewMetrics makes the figures, all at zero. known says whether a model is in the catalogue: any other name
// is counted as "other".
func NewMetrics(known func(model string) bool) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), known: known}
	for _, set := range []**bounded{&m.actions, &m.outcomes, &m.surfaces, &m.codes, &m.assets, &m.labels, &m.nodes} {
		*set = newBounded(mostWords)
	}
	m.models = newBounded(mostModels)
	m.requests = counter("requests_total", "Requests that ended, by action and outcome.", "action", "outcome")
	m.requestSeconds = histogram("request_seconds", "From arrival to the end of a request.", "action")
	m.firstToken = histogram("first_token_seconds", "From arrival to the first token.", "model")
	m.tokens = counter("tokens_total", "Tokens read and written.", "model", "direction")
	m.responses = counter("http_responses_total", "HTTP responses, by surface and status.", "surface", "status")
	m.inFlight = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Name: "http_in_flight", Help: "HTTP requests under way, by surface."}, []string{"surface"})
	m.engineErrors = counter("engine_errors_total", "Failures of engines, by model and code.", "model", "code")
	m.auditSeconds = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: namespace, Name: "audit_append_seconds", Help: "Until a record is on stable storage.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16)})
	m.budgetRefusals = counter("budget_refusals_total", "Requests refused for want of budget, by asset.", "asset")
	m.energy = counter("energy_joules_total", "Known energy of answers, by model and label.", "model", "label")
	m.energyUnknown = counter("energy_unknown_total", "Answers whose energy is not known, by model.", "model")
	m.chosen = counter("auto_chosen_total", "Answers whose model was chosen, by model.", "model")
	m.fallbacks = prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "fallbacks_total",
		Help: "Engines that failed before another one was asked."})
	m.recent.clock = core.SystemClock{}
	load := func(name, help string, of func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, func() float64 { return float64(of()) })
	}
	m.registry.MustRegister(m.energy, m.energyUnknown, m.chosen, m.fallbacks,
		load("waiting", "Requests that wait for their first token.", func() int { waiting, _ := m.Load(); return waiting }),
		load("answering", "Requests that are being answered.", func() int { _, answering := m.Load(); return answering }))
	m.registry.MustRegister(m.requests, m.requestSeconds, m.firstToken, m.tokens, m.responses, m.inFlight,
		m.engineErrors, m.auditSeconds, m.budgetRefusals,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

const namespace = "solidaire"

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help,
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300}}, labels)
}

// Request counts a request that ended.
func (m *Metrics) Request(action, outcome string, took time.Duration) {
	action = m.actions.label(action)
	m.requests.WithLabelValues(action, m.outcomes.label(outcome)).Inc()
	m.requestSeconds.WithLabelValues(action).Observe(took.Seconds())
}

// FirstToken counts the wait for the first token.
func (m *Metrics) FirstToken(model string, took time.Duration) {
	m.firstToken.WithLabelValues(m.model(model)).Observe(took.Seconds())
}

// Tokens counts tokens read and written.
func (m *Metrics) Tokens(model string, prompt, output int) {
	model = m.model(model)
	m.tokens.WithLabelValues(model, "prompt").Add(float64(max(prompt, 0)))
	m.tokens.WithLabelValues(model, "output").Add(float64(max(output, 0)))
}

// EngineError counts a failure of the engine of a model, by the code of its error.
func (m *Metrics) EngineError(model, code string) {
	m.engineErrors.WithLabelValues(m.model(model), m.codes.label(code)).Inc()
}

// AuditAppend counts one acknowledged record.
func (m *Metrics) AuditAppend(took time.Duration) { m.auditSeconds.Observe(took.Seconds()) }

// BudgetRefused counts a refusal for want of an asset, "tokens" or "energy".
func (m *Metrics) BudgetRefused(asset string) {
	m.budgetRefusals.WithLabelValues(m.assets.label(asset)).Inc()
}

// Handler shows the figures in Prometheus' format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// Surface counts what next answers, under the name of a surface such as "openai" or "pages".
func (m *Metrics) Surface(name string, next http.Handler) http.Handler {
	name = m.surfaces.label(name)
	inFlight := m.inFlight.WithLabelValues(name)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inFlight.Inc()
		seen := &watched{ResponseWriter: w}
		defer func() {
			inFlight.Dec()
			m.responses.WithLabelValues(name, seen.class()).Inc()
		}()
		next.ServeHTTP(seen, r)
		if seen.status == 0 { // the server answers 200 for a handler that wrote nothing
			seen.status = http.StatusOK
		}
	})
}

func (m *Metrics) model(name string) string {
	if m.known == nil || !m.known(name) {
		return other
	}
	return m.models.label(name)
}

// watched remembers the status of a response.
type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Flush lets streams through.
func (w *watched) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Unwrap lets http.ResponseController reach the response.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// class is the status as a label; a response that was broken off before its status is "none".
func (w *watched) class() string {
	if w.status < 100 || w.status > 599 {
		return "none"
	}
	return strconv.Itoa(w.status)
}

// bounded is a set of label values that stops growing.
type bounded struct {
	most int
	mu   sync.RWMutex
	in   map[string]bool
}

func newBounded(most int) *bounded { return &bounded{most: most, in: map[string]bool{}} }

// label returns the value, or "other" once the set is full.
func (b *bounded) label(value string) string {
	b.mu.RLock()
	in := b.in[value]
	b.mu.RUnlock()
	if in {
		return value
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.in) >= b.most || value == "" || len(value) > 128 || !utf8.ValidString(value) { // Prometheus panics at what is no text
		return other
	}
	b.in[value] = true
	return value
}
