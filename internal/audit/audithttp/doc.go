// Package audithttp is the pages of receipts: mine, one in plain words, its file, and the verification of any
// receipt file.
//
// Promises: a person sees only their own receipts; a page never shows a prompt or an answer, since a receipt
// holds none; "verified" is said only after the very bytes were verified; a receipt whose leaf is not yet in
// the log says so, and is not called broken; what is sent for verification is not kept.
package audithttp
