// Package gateway is the way of one request, in order: data classes are labelled, the charter decides, a
// budget is reserved, the memory is read if asked, an engine answers, use is settled, a leaf is
// acknowledged. No surface (page, API, terminal) has another way in.
//
// Promises: nothing leaves the gateway before the charter has allowed it; an engine that dies never
// looks like a finished answer; when the caller leaves, the engine's request is closed; every request that
// was decided on, refused ones too, has a receipt.
package gateway
