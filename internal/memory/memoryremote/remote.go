// Package memoryremote is how sources are reached over the network: addresses, a client that is bounded and
// stays on its host, and what a refusal means.
//
// Promises: no credential follows a redirect to another host; a guarded client opens no connection to a
// private, local or otherwise special address, whatever a name resolves to; only the answers 404 and 410 mean
// that something is gone.
package memoryremote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Agent is how we present ourselves.
const Agent = "Solidaire (+https://solidaire.coop)"

// Bounds of a connection.
const (
	dialPatience   = 15 * time.Second
	headerPatience = time.Minute
	maxRedirects   = 5
	maxHeaders     = 1 << 20
)

// Address reads the address of a service. It holds neither user nor password: those have fields of their own.
func Address(text, example string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) || u.User != nil || u.Fragment != "" {
		return nil, core.E(core.Invalid, "errors.source_address", core.Args{"Example": example})
	}
	return u, nil
}

// Client makes a client. A guarded one refuses addresses that are not of the open internet, and uses no proxy,
// since only a direct connection can be checked.
func Client(guarded bool) *http.Client {
	dialer := &net.Dialer{Timeout: dialPatience}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: dialPatience,
		ResponseHeaderTimeout: headerPatience, MaxResponseHeaderBytes: maxHeaders, MaxConnsPerHost: 4, IdleConnTimeout: time.Minute,
		ForceAttemptHTTP2: true,
	}
	if guarded {
		transport.Proxy = nil
		dialer.Control = refusePrivate
	}
	return &http.Client{Transport: transport, CheckRedirect: stayOnHost}
}

func stayOnHost(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects || req.URL.Host != via[0].URL.Host || via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return core.E(core.Unavailable, "errors.source_answer", nil)
	}
	return nil
}

// refusePrivate looks at the address that is really dialled, after names are resolved.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !Public(at.Addr()) {
		return core.E(core.Forbidden, "errors.source_private", nil)
	}
	return nil
}

// Public reports whether an address is one of the open internet.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, special := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10",
	} {
		if netip.MustParsePrefix(special).Contains(a) {
			return false
		}
	}
	return true
}

// Unreachable says why no answer came.
func Unreachable(ctx context.Context, err error) error {
	var known *core.Error
	switch {
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		return core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
	case errors.As(err, &known):
		return known
	}
	return core.Wrap(err, core.Unavailable, "errors.source_unreachable", nil)
}

// Refusal says what an answer that is not a good one means. Gone is for what was asked itself; a caller that
// asked for the source as a whole turns it into Missing.
func Refusal(status int) error {
	cause := fmt.Errorf("status %d", status)
	switch status {
	case http.StatusNotFound, http.StatusGone:
		return core.Wrap(cause, core.NotFound, "errors.source_item_gone", nil)
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return core.Wrap(cause, core.Unavailable, "errors.source_refused", nil)
	case http.StatusTooManyRequests, http.StatusRequestTimeout:
		return core.Wrap(cause, core.Unavailable, "errors.source_unreachable", nil)
	}
	if status >= 500 {
		return core.Wrap(cause, core.Unavailable, "errors.source_unreachable", nil)
	}
	return core.Wrap(cause, core.Unavailable, "errors.source_answer", nil)
}

// Missing says that the source itself is not where it is looked for: nothing in it is gone for that.
func Missing(err error) error {
	if core.Is(err, core.NotFound) {
		return core.Wrap(err, core.Unavailable, "errors.source_not_found", nil)
	}
	return err
}
