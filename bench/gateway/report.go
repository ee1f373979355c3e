package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// report is everything that was measured. A zero figure was not.
type report struct {
	options    options
	began      time.Time
	loads      []loaded
	firstStart time.Duration
	laterStart time.Duration
	idleMB     float64
	peakMB     float64
	questions  int
	byMeaning  int // of the answers, those for which the embedding engine was there
	answers    []time.Duration
	bars       []bar

	appends          []time.Duration
	appendsPerSecond float64

	prices []loaded
	soaked soaked
	memory []held   // of each target, after the loads
	absent []string // peers that did not start, and why
}

// loaded is one kind of request on so many connections.
type loaded struct {
	stream      bool
	connections int
	rows        []row
	failed      []string // peers that could not do it
}

type row struct {
	name string
	sample
}

// held is the most memory of one target.
type held struct {
	name string
	mb   float64
}

// bar is one promise and what came of it.
type bar struct {
	what, want, got string
	held            bool
}

func (l loaded) find(name string) (sample, bool) {
	for _, r := range l.rows {
		if r.name == name {
			return r.sample, true
		}
	}
	return sample{}, false
}

func (l loaded) kind() string {
	if l.stream {
		return "stream"
	}
	return "whole reply"
}

// The bars.
const (
	firstShare     = 0.5
	firstAdded     = 4.0
	leastShare     = 0.8
	mostAdded      = 2.0
	mostTail       = 3.0
	mostFirst      = time.Millisecond
	mostPeakMB     = 60
	mostGrowth     = 1.05
	mostStart      = time.Second
	mostIdleMB     = 80
	mostAnswerTime = 150 * time.Millisecond
	mostAppend     = time.Millisecond
)

// judge holds what was measured against the bars.
func (r *report) judge() {
	r.bars = nil
	for _, l := range r.loads {
		us, measured := l.find(ours)
		if !measured {
			continue
		}
		floor, _ := l.find(direct)
		proxy, _ := l.find(bare)
		what := fmt.Sprintf("%s, %s", l.kind(), plural(l.connections, "connection"))
		if l.connections == 10 {
			tail := float64(us.p99) / float64(proxy.p99)
			r.hold("p99 against the bare proxy: "+what, fmt.Sprintf("≤ %.0f ×", mostTail), fmt.Sprintf("%.2f ×", tail), tail <= mostTail)
			continue
		}
		if l.stream {
			first := us.first - floor.first
			r.hold("added time to the first byte, p50: "+what, "≤ 1 ms", short(first), first <= mostFirst)
		}
		r.beside(what, us, proxy, floor)
		if once, ok := l.find(atOnce); ok {
			r.beside(what+", `replies: whole`", once, proxy, floor)
		}
	}
	if r.laterStart > 0 {
		r.hold("start to ready, without the engine", "≤ 1 s", short(r.laterStart), r.laterStart <= mostStart)
		r.hold("first start to ready, new data directory", "≤ 1 s", short(r.firstStart), r.firstStart <= mostStart)
		r.hold("idle memory, without the engine", fmt.Sprintf("≤ %d MB", mostIdleMB), fmt.Sprintf("%.0f MB", r.idleMB), r.idleMB <= mostIdleMB)
	}
	if r.peakMB > 0 {
		r.hold("most memory over the run", fmt.Sprintf("≤ %d MB", mostPeakMB), fmt.Sprintf("%.0f MB", r.peakMB), r.peakMB <= mostPeakMB)
	}
	if s := r.soaked; s.requests > 0 {
		r.hold(fmt.Sprintf("memory after %s of load, against its beginning", s.long), fmt.Sprintf("≤ %.2f ×", mostGrowth), fmt.Sprintf("%.2f ×", s.late/s.early), s.late <= mostGrowth*s.early)
	}
	if len(r.appends) > 0 {
		p50 := percentile(r.appends, 50)
		r.hold(fmt.Sprintf("acknowledged append to the audit, %d writers, p50", auditWriters), "≤ 1 ms", short(p50), p50 <= mostAppend)
	}
	if len(r.answers) > 0 {
		p50 := percentile(r.answers, 50)
		got := short(p50)
		if missing := len(r.answers) - r.byMeaning; missing > 0 {
			got += fmt.Sprintf(", without the engine %d of %d", missing, len(r.answers))
		}
		r.hold("quoted answer over the demonstration, p50, engine warm", "≤ 150 ms", got, p50 <= mostAnswerTime && r.byMeaning == len(r.answers))
	}
}

