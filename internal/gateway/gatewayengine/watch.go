package gatewayengine

import (
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// watched marks the events that only announce an answer, and tells the engine room when what came made no sense.
type watched struct {
	gateway.Reply
	dialect  models.Dialect
	distrust func() // nil: nobody keeps count
	begun    bool
}

func watch(reply gateway.Reply, response *models.Response, dialect models.Dialect) gateway.Reply {
	return &watched{Reply: reply, dialect: dialect, distrust: response.Distrust}
}

// Next implements gateway.Reply.
func (w *watched) Next() (gateway.Event, error) {
	event, err := w.Reply.Next()
	if err == nil && !utf8.Valid(event.Data) { // half a letter, which no reader of JSON accepts
		err = core.E(core.Interrupted, "errors.engine_interrupted", nil)
	}
	if err != nil {
		if w.distrust != nil && core.Is(err, core.Interrupted) {
			w.distrust()
		}
		return gateway.Event{}, err
	}
	if !w.begun {
		event.Empty = event.Text == "" && !event.Finished && event.Usage == nil && announces(event.Data, w.dialect)
		w.begun = !event.Empty
	}
	return event, nil
}

// announces reports whether an event says that an answer comes and not a word of it. What it does not understand says
// something.
func announces(data []byte, dialect models.Dialect) bool {
	switch dialect {
	case models.Anthropic:
		switch gjson.GetBytes(data, "type").Str {
		case "message_start", "ping":
			return true
		case "content_block_start":
			return gjson.GetBytes(data, "content_block.type").Str == "text"
		}
		return false
	case models.Ollama:
		return gjson.GetBytes(data, "message.tool_calls").Raw == "" && gjson.GetBytes(data, "message.thinking").Str == "" &&
			!gjson.GetBytes(data, "done").Bool()
	}
	silent := true
	gjson.GetBytes(data, "choices").ForEach(func(_, choice gjson.Result) bool {
		choice.Get("delta").ForEach(func(key, value gjson.Result) bool {
			silent = key.Str == "role" || value.Type == gjson.Null || value.Raw == `""` || value.Raw == "[]"
			return silent
		})
		return silent
	})
	return silent
}
