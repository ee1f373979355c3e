package gateway

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Questions is what the pages and the terminal ask of this room.
type Questions interface {
	// Ask puts a question to the memory. By default the answer is extractive. A refusal by the charter is
	// a *core.Error of code Refused whose arguments name the article and the charter; see Refusal.
	Ask(ctx context.Context, actor core.Actor, req AskRequest) (AskResult, error)
	// Chat sends messages to a chat model, without documents, and hands each piece of text to write as
	// it arrives. An error after the first piece has code Interrupted: what was written is not an answer.
	Chat(ctx context.Context, actor core.Actor, req ChatRequest, write func(piece string) error) (ChatResult, error)
	// Writers lists the models that may be offered for writing from documents, cheapest first; and
	// Chatters those for plain chat. Both may be empty.
	Writers(ctx context.Context) ([]ModelChoice, error)
	Chatters(ctx context.Context) ([]ModelChoice, error)
}

// ModelChoice is a model as offered to a person.
type ModelChoice struct {
	Name  string
	Trial bool
}

// AskRequest is a question to the memory.
type AskRequest struct {
	Question string
	// Writer names a chat model that writes an answer over the same passages; "" answers extractively.
	Writer string
	// Write receives the written text as it arrives, in mode "model"; may be nil.
	Write func(piece string) error
}

// ChatRequest is one more turn of a plain chat.
type ChatRequest struct {
	Model    string  // "" chooses the default, AutoModel the smallest that does
	Bigger   *Bigger // the wish for a bigger one than AutoModel chooses; nil: none
	Messages []Message
}

// Message is one message of a chat.
type Message struct {
	Role    string `json:"role"` // "user" or "assistant"
	Content string `json:"content"`
}

// ChatResult is how a chat turn ended.
type ChatResult struct {
	Result
	Text         string
	PromptTokens int
	OutputTokens int
}

// Refusal is what a surface needs to explain a refusal by the charter. It travels as the arguments of a
// core.Error with code Refused, whose key says why.
type Refusal struct {
	Article int
	Charter string  // hash
	Receipt core.ID // of the refusal
	// Restriction is the number of the emergency restriction that refused what the charter allows; 0: none did.
	Restriction int
}

// RefusalOf finds the refusal in err.
func RefusalOf(err error) (Refusal, bool) {
	if !core.Is(err, core.Refused) {
		return Refusal{}, false
	}
	args := core.AsError(err).Args
	article, ok := args["Article"].(int)
	if !ok {
		return Refusal{}, false
	}
	hash, _ := args["Charter"].(string)
	receipt, _ := args["Receipt"].(core.ID)
	restriction, _ := args["Restriction"].(int)
	return Refusal{Article: article, Charter: hash, Receipt: receipt, Restriction: restriction}, true
}

// ConversationKind tells questions to the memory from plain chat.
type ConversationKind string

// The kinds.
const (
	KindAsk  ConversationKind = "ask"
	KindChat ConversationKind = "chat"
)

// Conversation is a series of turns that one person keeps. Only that person can read it.
type Conversation struct {
	ID           core.ID
	Organisation core.ID
	Person       core.ID
	Kind         ConversationKind
	Title        string
	Created      time.Time
	Updated      time.Time
}

// Turn is one question and what came of it.
type Turn struct {
	ID       core.ID
	Question string
	Asked    time.Time
	Ask      *AskResult  // of a question to the memory
	Chat     *ChatResult // of a chat turn
	Problem  *core.Error // it was refused, or it failed; Ask or Chat may hold what came before
}

// Conversations keeps them. Every method returns core.NotFound for a conversation that is not the
// person's own.
type Conversations interface {
	Start(ctx context.Context, actor core.Actor, kind ConversationKind, title string) (Conversation, error)
	List(ctx context.Context, actor core.Actor, limit int) ([]Conversation, error)
	Turns(ctx context.Context, actor core.Actor, id core.ID) (Conversation, []Turn, error)
	Add(ctx context.Context, actor core.Actor, id core.ID, turn Turn) error
	Rename(ctx context.Context, actor core.Actor, id core.ID, title string) error
	// Delete erases the conversation and its turns; receipts stay.
	Delete(ctx context.Context, actor core.Actor, id core.ID) error
}
