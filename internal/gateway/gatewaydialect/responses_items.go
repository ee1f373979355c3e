package gatewaydialect

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
)

// addItem puts one item into a chat. Calls and thoughts of the model join the turn that they belong to.
func (c *Chat) addItem(item json.RawMessage) error {
	i := gjson.ParseBytes(item)
	switch i.Get("type").Str {
	case "message":
		return c.addMessage(i)
	case "function_call":
		if i.Get("call_id").Str == "" || i.Get("name").Str == "" || i.Get("arguments").Type != gjson.String {
			return wrongType("input.function_call")
		}
		turn := c.turn()
		turn.Calls = append(turn.Calls, newCall(i.Get("call_id").Str, i.Get("name").Str, i.Get("arguments").Str))
		return nil
	case "function_call_output":
		content, err := outputParts(i.Get("output"))
		if err != nil {
			return err
		}
		if i.Get("call_id").Str == "" {
			return wrongType("input.function_call_output.call_id")
		}
		c.Messages = append(c.Messages, Message{Role: "tool", ToolCallID: i.Get("call_id").Str, Content: content})
		return nil
	case "reasoning":
		c.turn().Thinking += thoughts(i)
		return nil
	}
	return unsupported("input: " + i.Get("type").Str)
}

// turn is the turn of the model that is being written: the last message, while it is the model’s.
func (c *Chat) turn() *Message {
	if last := len(c.Messages) - 1; last >= 0 && c.Messages[last].Role == "assistant" {
		return &c.Messages[last]
	}
	c.Messages = append(c.Messages, Message{Role: "assistant"})
	return &c.Messages[len(c.Messages)-1]
}

func thoughts(item gjson.Result) string {
	var b strings.Builder
	for _, list := range [...]string{"content", "summary"} {
		item.Get(list).ForEach(func(_, part gjson.Result) bool {
			b.WriteString(part.Get("text").Str)
			return true
		})
		if b.Len() > 0 {
			break
		}
	}
	return b.String()
}

func (c *Chat) addMessage(i gjson.Result) error {
	role := i.Get("role").Str
	content, err := responsesParts(i.Get("content"))
	if err != nil {
		return err
	}
	switch role {
	case "user", "system":
	case "developer":
		role = "system"
	case "assistant":
		if turn := c.turn(); turn.Content == nil && turn.Calls == nil {
			turn.Content = joined(content)
			return nil
		}
	default:
		return badRole()
	}
	c.Messages = append(c.Messages, Message{Role: role, Content: joined(content)})
	return nil
}

func outputParts(output gjson.Result) (any, error) {
	if output.Type == gjson.String {
		return output.Str, nil
	}
	parts, err := responsesParts(output)
	if err != nil {
		return nil, err
	}
	return joined(parts), nil
}

func responsesParts(content gjson.Result) ([]Part, error) {
	if content.Type == gjson.String {
		return []Part{textPart(content.Str)}, nil
	}
	if !content.IsArray() {
		return nil, wrongType("input.content")
	}
	var parts []Part
	var failure error
	content.ForEach(func(_, p gjson.Result) bool {
		switch kind := p.Get("type").Str; {
		case (kind == "input_text" || kind == "output_text" || kind == "text" || kind == "summary_text") && p.Get("text").Type == gjson.String:
			parts = append(parts, textPart(p.Get("text").Str))
		case kind == "refusal":
			parts = append(parts, textPart(p.Get("refusal").Str))
		case kind == "input_image" && stringOf(p.Get("image_url")) != "":
			image := imagePart(p.Get("image_url").Str)
			image.Image.Detail = stringOf(p.Get("detail"))
			parts = append(parts, image)
		default:
			failure = unsupported("input.content: " + kind)
		}
		return failure == nil
	})
	return parts, failure
}
