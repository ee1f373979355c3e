package main

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// made stands for an embedding model where only sizes and speed are measured: the vector of a text is drawn from its bytes.
type made struct{}

func (made) Model(context.Context) string { return "made" }

func (made) Embed(_ context.Context, _ memory.TextKind, texts []string) ([][]float32, int, error) {
	out := make([][]float32, len(texts))
	for i, t := range texts {
		h := fnv.New64a()
		h.Write([]byte(t))
		r := rand.New(rand.NewPCG(h.Sum64(), 1))
		v := make([]float32, width)
		for k := range v {
			v[k] = float32(r.NormFloat64())
		}
		out[i] = unit(v)
	}
	return out, 0, nil
}

const passagesOfADocument = 10

// scale adds as many documents as make the passages wanted, of the sets' own sentences in another order, and searches them.
// Documents that the working folder has from an earlier run are not added again.
func scale(ctx context.Context, build func(memory.Embedder) *memory.Service, sets []set, o options) error {
	service := build(made{})
	pool, questions := sentencesOf(sets)
	docs, err := service.Documents(ctx, "scale")
	if err != nil {
		return err
	}
	if len(docs) != o.scale/passagesOfADocument {
		if err := addAll(ctx, service, pool, o.scale); err != nil {
			return err
		}
	}
	return timeAll(ctx, build, questions, o)
}

func addAll(ctx context.Context, service *memory.Service, pool []string, passages int) error {
	before, wall := processorTime(), time.Now()
	draw := rand.New(rand.NewPCG(7, 7))
	for n := range passages / passagesOfADocument {
		file := documentOf(draw, pool, n)
		report, err := service.Add(ctx, "scale", fmt.Sprintf("%02d/%05d.md", n%40, n), time.Time{}, bytes.NewReader(file))
		if err != nil || report.Problem != nil {
			return fmt.Errorf("document %d: %w %v", n, err, report.Problem)
		}
		if n%500 == 499 {
			fmt.Printf("  %d documents, %s, processor %s\n", n+1, time.Since(wall).Round(time.Second), (processorTime() - before).Round(time.Second))
		}
	}
	stored := 0
	docs, err := service.Documents(ctx, "scale")
	if err != nil {
		return err
	}
	for _, d := range docs {
		stored += d.Passages
	}
	fmt.Printf("scale: %d documents, %d passages, added in %s of processor time (%s on the wall)\n", len(docs), stored,
		(processorTime() - before).Round(time.Second), time.Since(wall).Round(time.Second))
	return nil
}

// timeAll searches by words, then by words and vectors, and keeps a processor profile of it when asked. Each way has a memory of its
// own, which ends before the next begins.
func timeAll(ctx context.Context, build func(memory.Embedder) *memory.Service, questions []string, o options) error {
	if o.profile != "" {
		f, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for _, way := range []struct {
		name     string
		embedder memory.Embedder
	}{{"by words", nil}, {"by words and meaning", made{}}} {
		service, before := build(way.embedder), processorTime()
		if !o.stored {
			if err := service.Prepare(ctx, "scale"); err != nil {
				return err
			}
			fmt.Printf("scale: terms in memory after %s of processor time, %d MB\n", (processorTime() - before).Round(10*time.Millisecond), service.WordMemory()>>20)
		}
		if err := timeSearches(ctx, service, way.name, questions); err != nil {
			return err
		}
		runtime.KeepAlive(service) // so that what is resident at the end is all that it holds
	}
	return nil
}

// timeSearches tells how long searches take on the wall, and how much processor time each takes: on an idle machine none takes longer
// than that, as nothing in a search waits for anything else.
func timeSearches(ctx context.Context, service *memory.Service, name string, questions []string) error {
	if _, _, err := service.Search(ctx, memory.Query{Organisation: "scale", Text: questions[0]}); err != nil { // loads what stays in memory
		return err
	}
	var wall, spent []time.Duration
	var all time.Duration
	most := resident()
	for _, q := range questions {
		start, before := time.Now(), processorTime()
		if _, _, err := service.Search(ctx, memory.Query{Organisation: "scale", Text: q}); err != nil {
			return err
		}
		wall, spent = append(wall, time.Since(start)), append(spent, processorTime()-before)
		all += spent[len(spent)-1]
		most = max(most, resident())
	}
	debug.FreeOSMemory()
	fmt.Printf("scale: search %s, %d questions, load %s\n  on the wall p50 %s, p95 %s, longest %s\n  processor time p50 %s, p95 %s, longest %s, mean %s\n  resident at most %d MB, %d MB once what is unused is given back\n",
		name, len(questions), loadAverage(), share(wall, 50), share(wall, 95), share(wall, 100), share(spent, 50), share(spent, 95), share(spent, 100),
		(all / time.Duration(len(questions))).Round(100*time.Microsecond), most>>20, resident()>>20)
	return nil
}

// share is the time that so many in a hundred do not exceed.
func share(times []time.Duration, percent int) time.Duration {
	slices.Sort(times)
	return times[min(len(times)*percent/100, len(times)-1)].Round(100 * time.Microsecond)
}

var ends = regexp.MustCompile(`[.!?]\s+|\n+`)

// sentencesOf gives the sentences of the sets' documents, and some of their questions.
func sentencesOf(sets []set) (pool, questions []string) {
	for _, s := range sets {
		for _, f := range s.files {
			for _, sentence := range ends.Split(string(f.data), -1) {
				if n := len(strings.Fields(sentence)); n >= 6 && n <= 45 {
					pool = append(pool, strings.TrimLeft(sentence, "#-*|> "))
				}
			}
		}
		for i, q := range s.questions {
			if i%7 == 0 && len(questions) < 500 {
				questions = append(questions, q.text)
			}
		}
	}
	return pool, questions
}

// documentOf writes a document of ten sections, each of which becomes a passage.
func documentOf(draw *rand.Rand, pool []string, n int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Document %d\n\n", n)
	for section := range passagesOfADocument {
		fmt.Fprintf(&b, "## Section %d\n\n", section+1)
		for words := 0; words < 120; {
			s := pool[draw.IntN(len(pool))]
			words += len(strings.Fields(s))
			fmt.Fprintf(&b, "%s. ", s)
		}
		b.WriteString("\n\n")
	}
	return b.Bytes()
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// loadAverage is how many tasks wanted a processor over the last minute, as the system counts it.
func loadAverage() string {
	all, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	last, _, _ := strings.Cut(string(all), " ")
	return last
}

// resident is what the process holds in memory, in bytes, as the system counts it; 0: unknown.
func resident() int {
	all, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, pages int
	if _, err := fmt.Sscan(string(all), &size, &pages); err != nil {
		return 0
	}
	return pages * os.Getpagesize()
}
