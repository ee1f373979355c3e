package gatewayopenai

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// Stream is an answer that goes out as it comes, in any dialect.
type Stream struct {
	w     http.ResponseWriter
	flush *http.ResponseController
}

// StartStream sets the headers of a stream: nothing on its way may hold it back, keep it, or compress it.
func StartStream(w http.ResponseWriter, x *gateway.Exchange, contentType string) *Stream {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	SetHeaders(w, x)
	return &Stream{w: w, flush: http.NewResponseController(w)}
}

// Write sends data, if there is any; false when the client has left.
func (s *Stream) Write(data []byte) bool {
	if len(data) == 0 {
		return true
	}
	_, err := s.w.Write(data)
	return err == nil
}

// Flush sends what was written on its way now.
func (s *Stream) Flush() { s.flush.Flush() }