// beside holds the speed against the bare proxy's: the first bar, then the one raised later.
func (r *report) beside(what string, us, proxy, floor sample) {
	share, added := us.perSecond/proxy.perSecond, float64(us.p50-floor.p50)/float64(proxy.p50-floor.p50)
	for _, least := range []float64{firstShare, leastShare} {
		r.hold("requests/s against the bare proxy: "+what, fmt.Sprintf("≥ %.1f ×", least), fmt.Sprintf("%.2f ×", share), share >= least)
	}
	for _, most := range []float64{firstAdded, mostAdded} {
		r.hold("added p50 against the bare proxy: "+what, fmt.Sprintf("≤ %.0f ×", most), fmt.Sprintf("%.2f ×", added), added <= most)
	}
}

func (r *report) hold(what, want, got string, held bool) {
	r.bars = append(r.bars, bar{what, want, got, held})
}

func (r *report) missed() int {
	n := 0
	for _, b := range r.bars {
		if !b.held {
			n++
		}
	}
	return n
}

// write renders the report to the terminal, and to a file when one is named.
func (r *report) write(path string) error {
	r.judge()
	text := r.markdown()
	fmt.Print(text)
	if path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The gateway beside Go's reverse proxy\n\n%s\n\n", facts(r.began))
	fmt.Fprintf(&b, "Method: `bench/gateway`, in its package comment. %d rounds of %s for each target, after %s of warm-up; medians of the rounds. "+
		"Mock, proxy, gateway and load generator share the cores. Request: about 1 KB; reply: about 0.7 KB of text.\n", r.options.rounds, r.options.each, r.options.warm)
	for _, l := range r.loads {
		l.table(&b)
	}
	r.besides(&b)
	r.alone(&b)
	if len(r.bars) > 0 {
		b.WriteString("\n## Bars\n\n| Bar | Wanted | Measured | |\n| --- | --- | --- | --- |\n")
		for _, x := range r.bars {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", x.what, x.want, x.got, map[bool]string{true: "pass", false: "**fail**"}[x.held])
		}
	}
	if r.peakMB > mostPeakMB {
		b.WriteString("\nWhere the time goes: [time.md](../time.md). Where the memory goes: [memory.md](../memory.md).\n")
	}
	return b.String()
}

func (l loaded) table(b *strings.Builder) {
	floor, _ := l.find(direct)
	proxy, _ := l.find(bare)
	fmt.Fprintf(b, "\n## %s, %s\n\n", strings.ToUpper(l.kind()[:1])+l.kind()[1:], plural(l.connections, "connection"))
	b.WriteString("| Target | requests/s | of the proxy | p50 | added p50 | of the proxy's | p99 | first byte p50 | processor | requests |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n")
	for _, r := range l.rows {
		share, added, ratio := "", "", ""
		if r.name != direct {
			share = fmt.Sprintf("%.2f ×", r.perSecond/proxy.perSecond)
			added = short(r.p50 - floor.p50)
			ratio = fmt.Sprintf("%.2f ×", float64(r.p50-floor.p50)/float64(proxy.p50-floor.p50))
		}
		fmt.Fprintf(b, "| %s | %.0f | %s | %s | %s | %s | %s | %s | %s | %d |\n",
			r.name, r.perSecond, share, short(r.p50), added, ratio, short(r.p99), short(r.first), short(r.cpu), r.requests)
	}
	for _, why := range l.failed {
		fmt.Fprintf(b, "\nCould not: %s\n", why)
	}
}

