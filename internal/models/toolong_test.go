package models

import "testing"

// The shapes are those of engines that people use; the words are what each of them says.
func TestTooLongIsToldFromOtherMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		want bool
	}{
		"llama-server":           {`{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}}`, true},
		"OpenAI":                 {`{"error":{"message":"x","type":"invalid_request_error","code":"context_length_exceeded"}}`, true},
		"vLLM":                   {`{"error":{"message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.","type":"BadRequestError","code":400}}`, true},
		"vLLM of before":         {`{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","code":400}`, true},
		"Ollama, chat":           {`{"error":"prompt is too long: 9000 tokens, the maximum is 4096"}`, true},
		"Ollama, embeddings":     {`{"error":"the input length exceeds the context length"}`, true},
		"Anthropic":              {`{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 5 maximum"}}`, true},
		"Anthropic, with output": {`{"type":"error","error":{"type":"invalid_request_error","message":"input length and max_tokens exceed context limit: 9 + 9 > 10"}}`, true},
		"LM Studio":              {`{"error":"The number of tokens to keep from the initial prompt is greater than the context length."}`, true},
		"llama-cpp-python":       {`{"error":{"message":"Requested tokens (600) exceed context window of 512","type":"invalid_request_error"}}`, true},
		"another mistake":        {`{"error":{"message":"temperature must be at most 2","type":"invalid_request_error","code":"invalid_value"}}`, false},
		"a word of it":           {`{"error":"no context length was given"}`, false},
		"a missing model":        {`{"error":"model 'x' not found"}`, false},
		"another shape":          {`{"error":["context length exceeded"]}`, false},
		"a page":                 {`<html>context length exceeded`, false},
		"nothing":                {``, false},
	} {
		if got := TooLong([]byte(c.body)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzTooLong(f *testing.F) {
	f.Add([]byte(`{"error":{"type":1,"code":{},"message":null}}`))
	f.Add([]byte(`{"error":"x","message":"maximum context length"}`))
	f.Fuzz(func(_ *testing.T, body []byte) { TooLong(body) })
}
