package gatewayopenai

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// ReceiptHeader carries the id of the receipt of an answer.
const ReceiptHeader = "X-Solidaire-Receipt"

// NoticeHeader carries "trial-model" when the model that answers is unfit for real use.
const NoticeHeader = "X-Solidaire-Notice"

func setHeaders(w http.ResponseWriter, receipt core.ID, trial bool) {
	w.Header().Set(ReceiptHeader, string(receipt))
	if trial {
		w.Header().Set(NoticeHeader, "trial-model")
	}
}

// gathering puts the chunks of a stream together.
type gathering interface {
	add(event gateway.Event)
	// counted is the engine's usage, raw; "" when it did not count.
	counted() string
	// bytes is the whole answer, with the given raw usage.
	bytes(usage string) []byte
}

// whole answers at one go: by what the engine sent so, or by what is gathered from its stream.
func whole(w http.ResponseWriter, x *gateway.Exchange, into gathering) error {
	var sent []byte
	size := 0
	err := Gather(x, func(event gateway.Event) error {
		if size += len(event.Data); size > maxAnswer {
			return core.E(core.Interrupted, "errors.answer_too_long", nil)
		}
		if event.Whole {
			sent = slices.Clone(event.Data)
			return nil
		}
		into.add(event)
		return nil
	})
	if err != nil {
		return err
	}
	SetHeaders(w, x)
	if sent == nil {
		return writeJSON(w, into.bytes(usageOf(into.counted(), x)))
	}
	counted := gjson.GetBytes(sent, "usage")
	if !counted.IsObject() {
		counted.Raw = "" // null, which some write where they did not count
	}
	if sent, err = sjson.SetRawBytes(sent, "usage", []byte(usageOf(counted.Raw, x))); err != nil {
		return err
	}
	return writeJSON(w, sent)
}

// maxAnswer bounds the chunks of one answer that is kept whole in memory.
const maxAnswer = 32 << 20

// stream forwards chunks as they come.
func (a *API) stream(w http.ResponseWriter, r *http.Request, x *gateway.Exchange, includeUsage bool) error {
	return Forward(w, x, eventStream, &chunks{api: a, r: r, x: x, usage: streamUsage{asked: includeUsage}})
}

// chunks is a streamed answer in OpenAI's dialect.
type chunks struct {
	api   *API
	r     *http.Request
	x     *gateway.Exchange
	usage streamUsage
	lines []byte // of the last event; the next one overwrites them
}

// Start implements Teller.
func (c *chunks) Start() []byte { return nil }

// Event implements Teller.
func (c *chunks) Event(event gateway.Event) ([]byte, error) {
	c.lines = c.lines[:0]
	if data := c.usage.take(event); data != nil {
		c.lines = appendEvent(c.lines, data)
	}
	return c.lines, nil
}

// End implements Teller: the usage, when it was asked for, and [DONE].
func (c *chunks) End() ([]byte, error) {
	c.lines = c.lines[:0]
	if last := c.usage.last(c.x); last != nil {
		c.lines = appendEvent(c.lines, last)
	}
	return appendEvent(c.lines, []byte("[DONE]")), nil
}

// Fail implements Teller: an error object, and never [DONE].
func (c *chunks) Fail(err error) []byte { return appendEvent(nil, c.api.errors.JSON(c.r, err)) }

func appendEvent(to, data []byte) []byte {
	to = append(append(to, "data: "...), data...)
	return append(to, "\n\n"...)
}

// usageOf completes an engine's usage with what this house adds: the receipt and the energy.
func usageOf(raw string, x *gateway.Exchange) string {
	usage, estimated := x.Usage()
	if raw == "" {
		raw = `{"prompt_tokens":` + strconv.Itoa(usage.Prompt) + `,"completion_tokens":` + strconv.Itoa(usage.Output) +
			`,"total_tokens":` + strconv.Itoa(usage.Prompt+usage.Output) + `}`
	}
	return addReceipt(raw, x.Result(), estimated)
}

func addReceipt(usage string, result gateway.Result, estimated bool) string {
	if len(usage) < 2 || usage[0] != '{' {
		usage = "{}"
	}
	var b bytes.Buffer
	b.WriteString(usage[:len(usage)-1])
	if len(bytes.TrimSpace([]byte(usage[1:len(usage)-1]))) > 0 {
		b.WriteByte(',')
	}
	energy, _ := json.Marshal(result.Energy) // numbers and words always marshal
	b.WriteString(`"receipt":` + quote(string(result.Receipt)) + `,"energy":`)
	b.Write(energy)
	if estimated {
		b.WriteString(`,"estimated":true`)
	}
	writeExtra(&b, result)
	b.WriteByte('}')
	return b.String()
}

func withUsage(body []byte, result gateway.Result) ([]byte, error) {
	usage := addReceipt(gjson.GetBytes(body, "usage").Raw, result, false)
	return sjson.SetRawBytes(body, "usage", []byte(usage))
}

func writeJSON(w http.ResponseWriter, data []byte) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Write(data) // an error here means that the client has left: nobody is there to hear of it
	return nil
}
