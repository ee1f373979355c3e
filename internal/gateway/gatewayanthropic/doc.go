// Package gatewayanthropic is the surface for programs made for Anthropic's API: POST /v1/messages, streaming and not,
// and /v1/messages/count_tokens.
//
// A request for a model whose engine speaks the same dialect goes there as it came, and the reply comes back as it was
// sent, but for the receipt in its usage. For any other engine both are translated. A stream that breaks ends with an
// event of type error and never with message_stop.
package gatewayanthropic
