package e2e_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

// scripted are engines that do what a small model cannot be relied on to do, each with one model of its own; test/sdk/where.js
// tells the same of them to the scripts.
type scripted struct {
	backends []config.Backend
	endless  *enginetest.Engine
}

func startScripted(t *testing.T) scripted {
	t.Helper()
	var s scripted
	add := func(name string, script enginetest.Script) *enginetest.Engine {
		engine := enginetest.New(name)
		engine.Usually(script)
		s.serve(t, name, engine)
		return engine
	}
	add("scripted-says", enginetest.Script{Pieces: []string{"Été", " à", " Magog."}, CutLetters: true})
	add("scripted-thinks", enginetest.Script{Deltas: []string{`{"role":"assistant","content":null}`, `{"reasoning_content":"Voyons."}`, `{"content":"Oui."}`}})
	for _, script := range clientScripts {
		add("scripted-dies-"+script, enginetest.Script{Pieces: []string{"Il"}, End: enginetest.Dies})
	}
	s.endless = add("scripted-endless", enginetest.Script{Pieces: []string{"un", " deux", " trois"}, End: enginetest.Stalls})
	s.serve(t, "scripted-tools", toolCaller("weather", `{"town":`, `"Magog"}`, "21", "Il fait", " 21 degrés."))
	s.serve(t, "scripted-reader", toolCaller("Read", `{"filepath":`, `"statuts.txt"}`, "Quorum : 25 %", "Le quorum est", " de 25 %."))
	return s
}

// serve starts an engine and counts it among the servers of the configuration.
func (s *scripted) serve(t *testing.T, model string, engine http.Handler) {
	server := httptest.NewServer(engine)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	yes := true
	s.backends = append(s.backends, config.Backend{Name: model, URL: server.URL, Dialect: "openai", Models: []config.BackendModel{
		{Name: model, Kind: "chat", Context: 4096, Tools: &yes, Thinking: &yes},
	}})
}

// toolCaller calls a function, the arguments in two pieces, and gives the answer once it has read the result.
func toolCaller(function, begin, end, result string, answer ...string) http.Handler {
	calls, answers := enginetest.New(), enginetest.New()
	calls.Usually(enginetest.Script{Finish: "tool_calls", Deltas: []string{
		`{"role":"assistant","content":null}`,
		`{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"` + function + `","arguments":""}}]}`,
		`{"tool_calls":[{"index":0,"function":{"arguments":` + strconv.Quote(begin) + `}}]}`,
		`{"tool_calls":[{"index":0,"function":{"arguments":` + strconv.Quote(end) + `}}]}`,
	}})
	answers.Usually(enginetest.Says(answer...))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if bytes.Contains(body, []byte(`"role":"tool"`)) && bytes.Contains(body, []byte(result)) {
			answers.ServeHTTP(w, r)
			return
		}
		calls.ServeHTTP(w, r)
	})
}
