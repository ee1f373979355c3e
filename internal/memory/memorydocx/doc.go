// Package memorydocx reads Word documents (DOCX) into the memory.
//
// Promises: headings, paragraphs, lists with their numbers, tables as rows and notes come out in the
// order of the page; headers first and footers last, each text once. Tracked changes read as accepted:
// what was deleted is never quoted. Hidden text and comments stay out. The archive is hostile, see
// memoryzipxml.
package memorydocx

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Media is the media type of what is read here.
const Media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// Extractor satisfies memory.Extractor. It holds no state.
type Extractor struct{}

var _ memory.Extractor = Extractor{}

// New makes the extractor.
func New() Extractor { return Extractor{} }

// Extract reads the file.
func (Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	a, err := open(ctx, file)
	if err != nil {
		return memory.Extracted{}, err
	}
	return a.read(ctx)
}
