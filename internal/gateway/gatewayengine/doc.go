// Package gatewayengine speaks to engines for the gateway, in OpenAI's dialect, Anthropic's or Ollama's: in the client's
// own where the engine speaks it, else translated both ways.
//
// It streams chat from the engine, so that leaving ends its work at once, unless its operator said that the engine may be asked
// for whole answers. A stream
// counts as finished only when the engine gave a finish reason for every choice that it began; a stream
// that stops, sends an error, a broken chunk or a page of HTML is Interrupted or Unavailable. What an
// engine says in an error goes to the log, never to a client. Lines, events and answers are bounded.
package gatewayengine
