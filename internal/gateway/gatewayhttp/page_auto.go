package gatewayhttp

import (
	"strings"

	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// whyKeys turns the words for how a model was chosen into the keys of their sentences. A word that this version does not
// know says nothing.
func whyKeys(words []string) []string {
	keys := []string{}
	for _, word := range words {
		if key := whyKey(word); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func whyKey(word string) string {
	switch word {
	case "context":
		return "questions.auto.context"
	case "images":
		return "questions.auto.images"
	case "tools":
		return "questions.auto.tools"
	case "thinking":
		return "questions.auto.thinking"
	case "schema":
		return "questions.auto.schema"
	case "language":
		return "questions.auto.language"
	case "cited", "writer":
		return "questions.auto.cited"
	case "demanding":
		return "questions.auto.demanding"
	case "smallest":
		return "questions.auto.smallest"
	case "resting":
		return "questions.auto.resting"
	case "only":
		return "questions.auto.only"
	case "bigger":
		return "questions.auto.bigger"
	case "no-bigger":
		return "questions.auto.nobigger"
	}
	switch {
	case strings.HasSuffix(word, "-unknown"):
		return "questions.auto.unknown"
	case strings.HasSuffix(word, "-none"):
		return "questions.auto.none"
	}
	return ""
}

// canGrow reports whether a bigger model could answer the same: the last one was chosen, and a larger one was able.
func canGrow(turn gateway.Turn) bool {
	return answered(turn) && turn.Chat.Auto != nil && turn.Chat.Auto.Biggest != "" && turn.Chat.Auto.Biggest != turn.Chat.Model
}
