package memory

import (
	"context"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Talk is a conversation that somebody saves: a document of its own, of which each saving is a version.
type Talk struct {
	Conversation core.ID
	Title        string
	Held         time.Time // its date; what it quotes has other ones
	Text         string    // Markdown; a heading states the title
}

// maxTalkTitle bounds the part of a document's name that is its conversation's title, in characters.
const maxTalkTitle = 120

// KeepConversation makes a conversation a document, or a new version of its document.
func (in *Intake) KeepConversation(ctx context.Context, organisation core.ID, talk Talk) (Report, error) {
	title := []rune(strings.ReplaceAll(oneLine(talk.Title), "/", "-"))
	id := strings.ToLower(string(talk.Conversation[max(0, len(talk.Conversation)-6):]))
	name := cleanName("Conversations/" + talk.Held.UTC().Format(time.DateOnly) + " " + string(title[:min(len(title), maxTalkTitle)]) + " (" + id + ").md")
	report, err := in.take(ctx, Arrival{Organisation: organisation, Name: name, Title: string(title), Modified: talk.Held,
		Conversation: talk.Conversation}, strings.NewReader(talk.Text))
	if err != nil || report.State != Waiting {
		return report, err
	}
	return in.Finish(ctx, organisation, report.Document)
}

// ConversationDocument finds the document of a conversation; core.NotFound when it was not saved, or was erased.
func (in *Intake) ConversationDocument(ctx context.Context, organisation, conversation core.ID) (Entry, error) {
	page, err := in.Page(ctx, Filter{Organisation: organisation, Conversation: conversation, Limit: 1})
	if err != nil {
		return Entry{}, err
	}
	if len(page.Entries) == 0 {
		return Entry{}, core.E(core.NotFound, "errors.memory_no_document", nil)
	}
	return page.Entries[0], nil
}
