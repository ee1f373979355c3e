// Package memory is the institution's memory: documents in immutable, dated versions, cut into
// passages, found by full text and by vectors, quoted word for word.
//
// A version is the text extracted from one file, named by its SHA-256, never changed. A passage is a
// byte range of a version. A citation is document, version, range and the hash of the quoted bytes.
//
// Answers are extractive: sentences of the documents, or an honest "not found" with the nearest
// passages. Everything here works without any engine; with an embedding engine it finds more.
package memory
