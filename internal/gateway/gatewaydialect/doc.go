// Package gatewaydialect translates between the dialects of AI programs: OpenAI's chat, which this house uses inside,
// OpenAI's responses, Anthropic's messages and Ollama's API. It is pure: bytes in, bytes out.
//
// Promises: a request is translated whole or refused, naming what has no counterpart, and never silently thinned; a
// stream is translated up to its terminal event, and only an end with a reason is one; what an engine sends may be
// hostile, and is bounded and never trusted to be well formed.
package gatewaydialect
