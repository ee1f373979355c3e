package gatewayopenai

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewaydialect"
)

// Responses is the part of the surface that keeps conversations for programs: /v1/responses.
type Responses struct {
	api   *API
	store gateway.Responses
	clock core.Clock
}

// NewResponses makes it. It shares keys, bounds and errors with api.
func NewResponses(api *API, store gateway.Responses, clock core.Clock) *Responses {
	return &Responses{api: api, store: store, clock: clock}
}

// Routes adds it to mux.
func (p *Responses) Routes(mux *http.ServeMux) {
	mux.Handle("POST /v1/responses", p.api.authenticated(p.create))
	mux.Handle("POST /v1/responses/input_tokens", p.api.authenticated(p.count))
	mux.Handle("GET /v1/responses/{id}", p.api.authenticated(p.show))
	mux.Handle("GET /v1/responses/{id}/input_items", p.api.authenticated(p.inputItems))
	mux.Handle("DELETE /v1/responses/{id}", p.api.authenticated(p.remove))
	mux.Handle("POST /v1/responses/{id}/cancel", p.api.authenticated(unsupported("background")))
	mux.Handle("POST /v1/responses/compact", p.api.authenticated(unsupported("compact")))
}

func unsupported(what string) handler {
	return func(http.ResponseWriter, *http.Request, core.Actor) error {
		return param("errors.feature_unsupported", what)
	}
}

// asked is a request with all that it goes on from.
type asked struct {
	*gatewaydialect.ResponsesRequest
	previous   core.ID
	completion gateway.Completion
}

func (p *Responses) read(w http.ResponseWriter, r *http.Request, actor core.Actor) (*asked, error) {
	body, err := ReadObject(w, r, p.api.maxBody)
	if err != nil {
		return nil, err
	}
	request, err := gatewaydialect.ReadResponses(body, string(core.NewID(p.clock.Now())))
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(request.Model) == "" {
		return nil, param("errors.model_missing", "model")
	}
	a := &asked{ResponsesRequest: request}
	before, err := p.before(r, actor, a)
	if err != nil {
		return nil, err
	}
	if err := p.resolve(r, actor, request); err != nil {
		return nil, err
	}
	chat, err := request.Chat(before)
	if err != nil {
		return nil, err
	}
	a.completion = gateway.Completion{Model: request.Model, Text: text(chat.Body(0)), MaxOutput: request.MaxOutput, Body: chat.Body}
	return a, nil
}

// before lists the items that a request goes on from: what was asked and answered in the responses before.
func (p *Responses) before(r *http.Request, actor core.Actor, a *asked) ([]json.RawMessage, error) {
	if a.Previous == "" {
		return nil, nil
	}
	id, err := responseID(a.Previous)
	if err != nil {
		return nil, param("errors.response_previous", "previous_response_id")
	}
	chain, err := p.store.Chain(r.Context(), actor, id)
	if core.Is(err, core.NotFound) {
		return nil, param("errors.response_previous", "previous_response_id")
	}
	if err != nil {
		return nil, err
	}
	a.previous = id
	var items []json.RawMessage
	for _, kept := range chain {
		items = append(items, itemsOf(gjson.ParseBytes(kept.Input))...)
		items = append(items, itemsOf(gjson.GetBytes(kept.Body, "output"))...)
	}
	return items, nil
}

// resolve puts the items themselves where a request only refers to them. The id of an item that was answered here tells
// in which response it is.
func (p *Responses) resolve(r *http.Request, actor core.Actor, request *gatewaydialect.ResponsesRequest) error {
	for i, item := range request.Items {
		reference := gatewaydialect.Reference(item)
		if reference == "" {
			continue
		}
		parts := strings.Split(reference, "_")
		id, err := core.ParseID(parts[min(1, len(parts)-1)])
		if err != nil {
			return param("errors.response_unknown", "input")
		}
		kept, err := p.store.Find(r.Context(), actor, id)
		if err != nil {
			return err
		}
		found := false
		for _, candidate := range itemsOf(gjson.GetBytes(kept.Body, "output")) {
			if gjson.GetBytes(candidate, "id").Str == reference {
				request.Items[i], found = candidate, true
			}
		}
		if !found {
			return param("errors.response_unknown", "input")
		}
	}
	return nil
}

