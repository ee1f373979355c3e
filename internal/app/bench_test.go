package app_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// BenchmarkEverythingOn sends chats through the whole program, every control on, to a fake engine in the same process. It
// is for profiles; the bars are measured by bench/gateway.
func BenchmarkEverythingOn(b *testing.B) {
	engine := enginetest.Start(b)
	engine.Usually(enginetest.Script{Pieces: []string{"Bonjour", " à", " toutes"}})
	c := config.Default()
	c.Data, c.Addr, c.Engine.URL = b.TempDir(), "127.0.0.1:0", engine.URL
	log := slog.New(slog.DiscardHandler)
	a, err := app.New(b.Context(), app.Options{Config: c, Log: log, Listen: true})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	defer run(b, a)()
	stores, err := app.OpenStores(b.Context(), c, log)
	if err != nil {
		b.Fatal(err)
	}
	_, secret, err := stores.Members.CreateKey(b.Context(), stores.Person.ID, "bench")
	stores.Close()
	if err != nil {
		b.Fatal(err)
	}
	body := `{"model":"fake-chat","messages":[{"role":"user","content":"` + strings.Repeat("Bonjour à toutes. ", 55) + `"}]}`
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.ReportAllocs()
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, _ := http.NewRequest("POST", "http://"+a.Addr()+"/v1/chat/completions", strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer "+secret)
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
