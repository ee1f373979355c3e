package gatewayanthropic

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaydialect"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Gateway is what this surface asks of its room.
type Gateway interface {
	Complete(ctx context.Context, actor core.Actor, req gateway.Completion) (*gateway.Exchange, error)
	Count(ctx context.Context, actor core.Actor, req gateway.Completion) (gateway.CountResult, error)
}

// API is the surface.
type API struct {
	gateway Gateway
	keys    gatewayopenai.Authenticator
	errors  *gatewayopenai.ErrorWriter
	maxBody int64
}

// New makes the surface. Bodies over maxBody bytes are refused.
func New(g Gateway, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter, maxBody int64) *API {
	return &API{gateway: g, keys: keys, errors: errors.WithShape(shape), maxBody: maxBody}
}

// Routes adds the surface to mux.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("POST /v1/messages", a.authenticated(a.messages))
	mux.Handle("POST /v1/messages/count_tokens", a.authenticated(a.count))
	mux.Handle("/v1/messages/", a.errors.Handler(func(http.ResponseWriter, *http.Request) error {
		return core.E(core.NotFound, "errors.route_unknown", nil)
	}))
}

func (a *API) authenticated(h func(w http.ResponseWriter, r *http.Request, actor core.Actor) error) http.Handler {
	return a.errors.Handler(func(w http.ResponseWriter, r *http.Request) error {
		actor, err := gatewayopenai.Actor(r, a.keys)
		if err != nil {
			return err
		}
		return h(w, r, actor)
	})
}

// read takes a request in and writes it as the way of a request needs it.
func (a *API) read(w http.ResponseWriter, r *http.Request, counting bool) (*gatewaydialect.AnthropicRequest, gateway.Completion, error) {
	body, err := gatewayopenai.ReadObject(w, r, a.maxBody)
	if err != nil {
		return nil, gateway.Completion{}, err
	}
	req, err := gatewaydialect.ReadAnthropic(body, counting)
	if err != nil {
		return nil, gateway.Completion{}, err
	}
	if strings.TrimSpace(req.Chat.Model) == "" {
		return nil, gateway.Completion{}, core.E(core.Invalid, "errors.model_missing", core.Args{"Param": "model"})
	}
	return req, gateway.Completion{
		Model: req.Chat.Model, Text: gatewayopenai.Text(body), MaxOutput: req.Chat.MaxTokens,
		Body: req.Chat.Body, Dialect: models.Anthropic, Native: req.Native,
	}, nil
}

func (a *API) messages(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	req, completion, err := a.read(w, r, false)
	if err != nil {
		return err
	}
	x, err := a.gateway.Complete(r.Context(), actor, completion)
	if err != nil {
		return err
	}
	defer x.Close()
	w.Header().Set("Request-Id", "req_"+string(x.Receipt()))
	t := teller{api: a, r: r, x: x}
	var answer gatewayopenai.Whole = &translated{t, gatewaydialect.NewAnthropicWriter(string(x.Receipt()), req, x.Model().Name, !req.Stream)}
	if x.Native() {
		answer = &native{teller: t}
	}
	if req.Stream {
		return gatewayopenai.Forward(w, x, "text/event-stream; charset=utf-8", answer)
	}
	return gatewayopenai.AnswerWhole(w, x, answer)
}

// teller is what both ways of telling an answer share.
type teller struct {
	api *API
	r   *http.Request
	x   *gateway.Exchange
}

// Fail implements gatewayopenai.Teller.
func (t teller) Fail(err error) []byte {
	return append(append([]byte("event: error\ndata: "), t.api.errors.JSON(t.r, err)...), "\n\n"...)
}

// usage is complete once the receipt is permanent.
func (t teller) usage() gatewaydialect.Usage {
	usage, _ := t.x.Usage()
	return gatewaydialect.Usage{Prompt: usage.Prompt, Output: usage.Output, Extra: gatewayopenai.UsageExtra(t.x)}
}

// translated is an answer in OpenAI's chunks.
type translated struct {
	teller
	writer *gatewaydialect.AnthropicWriter
}

// Start implements gatewayopenai.Teller.
func (t *translated) Start() []byte { return t.writer.Start() }

// Event implements gatewayopenai.Teller.
func (t *translated) Event(event gateway.Event) ([]byte, error) { return t.writer.Chunk(event.Data) }

// End implements gatewayopenai.Teller.
func (t *translated) End() ([]byte, error)   { return t.writer.End(t.usage()), nil }
func (t *translated) Whole() ([]byte, error) { return t.writer.Whole(t.usage()), nil }

// native is an answer in Anthropic's own events.
type native struct {
	teller
	assembly gatewaydialect.AnthropicAssembly
}

// Start implements gatewayopenai.Teller.
func (n *native) Start() []byte { return nil }

// Event forwards an event; the one that ends the answer gets the receipt into its usage.
func (n *native) Event(event gateway.Event) ([]byte, error) {
	data := event.Data
	if event.Finished && gjson.GetBytes(data, "type").Str == "message_delta" {
		data = withUsage(data, n.usage())
	}
	if err := n.assembly.Add(data); err != nil {
		return nil, err
	}
	name := gjson.GetBytes(data, "type").Str
	out := make([]byte, 0, len(data)+len(name)+18)
	out = append(append(append(out, "event: "...), name...), "\ndata: "...)
	return append(append(out, data...), "\n\n"...), nil
}

// End implements gatewayopenai.Teller.
func (n *native) End() ([]byte, error)   { return nil, nil }
func (n *native) Whole() ([]byte, error) { return n.assembly.Bytes() }

// withUsage completes the usage of an engine's own event by what this house adds, and by our count where the engine did not.
func withUsage(data []byte, ours gatewaydialect.Usage) []byte {
	usage := bytes.TrimSpace([]byte(gjson.GetBytes(data, "usage").Raw))
	if len(usage) < 2 || usage[0] != '{' {
		usage = fmt.Appendf(nil, `{"input_tokens":%d,"output_tokens":%d}`, ours.Prompt, ours.Output)
	}
	with, err := sjson.SetRawBytes(data, "usage", gatewaydialect.WithFields(usage, ours.Extra))
	if err != nil {
		return data
	}
	return with
}