// besides are the price of each control, the long load, and the peers that are absent.
func (r *report) besides(b *strings.Builder) {
	if len(r.memory) > 0 {
		b.WriteString("\n## Most memory over these loads\n\n| Target | MB |\n| --- | --: |\n")
		for _, m := range r.memory {
			fmt.Fprintf(b, "| %s | %.0f |\n", m.name, m.mb)
		}
	}
	for _, why := range r.absent {
		fmt.Fprintf(b, "\n%s\n", why)
	}
	for _, l := range r.prices {
		fmt.Fprintf(b, "\n## The price of each control: whole reply, %s\n\n", plural(l.connections, "connection"))
		b.WriteString("| | requests/s | of the proxy | p50 | processor |\n| --- | --: | --: | --: | --: |\n")
		proxy, _ := l.find(bare)
		for _, r := range l.rows {
			fmt.Fprintf(b, "| %s | %.0f | %.2f × | %s | %s |\n", r.name, r.perSecond, r.perSecond/proxy.perSecond, short(r.p50), short(r.cpu))
		}
	}
	if s := r.soaked; s.requests > 0 {
		fmt.Fprintf(b, "\n## %s of load, 16 connections, streams and whole replies by turns\n\n%d requests, none cut. Memory: %.0f MB in the second tenth of the time, "+
			"%.0f MB in the last, %.0f MB at most.\n", s.long, s.requests, s.early, s.late, s.peak)
	}
}

// alone lists what was measured of Solidaire by itself.
func (r *report) alone(b *strings.Builder) {
	if len(r.appends) == 0 {
		return
	}
	b.WriteString("\n## By itself\n\n| Figure | Value |\n| --- | --: |\n")
	fmt.Fprintf(b, "| acknowledged append to the audit, %d writers, p50 / p99 | %s / %s |\n",
		auditWriters, short(percentile(r.appends, 50)), short(percentile(r.appends, 99)))
	fmt.Fprintf(b, "| acknowledged appends per second | %.0f |\n", r.appendsPerSecond)
	if r.laterStart == 0 {
		return
	}
	fmt.Fprintf(b, "| first start to ready, new data directory | %s |\n", short(r.firstStart))
	fmt.Fprintf(b, "| start to ready, used data directory, median of %d | %s |\n", r.options.rounds, short(r.laterStart))
	fmt.Fprintf(b, "| memory after %s of rest, without the engine | %.0f MB |\n", settling, r.idleMB)
	fmt.Fprintf(b, "| most memory under the loads above | %.0f MB |\n", r.peakMB)
	if len(r.answers) > 0 {
		fmt.Fprintf(b, "| quoted answer, %d questions × %d, p50 | %s |\n", r.questions, r.options.rounds, short(percentile(r.answers, 50)))
		fmt.Fprintf(b, "| of these, with the embedding engine | %d of %d |\n", r.byMeaning, len(r.answers))
		fmt.Fprintf(b, "| quoted answer, p95 | %s |\n", short(percentile(r.answers, 95)))
	}
}

// facts describes the machine and the program.
func facts(began time.Time) string {
	revision := "unknown"
	if out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		revision = strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("%s, revision %s, %s, %s/%s, %d cores, %s, %s.", began.UTC().Format("2 January 2006 15:04 UTC"), revision,
		goVersion(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), procLine("/proc/cpuinfo", "model name"), procLine("/proc/meminfo", "MemTotal"))
}

func goVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.GoVersion
	}
	return runtime.Version()
}

// procLine is the first value of a name in a file of /proc.
func procLine(path, name string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return name + " unknown"
	}
	for line := range strings.Lines(string(raw)) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return name + " " + strings.TrimSpace(value)
		}
	}
	return name + " unknown"
}

func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.0f µs", float64(d)/1e3)
	case d < time.Second:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
