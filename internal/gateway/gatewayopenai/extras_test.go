package gatewayopenai_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayhousetest"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
)

func far(name string, kind models.Kind) models.Model {
	return models.Model{Name: name, Kind: kind, Digest: models.UnknownDigest, Origin: "far"}
}

func whole(media, body string) enginetest.Script {
	return enginetest.Script{Reply: &enginetest.Reply{Status: 200, Header: http.Header{"Content-Type": {media}}, Body: body}}
}

func TestLegacyCompletions(t *testing.T) {
	t.Parallel()
	stream := "data: " + strings.Join([]string{
		`{"id":"cmpl-1","object":"text_completion","created":5,"model":"m","choices":[{"text":"Il é","index":0,"finish_reason":null}]}`,
		`{"id":"cmpl-1","object":"text_completion","choices":[{"text":"tait","index":0,"finish_reason":null}]}`,
		`{"id":"cmpl-1","object":"text_completion","choices":[{"text":"","index":0,"finish_reason":"length"}]}`,
		`{"id":"cmpl-1","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":2,"total_tokens":4}}`,
	}, "\n\ndata: ")
	h := newHouse(t, models.Model{Name: "far-anthropic", Kind: models.Chat, Dialect: models.Anthropic, Origin: "far"})
	h.Engine.PlayAt("/v1/completions", whole("text/event-stream", stream+"\n\ndata: [DONE]\n\n"), whole("text/event-stream", stream+"\n\ndata: [DONE]\n\n"), whole("text/event-stream", stream[:200]+"\n\n"))
	client := openai.NewClient(option.WithBaseURL(h.URL+"/v1"), option.WithAPIKey(goodKey), option.WithMaxRetries(0))
	got, err := client.Completions.New(t.Context(), openai.CompletionNewParams{Model: "fake-chat", Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String("Il était")}})
	if err != nil || got.Choices[0].Text != "Il était" || got.Choices[0].FinishReason != "length" || got.Usage.TotalTokens != 4 || got.ID != "cmpl-1" {
		t.Errorf("%+v %v", got, err)
	}
	if sent := gjson.ParseBytes(h.Engine.Requests()[0].Body); sent.Get("prompt").String() != "Il était" || sent.Get("max_tokens").Int() != 16 {
		t.Errorf("sent: %s", sent)
	}
	if r := h.Log.Only(t); r.Outcome != audit.Completed || r.OutputTokens != 2 {
		t.Errorf("record: %+v", r)
	}
	_, body := h.Post("/v1/completions", `{"model":"fake-chat","prompt":"Il était","stream":true}`)
	if !strings.HasSuffix(body, "data: [DONE]\n\n") || strings.Contains(body, `"usage"`) {
		t.Errorf("%s", body)
	}
	if _, body = h.Post("/v1/completions", `{"model":"fake-chat","prompt":"Il était","stream":true}`); strings.Contains(body, "[DONE]") || !strings.Contains(body, `"error"`) {
		t.Errorf("broken: %s", body)
	}
	for _, bad := range []string{`{"model":"fake-chat"}`, `{"model":"fake-chat","prompt":3}`, `{"model":"far-anthropic","prompt":"x"}`, `[]`, `null`} {
		if response, body := h.Post("/v1/completions", bad); response.StatusCode != 400 || problemOf(t, body).Error.Next == "" {
			t.Errorf("%s: %d %s", bad, response.StatusCode, body)
		}
	}
}

