// Package client speaks the native API of a Solidaire server, over TCP with an API key or over the Unix socket of a
// data directory, which the operating system already guards. The commands of the terminal are its first user.
//
// Promises: an answer is read whole or is an error; nothing that a server sends takes unbounded memory; a redirection
// is never followed, so that a key reaches only the server it was meant for; what a server refuses keeps its own words,
// in the language that was asked for.
package client
