package gatewayopenai

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"model":"m","messages":[{"role":"user","content":"\u00e9"}],"stream":true,"max_tokens":3}`))
	f.Add([]byte(`{"model":"m","model":"n"}`))
	f.Add([]byte(`{"a":{"b":[1,2,{"c":"]}"}]}}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := parse(body)
		if err != nil {
			if core.CodeOf(err) != core.Invalid {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatalf("accepted what is not JSON in UTF-8: %q", body)
		}
		_ = req.checkMessages()
		_ = text(body)
		if out := req.engineBody(7); !json.Valid(out) {
			t.Fatalf("%q became %q", body, out)
		}
	})
}

func TestTextUndoesEscapes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a":"b"}`: `{"a":"b"}`, `"\u0031\u00a02"`: "\"1\u00a02\"", `"a\nb"`: `"a b"`, `"a\"b\\"`: `"a"b\"`, `"\u12`: "\"\uFFFD12",
	} {
		if got := string(text([]byte(body))); got != want {
			t.Errorf("text(%s) = %q, want %q", body, got, want)
		}
	}
}

func TestAssembleTools(t *testing.T) {
	t.Parallel()
	a := newAssembly()
	for _, chunk := range []string{
		`{"id":"x","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\""}}]}}]}`,
		`{"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}},{"index":1,"id":"c2","function":{"name":"g","arguments":"{}"}}]}}]}`,
		`{"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"id":"c3","function":{"name":"h","arguments":"1"}}]}}]}`,
		`{"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"function":{"arguments":"2"}}]}}]}`,
		`{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`,
	} {
		a.read([]byte(chunk))
	}
	var got struct {
		ID      string
		Choices []struct {
			FinishReason string `json:"finish_reason"`
			Message      struct {
				Content   *string
				ToolCalls []struct {
					ID, Type string
					Function struct{ Name, Arguments string }
				} `json:"tool_calls"`
			}
		}
	}
	if err := json.Unmarshal(a.bytes("{}"), &got); err != nil {
		t.Fatal(err)
	}
	calls := got.Choices[0].Message.ToolCalls
	if got.ID != "x" || got.Choices[0].FinishReason != "tool_calls" || got.Choices[0].Message.Content != nil || len(calls) != 3 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []string{`{"a":1}`, `{}`, `12`} {
		if calls[i].Function.Arguments != want || calls[i].Type != "function" {
			t.Errorf("call %d: %+v", i, calls[i])
		}
	}
}
