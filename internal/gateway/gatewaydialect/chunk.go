package gatewaydialect

import "encoding/json"

// Reader turns what an engine of another dialect streams into OpenAI's chunks.
type Reader interface {
	// Chunk reads one event. It returns nil for one that says nothing to OpenAI's clients, and an error when the engine
	// says that it failed.
	Chunk(event []byte) ([]byte, error)
	// Done tells that the event that ends an answer has been read.
	Done() bool
}

// chunk is one of OpenAI's.
type chunk struct {
	ID      string        `json:"id"`
	Object  string        `json:"object"`
	Created int64         `json:"created"`
	Model   string        `json:"model"`
	Choices []chunkChoice `json:"choices"`
	Usage   *chunkUsage   `json:"usage,omitempty"`
}

type chunkChoice struct {
	Index  int     `json:"index"`
	Delta  delta   `json:"delta"`
	Finish *string `json:"finish_reason"`
	Stop   string  `json:"stop_reason,omitempty"` // the stop sequence, as vLLM tells it
}

type delta struct {
	Role     string      `json:"role,omitempty"`
	Content  string      `json:"content,omitempty"`
	Thinking string      `json:"reasoning_content,omitempty"`
	Calls    []callDelta `json:"tool_calls,omitempty"`
}

type callDelta struct {
	Index    int    `json:"index"`
	ID       string `json:"id,omitempty"`
	Type     string `json:"type,omitempty"`
	Function struct {
		Name      string `json:"name,omitempty"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

type chunkUsage struct {
	Prompt int `json:"prompt_tokens"`
	Output int `json:"completion_tokens"`
	Total  int `json:"total_tokens"`
}

func usageOf(prompt, output int64) *chunkUsage {
	p, o := count(prompt), count(output)
	return &chunkUsage{Prompt: p, Output: o, Total: p + o}
}

// count keeps a figure of an engine within what a count can be.
func count(n int64) int {
	const most = 1 << 40
	return int(min(max(n, 0), most))
}

func callPiece(index int, id, name, arguments string) callDelta {
	c := callDelta{Index: index, ID: id}
	if id != "" || name != "" {
		c.Type = "function"
	}
	c.Function.Name, c.Function.Arguments = name, arguments
	return c
}

// head is what every chunk of one answer repeats.
type head struct {
	id, model string
	created   int64
}

func (h head) chunk(d delta, finish, stop string, usage *chunkUsage) []byte {
	c := chunk{ID: h.id, Object: "chat.completion.chunk", Created: h.created, Model: h.model, Usage: usage}
	choice := chunkChoice{Delta: d, Stop: stop}
	if finish != "" {
		choice.Finish = &finish
	}
	c.Choices = []chunkChoice{choice}
	data, _ := json.Marshal(c) // texts and numbers always marshal
	return data
}
