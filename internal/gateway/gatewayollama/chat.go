package gatewayollama

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaydialect"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
)

const ndjson = "application/x-ndjson"

func (a *API) chat(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	return a.answer(w, r, actor, false)
}

func (a *API) generate(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	return a.answer(w, r, actor, true)
}

func (a *API) answer(w http.ResponseWriter, r *http.Request, actor core.Actor, generate bool) error {
	body, err := a.object(w, r)
	if err != nil {
		return err
	}
	req, err := gatewaydialect.ReadOllama(body, generate)
	if err != nil {
		return err
	}
	if req.Chat.Model, err = a.name(r.Context(), req.Chat.Model); err != nil {
		return err
	}
	if req.Load {
		return a.load(w, r, req)
	}
	completion := gateway.Completion{Model: req.Chat.Model, Text: gatewayopenai.Text(body), MaxOutput: req.Chat.MaxTokens,
		Body: req.Chat.Body, Dialect: models.Ollama, Native: req.Native}
	if generate {
		completion.NativePath = "/api/generate"
	}
	began := a.Clock.Now()
	x, err := a.Gateway.Complete(r.Context(), actor, completion)
	if err != nil {
		return err
	}
	defer x.Close()
	t := teller{api: a, r: r, x: x, began: began}
	var answer gatewayopenai.Whole = &translated{t, gatewaydialect.NewOllamaWriter(string(x.Receipt()), req, x.Model().Name, !req.Stream)}
	if x.Native() {
		answer = &native{teller: t}
	}
	if req.Stream {
		return gatewayopenai.Forward(w, x, ndjson, answer)
	}
	return gatewayopenai.AnswerWhole(w, x, answer)
}

// load answers a request that asks nothing: Ollama's clients mean that the model should be got ready, or put away. Here it
// is got ready by the first request, and put away by the operator.
func (a *API) load(w http.ResponseWriter, r *http.Request, req *gatewaydialect.OllamaRequest) error {
	model, err := a.Catalogue.Find(r.Context(), req.Chat.Model)
	if err != nil {
		return err
	}
	line := map[string]any{"model": model.Name, "created_at": a.Clock.Now().UTC(), "done": true, "done_reason": "load"}
	if req.Generate {
		line["response"] = ""
	} else {
		line["message"] = map[string]string{"role": "assistant", "content": ""}
	}
	data, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if !req.Stream {
		return gatewayopenai.WriteJSON(w, data)
	}
	w.Header().Set("Content-Type", ndjson)
	w.Write(append(data, '\n')) // an error here means that the client has left
	return nil
}

// teller is what both ways of telling an answer share.
type teller struct {
	api   *API
	r     *http.Request
	x     *gateway.Exchange
	began time.Time
	first time.Time // when the first event came
}

// Start implements gatewayopenai.Teller.
func (t *teller) Start() []byte { return nil }

// Fail implements gatewayopenai.Teller.
func (t *teller) Fail(err error) []byte { return append(t.api.Errors.JSON(t.r, err), '\n') }

// now tells the time, and notes when the first event came.
func (t *teller) now() time.Time {
	now := t.api.Clock.Now()
	if t.first.IsZero() {
		t.first = now
	}
	return now
}

// ending is what the last line tells. It is complete once the receipt is permanent.
func (t *teller) ending() (gatewaydialect.Usage, gatewaydialect.OllamaTimes, time.Time) {
	usage, _ := t.x.Usage()
	now := t.now()
	return gatewaydialect.Usage{Prompt: usage.Prompt, Output: usage.Output, Extra: gatewayopenai.UsageExtra(t.x)},
		gatewaydialect.OllamaTimes{Total: now.Sub(t.began), Prompt: t.first.Sub(t.began), Output: now.Sub(t.first)}, now
}

// translated is an answer in OpenAI's chunks.
type translated struct {
	teller
	writer *gatewaydialect.OllamaWriter
}

// Event implements gatewayopenai.Teller.
func (t *translated) Event(event gateway.Event) ([]byte, error) {
	return t.writer.Chunk(event.Data, t.now())
}

// End implements gatewayopenai.Teller.
func (t *translated) End() ([]byte, error)   { return t.writer.End(t.ending()), nil }
func (t *translated) Whole() ([]byte, error) { return t.writer.Whole(t.ending()), nil }

// native is an answer in Ollama's own lines.
type native struct {
	teller
	assembly gatewaydialect.OllamaAssembly
}

// Event forwards a line; the one that ends the answer gets the receipt.
func (n *native) Event(event gateway.Event) ([]byte, error) {
	data := event.Data
	if event.Finished {
		usage, _, _ := n.ending()
		data = gatewaydialect.WithFields(counted(data, usage), usage.Extra)
	}
	if err := n.assembly.Add(data); err != nil {
		return nil, err
	}
	return append(bytes.Clone(data), '\n'), nil
}

// counted gives a last line our count where its engine told none.
func counted(line []byte, usage gatewaydialect.Usage) []byte {
	if gjson.GetBytes(line, "eval_count").Exists() || gjson.GetBytes(line, "prompt_eval_count").Exists() {
		return line
	}
	return gatewaydialect.WithFields(line, fmt.Appendf(nil, `{"prompt_eval_count":%d,"eval_count":%d}`, usage.Prompt, usage.Output))
}

// End implements gatewayopenai.Teller.
func (n *native) End() ([]byte, error)   { return nil, nil }
func (n *native) Whole() ([]byte, error) { return n.assembly.Bytes() }
