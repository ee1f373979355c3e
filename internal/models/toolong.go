package models

import (
	"encoding/json"
	"strings"
)

// TooLong tells whether an engine's error says that a text is longer than its model can read. Some engines have a code or a
// type for that; others say it in words only, each in its own. The words are looked at for that and go nowhere.
func TooLong(body []byte) bool {
	var said struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"` // of those that put nothing under "error"
		Detail  string          `json:"detail"`
	}
	if json.Unmarshal(body, &said) != nil {
		return false
	}
	var inside struct {
		Type    string          `json:"type"`
		Code    json.RawMessage `json:"code"`
		Message string          `json:"message"`
	}
	var words string
	if json.Unmarshal(said.Error, &words) != nil { // Ollama's error is the words alone
		_ = json.Unmarshal(said.Error, &inside) // of another shape: nothing is known
	}
	if inside.Type == "exceed_context_size_error" || string(inside.Code) == `"context_length_exceeded"` {
		return true
	}
	for _, text := range []string{words, inside.Message, said.Message, said.Detail} {
		if saysTooLong(text) {
			return true
		}
	}
	return false
}

// saysTooLong looks for the words that engines use.
func saysTooLong(text string) bool {
	text = strings.ToLower(text)
	if strings.HasPrefix(text, "prompt is too long") {
		return true
	}
	too := false
	for _, word := range []string{"exceed", "too long", "too large", "larger than", "longer than", "greater than", "maximum", "overflow", "must be <="} {
		too = too || strings.Contains(text, word)
	}
	for _, what := range []string{"context length", "context window", "context size", "context limit", "model context", "`max_new_tokens`"} {
		if too && strings.Contains(text, what) {
			return true
		}
	}
	return false
}
