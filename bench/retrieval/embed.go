package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryengine"
)

const width = 384

// client embeds through an OpenAI-compatible server and keeps what it got in one file, so that a
// second run asks nothing.
type client struct {
	url        string
	wholesOnly bool // sentences get a vector of zeros: the set has no exact answers to learn or measure
	mu         sync.Mutex
	known      map[[16]byte][]float32
	file       *os.File
}

func blanks(n int) [][]float32 {
	out := make([][]float32, n)
	for i := range out {
		out[i] = make([]float32, width)
	}
	return out
}

func newClient(url, path string) (*client, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	c := &client{url: url, known: map[[16]byte][]float32{}, file: f}
	record := make([]byte, 16+4*width)
	for {
		if _, err := io.ReadFull(f, record); err != nil {
			return c, nil
		}
		v := make([]float32, width)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(record[16+4*i:]))
		}
		c.known[[16]byte(record)] = v
	}
}

func (c *client) Close() error { return c.file.Close() }

// Model names the weights that the constants were learned with.
func (c *client) Model(context.Context) string { return "multilingual-e5-small-q4" }

// Embed adds the prefix that e5 wants, and asks for what is not known yet.
func (c *client) Embed(ctx context.Context, kind memory.TextKind, texts []string) ([][]float32, int, error) {
	out := make([][]float32, len(texts))
	var missing []int
	var inputs []string
	if kind == memory.SentenceText && c.wholesOnly {
		return blanks(len(texts)), 0, nil
	}
	prefix := "passage: "
	if kind == memory.QueryText {
		prefix = "query: "
	}
	for i, t := range texts {
		t = prefix + memoryengine.Normalise(t)
		if v := c.known[key(t)]; v != nil {
			out[i] = v
			continue
		}
		missing, inputs = append(missing, i), append(inputs, t)
	}
	for len(inputs) > 0 {
		n := min(16, len(inputs))
		vectors, err := c.ask(ctx, inputs[:n])
		if err != nil {
			return nil, 0, err
		}
		for j, v := range vectors {
			out[missing[j]] = v
			if err := c.keep(inputs[j], v); err != nil {
				return nil, 0, err
			}
		}
		missing, inputs = missing[n:], inputs[n:]
	}
	return out, 0, nil
}

func key(text string) [16]byte {
	sum := sha256.Sum256([]byte(text))
	return [16]byte(sum[:16])
}

func (c *client) keep(text string, v []float32) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := key(text)
	c.known[k] = v
	record := append([]byte(nil), k[:]...)
	for _, x := range v {
		record = binary.LittleEndian.AppendUint32(record, math.Float32bits(x))
	}
	_, err := c.file.Write(record)
	return err
}

// ask embeds a batch; one text that is too long is cut until the server takes it.
func (c *client) ask(ctx context.Context, inputs []string) ([][]float32, error) {
	vectors, status, err := c.post(ctx, inputs)
	if status != http.StatusBadRequest && status != http.StatusInternalServerError {
		return vectors, err
	}
	if len(inputs) == 1 {
		half := []rune(inputs[0])
		if len(half) < 40 {
			return nil, err
		}
		return c.ask(ctx, []string{string(half[:len(half)*4/5])})
	}
	for _, in := range inputs {
		one, err := c.ask(ctx, []string{in})
		if err != nil {
			return nil, err
		}
		vectors = append(vectors, one...)
	}
	return vectors, nil
}

func (c *client) post(ctx context.Context, inputs []string) ([][]float32, int, error) {
	body, err := json.Marshal(map[string]any{"input": inputs})
	if err != nil {
		return nil, 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/v1/embeddings", bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, resp.StatusCode, fmt.Errorf("embedding server: %s", resp.Status)
	}
	var answer struct {
		Data []struct{ Embedding []float32 }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, 0, err
	}
	out := make([][]float32, len(answer.Data))
	for i, d := range answer.Data {
		out[i] = unit(d.Embedding)
	}
	if len(out) != len(inputs) {
		return nil, 0, fmt.Errorf("embedding server: %d vectors for %d texts", len(out), len(inputs))
	}
	return out, resp.StatusCode, nil
}

func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}
