package models

import "strings"

// KindByName guesses what a model is for from its name, for engines that say nothing else of it.
// Names of the usual families of embedding models are known; everything else is taken for chat.
func KindByName(name string) Kind {
	name = strings.ToLower(name)
	for _, mark := range []string{"embed", "e5-", "bge-", "gte-", "minilm", "sentence-", "paraphrase-"} {
		if strings.Contains(name, mark) {
			return Embedding
		}
	}
	return Chat
}
