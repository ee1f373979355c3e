package gateway

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Shelf keeps conversations as documents of the memory; memory.Intake satisfies it.
type Shelf interface {
	KeepConversation(ctx context.Context, organisation core.ID, talk memory.Talk) (memory.Report, error)
	ConversationDocument(ctx context.Context, organisation, conversation core.ID) (memory.Entry, error)
	Remove(ctx context.Context, organisation, document core.ID) error
}

// Speech writes a document in somebody's language.
type Speech interface {
	T(key string, args ...core.Args) string
	Day(at time.Time) string
	Quoted(text string) string
}

// SaveConversation makes one of the actor's conversations a document that the whole organisation can find, dated and without
// anybody's name unless signed. Each saving is a version. core.NotFound when the conversation is not the actor's own.
func SaveConversation(ctx context.Context, from Conversations, to Shelf, speech Speech, actor core.Actor, id core.ID, signed bool) (memory.Report, error) {
	conversation, turns, err := from.Turns(ctx, actor, id)
	if err != nil {
		return memory.Report{}, err
	}
	author := ""
	if signed {
		author = actor.Name
	}
	text := transcript(speech, conversation, turns, author)
	if text == "" {
		return memory.Report{}, core.E(core.Invalid, "errors.conversation_nothing", nil)
	}
	report, err := to.KeepConversation(ctx, actor.Organisation, memory.Talk{Conversation: id, Title: conversation.Title, Held: conversation.Created, Text: text})
	if err == nil && report.Problem != nil {
		err = report.Problem
	}
	return report, err
}

// UnsaveConversation erases the document of one of the actor's conversations, with all its versions.
func UnsaveConversation(ctx context.Context, from Conversations, to Shelf, actor core.Actor, id core.ID) error {
	if _, _, err := from.Turns(ctx, actor, id); err != nil {
		return err
	}
	document, err := to.ConversationDocument(ctx, actor.Organisation, id)
	if err != nil {
		return err
	}
	return to.Remove(ctx, actor.Organisation, document.ID)
}

// transcript writes a conversation as a document: each question is a heading. What was refused or broken off is left out; ""
// when nothing is left.
func transcript(l Speech, c Conversation, turns []Turn, author string) string {
	var b strings.Builder
	for _, turn := range turns {
		if answer := answerText(l, turn); turn.Problem == nil && answer != "" {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", oneLine(turn.Question), answer)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	by := ""
	if author != "" {
		by = " " + l.T("questions.saved.by", core.Args{"Name": oneLine(author)})
	}
	return fmt.Sprintf("# %s\n\n%s%s\n%s", oneLine(c.Title), l.T("questions.saved.about", core.Args{"Date": l.Day(c.Created)}), by, b.String())
}

func answerText(l Speech, turn Turn) string {
	var parts []string
	switch {
	case turn.Chat != nil && strings.TrimSpace(turn.Chat.Text) != "":
		parts = append(parts, l.T("questions.saved.chatted", core.Args{"Model": turn.Chat.Model}), flat(turn.Chat.Text))
	case turn.Ask == nil:
		return ""
	case turn.Ask.Checked != nil:
		parts = append(parts, l.T("questions.saved.written", core.Args{"Model": turn.Ask.Model}), flat(turn.Ask.Checked.Text))
		if n := turn.Ask.Checked.Unsupported(); n > 0 {
			parts = append(parts, l.T("questions.saved.unsupported", core.Args{"Count": n}))
		}
		return strings.Join(append(parts, sourceLines(l, turn.Ask.Answer.Passages)...), "\n\n")
	case !turn.Ask.Answer.Found:
		return l.T("questions.saved.silent")
	}
	if turn.Ask != nil {
		for _, q := range turn.Ask.Answer.Quotes {
			parts = append(parts, l.Quoted(oneLine(q.Text)))
		}
		parts = append(parts, sourceLines(l, turn.Ask.Answer.Quotes)...)
	}
	return strings.Join(parts, "\n\n")
}

// sourceLines says where quotations come from, numbered as they are cited.
func sourceLines(l Speech, quotes []memory.Quote) []string {
	out := make([]string, len(quotes))
	for i, q := range quotes {
		out[i] = l.T("questions.saved.source", core.Args{"Number": i + 1, "Title": oneLine(q.Title), "Name": oneLine(q.Name)})
	}
	return out
}

// flat lets no line of an answer pass for a heading of the document.
func flat(text string) string {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\r", ""), "\n")
	for i, line := range lines {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "#") || trimmed != "" && strings.Trim(trimmed, "=-") == "" {
			lines[i] = strings.TrimLeft(trimmed, "#=- ")
		}
	}
	return strings.Join(lines, "\n")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
