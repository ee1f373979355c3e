// Package gatewayopenai is the OpenAI-compatible surface: /v1/chat/completions, /v1/responses and /v1/completions
// (streaming and not), /v1/embeddings, /v1/rerank, /v1/audio, /v1/files and /v1/models, for any OpenAI client with an API
// key. It also holds what the surfaces of other dialects share with it.
//
// The raw body is kept and a bounded view is read beside it: fields that this package does not know reach
// the engine untouched, in their order. Usage is always asked of the engine and stripped when the client did
// not ask. A stream that breaks ends with an error object and never with [DONE].
package gatewayopenai
