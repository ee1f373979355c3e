// Package memorytesseract reads the words off pictures of pages with Tesseract, where it is installed.
//
// Promises: Tesseract runs as a child process, one picture at a time for each caller, with bounded time and
// output; it gets a plain picture that we have drawn, never bytes of a stranger; it ends with us. French and
// English are read together; where only one of them is installed, that one. Without Tesseract or its languages
// the error says what to install. Words that it is not sure of at all are left out.
package memorytesseract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
)

// Bounds of one picture.
const (
	maxTime   = 90 * time.Second
	maxOutput = 16 << 20
	listTime  = 10 * time.Second
	killTime  = 2 * time.Second
)

// Program is the name under which it is usually found.
const Program = "tesseract"

// wanted are the languages that are read, in Tesseract's words.
func wanted() []string { return []string{"fra", "eng"} }

// Reader satisfies memorypages.Recognizer. It is safe for concurrent use.
type Reader struct {
	program string
	environ []string

	once      sync.Once
	languages []string
	problem   error
}

var _ memorypages.Recognizer = (*Reader)(nil)

// New makes the reader. program is a path, or a name that is looked for; environ is the child's environment, as
// os.Environ gives it.
func New(program string, environ []string) *Reader {
	return &Reader{program: program, environ: append(slices.Clip(environ), "OMP_THREAD_LIMIT=1")}
}

// Languages gives the languages that can be read; the error says what is missing.
func (r *Reader) Languages() ([]string, error) {
	r.once.Do(func() { r.languages, r.problem = r.look() })
	return r.languages, r.problem
}

// look asks Tesseract once which languages it has.
func (r *Reader) look() ([]string, error) {
	path, err := exec.LookPath(r.program)
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.memory_tesseract_missing", nil)
	}
	r.program = path
	ctx, cancel := context.WithTimeout(context.Background(), listTime)
	defer cancel()
	out, err := r.run(ctx, nil, "--list-langs")
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.memory_tesseract_missing", nil)
	}
	installed := strings.Fields(string(out))
	var have []string
	for _, lang := range wanted() {
		if slices.Contains(installed, lang) {
			have = append(have, lang)
		}
	}
	if len(have) == 0 {
		return nil, core.E(core.Unavailable, "errors.memory_tesseract_languages", nil)
	}
	return have, nil
}

// Recognize reads one picture.
func (r *Reader) Recognize(ctx context.Context, page int, picture *image.Gray) ([]memorypages.Paragraph, error) {
	languages, err := r.Languages()
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.memory_ocr_missing", nil)
	}
	limited, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	out, err := r.run(limited, portable(picture), "stdin", "stdout", "-l", strings.Join(languages, "+"), "--psm", "3",
		"-c", "tessedit_do_invert=0", "tsv")
	switch {
	case ctx.Err() != nil:
		return nil, core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
	case limited.Err() != nil:
		return nil, core.Wrap(limited.Err(), core.TooLarge, "errors.memory_file_slow", core.Args{"Seconds": int(maxTime.Seconds())})
	case err != nil:
		return nil, core.Wrap(err, core.Corrupt, "errors.memory_ocr_failed", nil)
	}
	return parse(out, page, picture.Rect.Dx(), picture.Rect.Dy()), nil
}

var errOutput = errors.New("too much output")

// run gives what the program writes. It dies with us and with ctx.
func (r *Reader) run(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, r.program, args...)
	cmd.Env, cmd.WaitDelay = r.environ, killTime
	var out bounded
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, io.Discard
	if err := start(cmd); err != nil {
		return nil, err
	}
	if out.over {
		return nil, errOutput
	}
	return out.kept.Bytes(), nil
}

// bounded keeps output up to a size.
type bounded struct {
	kept bytes.Buffer
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.kept.Len()+len(p) > maxOutput {
		b.over = true
		return len(p), nil
	}
	return b.kept.Write(p)
}

// portable writes a picture in the plainest format there is (PGM).
func portable(picture *image.Gray) []byte {
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	out := bytes.NewBuffer(make([]byte, 0, w*h+32))
	fmt.Fprintf(out, "P5 %d %d 255\n", w, h)
	for y := range h {
		out.Write(picture.Pix[y*picture.Stride : y*picture.Stride+w])
	}
	return out.Bytes()
}
