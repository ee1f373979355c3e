package gatewayopenai

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// Headers by which a client learns who answered and why, and wishes for a bigger model than "auto" would choose.
const (
	ModelHeader  = "X-Solidaire-Model"
	NodeHeader   = "X-Solidaire-Node"
	AutoHeader   = "X-Solidaire-Auto"   // "task=code; why=demanding,smallest; biggest=qwen3-32b"
	BiggerHeader = "X-Solidaire-Bigger" // the reason, in the member's own words
)

// setChoice says which model answers, where, and how it was chosen.
func setChoice(w http.ResponseWriter, result gateway.Result) {
	header := w.Header()
	header.Set(ModelHeader, result.Model)
	header.Set(NodeHeader, result.Node)
	if a := result.Auto; a != nil {
		said := "task=" + a.Task + "; why=" + strings.Join(a.Why, ",")
		if a.Instead != "" {
			said += "; instead=" + a.Instead
		}
		if a.Biggest != "" {
			said += "; biggest=" + a.Biggest
		}
		header.Set(AutoHeader, said)
	}
}

// provenance is what an answer tells of its way beside the receipt, where there is something to tell.
type provenance struct {
	Model string      `json:"model,omitempty"`
	Node  string      `json:"node"`
	Tried []audit.Try `json:"tried,omitempty"`
	Auto  *audit.Auto `json:"auto,omitempty"`
}

// writeExtra adds the carbon, and the way of an answer that was not the plain one, to a JSON object under way.
func writeExtra(b *bytes.Buffer, result gateway.Result) {
	carbon, _ := json.Marshal(result.Carbon) // finite numbers and words always marshal
	b.WriteString(`,"carbon":`)
	b.Write(carbon)
	if result.Auto == nil && len(result.Tried) == 0 && result.Node == gateway.LocalNode {
		return
	}
	way, _ := json.Marshal(provenance{result.Model, result.Node, result.Tried, result.Auto})
	b.WriteString(`,"solidaire":`)
	b.Write(way)
}

// Wishes carries what a client says in its headers about the choice of a model along with the request.
func Wishes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if said, ok := r.Header[BiggerHeader]; ok {
			r = r.WithContext(gateway.WithBigger(r.Context(), gateway.Bigger{Reason: reason(strings.Join(said, " "))}))
		}
		next.ServeHTTP(w, r)
	})
}

// reason makes plain text of a header: browsers send what is not ASCII as Latin-1, others as UTF-8.
func reason(said string) string {
	if !utf8.ValidString(said) {
		letters := make([]rune, len(said))
		for i := range len(said) {
			letters[i] = rune(said[i])
		}
		said = string(letters)
	}
	said = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, said)
	return strings.TrimSpace(said)
}