func TestRerank(t *testing.T) {
	t.Parallel()
	h := newHouse(t, far("far-rerank", models.Rerank))
	h.Engine.PlayAt("/v1/rerank", whole("application/json", `{"model":"far","results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}],"usage":{"prompt_tokens":7,"total_tokens":7},"novel":1}`))
	_, body := h.Post("/v1/rerank", `{"model":"far-rerank","query":"quorum","documents":["un","deux"],"top_n":2,"future":1}`)
	if got := gjson.Parse(body); got.Get("results.0.index").Int() != 1 || got.Get("novel").Int() != 1 || got.Get("usage.receipt").String() != string(h.Log.Only(t).ID) {
		t.Errorf("%s", body)
	}
	if !gjson.GetBytes(h.Engine.Requests()[0].Body, "future").Exists() {
		t.Error("an unknown field was lost")
	}
	for name, bad := range map[string]string{
		"no query": `{"model":"far-rerank","documents":["x"]}`, "no documents": `{"model":"far-rerank","query":"x","documents":[]}`,
		"not a rerank model": `{"model":"fake-chat","query":"x","documents":["x"]}`, "a card number": `{"model":"far-rerank","query":"4111 1111 1111 1111","documents":["x"]}`,
	} {
		if response, body := h.Post("/v1/rerank", bad); response.StatusCode/100 != 4 || problemOf(t, body).Error.Next == "" {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
	}
}

func TestAudio(t *testing.T) {
	t.Parallel()
	h := newHouse(t, far("far-voice", models.Speech), far("far-ear", models.Transcription))
	client := openai.NewClient(option.WithBaseURL(h.URL+"/v1"), option.WithAPIKey(goodKey), option.WithMaxRetries(0))
	h.Engine.PlayAt("/v1/audio/speech", whole("audio/mpeg", "ID3…"), whole("text/html", enginetest.Secret))
	spoken, err := client.Audio.Speech.New(t.Context(), openai.AudioSpeechNewParams{Model: "far-voice", Input: "Bonjour", Voice: openai.AudioSpeechNewParamsVoiceUnion{OfString: openai.String("alloy")}})
	if err != nil {
		t.Fatal(err)
	}
	if sound, _ := io.ReadAll(spoken.Body); string(sound) != "ID3…" || spoken.Header.Get("Content-Type") != "audio/mpeg" || spoken.Header.Get("X-Solidaire-Receipt") == "" {
		t.Errorf("%q %v", sound, spoken.Header)
	}
	if _, body := h.Post("/v1/audio/speech", `{"model":"far-voice","input":"x"}`); strings.Contains(body, enginetest.Secret) || problemOf(t, body).Error.Next == "" {
		t.Errorf("%s", body)
	}
	h.Engine.PlayAt("/v1/audio/transcriptions", whole("application/json", `{"text":"Bonjour à toutes","novel":1}`), whole("text/plain", "Bonjour"), whole("application/json", `{"text":"mon NAS est 046 454 286"}`))
	ask := openai.AudioTranscriptionNewParams{Model: "far-ear", File: openai.File(strings.NewReader("RIFF…"), "voix.wav", "audio/wav"), Language: openai.String("fr")}
	said, err := client.Audio.Transcriptions.New(t.Context(), ask)
	if err != nil || said.Text != "Bonjour à toutes" {
		t.Fatalf("%+v %v", said, err)
	}
	requests := h.Engine.Requests()
	sent := requests[len(requests)-1]
	if kind := sent.Header.Get("Content-Type"); !strings.HasPrefix(kind, "multipart/form-data; boundary=") || !bytes.Contains(sent.Body, []byte("RIFF…")) || !bytes.Contains(sent.Body, []byte("\r\n\r\nfr\r\n")) || !bytes.Contains(sent.Body, []byte(`filename="voix.wav"`)) {
		t.Errorf("%s %s", kind, sent.Body)
	}
	form := func(fields map[string]string, sound string) *http.Request {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for name, value := range fields {
			w.WriteField(name, value)
		}
		if sound != "" {
			part, _ := w.CreateFormFile("file", "../../v.wav")
			part.Write([]byte(sound))
		}
		w.Close()
		req, _ := http.NewRequestWithContext(t.Context(), "POST", h.URL+"/v1/audio/transcriptions", &b)
		req.Header.Set("Content-Type", w.FormDataContentType())
		return req
	}
	if status, body, media := send(t, form(map[string]string{"model": "far-ear", "response_format": "text"}, "RIFF")); status != 200 || body != "Bonjour" || !strings.HasPrefix(media, "text/plain") {
		t.Errorf("%d %s %s", status, media, body)
	}
	if status, body, _ := send(t, form(map[string]string{"model": "far-ear"}, "RIFF")); status != 403 || strings.Contains(body, "046 454") {
		t.Errorf("a number that was said: %d %s", status, body)
	}
	for name, c := range map[string]struct {
		req    *http.Request
		status int
	}{
		"no model": {form(nil, "RIFF"), 400}, "no sound": {form(map[string]string{"model": "far-ear"}, ""), 400},
		"another model": {form(map[string]string{"model": "fake-chat"}, "RIFF"), 400}, "too large": {form(map[string]string{"model": "far-ear"}, strings.Repeat("a", 33<<20)), 413},
		"streamed": {form(map[string]string{"model": "far-ear", "stream": "true"}, "RIFF"), 400},
	} {
		if status, body, _ := send(t, c.req); status != c.status || gjson.Get(body, "error.next").String() == "" {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if response, body := h.Post("/v1/audio/transcriptions", `{}`); response.StatusCode != 400 {
		t.Errorf("JSON: %s", body)
	}
}

func send(t *testing.T, req *http.Request) (status int, body, media string) {
	t.Helper()
	req.Header.Set("Authorization", "Bearer "+goodKey)
	req.Header.Set("Accept-Language", "en")
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data), response.Header.Get("Content-Type")
}

// shelf is a memory with one document at most.
type shelf struct{ text string }

func (s *shelf) Add(_ context.Context, _ core.ID, name string, _ time.Time, r io.Reader) (memory.Report, error) {
	data, err := io.ReadAll(r)
	if strings.HasSuffix(name, ".exe") {
		return memory.Report{Problem: core.E(core.Invalid, "errors.input_empty", core.Args{"Param": "file"})}, nil
	}
	s.text = string(data)
	return memory.Report{Name: name, Document: document, State: memory.Indexed}, err
}

func (s *shelf) Documents(context.Context, core.ID) ([]memory.Document, error) {
	if s.text == "" {
		return nil, nil
	}
	return []memory.Document{{ID: document, Name: "statuts.md", State: memory.Indexed, Version: "v", Added: time.Unix(5, 0)}}, nil
}

func (s *shelf) Version(context.Context, core.ID, string) (memory.Version, error) {
	return memory.Version{Text: s.text}, nil
}

func (s *shelf) Remove(context.Context, core.ID, core.ID) error { s.text = ""; return nil }

const document = core.ID("06h0000000000000000000000g")

// operators makes every good key an operator's.
type operators struct{ gatewayhousetest.Keys }

func (k operators) Authenticate(ctx context.Context, secret string) (core.Actor, error) {
	actor, err := k.Keys.Authenticate(ctx, secret)
	actor.Roles = []core.Role{core.RoleMember, core.RoleOperator}
	return actor, err
}

func TestFiles(t *testing.T) {
	t.Parallel()
	open := func(keys gatewayopenai.Authenticator) (*gatewayhousetest.House, openai.Client) {
		h := gatewayhousetest.New(t)
		api := gatewayopenai.New(h.Service, keys, h.Shelf, gatewayhousetest.Rules{}, h.Bundle, h.Logger, gatewayhousetest.MaxBody)
		h.Open(gatewayopenai.NewFiles(api, &shelf{}))
		return h, openai.NewClient(option.WithBaseURL(h.URL+"/v1"), option.WithAPIKey(goodKey), option.WithMaxRetries(0))
	}
	_, client := open(operators{})
	upload := openai.FileNewParams{File: openai.File(strings.NewReader("Le quorum est de 25 %."), "statuts.md", "text/markdown"), Purpose: openai.FilePurposeUserData}
	added, err := client.Files.New(t.Context(), upload)
	if err != nil || added.Bytes != 22 || added.Status != "processed" || added.Filename != "statuts.md" {
		t.Fatalf("%+v %v", added, err)
	}
	list, err := client.Files.List(t.Context(), openai.FileListParams{})
	if err != nil || len(list.Data) != 1 || list.Data[0].ID != added.ID {
		t.Errorf("%+v %v", list, err)
	}
	if got, err := client.Files.Get(t.Context(), added.ID); err != nil || got.CreatedAt != 5 {
		t.Errorf("%+v %v", got, err)
	}
	content, err := client.Files.Content(t.Context(), added.ID)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(content.Body); string(text) != "Le quorum est de 25 %." {
		t.Errorf("%s", text)
	}
	if gone, err := client.Files.Delete(t.Context(), added.ID); err != nil || !gone.Deleted {
		t.Errorf("%+v %v", gone, err)
	}
	if _, err := client.Files.Get(t.Context(), added.ID); err == nil {
		t.Error("a file that was removed")
	}
	upload.File = openai.File(strings.NewReader("MZ"), "x.exe", "application/octet-stream")
	if _, err := client.Files.New(t.Context(), upload); err == nil {
		t.Error("a file that cannot be read")
	}
	_, member := open(gatewayhousetest.Keys{})
	if _, err := member.Files.New(t.Context(), upload); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a member added a document: %v", err)
	}
}
