package enginetest

import "net/http"

// Script says how one request is answered. The zero Script answers with no text and ends well.
type Script struct {
	Pieces []string // the text, one event each
	Deltas []string // JSON objects sent as deltas after the pieces, such as tool calls
	Finish string   // finish_reason; "" means "stop"

	// HoldHeader is waited on before the status line; Gates[i] before piece i, and the one after the
	// last piece before the end. A nil channel, or none, is not waited on. The caller's leaving ends
	// every wait.
	HoldHeader <-chan struct{}
	Gates      []<-chan struct{}

	End        End
	Usage      Usage
	Prompt     int  // prompt tokens reported; 0 counts the words of the messages
	CutLetters bool // flush in the middle of the first multi-byte letter of every event

	Reply *Reply // answer exactly this instead
}

// Reply is a whole HTTP answer.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// End says how a scripted answer ends.
type End int

// The ends.
const (
	Finishes     End = iota // finish_reason, usage when asked, [DONE]
	NoDone                  // finish_reason, but no [DONE]: healthy all the same
	Unfinished              // the stream closes without finish_reason and without [DONE]
	BareDone                // [DONE] without any finish_reason
	Dies                    // the connection breaks
	Stalls                  // nothing more comes until the caller leaves
	Floods                  // pieces without end until the caller leaves
	FloodsLine              // one event without end until the caller leaves
	BrokenJSON              // an event that is not JSON, then a clean close
	HTMLMidway              // an HTML error page in place of the next event, then a clean close
	ErrorEvent              // an error object carrying Secret, then a clean close
	Comments                // comments without end until the caller leaves
	HalfLetter              // an event whose text ends within a letter, then a good end
	PromisesMore            // a Content-Length of more than comes
	PromisesLess            // a Content-Length within which the answer does not end
)

// Usage says in which shape the token counts come.
type Usage int

// The shapes seen in the wild.
const (
	UsageWhenAsked  Usage = iota // a last chunk with "choices": [], when include_usage was asked
	UsageNever                   // no counts at all
	UsageAlways                  // the same last chunk, asked or not
	UsageOnFinish                // beside finish_reason
	UsageEmptyDelta              // a last chunk with "choices": [{"index":0,"delta":{}}]
	UsageNoDelta                 // a last chunk with "choices": [{"index":0}]
	UsageNullBefore              // "usage": null on every chunk, then the last chunk
)

// Secret is text that a failing engine puts in its errors and that must never reach a client.
const Secret = "SECRET-7f3a /srv/models/private.gguf"

// Says answers with the pieces and ends well.
func Says(pieces ...string) Script { return Script{Pieces: pieces} }

// ServerError answers 500 with Secret in its text.
func ServerError() Script {
	return replies(http.StatusInternalServerError, nil, `{"error":{"code":500,"message":"`+Secret+`","type":"server_error"}}`)
}

// TooMany answers 429 with a Retry-After header.
func TooMany(retryAfter string) Script {
	return replies(http.StatusTooManyRequests, http.Header{"Retry-After": {retryAfter}},
		`{"error":{"code":429,"message":"`+Secret+`","type":"rate_limit_error"}}`)
}

// HTMLPage answers 200 with a page instead of an answer, as a broken proxy does.
func HTMLPage() Script {
	s := replies(http.StatusOK, nil, "<!doctype html><title>502</title><p>"+Secret)
	s.Reply.Header.Set("Content-Type", "text/html")
	return s
}

// NotJSON answers 200 with a JSON type and a body that is none.
func NotJSON() Script { return replies(http.StatusOK, nil, `{"choices":[{"mess`) }

func replies(status int, header http.Header, body string) Script {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	return Script{Reply: &Reply{Status: status, Header: header, Body: body}}
}
