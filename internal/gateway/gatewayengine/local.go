package gatewayengine

import (
	"bytes"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// local says to an engine of ours what its own dialect has no word for: whether to think, which costs energy and is off
// unless asked for. What the request itself says to the template stays. An image goes only to a model that sees, and only
// whole: an engine of ours fetches nothing.
func local(model models.Model, body []byte) ([]byte, error) {
	if err := checkImages(model, body); err != nil {
		return nil, err
	}
	if model.Path == "" || bytes.Contains(body, []byte(`"enable_thinking"`)) {
		return body, nil
	}
	think := []byte("false")
	effort := gjson.GetBytes(body, "reasoning_effort").Str
	switch effort {
	case "", "none", "minimal":
	default:
		think = []byte("true")
		if with, err := sjson.SetBytes(body, "chat_template_kwargs.reasoning_effort", effort); err == nil {
			body = with
		}
	}
	with, err := sjson.SetRawBytes(body, "chat_template_kwargs.enable_thinking", think)
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.param_type", core.Args{"Param": "chat_template_kwargs"})
	}
	return with, nil
}

func checkImages(model models.Model, body []byte) error {
	if !bytes.Contains(body, []byte("image_url")) {
		return nil
	}
	sees, fetches := false, false
	gjson.GetBytes(body, "messages").ForEach(func(_, message gjson.Result) bool {
		message.Get("content").ForEach(func(_, part gjson.Result) bool {
			if url := part.Get("image_url"); url.Exists() {
				sees = true
				address := url.Get("url").Str
				fetches = fetches || len(address) < 5 || address[:5] != "data:"
			}
			return true
		})
		return true
	})
	ours := model.Path != ""
	switch {
	case sees && (model.Images == models.No || ours && model.Images != models.Yes):
		return core.E(core.Invalid, "errors.model_blind", core.Args{"Model": model.Name})
	case fetches && ours:
		return core.E(core.Invalid, "errors.image_elsewhere", nil)
	}
	return nil
}

// checkTools refuses functions to a model that is known not to call any: its engine would leave them out without a word.
// All dialects write them under the same name.
func checkTools(model models.Model, body []byte) error {
	if model.Tools != models.No || !gjson.GetBytes(body, "tools.0").Exists() || gjson.GetBytes(body, "tool_choice").Str == "none" {
		return nil
	}
	return core.E(core.Invalid, "errors.model_without_tools", core.Args{"Model": model.Name, "Param": "tools"})
}
