// Package demo holds the demonstration co-operative: its name, a person, and documents written for this project. All of
// it is fictional.
package demo

import (
	"embed"
	"io/fs"
)

// Organisation is the co-operative's name, Person the member who tries it.
const (
	Organisation = "Coop Les Semailles"
	Person       = "Amélie Tremblay"
)

//go:embed all:documents
var documents embed.FS

// Documents is the co-operative's files, under the names by which people know them.
func Documents() fs.FS {
	sub, err := fs.Sub(documents, "documents")
	if err != nil {
		panic(err) // "documents" is a valid path: fs.Sub fails on nothing else
	}
	return sub
}
