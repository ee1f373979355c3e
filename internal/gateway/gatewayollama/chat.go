package gatewayollama

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"time"

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
	reply := &reply{api: a, r: r, x: x, began: began}
	reply.writer = translated{gatewaydialect.NewOllamaWriter(string(x.Receipt()), req, x.Model().Name, !req.Stream)}
	if x.Native() {
		reply.writer = &native{}
	}
	if req.Stream {
		return reply.stream(w)
	}
	return reply.whole(w)
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

// reply is one answer under way.
type reply struct {
	api    *API
	r      *http.Request
	x      *gateway.Exchange
	began  time.Time
	first  time.Time // when the first event came
	writer writer
}

// writer turns what an engine sends into Ollama's lines, or its one object.
type writer interface {
	event(p *reply, event gateway.Event) ([]byte, error)
	end(e ending) []byte
	all(e ending) ([]byte, error)
}

// ending is what the last line tells. It goes out once the receipt is permanent.
type ending struct {
	usage gatewaydialect.Usage
	times gatewaydialect.OllamaTimes
	now   time.Time
}

func (p *reply) ending() ending {
	usage, _ := p.x.Usage()
	now := p.api.Clock.Now()
	return ending{
		usage: gatewaydialect.Usage{Prompt: usage.Prompt, Output: usage.Output, Extra: gatewayopenai.UsageExtra(p.x)},
		times: gatewaydialect.OllamaTimes{Total: now.Sub(p.began), Prompt: p.first.Sub(p.began), Output: now.Sub(p.first)},
		now:   now,
	}
}

// next reads the next event and gives its lines.
func (p *reply) next() (lines []byte, more bool, err error) {
	event, err := p.x.Next()
	if p.first.IsZero() {
		p.first = p.api.Clock.Now()
	}
	if err != nil {
		return nil, false, err
	}
	if lines, err = p.writer.event(p, event); err != nil {
		err = p.x.Break(err)
	}
	return lines, event.More, err
}

// stream forwards lines as they come. Nothing is written before the first one, so that an engine that fails at once is
// an ordinary error with its status.
func (p *reply) stream(w http.ResponseWriter) error {
	lines, more, err := p.next()
	if err != nil && err != io.EOF {
		return err
	}
	out := gatewayopenai.StartStream(w, p.x, ndjson)
	for ; err == nil; lines, more, err = p.next() {
		if !out.Write(lines) {
			return nil // the client has left; Close records it
		}
		if !more {
			out.Flush()
		}
	}
	if err == io.EOF {
		out.Write(p.writer.end(p.ending()))
	} else {
		out.Write(append(p.api.Errors.JSON(p.r, err), '\n'))
	}
	out.Flush()
	return nil
}

func (p *reply) whole(w http.ResponseWriter) error {
	for {
		_, _, err := p.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	data, err := p.writer.all(p.ending())
	if err != nil {
		return err
	}
	gatewayopenai.SetHeaders(w, p.x)
	return gatewayopenai.WriteJSON(w, data)
}

// translated is an answer in OpenAI's chunks.
type translated struct{ *gatewaydialect.OllamaWriter }

func (t translated) event(p *reply, event gateway.Event) ([]byte, error) {
	return t.Chunk(event.Data, p.api.Clock.Now())
}
func (t translated) end(e ending) []byte          { return t.End(e.usage, e.times, e.now) }
func (t translated) all(e ending) ([]byte, error) { return t.Whole(e.usage, e.times, e.now), nil }

// native is an answer in Ollama's own lines.
type native struct{ answer gatewaydialect.OllamaAssembly }

func (n *native) event(p *reply, event gateway.Event) ([]byte, error) {
	data := event.Data
	if event.Finished {
		data = gatewaydialect.WithFields(data, p.ending().usage.Extra)
	}
	if err := n.answer.Add(data); err != nil {
		return nil, err
	}
	return append(bytes.Clone(data), '\n'), nil
}
func (n *native) end(ending) []byte          { return nil }
func (n *native) all(ending) ([]byte, error) { return n.answer.Bytes() }
