package gatewaydialect

import (
	"encoding/json"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Kind is what a block of an answer is.
type Kind int

// The kinds of blocks.
const (
	Thinking Kind = iota + 1
	Text
	Refusal
	ToolCall
)

// Block is a run of one kind in an answer, in the order in which the model wrote.
type Block struct {
	Index    int // among the blocks
	Kind     Kind
	ID, Name string // of a tool call
	Text     []byte // the text, or the arguments of a call; kept when the answer is
	Logprobs []json.RawMessage

	call       int64 // the engine's index of the call
	callNumber int   // among the calls of the answer
}

// Step is one thing that happens to a block.
type Step struct {
	Do       Doing
	Block    *Block
	Text     string // that a Grow adds
	Logprobs []json.RawMessage
}

// Doing is what happens.
type Doing int

// What happens to a block. One closes before the next opens.
const (
	Open Doing = iota + 1
	Grow
	Close
)

// maxAnswer bounds what is kept of one answer.
const maxAnswer = 32 << 20

// Answer reads OpenAI chunks as blocks that open, grow and close. Only the first choice counts: the other dialects have
// no more than one.
type Answer struct {
	Blocks []*Block
	Finish string // OpenAI's reason, once it came
	Stop   string // the stop sequence that ended it, where the engine says so
	// HideThinking leaves out what a model thinks although nobody asked it to.
	HideThinking bool

	prefix string // of the ids of calls that came without one
	keep   bool
	// keepCallsOnly keeps the arguments of calls, which some dialects send whole, and no text.
	keepCallsOnly bool
	open          *Block
	count         int
	size          int
}

// NewAnswer reads an answer. With keep the text of blocks is gathered. prefix makes the ids unique that are given to
// calls without one.
func NewAnswer(prefix string, keep bool) *Answer { return &Answer{prefix: prefix, keep: keep} }

// Add reads one chunk.
func (a *Answer) Add(chunk []byte) ([]Step, error) {
	choice := gjson.GetBytes(chunk, "choices.0")
	if choice.Get("index").Int() != 0 {
		return nil, nil
	}
	var steps []Step
	delta := choice.Get("delta")
	for _, name := range [...]string{"reasoning_content", "reasoning"} {
		if thought := delta.Get(name); thought.Type == gjson.String && thought.Str != "" {
			steps = a.grow(steps, Thinking, thought.Str, nil)
			break // engines that send both mean the same text
		}
	}
	steps = a.grow(steps, Text, stringOf(delta.Get("content")), logprobs(choice.Get("logprobs.content")))
	steps = a.grow(steps, Refusal, stringOf(delta.Get("refusal")), nil)
	var err error
	delta.Get("tool_calls").ForEach(func(_, call gjson.Result) bool {
		steps, err = a.call(steps, call)
		return err == nil
	})
	if reason := stringOf(choice.Get("finish_reason")); reason != "" {
		a.Finish, a.Stop = reason, stringOf(choice.Get("stop_reason"))
	}
	if a.size > maxAnswer {
		return nil, core.E(core.Interrupted, "errors.answer_too_long", nil)
	}
	return steps, err
}

// End closes what is open.
func (a *Answer) End() []Step { return a.close(nil) }

// Calls tells whether the model called a tool.
func (a *Answer) Calls() bool {
	for _, b := range a.Blocks {
		if b.Kind == ToolCall {
			return true
		}
	}
	return false
}

func (a *Answer) grow(steps []Step, kind Kind, text string, logprobs []json.RawMessage) []Step {
	if text == "" || kind == Thinking && a.HideThinking {
		return steps
	}
	if a.open == nil || a.open.Kind != kind {
		steps = a.begin(a.close(steps), &Block{Kind: kind})
	}
	return a.add(steps, text, logprobs)
}

func (a *Answer) add(steps []Step, text string, logprobs []json.RawMessage) []Step {
	if a.keep && (!a.keepCallsOnly || a.open.Kind == ToolCall) {
		a.open.Text = append(a.open.Text, text...)
		a.open.Logprobs = append(a.open.Logprobs, logprobs...)
		a.size += len(text)
		for _, l := range logprobs {
			a.size += len(l)
		}
	}
	return append(steps, Step{Do: Grow, Block: a.open, Text: text, Logprobs: logprobs})
}

func (a *Answer) begin(steps []Step, b *Block) []Step {
	b.Index = len(a.Blocks)
	a.Blocks, a.open = append(a.Blocks, b), b
	return append(steps, Step{Do: Open, Block: b})
}

func (a *Answer) close(steps []Step) []Step {
	if a.open == nil {
		return steps
	}
	steps = append(steps, Step{Do: Close, Block: a.open})
	a.open = nil
	return steps
}

// maxBlocks bounds the tool calls of one answer.
const maxBlocks = 1024

// call reads a piece of a tool call. A piece without an index belongs to the call that is open, unless it brings an id
// of its own. A piece for a call that has been closed cannot be placed any more: such an answer is broken off rather
// than garbled.
func (a *Answer) call(steps []Step, piece gjson.Result) ([]Step, error) {
	id, name, index := stringOf(piece.Get("id")), stringOf(piece.Get("function.name")), piece.Get("index")
	if a.opens(id, name, index) {
		at := int64(a.count)
		if index.Exists() {
			at = index.Int()
		}
		for _, b := range a.Blocks {
			if b.Kind == ToolCall && index.Exists() && b.call == at && (id == "" || id == b.ID) {
				return nil, core.E(core.Interrupted, "errors.engine_interrupted", nil)
			}
		}
		if len(a.Blocks) >= maxBlocks {
			return nil, core.E(core.Interrupted, "errors.answer_too_long", nil)
		}
		a.count++
		if id == "" {
			id = "call_" + a.prefix + strconv.Itoa(a.count)
		}
		steps = a.begin(a.close(steps), &Block{Kind: ToolCall, ID: id, Name: name, call: at, callNumber: a.count - 1})
	}
	if text := argumentsOf(piece.Get("function.arguments")); text != "" {
		steps = a.add(steps, text, nil)
	}
	return steps, nil
}

// opens tells a new call from more of the one that is open. Some engines give every call the index 0, and some every
// piece an id of its own: a new call has its name.
func (a *Answer) opens(id, name string, index gjson.Result) bool {
	switch {
	case a.open == nil || a.open.Kind != ToolCall:
		return true
	case id != "" && id != a.open.ID && (name != "" || !index.Exists()):
		return true
	}
	return index.Exists() && index.Int() != a.open.call
}

// argumentsOf reads arguments as text; some engines send the object itself.
func argumentsOf(v gjson.Result) string {
	if v.IsObject() {
		return v.Raw
	}
	return stringOf(v)
}

func stringOf(v gjson.Result) string {
	if v.Type == gjson.String {
		return v.Str
	}
	return ""
}

func logprobs(list gjson.Result) []json.RawMessage {
	var out []json.RawMessage
	list.ForEach(func(_, item gjson.Result) bool {
		out = append(out, json.RawMessage(item.Raw))
		return true
	})
	return out
}

// object gives the arguments of a call as a JSON object, empty when the model wrote none. What is not an object is kept
// under a name of its own: the program that called decides what to do with a model that writes badly.
func (b *Block) object() json.RawMessage {
	if gjson.ValidBytes(b.Text) && gjson.ParseBytes(b.Text).IsObject() {
		return json.RawMessage(b.Text)
	}
	if len(b.Text) == 0 {
		return json.RawMessage("{}")
	}
	data, _ := json.Marshal(map[string]string{"_raw": string(b.Text)}) // text always marshals
	return data
}
