package telemetry

import (
	"context"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Exchange is what is counted of a request that ended. No field holds content, a person or a receipt.
type Exchange struct {
	Action  string
	Outcome string
	Error   string // code; "" for none
	Model   string
	Dialect string // of the engine; "" is OpenAI's
	Node    string
	Auto    bool
	Tried   []Try // engines that failed before, in order
	Began   time.Time
	Took    time.Duration
	First   time.Duration // to the first token; 0: there was none
	Prompt  int           // tokens
	Output  int
	Energy  core.Energy
}

// Try is an engine that failed before another one was asked.
type Try struct {
	Model, Node string
	Error       string // code
}

// failed reports whether an engine or we failed. A refusal and a caller who left are no failures.
func (x Exchange) failed() bool { return x.Outcome == "failed" || x.Outcome == "interrupted" }

// Exchange counts a request that ended: for Prometheus, for the operator's page and, where there is one, for the collector.
func (m *Metrics) Exchange(ctx context.Context, x Exchange) {
	m.energyUsed(x)
	m.fallbacks.Add(float64(len(x.Tried)))
	if x.Auto {
		m.chosen.WithLabelValues(m.model(x.Model)).Inc()
	}
	x.Error = m.code(x.Error)
	tried := make([]Source, len(x.Tried))
	x.Tried = slices.Clone(x.Tried)
	for i, try := range x.Tried {
		tried[i], x.Tried[i].Error = m.source(try.Model, try.Node), m.code(try.Error)
	}
	m.recent.add(x, m.source(x.Model, x.Node), tried)
	if m.export != nil {
		x.Model = m.model(x.Model)
		m.export.exchange(ctx, x)
	}
}

// source names who answered, in few words: a model that is not in the catalogue is "other".
func (m *Metrics) source(model, node string) Source {
	if model != "" {
		model = m.model(model)
	}
	return Source{Model: model, Server: m.nodes.label(node)}
}

func (m *Metrics) code(code string) string {
	if code == "" {
		return ""
	}
	return m.codes.label(code)
}

func (m *Metrics) energyUsed(x Exchange) {
	if x.Outcome == "refused" {
		return
	}
	if x.Energy.Joules == nil {
		m.energyUnknown.WithLabelValues(m.model(x.Model)).Inc()
		return
	}
	m.energy.WithLabelValues(m.model(x.Model), m.labels.label(string(x.Energy.Label))).Add(max(*x.Energy.Joules, 0))
}

// Watch has the figures of load read from where they are known, and each ended request sent to export; nil sends nothing.
func (m *Metrics) Watch(load func() (waiting, answering int), export *Export) {
	m.load, m.export = load, export
}

// Recent tells what happened in the last hour, for the operator's page.
func (m *Metrics) Recent() Hour { return m.recent.hour() }

// Load tells how many requests wait for their first token and how many are being answered now.
func (m *Metrics) Load() (waiting, answering int) {
	if m.load == nil {
		return 0, 0
	}
	return m.load()
}

// Sample notes the load of the moment, so that the page shows how the queue grew. It is called every few seconds.
func (m *Metrics) Sample() {
	waiting, answering := m.Load()
	m.recent.sample(waiting, answering)
}

// sampleEvery is how often Run notes the load.
const sampleEvery = 5 * time.Second

// Run notes the load until ctx ends. It returns nil.
func (m *Metrics) Run(ctx context.Context) error {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			m.Sample()
		}
	}
}
