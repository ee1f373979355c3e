// Package modelsopenai speaks OpenAI's HTTP dialect to one engine: a supervised child on a Unix
// socket, an Ollama, a vLLM or any compatible server.
//
// Promises: bodies go and come byte for byte, as they arrive; cancelling the context closes the
// engine's request at once, before the first token too; no total timeout, since an answer may be
// long, but a bounded wait for the first header; no word of an engine's error leaves this package.
package modelsopenai

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// DefaultHeaderWait is how long an engine may be silent before its first header: a processor
// without help may read a long prompt for minutes, and others may be served first.
const DefaultHeaderWait = 15 * time.Minute

// Config says where an engine is.
type Config struct {
	// Address is "http://host:port", "https://host/prefix" (a trailing "/v1" is the same), or
	// "unix:/path/of/socket".
	Address    string
	Key        string        // sent as a bearer token; "" sends none
	HeaderWait time.Duration // 0: DefaultHeaderWait
}

// Client reaches one engine. It is safe for concurrent use.
type Client struct {
	base string
	key  string
	http *http.Client
	pool *http.Transport
}

// New makes a client; it does not connect. It fails only on an address that cannot be one.
func New(config Config) (*Client, error) {
	base, socket, err := parseAddress(config.Address)
	if err != nil {
		return nil, err
	}
	wait := config.HeaderWait
	if wait == 0 {
		wait = DefaultHeaderWait
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	pool := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		MaxIdleConns:          256,
		MaxIdleConnsPerHost:   256,
		IdleConnTimeout:       30 * time.Second,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: wait,
		DisableCompression:    true, // bytes pass as they are
		ForceAttemptHTTP2:     true,
		WriteBufferSize:       32 << 10,
		ReadBufferSize:        32 << 10,
	}
	if socket != "" {
		// llama-server gives each open connection a thread, idle ones too, so an idle pool could
		// lock others out; a connection on the same machine costs next to nothing.
		pool.Proxy, pool.DisableKeepAlives = nil, true
		pool.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialSocket(ctx, dialer, socket)
		}
	}
	return &Client{base: base, key: config.Key, pool: pool, http: &http.Client{
		Transport:     pool,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func parseAddress(address string) (base, socket string, err error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok && path != "" {
		return "http://engine", path, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", "", core.Wrap(err, core.Invalid, "errors.engine_address", nil)
	}
	return strings.TrimSuffix(strings.TrimRight(u.Scheme+"://"+u.Host+u.EscapedPath(), "/"), "/v1"), "", nil
}

// dialSocket connects to a Unix socket. Where many connect at once the short queue of the listener is
// full for a moment and the system says "try again": then that is what is done.
func dialSocket(ctx context.Context, dialer *net.Dialer, socket string) (net.Conn, error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		conn, err := dialer.DialContext(ctx, "unix", socket)
		if err == nil || !errors.Is(err, syscall.EAGAIN) {
			return conn, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
	}
}

// Close drops idle connections. Requests under way go on.
func (c *Client) Close() { c.pool.CloseIdleConnections() }

// Open posts body to path and returns as soon as the engine's header is there. See models.Engines.
func (c *Client) Open(ctx context.Context, path string, body []byte) (*models.Response, error) {
	resp, err := c.do(ctx, http.MethodPost, path, body)
	if err != nil {
		return nil, err
	}
	answer := &models.Response{
		Status:      resp.StatusCode,
		ContentType: mediaType(resp.Header),
		RetryAfter:  resp.Header.Get("Retry-After"),
		Body:        &answerBody{ctx: ctx, ReadCloser: resp.Body},
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		hide(answer, resp.Body)
	}
	return answer, nil
}

func (c *Client) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.engine_address", nil)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	// An engine may close an idle connection in the very moment it is used again. When not a byte of
	// an answer came, the transport may try once more on a fresh one: an empty list says so without
	// sending the header.
	req.Header["Idempotency-Key"] = nil
	req.Header.Set("User-Agent", "solidaire")
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, openError(ctx, err)
	}
	return resp, nil
}

// openError tells a caller who left from an engine that is not there. The address stays in the log.
func openError(ctx context.Context, err error) error {
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		return core.Wrap(ctx.Err(), core.Cancelled, "errors.engine_cancelled", nil)
	case errors.As(err, &timeout) && timeout.Timeout():
		return core.Wrap(err, core.Unavailable, "errors.engine_silent", nil)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return core.Wrap(err, core.Unavailable, "errors.engine_died", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.engine_unreachable", nil)
}

// answerBody gives every failure of reading the house's shape.
type answerBody struct {
	ctx context.Context
	io.ReadCloser
}

func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case b.ctx.Err() != nil:
		return n, core.Wrap(b.ctx.Err(), core.Cancelled, "errors.engine_cancelled", nil)
	}
	return n, core.Wrap(fmt.Errorf("read the engine's answer: %w", err), core.Interrupted, "errors.engine_interrupted", nil)
}

func mediaType(h http.Header) string {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(media))
}
