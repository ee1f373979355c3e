package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/client"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve answers every request with the handler and gives a client of it.
func serve(t *testing.T, key string, handler http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	c, err := client.Remote(server.URL+"/", key, core.FrenchCanada)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); server.Close() })
	return c
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func TestAskCarriesKeyLanguageAndWriter(t *testing.T) {
	t.Parallel()
	c := serve(t, "sol_secret", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for what, pair := range map[string][2]string{
			"route":    {r.Method + " " + r.URL.Path, "POST /api/ask"},
			"key":      {r.Header.Get("Authorization"), "Bearer sol_secret"},
			"language": {r.Header.Get("Accept-Language"), "fr-CA"},
			"body":     {string(body), `{"question":"Combien ?","writer":"petit"}`},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
			}
		}
		io.WriteString(w, `{"found":true,"answer":"Douze","mode":"model","later_field":1}`)
	})
	answer, raw, err := c.Ask(t.Context(), "Combien ?", "petit")
	if err != nil || !answer.Found || answer.Answer != "Douze" || !strings.Contains(string(raw), "later_field") {
		t.Errorf("got %+v %s %v", answer, raw, err)
	}
}

func TestAddDocumentStreamsTheFile(t *testing.T) {
	t.Parallel()
	when := time.UnixMilli(1_700_000_000_123)
	c := serve(t, "", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		query := r.URL.Query()
		if string(body) != "# Statuts" || query.Get("name") != "a & b/é.md" || query.Get("modified") != "1700000000123" {
			t.Errorf("got %q %v", body, query)
		}
		io.WriteString(w, `{"name":"a & b/é.md","state":"failed","problem":{"message":"illisible","next":"convertir"}}`)
	})
	report, err := c.Offer(t.Context(), "a & b/é.md", when, io.MultiReader(strings.NewReader("# Statuts")))
	if err != nil || report.Problem == nil || report.Problem.Next != "convertir" {
		t.Errorf("got %+v %v", report, err)
	}
}

func TestARefusalKeepsTheServersWords(t *testing.T) {
	t.Parallel()
	c := serve(t, "", says(403, `{"error":{"message":"Refusé","next":"Retirez-le","code":"charter_refused","article":3,"receipt":"r1","param":null}}`))
	_, _, err := c.Ask(t.Context(), "x", "")
	var refusal *client.Error
	if !errors.As(err, &refusal) || !refusal.Refused() || refusal.Article != 3 || refusal.Receipt != "r1" || refusal.Next != "Retirez-le" {
		t.Fatalf("got %v", err)
	}
}

func TestWhatIsNotSolidaireIsNeverBelieved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		key     string
	}{
		"a proxy's page": {says(502, "<html>Bad gateway</html>"), "errors.server_answered"},
		"an empty error": {says(500, `{"error":{}}`), "errors.server_answered"},
		"not JSON":       {says(200, "<html>"), "errors.server_unintelligible"},
		"another shape":  {says(200, `[1]`), "errors.server_unintelligible"},
		"cut in the midst": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"found":true`)
		}, "errors.server_unreachable"},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.invalid/", http.StatusTemporaryRedirect)
		}, "errors.server_answered"},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			block := make([]byte, 1<<20)
			for {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}, "errors.server_unintelligible"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := serve(t, "", c.handler).Ask(t.Context(), "x", "")
			if e := core.AsError(err); err == nil || e.Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
		})
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "exemple.coop", "ftp://exemple.coop", "http://", "http://moi:secret@exemple.coop", "http://x/?a=1", "http://x/#y", "://"} {
		if _, err := client.Remote(address, "", core.French); !core.Is(err, core.Invalid) {
			t.Errorf("%q: got %v", address, err)
		}
	}
}

func TestASocketNeedsNoKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.sock")
	c := client.Local(path, core.French)
	defer c.Close()
	if c.Answers(t.Context()) {
		t.Error("a socket that is not there answers")
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a key was sent")
		}
		io.WriteString(w, "ok\n")
	})}}
	server.Start()
	defer server.Close()
	if !c.Answers(t.Context()) {
		t.Error("the server does not answer")
	}
}

func TestLeavingIsNotAFailureOfTheServer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := serve(t, "", func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	if _, _, err := c.Ask(ctx, "x", ""); !core.Is(err, core.Cancelled) {
		t.Errorf("got %v, want cancelled", err)
	}
}

func TestAServerThatIsNotReadySaysWhy(t *testing.T) {
	t.Parallel()
	c := serve(t, "", says(503, `{"ready":false,"components":[{"name":"audit","state":"failed","detail":"disque plein"}]}`))
	ready, err := c.Ready(t.Context())
	if err != nil || ready.Ready || len(ready.Components) != 1 || ready.Components[0].Detail != "disque plein" {
		t.Errorf("got %+v %v", ready, err)
	}
	if _, err := serve(t, "", says(404, "nothing")).Ready(t.Context()); core.AsError(err).Key != "errors.server_answered" {
		t.Errorf("got %v", err)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	routes := map[string]string{
		"GET /api/memory/documents?limit=500&offset=0": `[{"id":"d1","name":"statuts.md","state":"indexed","passages":3}]`,
		"DELETE /api/memory/documents/d1":              ``,
		"GET /api/memory/search?limit=3&q=a+b":         `{"hits":[{"document":"statuts.md","text":"Le quorum"}],"by_meaning":true}`,
		"GET /api/receipts/r1":                         `{"format":"solidaire-receipt/1"}`,
		"GET /api/receipts?before=r9&limit=2":          `[{"id":"r1","outcome":"completed"}]`,
	}
	c := serve(t, "", func(w http.ResponseWriter, r *http.Request) {
		body, known := routes[r.Method+" "+r.URL.RequestURI()]
		if !known {
			t.Errorf("asked for %s %s", r.Method, r.URL.RequestURI())
		}
		io.WriteString(w, body)
	})
	documents, err := c.Documents(t.Context(), "")
	if err != nil || len(documents) != 1 || documents[0].Passages != 3 {
		t.Errorf("documents: %+v %v", documents, err)
	}
	if err := c.RemoveDocument(t.Context(), "d1"); err != nil {
		t.Error(err)
	}
	found, err := c.Search(t.Context(), "a b", 3, client.Narrowing{})
	if err != nil || !found.ByMeaning || found.Hits[0].Text != "Le quorum" {
		t.Errorf("search: %+v %v", found, err)
	}
	file, err := c.Receipt(t.Context(), "r1")
	if err != nil || string(file) != `{"format":"solidaire-receipt/1"}` {
		t.Errorf("receipt: %s %v", file, err)
	}
	records, err := c.Receipts(t.Context(), "r9", 2)
	if err != nil || records[0].ID != "r1" {
		t.Errorf("receipts: %+v %v", records, err)
	}
}

func TestAKeyInTheClearIsNoticed(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"http://ia.exemple.coop": true, "http://192.168.1.4:8484": true, "https://ia.exemple.coop": false,
		"http://127.0.0.1:8484": false, "http://localhost:8484": false, "http://[::1]:8484": false,
	} {
		c, err := client.Remote(address, "sol_x", core.French)
		if err != nil || c.Exposed() != want {
			t.Errorf("%s: %v %v", address, c.Exposed(), err)
		}
	}
	if c, err := client.Remote("http://ia.exemple.coop", "", core.French); err != nil || c.Exposed() {
		t.Errorf("no key: %v", err)
	}
}
