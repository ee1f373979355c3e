package gatewayopenai

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// What the surfaces of other dialects share with this one: how a request comes in, and what goes out beside an answer.

// ReadObject reads a body that must be a JSON object, in UTF-8, of bounded depth and without a key twice.
func ReadObject(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if err := checkJSONType(r); err != nil {
		return nil, err
	}
	body, err := ReadBody(w, r, limit)
	if err != nil {
		return nil, err
	}
	return body, CheckObject(body)
}

// CheckObject refuses what is not a JSON object that every reader understands alike.
func CheckObject(body []byte) error {
	_, err := parse(body)
	return err
}

// checkJSONType refuses a body that says it is something else than JSON.
func checkJSONType(r *http.Request) error {
	kind := r.Header.Get("Content-Type")
	if kind == "" || kind == "application/json" {
		return nil
	}
	media, _, err := mime.ParseMediaType(kind)
	if err != nil || media != "application/json" && !strings.HasSuffix(media, "+json") {
		return core.E(core.Invalid, "errors.content_type", nil)
	}
	return nil
}

// Text is all that an engine would read of a JSON body, escapes undone: what is labelled.
func Text(body []byte) []byte { return text(body) }

// SetHeaders puts the receipt, and what to know of the model, beside an answer.
func SetHeaders(w http.ResponseWriter, x *gateway.Exchange) {
	setHeaders(w, x.Receipt(), x.Model().Trial)
	setChoice(w, x.Result())
}

// UsageExtra is what this house adds to the usage of a finished answer, as a JSON object: the receipt and the energy.
func UsageExtra(x *gateway.Exchange) json.RawMessage {
	_, estimated := x.Usage()
	return json.RawMessage(addReceipt("", x.Result(), estimated))
}

// ResultExtra is the same for an answer that came whole.
func ResultExtra(result gateway.Result) json.RawMessage {
	return json.RawMessage(addReceipt("", result, false))
}

// WriteJSON answers with JSON.
func WriteJSON(w http.ResponseWriter, data []byte) error { return writeJSON(w, data) }
