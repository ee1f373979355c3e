package memoryremote_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryremote"
)

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "203.0.112.255": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "0.0.0.0": false,
		"100.64.0.1": false, "255.255.255.255": false, "224.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "64:ff9b::7f00:1": false,
		"2002:7f00:1::": false, "ff02::1": false,
	} {
		if got := memoryremote.Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestAGuardedClientStaysOutside(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was reached") }))
	defer server.Close()
	client := memoryremote.Client(true)
	defer client.CloseIdleConnections()
	res, err := client.Get(server.URL)
	if err == nil {
		res.Body.Close()
	}
	if key := core.AsError(memoryremote.Unreachable(t.Context(), err)).Key; key != "errors.source_private" {
		t.Errorf("%v", err)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://a.coop/x": true, "http://a.coop": true, "ftp://a.coop": false, "a.coop": false, "https://u:p@a.coop": false, "https://a.coop/#x": false, "https:///x": false, "": false,
	} {
		if _, err := memoryremote.Address(address, "x", "https", "http"); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}
