package memoryengine

import (
	"context"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
)

const (
	// usualContext is what an embedding model reads when its file does not say.
	usualContext = 512
	// special is how many tokens the engine adds around a text.
	special = 2
	// maxText bounds what is looked at of one text; more would be cut away by any model.
	maxText = 64 << 10
)

// Normalise brings a text to the form that the model was trained on: Unicode NFKC, control
// characters dropped, every run of white space one space.
func Normalise(text string) string {
	if len(text) > maxText {
		text = cutAt(text, maxText)
	}
	var out strings.Builder
	out.Grow(len(text))
	space := false
	for _, r := range norm.NFKC.String(text) {
		switch {
		case isSpace(r):
			space = true
		case r < 0x20 || r == 0x7F || r == 0x8F || r == 0x9F:
		default:
			if space && out.Len() > 0 {
				out.WriteByte(' ')
			}
			space = false
			out.WriteRune(r)
		}
	}
	return out.String()
}

// isSpace says what the model's own normalisation takes for a space.
func isSpace(r rune) bool {
	switch {
	case r == ' ', r == '\t', r == '\n', r == '\f', r == '\r', r == 0x85, r == 0x1680, r == 0x3000,
		r >= 0x200B && r <= 0x200F, r == 0x2028, r == 0x2029, r == 0x2581, r == 0xFEFF, r == utf8.RuneError:
		return true
	}
	return false
}

// prefix is what a model was trained to see before a question and before a passage.
func prefix(model string, kind memory.TextKind) string {
	question := kind == memory.QueryText
	switch name := strings.ToLower(model); {
	case strings.Contains(name, "e5"):
		if question {
			return "query: "
		}
		return "passage: "
	case strings.Contains(name, "nomic-embed"):
		if question {
			return "search_query: "
		}
		return "search_document: "
	}
	return ""
}

// fit cuts a text to what the model reads. A text with no more bytes than that cannot have more
// tokens and is not counted.
func (e *Embedder) fit(ctx context.Context, model models.Model, text string) (string, error) {
	limit := usualContext
	if model.Context > 0 {
		limit = model.Context
	}
	limit = max(limit-special, 1)
	for len(text) > limit {
		tokens, err := e.count(ctx, model, text)
		if err != nil {
			return "", err
		}
		if tokens == notCounted {
			return text, nil // the engine itself will say whether it is too long
		}
		if tokens <= limit {
			return text, nil
		}
		// A little less than in proportion, so that it mostly ends after one cut.
		text = cutAt(text, len(text)*limit/tokens*49/50)
	}
	return text, nil
}

// notCounted stands for the count of an engine that does not count.
const notCounted = -1

// count asks the engine how many tokens a text has, without those that it adds.
func (e *Embedder) count(ctx context.Context, model models.Model, text string) (int, error) {
	var got struct {
		Tokens []int `json:"tokens"`
	}
	err := e.post(ctx, model, "/tokenize", map[string]any{"model": model.Name, "content": text, "prompt": text, "add_special": false}, &got)
	if err == nil && len(got.Tokens) > 0 {
		return len(got.Tokens), nil
	}
	if ctx.Err() != nil || (err != nil && model.Path != "") {
		return 0, err
	}
	return notCounted, nil
}

// cutAt cuts a text to at most n bytes, at a white space where one is near, never inside a letter.
func cutAt(text string, n int) string {
	if n >= len(text) {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	if space := strings.LastIndexByte(text[:n], ' '); space > n*3/4 {
		n = space
	}
	return text[:n]
}

var _ memory.Embedder = (*Embedder)(nil)
