package gatewaydialect

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxMessages bounds one request.
const maxMessages = 10_000

// decode reads a request whose JSON is known to be valid.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	var wrong *json.UnmarshalTypeError
	var ours *core.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &wrong) && wrong.Field != "":
		return wrongType(wrong.Field)
	}
	return core.Wrap(err, core.Invalid, "errors.json_invalid", nil)
}

// checkCount refuses too many messages before they are read into memory, and none at all.
func checkCount(body []byte, field string) error {
	list := gjson.GetBytes(body, field)
	if !list.IsArray() {
		return wrongType(field)
	}
	count := 0
	list.ForEach(func(_, _ gjson.Result) bool {
		count++
		return count <= maxMessages
	})
	switch {
	case count == 0:
		return core.E(core.Invalid, "errors.messages_empty", core.Args{"Param": field})
	case count > maxMessages:
		return core.E(core.TooLarge, "errors.messages_too_many", core.Args{"Max": maxMessages})
	}
	return nil
}

// set replaces fields of a body and leaves every other byte alone.
func set(body []byte, fields map[string]any) []byte {
	out := body
	for path, value := range fields {
		if changed, err := sjson.SetBytes(out, path, value); err == nil {
			out = changed
		}
	}
	return out
}

func badRole() error {
	return core.E(core.Invalid, "errors.message_role", core.Args{"Param": "messages"})
}

func itoa(n int) string { return strconv.Itoa(n) }

// without takes fields away and leaves every other byte alone.
func without(body []byte, fields ...string) []byte {
	for _, field := range fields {
		if less, err := sjson.DeleteBytes(body, field); err == nil {
			body = less
		}
	}
	return body
}

func emptyInput(field string) error {
	return core.E(core.Invalid, "errors.input_empty", core.Args{"Param": field})
}
