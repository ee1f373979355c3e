package membershttp

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

const (
	perHour      = 20    // requests from one network address
	maxAddresses = 10000 // remembered
)

// limiter bounds how often strangers may write from one network address. What it remembers is bounded.
type limiter struct {
	clock core.Clock
	mu    sync.Mutex
	seen  map[string]*window
}

type window struct {
	began time.Time
	count int
}

// allow counts one request from the address; false when there were too many within the hour.
func (l *limiter) allow(r *http.Request) bool {
	address, now := network(r.RemoteAddr), l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.seen[address]
	if w == nil || now.Sub(w.began) >= time.Hour || now.Before(w.began) {
		if w == nil && len(l.seen) >= maxAddresses {
			for other := range l.seen {
				delete(l.seen, other)
				break
			}
		}
		w = &window{began: now}
		l.seen[address] = w
	}
	w.count++
	return w.count <= perHour
}

// network is the address of one household: a whole /64 in IPv6.
func network(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return ""
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		if prefix, err := ip.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}
