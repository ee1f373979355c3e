package gatewayopenai

import (
	"io"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// Teller writes an answer in a dialect, as it comes.
type Teller interface {
	// Start is what goes out before anything was said.
	Start() []byte
	// Event is what goes out for one event, nothing for some.
	Event(event gateway.Event) ([]byte, error)
	// End is the end of a finished answer, whose receipt is permanent. With an error it is not one.
	End() ([]byte, error)
	// Fail is the end of an answer that broke off.
	Fail(err error) []byte
}

const eventStream = "text/event-stream; charset=utf-8"

// Forward sends an answer out as it comes, in any dialect. Nothing is written before its first event, so that an engine
// that fails at once is an ordinary error with its status; one that breaks off later ends as the dialect says.
func Forward(w http.ResponseWriter, x *gateway.Exchange, contentType string, tell Teller) error {
	event, err := x.Next()
	if err != nil && err != io.EOF {
		return err
	}
	// Nothing on its way may hold a stream back, keep it, or compress it.
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	SetHeaders(w, x)
	flush := http.NewResponseController(w)
	w.Write(tell.Start()) // an error comes back with the next write
	for ; err == nil; event, err = x.Next() {
		var data []byte
		if data, err = tell.Event(event); err != nil {
			err = x.Break(err)
			break
		}
		if _, gone := w.Write(data); gone != nil {
			return nil // the client has left; Close records it
		}
		if !event.More {
			flush.Flush()
		}
	}
	if err == io.EOF {
		var data []byte
		data, err = tell.End()
		w.Write(data)
	}
	if err != nil {
		w.Write(tell.Fail(err))
	}
	flush.Flush()
	return nil
}

// Gather hands every event of an answer to add, and returns nil once it is finished.
func Gather(x *gateway.Exchange, add func(event gateway.Event) error) error {
	for {
		event, err := x.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := add(event); err != nil {
			return x.Break(err)
		}
	}
}

// Whole is an answer that can also be given in one piece.
type Whole interface {
	Teller
	// Whole is the answer, once its receipt is permanent.
	Whole() ([]byte, error)
}

// AnswerWhole gathers an answer, in any dialect, and sends it in one piece.
func AnswerWhole(w http.ResponseWriter, x *gateway.Exchange, answer Whole) error {
	err := Gather(x, func(event gateway.Event) error {
		_, err := answer.Event(event)
		return err
	})
	if err != nil {
		return err
	}
	data, err := answer.Whole()
	if err != nil {
		return err
	}
	SetHeaders(w, x)
	return writeJSON(w, data)
}
