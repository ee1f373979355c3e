package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// slowestReader bounds how long one event may take to leave: a reader that stopped reading is let go.
const slowestReader = 30 * time.Second

// Stream sends events to a script as they happen, in the form of text/event-stream.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// NewStream begins a stream; from here on errors can only be told as an event.
func NewStream(w http.ResponseWriter) *Stream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy in front must not hold events back
	w.WriteHeader(http.StatusOK)
	return &Stream{w, http.NewResponseController(w)}
}

// Send sends one event at once. data is written as JSON. An error means that the reader left.
func (s *Stream) Send(event string, data any) error {
	payload, err := json.Marshal(data)
	if err != nil {
		return err
	}
	// Test recorders know no deadline; every real connection does.
	_ = s.control.SetWriteDeadline(time.Now().Add(slowestReader))
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, payload); err != nil {
		return err
	}
	return s.control.Flush()
}
