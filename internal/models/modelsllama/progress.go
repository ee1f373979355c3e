package modelsllama

import (
	"bytes"
	"io"

	"github.com/tidwall/gjson"
)

// llama-server notices that a caller left only when it writes to it. While it reads a long prompt it
// has nothing to write, so it would go on to the last batch for nobody. Asked for its progress it
// writes after each batch, and stops at the next one. The progress itself is taken out again here: a
// caller gets the very stream that it asked for.

// askProgress adds the wish for progress to the body of a streaming chat. false: the body stays as it
// is, because it does not stream or wishes something about progress itself.
func askProgress(path string, body []byte) ([]byte, bool) {
	if path != "/v1/chat/completions" && path != "/v1/completions" {
		return body, false
	}
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' || !gjson.GetBytes(trimmed, "stream").IsBool() ||
		!gjson.GetBytes(trimmed, "stream").Bool() || gjson.GetBytes(trimmed, "return_progress").Exists() {
		return body, false
	}
	const wish = `{"return_progress":true,`
	return append([]byte(wish), trimmed[1:]...), true
}

// maxProgress bounds what is held back of an event that does not end.
const maxProgress = 64 << 10

// withoutProgress takes the events of progress off the start of a stream; from the first real event
// on it passes bytes on untouched.
type withoutProgress struct {
	io.ReadCloser
	held  []byte // an event that has not ended
	ready []byte // to hand out
	done  bool   // the real answer has begun
	err   error
}

func (w *withoutProgress) Read(p []byte) (int, error) {
	for len(w.ready) == 0 {
		switch {
		case w.done && w.err == nil:
			return w.ReadCloser.Read(p)
		case w.err != nil:
			return 0, w.err
		}
		chunk := make([]byte, 4096)
		n, err := w.ReadCloser.Read(chunk)
		w.held = append(w.held, chunk[:n]...)
		w.sort()
		if w.err = err; err != nil {
			w.begin()
		}
	}
	n := copy(p, w.ready)
	w.ready = w.ready[n:]
	return n, nil
}

// sort drops whole events of progress and lets comments pass.
func (w *withoutProgress) sort() {
	for !w.done {
		event, rest, whole := bytes.Cut(w.held, []byte("\n\n"))
		if !whole {
			if len(w.held) > maxProgress {
				w.begin()
			}
			return
		}
		data, isData := bytes.CutPrefix(bytes.TrimSpace(event), []byte("data:"))
		switch {
		case isData && bytes.Contains(data, []byte(`"prompt_progress"`)) && gjson.GetBytes(data, "prompt_progress").Exists():
			w.held = rest
		case isData:
			w.begin()
		default:
			w.ready = append(append(w.ready, event...), "\n\n"...)
			w.held = rest
		}
	}
}

// begin hands out what was held back and stops looking.
func (w *withoutProgress) begin() {
	w.ready = append(w.ready, w.held...)
	w.held, w.done = nil, true
}
