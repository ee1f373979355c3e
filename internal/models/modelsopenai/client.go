// Package modelsopenai speaks HTTP to one engine: a supervised child on a Unix socket, an Ollama, a vLLM or
// any server of OpenAI's dialect or Anthropic's.
//
// Promises: bodies go and come byte for byte, as they arrive; cancelling the context closes the
// engine's request at once, before the first token too; no total timeout, since an answer may be
// long, but a bounded wait for the first header and another between two pieces of the answer; no word
// of an engine's error leaves this package.
package modelsopenai

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// DefaultHeaderWait is how long an engine may be silent before its first header: a processor
// without help may read a long prompt for minutes, and others may be served first.
const DefaultHeaderWait = 15 * time.Minute

// DefaultIdleWait is how long an engine may be silent in the middle of an answer.
const DefaultIdleWait = 10 * time.Minute

// anthropicVersion is the edition of Anthropic's dialect that is spoken.
const anthropicVersion = "2023-06-01"

// Config says where an engine is.
type Config struct {
	// Address is "http://host:port", "https://host/prefix" (a trailing "/v1" is the same), or
	// "unix:/path/of/socket".
	Address    string
	Key        string // sent as the dialect wants it; "" sends none
	Dialect    models.Dialect
	HeaderWait time.Duration // 0: DefaultHeaderWait
	IdleWait   time.Duration // 0: DefaultIdleWait
}

// Client reaches one engine. It is safe for concurrent use.
type Client struct {
	base   string
	header http.Header
	idle   time.Duration
	trip   tripper
}

// New makes a client; it does not connect. It fails only on an address that cannot be one.
func New(config Config) (*Client, error) {
	base, socket, err := parseAddress(config.Address)
	if err != nil {
		return nil, err
	}
	return &Client{
		base: base, header: header(config), idle: cmp.Or(config.IdleWait, DefaultIdleWait),
		trip: newTripper(base, socket, cmp.Or(config.HeaderWait, DefaultHeaderWait)),
	}, nil
}

// header is what every request carries, in the names that the transport uses.
func header(config Config) http.Header {
	h := http.Header{"User-Agent": {"solidaire"}}
	// An engine may close an idle connection in the very moment it is used again. When not a byte of
	// an answer came, the transport may try once more on a fresh one: an empty list says so without
	// sending the header.
	h["Idempotency-Key"] = nil
	switch {
	case config.Dialect == models.Anthropic:
		h.Set("Anthropic-Version", anthropicVersion)
		if config.Key != "" {
			h.Set("X-Api-Key", config.Key)
		}
	case config.Key != "":
		h.Set("Authorization", "Bearer "+config.Key)
	}
	return h
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

// Close drops idle connections. Requests under way go on.
func (c *Client) Close() { c.trip.CloseIdleConnections() }

// Open posts body to path and returns as soon as the engine's header is there. See models.Engines.
func (c *Client) Open(ctx context.Context, path string, body []byte) (*models.Response, error) {
	request, cancel := context.WithCancelCause(ctx)
	resp, err := c.do(request, http.MethodPost, path, body)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	answer := &models.Response{
		Status:      resp.StatusCode,
		ContentType: mediaType(resp.Header),
		RetryAfter:  resp.Header.Get("Retry-After"),
		Body:        newAnswerBody(ctx, request, cancel, resp.Body, c.idle),
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		late := time.AfterFunc(problemWait, func() { cancel(errStalled) })
		hide(answer)
		late.Stop()
	}
	return answer, nil
}

func (c *Client) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.engine_address", nil)
	}
	req.Header = maps.Clone(c.header)
	if method == http.MethodPost {
		req.Header["Content-Type"] = []string{contentType(body)}
	}
	resp, err := c.trip.RoundTrip(req)
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

func mediaType(h http.Header) string {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(media))
}
