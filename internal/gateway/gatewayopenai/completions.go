package gatewayopenai

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// usualCompletion is the cap of a legacy completion that names none: OpenAI's own.
const usualCompletion = 16

// completions goes on from a bare text, as programs did before chat. Only engines that speak OpenAI's dialect have it.
func (a *API) completions(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	req, body, err := a.request(w, r)
	if err != nil {
		return err
	}
	if prompt, ok := req.get("prompt"); !ok || prompt.Type != gjson.String && !prompt.IsArray() {
		return param("errors.param_type", "prompt")
	}
	if req.maxOutput == 0 {
		req.maxOutput = usualCompletion
	}
	asked := req.completion(body)
	asked.Prompt = true
	x, err := a.gateway.Complete(r.Context(), actor, asked)
	if err != nil {
		return err
	}
	defer x.Close()
	if req.stream {
		return a.stream(w, r, x, req.includeUsage)
	}
	return whole(w, x, &continuation{texts: map[int64]*strings.Builder{}, reasons: map[int64]string{}})
}

// continuation gathers the chunks of a legacy completion.
type continuation struct {
	head    []byte
	texts   map[int64]*strings.Builder
	reasons map[int64]string // raw
	usage   string           // raw
}

// add implements gathering.
func (c *continuation) add(event gateway.Event) {
	chunk := event.Data
	if c.head == nil {
		c.head = slices.Clone(chunk)
	}
	gjson.GetBytes(chunk, "choices").ForEach(func(_, choice gjson.Result) bool {
		index := choice.Get("index").Int()
		if c.texts[index] == nil {
			c.texts[index], c.reasons[index] = &strings.Builder{}, "null"
		}
		if text := choice.Get("text"); text.Type == gjson.String {
			c.texts[index].WriteString(text.Str)
		}
		if reason := choice.Get("finish_reason"); reason.Type == gjson.String {
			c.reasons[index] = reason.Raw
		}
		return true
	})
	if usage := gjson.GetBytes(chunk, "usage"); usage.IsObject() {
		c.usage = usage.Raw
	}
}

// counted implements gathering.
func (c *continuation) counted() string { return c.usage }

// bytes implements gathering.
func (c *continuation) bytes(usage string) []byte {
	b := []byte(`{"object":"text_completion"`)
	gjson.ParseBytes(c.head).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "id", "created", "model", "system_fingerprint":
			b = appendField(b, key.Raw, value.Raw)
		}
		return true
	})
	indexes := make([]int64, 0, len(c.texts))
	for index := range c.texts {
		indexes = append(indexes, index)
	}
	slices.Sort(indexes)
	b = append(b, `,"choices":[`...)
	for i, index := range indexes {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"text":`...), c.texts[index].String())
		b = append(b, `,"index":`+strconv.FormatInt(index, 10)+`,"logprobs":null,"finish_reason":`+c.reasons[index]+`}`...)
	}
	b = appendField(append(b, ']'), `"usage"`, usage)
	return append(b, '}')
}
