// Package core holds the words that every room of the house shares: identifiers,
// the actor behind a request, languages, energy with its label, time, and the one
// error shape. It imports the standard library only and does no input or output.
package core