func itemsOf(list gjson.Result) []json.RawMessage {
	var items []json.RawMessage
	list.ForEach(func(_, item gjson.Result) bool {
		items = append(items, json.RawMessage(item.Raw))
		return true
	})
	return items
}

func (p *Responses) create(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	a, err := p.read(w, r, actor)
	if err != nil {
		return err
	}
	x, err := p.api.gateway.Complete(r.Context(), actor, a.completion)
	if err != nil {
		return err
	}
	defer x.Close()
	answer := &response{p: p, r: r, actor: actor, asked: a, x: x,
		writer: gatewaydialect.NewResponsesWriter(string(x.Receipt()), a.ResponsesRequest, x.Model().Name, p.clock.Now().Unix())}
	if a.Stream {
		return Forward(w, x, eventStream, answer)
	}
	return AnswerWhole(w, x, answer)
}

// response is one answer under way.
type response struct {
	p      *Responses
	r      *http.Request
	actor  core.Actor
	asked  *asked
	x      *gateway.Exchange
	writer *gatewaydialect.ResponsesWriter
}

// finish completes the response and keeps it, before anybody is told that it is complete.
func (a *response) finish() ([]byte, error) {
	usage, _ := a.x.Usage()
	events := a.writer.Finish(gatewaydialect.Usage{Prompt: usage.Prompt, Output: usage.Output, Extra: UsageExtra(a.x)}, a.p.clock.Now().Unix())
	if !a.asked.Store {
		return events, nil
	}
	input, err := json.Marshal(a.asked.Items)
	if err != nil {
		return events, err
	}
	err = a.p.store.Keep(a.r.Context(), a.actor, gateway.KeptResponse{
		ID: a.x.Receipt(), Previous: a.asked.previous, Created: a.p.clock.Now(), Input: input, Body: a.writer.Whole(),
	})
	if err != nil && a.r.Context().Err() == nil {
		err = core.Wrap(err, core.Unavailable, "errors.response_not_kept", nil)
	}
	return events, err
}

// Whole implements Whole.
func (a *response) Whole() ([]byte, error) {
	if _, err := a.finish(); err != nil {
		return nil, err
	}
	return a.writer.Whole(), nil
}

// Start implements Teller.
func (a *response) Start() []byte { return a.writer.Start() }

// Event implements Teller.
func (a *response) Event(event gateway.Event) ([]byte, error) { return a.writer.Chunk(event.Data) }

// End implements Teller.
func (a *response) End() ([]byte, error) {
	events, err := a.finish()
	if err == nil {
		events = append(events, a.writer.Last()...)
	}
	return events, err
}

// Fail implements Teller: an answer that breaks off ends with response.failed.
func (a *response) Fail(err error) []byte {
	shown := a.p.api.errors.Show(a.r, err)
	return a.writer.Fail(shown.Code, shown.Message+" "+shown.Next)
}

// count says how many tokens a request would be.
func (p *Responses) count(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	a, err := p.read(w, r, actor)
	if err != nil {
		return err
	}
	counted, err := p.api.gateway.Count(r.Context(), actor, a.completion)
	if err != nil {
		return err
	}
	setHeaders(w, counted.Receipt, false)
	data, err := json.Marshal(struct {
		Object    string `json:"object"`
		Tokens    int    `json:"input_tokens"`
		Estimated bool   `json:"estimated,omitempty"`
	}{"response.input_tokens", counted.Tokens, counted.Estimated})
	if err != nil {
		return err
	}
	return writeJSON(w, data)
}
