package modelsopenai

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// tripper is the way of the bytes. It follows no redirect: a prompt does not go to another server.
type tripper interface {
	http.RoundTripper
	CloseIdleConnections()
}

// newTripper chooses it: our own short way to a socket or without TLS, Go's otherwise.
func newTripper(base, socket string, wait time.Duration) tripper {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	host, plain := strings.CutPrefix(base, "http://")
	switch {
	case socket != "":
		// llama-server gives each open connection a thread, idle ones too, so an idle pool could
		// lock others out; a connection on the same machine costs next to nothing.
		return &wire{headerWait: wait, dial: func(ctx context.Context) (net.Conn, error) { return dialSocket(ctx, dialer, socket) }}
	case plain && !proxied(base):
		host, _, _ = strings.Cut(host, "/")
		address := withPort(host)
		return &wire{headerWait: wait, keep: true, dial: func(ctx context.Context) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", address)
		}}
	}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		MaxIdleConns:          maxIdle,
		MaxIdleConnsPerHost:   maxIdle,
		IdleConnTimeout:       idleFor,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: wait,
		DisableCompression:    true, // bytes pass as they are
		ForceAttemptHTTP2:     true,
		ReadBufferSize:        readBuffer,
	}
}

// proxied reports whether the environment puts a proxy in between.
func proxied(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u})
	return proxy != nil || err != nil
}

func withPort(host string) string {
	u := url.URL{Host: host}
	if u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), "80")
	}
	return host
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
