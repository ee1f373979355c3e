// Package memorydocx reads Word documents (DOCX) into the memory.
//
// Promises: headings, paragraphs, lists with their numbers, tables as rows and notes come out in the
// order of the page. Tracked changes read as accepted: what was deleted is never quoted. Hidden
// text, comments, headers and footers stay out. The archive is hostile: its entries, their sizes,
// their compression ratio and the depth of the XML are bounded before memory is spent on them.
package memorydocx

import (
	"archive/zip"
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Media is the media type of what is read here.
const Media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// Extractor satisfies memory.Extractor. It holds no state.
type Extractor struct{}

var _ memory.Extractor = Extractor{}

// New makes the extractor.
func New() Extractor { return Extractor{} }

// oleMagic begins the old binary formats, and a DOCX that is protected by a password.
const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// Media knows DOCX by name, with the bytes of an archive or of a protected file.
func (Extractor) Media(name string, head []byte) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".docx", ".docm", ".dotx":
		return Media
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) && bytes.Contains(head, []byte("word/")) {
		return Media
	}
	return ""
}

// Extract reads the file.
func (Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	if bytes.HasPrefix(file, []byte(oleMagic)) {
		return memory.Extracted{}, core.E(core.Invalid, "errors.memory_file_protected", nil)
	}
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return memory.Extracted{}, damaged(err)
	}
	a, err := open(archive)
	if err != nil {
		return memory.Extracted{}, err
	}
	return a.read(ctx)
}

func damaged(err error) error {
	return core.Wrap(err, core.Corrupt, "errors.memory_file_damaged", nil)
}
