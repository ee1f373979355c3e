// Package gatewayollama is the surface for programs made for Ollama: /api/chat and /api/generate, which stream lines of
// JSON unless told not to, /api/embed, and what lists models.
//
// A request for a model whose engine speaks the same dialect goes there as it came, and the reply comes back as it was
// sent, but for the receipt on its last line. For any other engine both are translated. A stream that breaks ends with a
// line that holds an error, and never with one that is done. Models are the operator's to install: nothing here pulls,
// makes or deletes one.
package gatewayollama
