package gatewayopenai

import (
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// streamUsage takes the usage out of a stream, wherever its engine put it, and gives it back as OpenAI does: to a client who
// asked for it, once, in a chunk of its own after all others.
type streamUsage struct {
	asked bool
	chunk []byte // what the last chunk is made from
}

// take gives what is left of an event's chunk without usage; nil when it carries nothing else.
func (u *streamUsage) take(event gateway.Event) []byte {
	if event.Usage == nil && !event.Finished {
		return event.Data
	}
	if u.asked {
		u.chunk = append(u.chunk[:0], event.Data...)
	}
	if event.Usage == nil {
		return event.Data
	}
	if !says(event.Data) {
		return nil
	}
	without, err := sjson.DeleteBytes(event.Data, "usage")
	if err != nil {
		return nil
	}
	return without
}

// says tells a chunk that brings a piece of the answer, or its end, from one that only counts.
func says(chunk []byte) bool {
	found := false
	gjson.GetBytes(chunk, "choices").ForEach(func(_, choice gjson.Result) bool {
		found = choice.Get("finish_reason").Type == gjson.String || choice.Get("text").Str != "" || len(choice.Get("delta").Map()) > 0
		return !found
	})
	return found
}

// last is the chunk with the usage and the receipt of a finished answer; nil for a client who did not ask.
func (u *streamUsage) last(x *gateway.Exchange) []byte {
	if !u.asked {
		return nil
	}
	chunk, err := sjson.SetRawBytes(u.chunk, "choices", []byte("[]"))
	if err != nil {
		return nil
	}
	if chunk, err = sjson.SetRawBytes(chunk, "usage", []byte(usageOf(gjson.GetBytes(u.chunk, "usage").Raw, x))); err != nil {
		return nil
	}
	return chunk
}
