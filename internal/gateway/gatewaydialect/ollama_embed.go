package gatewaydialect

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"

	"github.com/tidwall/gjson"
)

// OllamaToEmbeddings reads what /api/embed answers as OpenAI's list. With base64, vectors are written as OpenAI's clients
// ask for them.
func OllamaToEmbeddings(body []byte, inBase64 bool) ([]byte, error) {
	answer := gjson.ParseBytes(body)
	list := answer.Get("embeddings")
	if !gjson.ValidBytes(body) || !list.IsArray() {
		return nil, broken()
	}
	var b bytes.Buffer
	b.WriteString(`{"object":"list","data":[`)
	index := 0
	var failure error
	list.ForEach(func(_, vector gjson.Result) bool {
		if index > 0 {
			b.WriteByte(',')
		}
		raw := vector.Raw
		if inBase64 {
			raw, failure = packed(vector)
		}
		b.WriteString(`{"object":"embedding","index":` + itoa(index) + `,"embedding":` + raw + `}`)
		index++
		return failure == nil
	})
	model, _ := json.Marshal(stringOf(answer.Get("model"))) // text always marshals
	tokens := itoa(count(answer.Get("prompt_eval_count").Int()))
	b.WriteString(`],"model":` + string(model) + `,"usage":{"prompt_tokens":` + tokens + `,"total_tokens":` + tokens + `}}`)
	return b.Bytes(), failure
}

// packed writes a vector as the base64 of its float32, little end first.
func packed(vector gjson.Result) (string, error) {
	if !vector.IsArray() {
		return "", broken()
	}
	var raw []byte
	vector.ForEach(func(_, x gjson.Result) bool {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(x.Num)))
		return true
	})
	return `"` + base64.StdEncoding.EncodeToString(raw) + `"`, nil
}

// OllamaToEmbeddingsRequest writes a request to /api/embed, or to the older /api/embeddings, in OpenAI's dialect.
func OllamaToEmbeddingsRequest(body []byte, model string, older bool) ([]byte, error) {
	in := gjson.ParseBytes(body)
	field := "input"
	if older {
		field = "prompt"
	}
	input := in.Get(field)
	if !textOrTexts(input) || older && input.IsArray() {
		return nil, wrongType(field)
	}
	if input.Raw == `""` || input.IsArray() && !input.Get("0").Exists() {
		return nil, emptyInput(field)
	}
	out := map[string]any{"model": model, "input": json.RawMessage(input.Raw), "encoding_format": "float"}
	if d := in.Get("dimensions"); d.Exists() {
		out["dimensions"] = json.RawMessage(d.Raw)
	}
	data, err := json.Marshal(out)
	if err != nil {
		return nil, wrongType(field)
	}
	return data, nil
}

// EmbeddingsToOllamaAnswer writes OpenAI's list as /api/embed answers, or as the older /api/embeddings does: one vector.
func EmbeddingsToOllamaAnswer(body []byte, model string, older bool) []byte {
	var b bytes.Buffer
	data := gjson.GetBytes(body, "data")
	if older {
		b.WriteString(`{"embedding":` + orEmpty(data.Get("0.embedding").Raw) + `}`)
		return b.Bytes()
	}
	name, _ := json.Marshal(model) // text always marshals
	b.WriteString(`{"model":` + string(name) + `,"embeddings":[`)
	first := true
	data.ForEach(func(_, item gjson.Result) bool {
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(orEmpty(item.Get("embedding").Raw))
		return true
	})
	b.WriteString(`],"prompt_eval_count":` + itoa(count(gjson.GetBytes(body, "usage.prompt_tokens").Int())) + `}`)
	return b.Bytes()
}

func orEmpty(raw string) string {
	if raw == "" {
		return "[]"
	}
	return raw
}
