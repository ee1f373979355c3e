package models

import "strings"

// KindByName guesses what a model is for from its name, for engines that say nothing else of it.
// Names of the usual families are known; everything else is taken for chat.
func KindByName(name string) Kind {
	name = strings.ToLower(name)
	for _, family := range [...]struct {
		kind  Kind
		marks []string
	}{
		{Rerank, []string{"rerank"}}, // before the families of embedding models, which some are named after
		{Embedding, []string{"embed", "e5-", "bge-", "gte-", "minilm", "sentence-", "paraphrase-"}},
		{Transcription, []string{"whisper", "transcri", "canary-", "parakeet"}},
		{Speech, []string{"tts", "kokoro", "piper-"}},
	} {
		for _, mark := range family.marks {
			if strings.Contains(name, mark) {
				return family.kind
			}
		}
	}
	return Chat
}
