package gatewayhousetest

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// CallersLeave checks for a surface that the engine's request is closed when its caller leaves, at any moment of an
// answer, and that nothing is left behind: no reservation, and a record that says so. open makes a house with the surface
// in front; bodies are requests that stream and that do not.
func CallersLeave(t *testing.T, open func(t testing.TB) *House, path string, bodies map[string]string) {
	t.Helper()
	never := make(chan struct{})
	scripts := map[string]enginetest.Script{
		"before the header":      {HoldHeader: never},
		"before the first token": {Pieces: []string{"a"}, Gates: []<-chan struct{}{never}},
		"in the middle":          {Pieces: []string{"a", "b"}, Gates: []<-chan struct{}{nil, never}},
		"while nothing comes":    {End: enginetest.Stalls},
		"while it floods":        {End: enginetest.Floods},
	}
	for how, body := range bodies {
		for when, script := range scripts {
			t.Run(how+", "+when, func(t *testing.T) {
				t.Parallel()
				h := open(t)
				h.Engine.Play(script)
				ctx, leave := context.WithCancel(t.Context())
				left := make(chan struct{})
				go func() {
					defer close(left)
					req, _ := http.NewRequestWithContext(ctx, "POST", h.URL+path, strings.NewReader(body))
					req.Header.Set("Authorization", "Bearer "+GoodKey)
					if response, err := http.DefaultClient.Do(req); err == nil {
						bufio.NewReader(response.Body).ReadString(0)
						response.Body.Close()
					}
				}()
				request := h.Engine.Await(t)
				leave()
				enginetest.AwaitSignal(t, "the engine’s request to be closed", request.Cancelled())
				enginetest.AwaitSignal(t, "the caller", left)
				h.server.Close() // waits for the handler
				if record := h.Log.Only(t); record.Outcome != audit.Cancelled && record.Outcome != audit.Interrupted {
					t.Errorf("record: %+v", record)
				}
				if h.Ledger.Open() != 0 {
					t.Error("a reservation was left open")
				}
			})
		}
	}
}
