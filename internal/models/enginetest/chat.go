package enginetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

type chatRequest struct {
	Model    string `json:"model"`
	Messages []struct {
		Content json.RawMessage `json:"content"`
	} `json:"messages"`
	Prompt        json.RawMessage `json:"prompt"` // of a legacy completion
	Stream        bool            `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

func (e *Engine) chat(w http.ResponseWriter, r *http.Request) {
	var req chatRequest
	if err := json.Unmarshal(requestOf(r).Body, &req); err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request_error", "cannot parse: "+Secret)
		return
	}
	script, scripted := e.take(r.URL.Path)
	if !scripted {
		script, _ = e.take("/v1/chat/completions")
	}
	p := &player{w: w, r: r, script: script, model: req.Model, asked: req.StreamOptions.IncludeUsage, prompt: script.Prompt, legacy: r.URL.Path == completionsPath}
	if p.prompt == 0 {
		p.prompt = len(strings.Fields(string(req.Prompt)))
		for _, m := range req.Messages {
			p.prompt += len(strings.Fields(string(m.Content)))
		}
	}
	if !p.open() {
		return
	}
	if req.Stream {
		p.stream()
	} else {
		p.whole()
	}
}

// player plays one script to one caller.
type player struct {
	w      http.ResponseWriter
	r      *http.Request
	script Script
	model  string
	asked  bool
	prompt int
	legacy bool // a completion: its chunks carry text instead of a delta
}

// completionsPath is where legacy completions are asked for. They play the scripts of chat where they have none of their own.
const completionsPath = "/v1/completions"

// open waits as the script says and sends a scripted Reply; false when there is nothing more to do.
func (p *player) open() bool {
	if !p.wait(p.script.HoldHeader) {
		return false
	}
	reply := p.script.Reply
	if reply == nil {
		return true
	}
	for name, values := range reply.Header {
		p.w.Header()[name] = values
	}
	p.w.WriteHeader(reply.Status)
	p.w.Write([]byte(reply.Body))
	return false
}

// wait returns false when the caller left first.
func (p *player) wait(gate <-chan struct{}) bool {
	if gate == nil {
		return p.r.Context().Err() == nil
	}
	select {
	case <-gate:
		return true
	case <-p.r.Context().Done():
		return false
	}
}

func (p *player) gate(i int) <-chan struct{} {
	if i < len(p.script.Gates) {
		return p.script.Gates[i]
	}
	return nil
}

func (p *player) stream() {
	p.w.Header().Set("Content-Type", "text/event-stream")
	switch p.script.End {
	case PromisesMore:
		p.w.Header().Set("Content-Length", "1000000")
	case PromisesLess:
		p.w.Header().Set("Content-Length", "200")
	}
	p.w.WriteHeader(http.StatusOK)
	p.flush()
	for i, piece := range p.script.Pieces {
		if !p.wait(p.gate(i)) {
			return
		}
		delta := `{"content":` + quote(piece) + `}`
		if i == 0 {
			delta = `{"role":"assistant","content":` + quote(piece) + `}`
		}
		if p.chunk(p.choice(delta, piece, ""), "") != nil {
			return
		}
	}
	for _, delta := range p.script.Deltas {
		if p.chunk(p.choice(delta, "", ""), "") != nil {
			return
		}
	}
	if p.wait(p.gate(len(p.script.Pieces))) {
		p.end()
	}
}

func (p *player) end() {
	switch p.script.End {
	case Finishes, NoDone:
		p.finish()
	case BareDone:
		p.event("[DONE]")
	case Dies:
		panic(http.ErrAbortHandler)
	case Stalls:
		<-p.r.Context().Done()
	case Floods:
		for much := strings.Repeat("encore ", 4<<10); p.chunk(p.choice(`{"content":"`+much+`"}`, much, ""), "") == nil; {
		}
	case FloodsLine:
		for block := []byte(strings.Repeat("x", 64<<10)); ; {
			if _, err := p.w.Write(block); err != nil {
				return
			}
		}
	case BrokenJSON:
		p.event(`{"choices":[{"index":0,"delta":{"content":"bro`)
	case HTMLMidway:
		p.write([]byte("<html><body>502 " + Secret + "</body></html>\n"))
	case Comments:
		for block := []byte(strings.Repeat(": toujours là\n\n", 4<<10)); p.write(block) == nil; {
		}
	case HalfLetter:
		p.event(`{"choices":[{"index":0,"delta":{"content":"` + "\xc3" + `"},"finish_reason":null}]}`)
		p.finish()
	case PromisesMore, PromisesLess:
		p.finish()
	case ErrorEvent:
		p.event(`{"error":{"code":500,"message":"` + Secret + `","type":"server_error"}}`)
	}
}

func (p *player) finish() {
	reason := p.script.Finish
	if reason == "" {
		reason = "stop"
	}
	beside := ""
	if p.script.Usage == UsageOnFinish {
		beside = p.usage()
	}
	p.chunk(p.choice(`{}`, "", reason), beside)
	switch p.script.Usage {
	case UsageWhenAsked:
		if p.asked {
			p.chunk(`[]`, p.usage())
		}
	case UsageAlways, UsageNullBefore:
		p.chunk(`[]`, p.usage())
	case UsageEmptyDelta:
		p.chunk(`[{"index":0,"delta":{}}]`, p.usage())
	case UsageNoDelta:
		p.chunk(`[{"index":0}]`, p.usage())
	}
	if p.script.End == Finishes {
		p.event("[DONE]")
	}
}

func (p *player) usage() string {
	out := len(p.script.Pieces)
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}`, p.prompt, out, p.prompt+out)
}

func (p *player) choice(delta, text, finish string) string {
	reason := "null"
	if finish != "" {
		reason = quote(finish)
	}
	if p.legacy {
		return `[{"index":0,"text":` + quote(text) + `,"logprobs":null,"finish_reason":` + reason + `}]`
	}
	return `[{"index":0,"delta":` + delta + `,"finish_reason":` + reason + `}]`
}

func (p *player) chunk(choices, usage string) error {
	tail := ""
	if usage != "" {
		tail = `,"usage":` + usage
	} else if p.script.Usage == UsageNullBefore {
		tail = `,"usage":null`
	}
	return p.event(`{"id":"chatcmpl-fake","object":"chat.completion.chunk","created":1700000000,"model":` +
		quote(p.model) + `,"choices":` + choices + tail + `}`)
}

func (p *player) event(data string) error { return p.write([]byte("data: " + data + "\n\n")) }

var errLeft = errors.New("the caller left")

func (p *player) write(b []byte) error {
	if p.r.Context().Err() != nil {
		return errLeft
	}
	if cut := insideLetter(b); p.script.CutLetters && cut > 0 {
		if _, err := p.w.Write(b[:cut]); err != nil {
			return err
		}
		p.flush()
		b = b[cut:]
	}
	_, err := p.w.Write(b)
	p.flush()
	return err
}

func (p *player) flush() { http.NewResponseController(p.w).Flush() }

// insideLetter returns the offset after the first byte of the first multi-byte letter, 0 when none.
func insideLetter(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return i + 1
		}
	}
	return 0
}

// whole answers a caller that did not ask for a stream. Ends that only a stream can have become a
// body that is cut.
func (p *player) whole() {
	for i := range p.script.Pieces {
		if !p.wait(p.gate(i)) {
			return
		}
	}
	if !p.wait(p.gate(len(p.script.Pieces))) {
		return
	}
	reason := p.script.Finish
	if reason == "" {
		reason = "stop"
	}
	usage := `,"usage":` + p.usage()
	if p.script.Usage == UsageNever {
		usage = ""
	}
	body := `{"id":"chatcmpl-fake","object":"chat.completion","created":1700000000,"model":` + quote(p.model) +
		`,"choices":[{"index":0,"message":{"role":"assistant","content":` + quote(strings.Join(p.script.Pieces, "")) +
		`},"finish_reason":` + quote(reason) + `}]` + usage + `}`
	p.w.Header().Set("Content-Type", "application/json")
	switch p.script.End {
	case Finishes, NoDone:
		p.w.Write([]byte(body))
	case Stalls:
		<-p.r.Context().Done()
	case Floods:
		for _, err := p.w.Write([]byte(body[:len(body)/2])); err == nil && p.r.Context().Err() == nil; {
			_, err = p.w.Write(bytes.Repeat([]byte(" "), 64<<10))
		}
	default:
		p.w.Write([]byte(body[:len(body)/2]))
		p.flush()
		panic(http.ErrAbortHandler)
	}
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

func writeError(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"code":%d,"message":%s,"type":%s}}`, status, quote(message), quote(kind))
}
