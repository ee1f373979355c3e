package gatewayanthropic

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
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
	var answer answer = &translated{writer: gatewaydialect.NewAnthropicWriter(string(x.Receipt()), req, x.Model().Name, !req.Stream)}
	if x.Native() {
		answer = &native{}
	}
	if req.Stream {
		return a.stream(w, r, x, answer)
	}
	return whole(w, x, answer)
}

// answer turns what an engine sends into Anthropic's events or message.
type answer interface {
	start() []byte
	event(data []byte, usage *gatewaydialect.Usage) ([]byte, error) // usage: of a finished answer, else nil
	end(usage gatewaydialect.Usage) []byte
	whole(usage gatewaydialect.Usage) ([]byte, error)
}

// stream forwards events as they come. Nothing is written before the first one, so that an engine that fails at once is
// an ordinary error with its status.
func (a *API) stream(w http.ResponseWriter, r *http.Request, x *gateway.Exchange, answer answer) error {
	next, err := x.Next()
	if err != nil && err != io.EOF {
		return err
	}
	out := gatewayopenai.StartStream(w, x, "text/event-stream; charset=utf-8")
	out.Write(answer.start())
	for ; err == nil; next, err = x.Next() {
		var data []byte
		if data, err = answer.event(next.Data, finished(x, next)); err != nil {
			err = x.Break(err)
			break
		}
		if !out.Write(data) {
			return nil // the client has left; Close records it
		}
		if !next.More {
			out.Flush()
		}
	}
	if err == io.EOF {
		out.Write(answer.end(usageOf(x)))
	} else {
		out.Write(append(append([]byte("event: error\ndata: "), a.errors.JSON(r, err)...), "\n\n"...))
	}
	out.Flush()
	return nil
}

// whole gathers a stream into one message.
func whole(w http.ResponseWriter, x *gateway.Exchange, answer answer) error {
	for {
		next, err := x.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if _, err = answer.event(next.Data, finished(x, next)); err != nil {
			return x.Break(err)
		}
	}
	data, err := answer.whole(usageOf(x))
	if err != nil {
		return err
	}
	gatewayopenai.SetHeaders(w, x)
	return gatewayopenai.WriteJSON(w, data)
}

func usageOf(x *gateway.Exchange) gatewaydialect.Usage {
	usage, _ := x.Usage()
	return gatewaydialect.Usage{Prompt: usage.Prompt, Output: usage.Output, Extra: gatewayopenai.UsageExtra(x)}
}

// finished gives the usage that goes with the event that ends an answer: it comes once the receipt is permanent.
func finished(x *gateway.Exchange, event gateway.Event) *gatewaydialect.Usage {
	if !event.Finished {
		return nil
	}
	usage := usageOf(x)
	return &usage
}

// translated is an answer in OpenAI's chunks.
type translated struct {
	writer *gatewaydialect.AnthropicWriter
}

func (t *translated) start() []byte { return t.writer.Start() }
func (t *translated) event(data []byte, _ *gatewaydialect.Usage) ([]byte, error) {
	return t.writer.Chunk(data)
}
func (t *translated) end(usage gatewaydialect.Usage) []byte { return t.writer.End(usage) }
func (t *translated) whole(usage gatewaydialect.Usage) ([]byte, error) {
	return t.writer.Whole(usage), nil
}

// native is an answer in Anthropic's own events.
type native struct {
	message gatewaydialect.AnthropicAssembly
}

func (n *native) start() []byte { return nil }

// event forwards an event; the one that ends the answer gets the receipt into its usage.
func (n *native) event(data []byte, usage *gatewaydialect.Usage) ([]byte, error) {
	if usage != nil {
		data = withExtra(data, usage.Extra)
	}
	if err := n.message.Add(data); err != nil {
		return nil, err
	}
	name := gjson.GetBytes(data, "type").Str
	out := make([]byte, 0, len(data)+len(name)+18)
	out = append(append(append(out, "event: "...), name...), "\ndata: "...)
	return append(append(out, data...), "\n\n"...), nil
}

func withExtra(data []byte, extra json.RawMessage) []byte {
	usage := bytes.TrimSpace([]byte(gjson.GetBytes(data, "usage").Raw))
	if len(usage) < 2 || usage[0] != '{' || len(extra) < 3 {
		return data
	}
	joined := append(bytes.TrimSuffix(usage, []byte("}")), ',')
	if len(usage) == 2 {
		joined = []byte("{")
	}
	with, err := sjson.SetRawBytes(data, "usage", append(joined, extra[1:]...))
	if err != nil {
		return data
	}
	return with
}

func (n *native) end(gatewaydialect.Usage) []byte { return nil }
func (n *native) whole(gatewaydialect.Usage) ([]byte, error) {
	return n.message.Bytes()
}
