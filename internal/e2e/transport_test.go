package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

// TestHostileCallers sends what no client sends, over raw sockets: it must be turned away with a status, in bounded memory, and
// nothing of it may reach the engine.
func TestHostileCallers(t *testing.T) {
	f := newFaulty(t)
	hello := surfaceCases()[0].request("fake-chat", false)
	t.Run("headers of 10 MB", func(t *testing.T) {
		conn := f.dial(t)
		fmt.Fprintf(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n")
		line := "X-Long: " + strings.Repeat("a", 8<<10) + "\r\n"
		for sent := 0; sent < 10<<20; sent += len(line) {
			if _, err := io.WriteString(conn, line); err != nil {
				break // it has been turned away already
			}
		}
		if status := statusOf(t, conn); status != http.StatusRequestHeaderFieldsTooLarge && status != 0 {
			t.Errorf("status %d", status)
		}
	})
	t.Run("header that trickles in", func(t *testing.T) {
		t.Parallel()
		conn := f.dial(t)
		fmt.Fprintf(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Slow: ") // and never the end
		if _, err := io.ReadAll(conn); err != nil {                                    // waits for the server to hang up
			t.Errorf("%v", err)
		}
	})
	bodies := map[string]string{
		"a million messages":   `{"model":"fake-chat","messages":[` + strings.Repeat(`{"role":"user","content":"x"},`, 1_000_000) + `{"role":"user","content":"x"}]}`,
		"nested deeply":        `{"model":"fake-chat","messages":` + strings.Repeat(`[`, 1_000_000),
		"nested in a field":    strings.TrimSuffix(hello, "}") + `,"x":` + strings.Repeat(`{"a":`, 10_000) + `1` + strings.Repeat(`}`, 10_000) + `}`,
		"nested inside a text": strings.TrimSuffix(hello, "}") + `,"tools":` + strings.Repeat(`[{"a":`, 5000) + `1` + strings.Repeat(`}]`, 5000) + `}`,
		"not an object":        `[]`, "null": `null`, "empty": ``, "half": hello[:len(hello)/2], "not UTF-8": "{\"model\":\"\xff\xfe\"}",
		"over the limit": `{"model":"fake-chat","messages":[{"role":"user","content":"` + strings.Repeat("a", 33<<20) + `"}]}`,
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			before := heap()
			for _, surface := range surfaceCases() {
				body := body
				switch surface.name {
				case "responses":
					body = strings.Replace(body, `"messages"`, `"input"`, 1)
				case "ollama generate":
					body = strings.Replace(body, `"messages"`, `"prompt"`, 1)
				}
				response, said := f.post(t, surface.path, body)
				if response.StatusCode != http.StatusBadRequest && response.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(said, `"error"`) {
					t.Errorf("%s: %d %.300s", surface.name, response.StatusCode, said)
				}
			}
			if grown := heap() - before; grown > 64<<20 {
				t.Errorf("the heap has grown by %d MiB", grown>>20)
			}
		})
	}
	t.Run("a body that is shorter than it says", func(t *testing.T) {
		conn := f.dial(t)
		fmt.Fprintf(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n%s", f.secret, hello)
		conn.(*net.TCPConn).CloseWrite()
		if status := statusOf(t, conn); status != http.StatusBadRequest && status != 0 {
			t.Errorf("status %d", status)
		}
	})
	t.Run("two lengths", func(t *testing.T) {
		conn := f.dial(t)
		fmt.Fprintf(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n")
		if status := statusOf(t, conn); status < 400 {
			t.Errorf("status %d", status)
		}
	})
	for _, request := range f.engine.Requests() {
		if request.Path != "/v1/models" {
			t.Errorf("%s reached the engine: %.200s", request.Path, request.Body)
		}
	}
	f.engine.Usually(enginetest.Says("bien"))
	if _, body := f.post(t, "/v1/chat/completions", hello); !strings.Contains(body, "bien") {
		t.Errorf("afterwards: %s", body)
	}
}

func (f *faulty) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// statusOf reads an answer's status; 0 when the server hung up without a word.
func statusOf(t *testing.T, conn net.Conn) int {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}
