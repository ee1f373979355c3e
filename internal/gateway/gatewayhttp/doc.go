// Package gatewayhttp holds the pages where a member asks: questions to the memory, plain chat, and the
// conversations that they keep.
//
// Promises: every answer says how it was made, from which sources, who served it, with what energy, by which
// article, and where its receipt is; a refusal says what to do instead; what was broken off is never shown as
// an answer; asking works without a script, and stops when the reader leaves; the digits of a question that the
// charter refused are not kept.
package gatewayhttp
