package memory

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Originals keeps the files of documents that have page images, so that a reader sees the page itself
// with the passage on it. An original belongs to one document and goes with it.
type Originals interface {
	// Keep writes the original of a version; it is there whole or not at all.
	Keep(ctx context.Context, organisation, document core.ID, o Original) error
	// Kept tells whether the original of a version is there.
	Kept(ctx context.Context, organisation, document core.ID, version string) (bool, error)
	// Original reads it back; core.NotFound when there is none.
	Original(ctx context.Context, organisation, document core.ID, version string) (Original, error)
	// RemoveOriginals erases the originals of all versions of a document.
	RemoveOriginals(ctx context.Context, organisation, document core.ID) error
}

// Original is the file that a version was read from, with the places of its words.
type Original struct {
	Version string // hash of the version
	Media   string
	File    []byte
	Places  []Place
}
