package modelsopenai_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// peer answers raw bytes on each connection and counts the connections.
type peer struct {
	address     string
	connections atomic.Int32
}

// newPeer answers the nth request of a connection with answer(n); "" closes the connection without a byte.
func newPeer(t *testing.T, answer func(connection, request int) string) *peer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{address: "http://" + listener.Addr().String()}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			n := int(p.connections.Add(1))
			go serveRaw(conn, func(request int) string { return answer(n, request) })
		}
	}()
	t.Cleanup(func() { listener.Close(); <-ended })
	return p
}

func serveRaw(conn net.Conn, answer func(request int) string) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for n := 1; ; n++ {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		io.Copy(io.Discard, req.Body)
		said, last := strings.CutSuffix(answer(n), hangUp)
		if said == "" {
			return
		}
		if _, err := io.WriteString(conn, said); err != nil || last {
			return
		}
	}
}

// hangUp at the end of an answer closes the connection after it.
const hangUp = "\x00"

const fine = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

func TestConnectionsAreUsedAgainAfterAWholeAnswer(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(int, int) string {
		return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
	})
	c := client(t, p.address)
	for range 5 {
		resp, err := c.Open(t.Context(), "/v1/chat/completions", []byte(streamed))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(resp.Body, make([]byte, 14)); err != nil { // as a reader that stops at [DONE]
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	if n := p.connections.Load(); n != 1 {
		t.Errorf("%d connections for five requests, one after the other", n)
	}
}

func TestAConnectionLeftInTheMiddleIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(int, int) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("x", 70_000)
	})
	c := client(t, p.address)
	for range 3 {
		resp, err := c.Open(t.Context(), "/v1/chat/completions", []byte(streamed))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	if n := p.connections.Load(); n != 3 {
		t.Errorf("%d connections for three answers left in the middle", n)
	}
}

func TestAClosedConnectionIsTriedOnceMore(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(_, request int) string {
		if request == 1 {
			return fine
		}
		return "" // closed in the moment of the second request
	})
	c := client(t, p.address)
	for range 4 {
		resp, err := c.Open(t.Context(), "/v1/embeddings", []byte(`{"input":"a"}`))
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

func TestAFreshConnectionIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(int, int) string { return "" })
	if _, err := client(t, p.address).Open(t.Context(), "/v1/embeddings", []byte(`{}`)); !core.Is(err, core.Unavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	if n := p.connections.Load(); n != 1 {
		t.Errorf("the request was sent %d times", n)
	}
}

func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	interim := "HTTP/1.1 103 Early Hints\r\n\r\n"
	for name, said := range map[string]string{
		"endless":              "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2<<20),
		"many":                 "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 300_000) + "\r\n",
		"announced for ever":   strings.Repeat(interim, 50) + fine,
		"not HTTP":             "SSH-2.0-OpenSSH\r\n",
		"cut":                  "HTTP/1.1 200 OK\r\nContent-Le" + hangUp,
		"two lengths":          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
		"a length that is not": "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeer(t, func(int, int) string { return said })
			_, err := client(t, p.address).Open(t.Context(), "/v1/embeddings", []byte(`{}`))
			if !core.Is(err, core.Unavailable) {
				t.Errorf("got %v, want unavailable", err)
			}
		})
	}
}

func TestAnnouncementsAreSkipped(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(int, int) string { return strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 2) + fine })
	resp, err := client(t, p.address).Open(t.Context(), "/v1/embeddings", []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if said, err := io.ReadAll(resp.Body); err != nil || string(said) != "{}" {
		t.Errorf("got %s, %v", said, err)
	}
}

// A length that promises more than comes is an answer broken off.
func TestALengthThatLies(t *testing.T) {
	t.Parallel()
	p := newPeer(t, func(int, int) string { return "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}" + hangUp })
	resp, err := client(t, p.address).Open(t.Context(), "/v1/embeddings", []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); !core.Is(err, core.Interrupted) {
		t.Errorf("got %v, want interrupted", err)
	}
}
