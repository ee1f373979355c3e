package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// mockModel is the only model of the mock.
const mockModel = "mock-chat"

// The reply, written beforehand: the mock costs as little as it can.
const (
	pieces = 8
	piece  = "Le quorum de l’assemblée générale est de vingt membres présents ou représentés. "
)

// mock speaks OpenAI's dialect: models, and chat as JSON or as a stream.
func mock() http.Handler {
	whole, first, rest := replies()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"status":"ok"}`) })
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"object":"list","data":[{"id":%q,"object":"model","created":1,"owned_by":"bench"}]}`, mockModel)
	})
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if !bytes.Contains(body, []byte(`"stream":true`)) && !bytes.Contains(body, []byte(`"stream": true`)) {
			w.Header().Set("Content-Type", "application/json")
			w.Write(whole)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.Write(first)
		_ = http.NewResponseController(w).Flush() // a client that left is no failure of the mock
		w.Write(rest)
	})
	return mux
}

func replies() (whole, first, rest []byte) {
	whole = encode(map[string]any{
		"id": "chatcmpl-bench", "object": "chat.completion", "created": 1, "model": mockModel,
		"choices": []any{map[string]any{"index": 0, "finish_reason": "stop",
			"message": map[string]any{"role": "assistant", "content": strings.Repeat(piece, pieces)}}},
		"usage": usage(),
	})
	chunk := func(delta map[string]any, finish any, extra map[string]any) []byte {
		event := map[string]any{
			"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1, "model": mockModel,
			"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish}},
		}
		for k, v := range extra {
			event[k] = v
		}
		return fmt.Appendf(nil, "data: %s\n\n", encode(event))
	}
	first = chunk(map[string]any{"role": "assistant", "content": piece}, nil, nil)
	for range pieces - 1 {
		rest = append(rest, chunk(map[string]any{"content": piece}, nil, nil)...)
	}
	rest = append(rest, chunk(map[string]any{}, "stop", nil)...)
	rest = append(rest, chunk(nil, nil, map[string]any{"choices": []any{}, "usage": usage()})...)
	return whole, first, append(rest, "data: [DONE]\n\n"...)
}

func usage() map[string]int {
	return map[string]int{"prompt_tokens": 250, "completion_tokens": pieces * 20, "total_tokens": 250 + pieces*20}
}

func encode(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of plain values always encode
	}
	return raw
}

// proxy is the baseline: Go's reverse proxy, bare, with connections enough to keep all of them alive. Full
// duplex lets a quick reply overtake the end of the request: without it the server closes the request's body
// under the proxy now and then, and the reply breaks off.
func proxy(upstream string) http.Handler {
	reverse := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: upstream})
		},
		Transport: &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		reverse.ServeHTTP(w, r)
	})
}

// serve answers until ctx ends.
func serve(ctx context.Context, addr string, handler http.Handler) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
