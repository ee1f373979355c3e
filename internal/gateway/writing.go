package gateway

import (
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// writingPrompt asks a model to answer from numbered passages only. It is written in both languages, and
// asks for the language of the question, because a passage may be in the other one.
func writingPrompt(question string, passages []memory.Quote) []Message {
	var b strings.Builder
	b.WriteString("Réponds à la question uniquement à partir des passages numérotés, dans la langue de la question. " +
		"Après chaque phrase, cite le numéro du passage entre crochets, par exemple [1]. " +
		"Si les passages ne répondent pas, dis-le.\n" +
		"Answer the question only from the numbered passages, in the language of the question. " +
		"After each sentence cite the number of its passage in brackets, such as [1]. " +
		"If the passages do not answer, say so.\n\n")
	for i, p := range passages {
		fmt.Fprintf(&b, "[%d] %s\n%s\n\n", i+1, p.Title, p.Text)
	}
	b.WriteString("Question : " + question)
	return []Message{{Role: "user", Content: b.String()}}
}
