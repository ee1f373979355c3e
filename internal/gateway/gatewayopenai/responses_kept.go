package gatewayopenai

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

const responsePrefix = "resp_"

// responseID reads the id of a response; what is none names nothing.
func responseID(shown string) (core.ID, error) {
	id, err := core.ParseID(strings.TrimPrefix(shown, responsePrefix))
	if err != nil || !strings.HasPrefix(shown, responsePrefix) {
		return "", core.E(core.NotFound, "errors.response_unknown", nil)
	}
	return id, nil
}

func (p *Responses) find(r *http.Request, actor core.Actor) (gateway.KeptResponse, error) {
	id, err := responseID(r.PathValue("id"))
	if err != nil {
		return gateway.KeptResponse{}, err
	}
	return p.store.Find(r.Context(), actor, id)
}

func (p *Responses) show(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	if r.URL.Query().Get("stream") == "true" {
		return param("errors.feature_unsupported", "stream")
	}
	kept, err := p.find(r, actor)
	if err != nil {
		return err
	}
	return writeJSON(w, kept.Body)
}

func (p *Responses) remove(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := responseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := p.store.Delete(r.Context(), actor, id); err != nil {
		return err
	}
	return writeJSON(w, []byte(`{"id":`+quote(responsePrefix+string(id))+`,"object":"response","deleted":true}`))
}

// Bounds of one page of items.
const (
	usualItems = 20
	mostItems  = 100
)

// inputItems lists what was asked, newest first unless told otherwise.
func (p *Responses) inputItems(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	kept, err := p.find(r, actor)
	if err != nil {
		return err
	}
	query, limit := r.URL.Query(), usualItems
	if said := query.Get("limit"); said != "" {
		if limit, err = strconv.Atoi(said); err != nil || limit < 1 || limit > mostItems {
			return param("errors.param_range", "limit")
		}
	}
	items := itemsOf(gjson.ParseBytes(kept.Input))
	if query.Get("order") != "asc" {
		slices.Reverse(items)
	}
	if after := query.Get("after"); after != "" {
		at := slices.IndexFunc(items, func(item json.RawMessage) bool { return itemID(item) == after })
		items = items[at+1:]
	}
	page := items[:min(limit, len(items))]
	list := struct {
		Object string            `json:"object"`
		Data   []json.RawMessage `json:"data"`
		First  *string           `json:"first_id"`
		Last   *string           `json:"last_id"`
		More   bool              `json:"has_more"`
	}{Object: "list", Data: page, More: len(items) > len(page)}
	if len(page) == 0 {
		list.Data = []json.RawMessage{}
	} else {
		first, last := itemID(page[0]), itemID(page[len(page)-1])
		list.First, list.Last = &first, &last
	}
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return writeJSON(w, data)
}

func itemID(item json.RawMessage) string { return gjson.GetBytes(item, "id").Str }
