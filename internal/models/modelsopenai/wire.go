package modelsopenai

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Bounds of a connection to an engine.
const (
	maxHeaderBytes = 1 << 20
	maxInterim     = 5 // answers of status 1xx before the real one
	maxIdle        = 256
	idleFor        = 30 * time.Second
	readBuffer     = 16 << 10
	writeBuffer    = 4 << 10
)

var (
	errHeaderTooLong = errors.New("the engine's header is too long")
	errInterim       = errors.New("the engine announces an answer without end")
)

// wire is an http.RoundTripper for HTTP/1.1 without TLS: the goroutine that asks also writes and reads, where
// http.Transport hands every exchange to two others. On an engine of the same machine this halves what a request costs.
//
// Promises: ending the request's context closes the connection at once; a connection goes back to the pool only after a
// whole answer; a request that met a connection which the engine had closed meanwhile, without a byte of an answer, is
// sent once more on a fresh one. No goroutine stays behind.
type wire struct {
	dial       func(ctx context.Context) (net.Conn, error)
	headerWait time.Duration
	keep       bool // connections are used again

	mu     sync.Mutex
	idle   []*wireConn // longest unused first
	reaper *time.Timer // runs while there are idle ones
}

// wireConn is one connection. Its reader belongs to the answer under way.
type wireConn struct {
	net.Conn
	in     *bufio.Reader
	out    *bufio.Writer
	header int // bytes that a header may still take; negative: not reading one
	since  time.Time
}

func newWireConn(c net.Conn) *wireConn {
	w := &wireConn{Conn: c, header: -1}
	w.in, w.out = bufio.NewReaderSize(w, readBuffer), bufio.NewWriterSize(c, writeBuffer)
	return w
}

// Read bounds what a header may take.
func (c *wireConn) Read(p []byte) (int, error) {
	if c.header == 0 {
		return 0, errHeaderTooLong
	}
	if c.header > 0 {
		p = p[:min(len(p), c.header)]
	}
	n, err := c.Conn.Read(p)
	if c.header > 0 {
		c.header -= n
	}
	return n, err
}

// RoundTrip implements http.RoundTripper. Bodies must come with GetBody.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	req.Close = !w.keep
	if conn := w.take(); conn != nil {
		resp, silent, err := w.exchange(conn, req)
		if err == nil || !silent || req.Context().Err() != nil || timedOut(err) {
			return resp, err
		}
		if req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
	}
	c, err := w.dial(req.Context())
	if err != nil {
		return nil, err
	}
	resp, _, err := w.exchange(newWireConn(c), req)
	return resp, err
}

// exchange sends the request and reads the answer's header. silent: not a byte of an answer came.
func (w *wire) exchange(conn *wireConn, req *http.Request) (resp *http.Response, silent bool, err error) {
	ctx := req.Context()
	release := context.AfterFunc(ctx, func() { conn.Close() })
	defer func() {
		if err != nil {
			release()
			conn.Close()
		}
	}()
	sent := req.Write(conn.out)
	if sent == nil {
		sent = conn.out.Flush()
	}
	conn.SetReadDeadline(time.Now().Add(w.headerWait)) // fails only on a closed connection, and so will the read
	conn.header = maxHeaderBytes
	if _, err := conn.in.Peek(1); err != nil { // an engine that refuses in the middle of a request may have said why
		if sent != nil && !timedOut(err) {
			err = sent
		}
		return nil, true, err
	}
	if resp, err = readHeader(conn.in, req); err != nil {
		return nil, false, err
	}
	conn.header = -1
	conn.SetReadDeadline(time.Time{})
	resp.Body = &wireBody{ReadCloser: resp.Body, wire: w, conn: conn, release: release, again: w.keep && !resp.Close && sent == nil}
	return resp, false, nil
}

func readHeader(in *bufio.Reader, req *http.Request) (*http.Response, error) {
	for range maxInterim {
		resp, err := http.ReadResponse(in, req)
		if err != nil || resp.StatusCode < 100 || resp.StatusCode > 199 || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, err
		}
	}
	return nil, errInterim
}

func timedOut(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// wireBody gives the connection back at its end.
type wireBody struct {
	io.ReadCloser
	wire    *wire
	conn    *wireConn
	release func() bool
	again   bool
	once    sync.Once
}

func (b *wireBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.done(err == io.EOF)
	}
	return n, err
}

// Close looks whether the end of the answer is here already, as when the reader stopped at [DONE]; it never waits for it.
func (b *wireBody) Close() error {
	b.once.Do(func() {
		whole := false
		if b.again && b.conn.SetReadDeadline(time.Unix(1, 0)) == nil {
			n, err := io.CopyN(io.Discard, b.ReadCloser, readBuffer)
			whole = err == io.EOF && n < readBuffer && b.conn.SetReadDeadline(time.Time{}) == nil
		}
		b.end(whole)
	})
	return nil
}

func (b *wireBody) done(whole bool) { b.once.Do(func() { b.end(whole) }) }

func (b *wireBody) end(whole bool) {
	left := b.release() // false: the context has ended, and the connection with it
	if whole && left && b.again && b.conn.in.Buffered() == 0 {
		b.wire.put(b.conn)
		return
	}
	b.conn.Close()
}

// take returns the connection that was used last, or nil.
func (w *wire) take() *wireConn {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.idle)
	if n == 0 {
		return nil
	}
	conn := w.idle[n-1]
	w.idle[n-1], w.idle = nil, w.idle[:n-1]
	return conn
}

func (w *wire) put(conn *wireConn) {
	conn.since = time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.idle) >= maxIdle {
		conn.Close()
		return
	}
	w.idle = append(w.idle, conn)
	if w.reaper == nil {
		w.reaper = time.AfterFunc(idleFor, w.reap)
	}
}

// reap closes what was not used for a while, and looks again as long as something is left.
func (w *wire) reap() {
	w.mu.Lock()
	defer w.mu.Unlock()
	keep := 0
	for keep < len(w.idle) && time.Since(w.idle[keep].since) >= idleFor {
		w.idle[keep].Close()
		keep++
	}
	w.idle = append(w.idle[:0], w.idle[keep:]...)
	if w.reaper == nil {
		return
	}
	if len(w.idle) == 0 {
		w.reaper = nil
		return
	}
	w.reaper.Reset(idleFor - time.Since(w.idle[0].since))
}

// CloseIdleConnections closes what nobody uses now.
func (w *wire) CloseIdleConnections() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, conn := range w.idle {
		conn.Close()
	}
	w.idle = nil
	if w.reaper != nil {
		w.reaper.Stop()
		w.reaper = nil
	}
}
