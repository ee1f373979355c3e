package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// target is what is measured.
type target struct {
	name string
	addr string
	key  string // "" needs none

	path, model string // "": those of the mock
	header      map[string]string
	process     *process // nil: its processor time is not told
	peer        bool     // may fail: that is reported, and the others go on
	wholeOnly   bool     // streams are not asked of it
}

// sample is one round on one target.
type sample struct {
	perSecond float64
	p50, p99  time.Duration // of whole replies
	first     time.Duration // median until the first byte of the body
	requests  int
	cpu       time.Duration // of the target's process, for each request; 0: not told
}

// prompt is about one kilobyte of ordinary French.
func prompt() string {
	const sentence = "Les membres de la coopérative se réunissent en assemblée générale au moins une fois par année. "
	return strings.Repeat(sentence, 1024/len(sentence)) + "Quel est le quorum ?"
}

// request is the bytes of one chat request, the same for every target but for its key.
func (t target) request(stream bool) []byte {
	body := map[string]any{"model": cmp.Or(t.model, mockModel), "messages": []any{map[string]any{"role": "user", "content": prompt()}}}
	if stream {
		body["stream"] = true
	}
	return t.post(cmp.Or(t.path, "/v1/chat/completions"), encode(body))
}

func (t target) post(path string, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", path, t.addr, len(body))
	if t.key != "" {
		fmt.Fprintf(&b, "Authorization: Bearer %s\r\n", t.key)
	}
	for name, value := range t.header {
		fmt.Fprintf(&b, "%s: %s\r\n", name, value)
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// load sends the request on so many connections for a time. must is what every whole reply contains.
func (t target) load(ctx context.Context, request []byte, must string, connections int, long time.Duration) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, long+30*time.Second)
	defer cancel()
	busy := t.busy()
	began := time.Now()
	until := began.Add(long)
	results := make([]worker, connections)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() { results[i].err = results[i].work(ctx, t, request, must, until) })
	}
	all.Wait()
	took := time.Since(began)
	busy = t.busy() - busy
	var whole, first []time.Duration
	for _, w := range results {
		if w.err != nil {
			return sample{}, fmt.Errorf("%s: after %d replies: %w", t.name, len(w.whole), w.err)
		}
		whole, first = append(whole, w.whole...), append(first, w.first...)
	}
	return sample{
		perSecond: float64(len(whole)) / took.Seconds(), requests: len(whole),
		p50: percentile(whole, 50), p99: percentile(whole, 99), first: percentile(first, 50),
		cpu: busy / time.Duration(max(len(whole), 1)),
	}, nil
}

func (t target) busy() time.Duration {
	if t.process == nil {
		return 0
	}
	return t.process.cpu()
}

// worker is one connection.
type worker struct {
	whole, first []time.Duration
	err          error
}

func (w *worker) work(ctx context.Context, t target, request []byte, must string, until time.Time) error {
	c, err := t.dial(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	for time.Now().Before(until) {
		whole, first, err := c.exchange(request, must)
		if err != nil {
			return err
		}
		w.whole, w.first = append(w.whole, whole), append(w.first, first)
	}
	return nil
}

// connection is kept alive from one request to the next.
type connection struct {
	conn   net.Conn
	reader *bufio.Reader
	body   bytes.Buffer
	close  func()
}

func (t target) dial(ctx context.Context) (*connection, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.addr)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	return &connection{conn: conn, reader: bufio.NewReader(conn), close: func() { stop(); conn.Close() }}, nil
}

// exchange sends a request and reads its reply, which must be a success that contains must.
func (c *connection) exchange(request []byte, must string) (whole, first time.Duration, err error) {
	began := time.Now()
	if _, err := c.conn.Write(request); err != nil {
		return 0, 0, err
	}
	reply, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0, 0, err
	}
	c.body.Reset()
	at, err := readTimed(&c.body, reply.Body)
	if err != nil {
		return 0, 0, err
	}
	whole, first = time.Since(began), at.Sub(began)
	if reply.StatusCode != http.StatusOK || !bytes.Contains(c.body.Bytes(), []byte(must)) || reply.Close {
		return 0, 0, fmt.Errorf("status %d, closing %v: %.400s", reply.StatusCode, reply.Close, c.body.String())
	}
	return whole, first, nil
}

// readTimed reads it all and tells when the first byte came.
func readTimed(into *bytes.Buffer, from io.Reader) (first time.Time, err error) {
	var one [1]byte
	if _, err := io.ReadFull(from, one[:]); err != nil {
		return first, err
	}
	first = time.Now()
	into.Write(one[:])
	_, err = into.ReadFrom(from)
	return first, err
}

func percentile(of []time.Duration, percent int) time.Duration {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return sorted[(len(sorted)-1)*percent/100]
}

func median[N float64 | time.Duration](of []N) N {
	sorted := slices.Sorted(slices.Values(of))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// medians takes the median of each figure over the rounds.
func medians(rounds []sample) sample {
	pick := func(of func(sample) time.Duration) time.Duration {
		var all []time.Duration
		for _, s := range rounds {
			all = append(all, of(s))
		}
		return median(all)
	}
	var perSecond []float64
	total := 0
	for _, s := range rounds {
		perSecond = append(perSecond, s.perSecond)
		total += s.requests
	}
	return sample{
		perSecond: median(perSecond), requests: total,
		p50:   pick(func(s sample) time.Duration { return s.p50 }),
		p99:   pick(func(s sample) time.Duration { return s.p99 }),
		first: pick(func(s sample) time.Duration { return s.first }),
		cpu:   pick(func(s sample) time.Duration { return s.cpu }),
	}
}
