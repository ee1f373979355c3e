// Package gatewayapi is the native JSON surface under /api, for the terminal and for programs: documents of
// the memory, search, receipts. It authenticates and renders errors as the OpenAI surface does. Adding and
// removing documents needs the operator's role; receipts are the actor's own.
package gatewayapi
