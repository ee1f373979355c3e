package gatewayopenai

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
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

// whole gathers a stream into one answer.
func whole(w http.ResponseWriter, x *gateway.Exchange) error {
	answer := newAssembly()
	size := 0
	for {
		event, err := x.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if size += len(event.Data); size > maxAnswer {
			return core.E(core.Interrupted, "errors.answer_too_long", nil)
		}
		answer.add(event)
	}
	SetHeaders(w, x)
	return writeJSON(w, answer.bytes(usageOf(answer.usage, x)))
}

// maxAnswer bounds the chunks of one answer that is kept whole in memory.
const maxAnswer = 32 << 20

// stream forwards events as they come. Nothing is written before the first event, so that an engine that fails
// at once is an ordinary error with its status.
func (a *API) stream(w http.ResponseWriter, r *http.Request, x *gateway.Exchange, includeUsage bool) error {
	event, err := x.Next()
	if err != nil && err != io.EOF {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	SetHeaders(w, x)
	flush := http.NewResponseController(w)
	var line bytes.Buffer
	usage := streamUsage{asked: includeUsage}
	for ; err == nil; event, err = x.Next() {
		data := usage.take(event)
		if data == nil {
			continue
		}
		if werr := writeEvent(w, &line, data); werr != nil {
			return nil // the client has left; Close records it
		}
		if !event.More {
			flush.Flush()
		}
	}
	if err == io.EOF {
		if last := usage.last(x); last != nil {
			writeEvent(w, &line, last)
		}
		writeEvent(w, &line, []byte("[DONE]"))
	} else {
		writeEvent(w, &line, a.errors.JSON(r, err))
	}
	flush.Flush()
	return nil
}

func writeEvent(w io.Writer, line *bytes.Buffer, data []byte) error {
	line.Reset()
	line.WriteString("data: ")
	line.Write(data)
	line.WriteString("\n\n")
	_, err := w.Write(line.Bytes())
	return err
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
