// Package memoryprocess reads files in processes of their own, so that a file that crashes its reader, hangs it or
// makes it eat memory harms that file alone.
//
// Promises: a reader is this very program, started again with nothing but a pipe in and a pipe out. Its memory,
// its open files and the size of what it may write are limited by the system; each file has a deadline, and so has
// the time without a sign of life; past one of them the reader and all that it started are killed. Readers end
// with the program, however it ends. At most a fixed number run; one that did well is used again, since starting
// costs more than most files. What a reader says is held against the bounds of extracted text: it has seen hostile
// bytes and is not believed.
package memoryprocess

import (
	"context"
	"image"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Worker is what a reader does with files.
type Worker interface {
	memory.Extractor
	// Render draws a page, from 0, at a width in pixels.
	Render(ctx context.Context, name string, file []byte, page, width int) (*image.RGBA, error)
}
