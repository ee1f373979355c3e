package gatewayopenai_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// The two benchmarks send the same request to the same fake engine, in the same process: their ratio is the price of
// the surface and of the way, without the rooms behind it. The bars themselves are measured by bench/.

func BenchmarkSurface(b *testing.B) {
	h := newHouse(b)
	h.Engine.Usually(enginetest.Script{Pieces: []string{"Bonjour", " à", " toutes"}})
	run(b, h.URL)
}

func BenchmarkReverseProxy(b *testing.B) {
	engine := enginetest.Start(b)
	engine.Usually(enginetest.Script{Pieces: []string{"Bonjour", " à", " toutes"}})
	target, err := url.Parse(engine.URL)
	if err != nil {
		b.Fatal(err)
	}
	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(target))
	b.Cleanup(proxy.Close)
	run(b, proxy.URL)
}

func run(b *testing.B, address string) {
	body := `{"model":"fake-chat","messages":[{"role":"user","content":"` + strings.Repeat("Bonjour à toutes. ", 55) + `"}]}`
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, _ := http.NewRequest("POST", address+"/v1/chat/completions", strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer "+goodKey)
			response, err := client.Do(req)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				b.Errorf("status %d", response.StatusCode)
			}
		}
	})
}
