package enginetest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strings"
	"unicode"
)

// Dimensions of the vectors that the fake gives.
const Dimensions = 384

// Vector is the embedding that the fake gives to a text: each word falls by its hash on a few
// dimensions, so that texts that share words are near. The prefixes of e5 count for nothing. The
// vector has length one; a text without words gets the first axis.
func Vector(text string) []float32 {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "query: "), "passage: ")
	sum := make([]float64, Dimensions)
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, word := range words {
		h := fnv.New64a()
		h.Write([]byte(word))
		for bits, i := h.Sum64(), 0; i < 4; i, bits = i+1, bits>>16 {
			sign := 1.0
			if bits&(1<<15) != 0 {
				sign = -1
			}
			sum[bits%Dimensions] += sign
		}
	}
	var norm float64
	for _, x := range sum {
		norm += x * x
	}
	if norm == 0 {
		sum[0], norm = 1, 1
	}
	out := make([]float32, Dimensions)
	for i, x := range sum {
		out[i] = float32(x / math.Sqrt(norm))
	}
	return out
}

// Tokens cuts a text as the fake's /tokenize does: a piece is a word with the white space before it.
func Tokens(text string) []string {
	var pieces []string
	start, inWord := 0, false
	for i, r := range text {
		space := unicode.IsSpace(r)
		if space && inWord {
			pieces = append(pieces, text[start:i])
			start = i
		}
		inWord = !space
	}
	if start < len(text) {
		pieces = append(pieces, text[start:])
	}
	return pieces
}

func (e *Engine) embeddings(w http.ResponseWriter, r *http.Request) {
	script, scripted := e.take("/v1/embeddings")
	if scripted && !e.misbehaves(w, r, script) {
		return
	}
	var req struct {
		Model  string          `json:"model"`
		Input  json.RawMessage `json:"input"`
		Format string          `json:"encoding_format"`
	}
	texts, err := []string(nil), json.Unmarshal(requestOf(r).Body, &req)
	if err == nil {
		texts, err = inputTexts(req.Input)
	}
	if err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request_error", "cannot parse: "+Secret)
		return
	}
	type item struct {
		Object    string `json:"object"`
		Index     int    `json:"index"`
		Embedding any    `json:"embedding"`
	}
	data, tokens := make([]item, len(texts)), 0
	for i, text := range texts {
		n := len(Tokens(text)) + 2
		if n > e.MaxTokens {
			tooLong(w, n, e.MaxTokens)
			return
		}
		tokens += n
		data[i] = item{Object: "embedding", Index: i, Embedding: encode(Vector(text), req.Format)}
	}
	writeJSON(w, map[string]any{"object": "list", "model": req.Model, "data": data,
		"usage": map[string]int{"prompt_tokens": tokens, "total_tokens": tokens}})
}

// misbehaves plays what a script may say outside chat; true when the request goes on as usual.
func (e *Engine) misbehaves(w http.ResponseWriter, r *http.Request, script Script) bool {
	p := &player{w: w, r: r, script: script}
	if !p.open() {
		return false
	}
	switch script.End {
	case Dies:
		panic(http.ErrAbortHandler)
	case Stalls:
		<-r.Context().Done()
		return false
	}
	return true
}

// tooLong is llama-server's answer to a text longer than the context, for the whole batch.
func tooLong(w http.ResponseWriter, n, limit int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, `{"error":{"code":400,"message":"input is larger than the context size. %s","type":"exceed_context_size_error","n_prompt_tokens":%d,"n_ctx":%d}}`, Secret, n, limit)
}

func inputTexts(raw json.RawMessage) ([]string, error) {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}, nil
	}
	var many []string
	err := json.Unmarshal(raw, &many)
	return many, err
}

func encode(v []float32, format string) any {
	if format != "base64" {
		return v
	}
	raw := make([]byte, 0, 4*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func (e *Engine) tokenize(w http.ResponseWriter, r *http.Request) {
	script, scripted := e.take("/tokenize")
	if scripted && !e.misbehaves(w, r, script) {
		return
	}
	var req struct {
		Content    string `json:"content"`
		AddSpecial bool   `json:"add_special"`
		WithPieces bool   `json:"with_pieces"`
	}
	if err := json.Unmarshal(requestOf(r).Body, &req); err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request_error", "cannot parse: "+Secret)
		return
	}
	pieces := Tokens(req.Content)
	if req.AddSpecial {
		pieces = append(append([]string{""}, pieces...), "")
	}
	tokens := make([]any, len(pieces))
	for i, piece := range pieces {
		h := fnv.New32a()
		h.Write([]byte(piece))
		id := int(h.Sum32() % 250_000)
		if tokens[i] = id; req.WithPieces {
			tokens[i] = map[string]any{"id": id, "piece": piece}
		}
	}
	writeJSON(w, map[string]any{"tokens": tokens})
}

func (e *Engine) listModels(w http.ResponseWriter, r *http.Request) {
	script, scripted := e.take("/v1/models")
	if scripted && !e.misbehaves(w, r, script) {
		return
	}
	data := make([]map[string]any, len(e.Models))
	for i, name := range e.Models {
		data[i] = map[string]any{"id": name, "object": "model", "created": 1700000000, "owned_by": "fake"}
	}
	writeJSON(w, map[string]any{"object": "list", "data": data})
}

func (e *Engine) health(w http.ResponseWriter, _ *http.Request) {
	e.mu.Lock()
	loading := e.loading
	e.mu.Unlock()
	if loading {
		writeError(w, http.StatusServiceUnavailable, "unavailable_error", "Loading model")
		return
	}
	writeJSON(w, map[string]string{"status": "ok"})
}

func (e *Engine) slots(w http.ResponseWriter, _ *http.Request) {
	slots := make([]map[string]any, max(4, e.Busy()))
	for i := range slots {
		slots[i] = map[string]any{"id": i, "n_ctx": 2048, "is_processing": i < e.Busy()}
	}
	writeJSON(w, slots)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	json.NewEncoder(w).Encode(v)
}
