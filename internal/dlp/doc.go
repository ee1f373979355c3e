// Package dlp labels the classes of sensitive data that a text carries, so that the charter can decide
// what may be sent. It only detects: what follows from a label is the charter's business. It never
// keeps, logs or returns the data itself.
package dlp
