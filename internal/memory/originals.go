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
	// Original reads it back; core.NotFound when there is none.
	Original(ctx context.Context, organisation, document core.ID, version string) (Original, error)
	// Places reads its places alone; core.NotFound when there is none.
	Places(ctx context.Context, organisation, document core.ID, version string) ([]Place, error)
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

// Renderer draws pages of originals.
type Renderer interface {
	// Render draws a page, from 0, at a width in pixels, as PNG; core.NotFound when there is no such page.
	Render(ctx context.Context, name string, file []byte, page, width int) ([]byte, error)
}

// DrawPage draws a page, from 0, of a version; core.NotFound when its original was not kept or has no such page.
func (s *Service) DrawPage(ctx context.Context, organisation core.ID, version string, page, width int) ([]byte, error) {
	v, err := s.store.Version(ctx, organisation, version)
	if err != nil {
		return nil, err
	}
	if s.originals == nil || s.renderer == nil {
		return nil, core.E(core.NotFound, "errors.memory_no_page", nil)
	}
	o, err := s.originals.Original(ctx, organisation, v.Document, version)
	if err != nil {
		return nil, err
	}
	return s.renderer.Render(ctx, v.Name, o.File, page, width)
}

// Places tells where the words of a version stand on its pages; none when its original was not kept.
func (s *Service) Places(ctx context.Context, organisation core.ID, version string) ([]Place, error) {
	v, err := s.store.Version(ctx, organisation, version)
	if err != nil || s.originals == nil {
		return nil, err
	}
	places, err := s.originals.Places(ctx, organisation, v.Document, version)
	if core.Is(err, core.NotFound) {
		return nil, nil
	}
	return places, err
}

// keepOriginal keeps the file of a saved version that has page images. Without it the text reads all the same, so
// a failure is for the log.
func (s *Service) keepOriginal(ctx context.Context, v NewVersion, document core.ID) {
	if s.originals == nil || v.Original == nil {
		return
	}
	if err := s.originals.Keep(ctx, v.Organisation, document, *v.Original); err != nil {
		s.log.WarnContext(ctx, "the pages of a document will not be shown", "cause", err)
	}
}
